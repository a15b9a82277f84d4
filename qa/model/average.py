"""Average weights of runs that began at the same ones.

Usage: python -m qa.model.average out.pt 0.5 one.pt 0.5 two.pt
"""

import argparse
from collections.abc import Mapping, Sequence
from pathlib import Path

import torch
from torch import Tensor


def average(parts: Sequence[tuple[float, Mapping[str, Tensor]]]) -> dict[str, Tensor]:
    """Return the weighted mean of state dicts; shares that do not add up to 1 are an error."""
    total = sum(share for share, _ in parts)
    if abs(total - 1) > 1e-6:
        raise SystemExit(f"the shares add up to {total:g}, not 1")
    names = parts[0][1].keys()
    return {name: torch.stack([share * state[name] for share, state in parts]).sum(0) for name in names}


def main() -> None:
    """Write the average; a training state (`.state`) is read like weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("out", type=Path)
    parser.add_argument("parts", nargs="+", metavar="SHARE FILE")
    args = parser.parse_args()
    if len(args.parts) % 2:
        parser.error("give a share before each file")
    loaded = []
    for share, file in zip(args.parts[::2], args.parts[1::2], strict=True):
        state = torch.load(file, weights_only=True)
        loaded.append((float(share), state.get("model", state)))
    torch.save(average(loaded), args.out)


if __name__ == "__main__":
    main()
