"""Write the bundled encoder's files from the published weights or from tuned ones.

    python -m index.model.export index/model                     # the published encoder
    python -m index.model.export index/model --weights tuned.pt --share 0.6  # the tuned one

Files: words.*.npy and tokenizer.json (vocabulary.py), encoder.onnx (graph.py), smooth.npz (what calibrate
measured; taken as it is when present, so that the bytes do not depend on the machine), model.json (sha256 of
each). The same inputs and versions give the same bytes.
"""

import argparse
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from index.model import bert, graph, source, vocabulary

Array = NDArray[np.float32]
SITES = ("q", "ao", "fi", "fo")


def calibrate(
    model: bert.Transformer, batches: Sequence[tuple[torch.Tensor, torch.Tensor]]
) -> dict[str, Array]:
    """Return the largest absolute input of each channel of each linear layer, over (words, mask) batches."""
    largest: dict[str, torch.Tensor] = {}

    def watch(site: str) -> Any:
        def hook(_: object, given: tuple[torch.Tensor, ...]) -> None:
            seen = given[0].detach().abs().reshape(-1, given[0].shape[-1]).amax(0)
            largest[site] = torch.maximum(largest[site], seen) if site in largest else seen

        return hook

    hooks = [
        layer.get_submodule(name).register_forward_pre_hook(watch(f"{i}.{name}"))
        for i, layer in enumerate(model.layers)
        for name in SITES
    ]
    with torch.inference_mode():
        for words, mask in batches:
            model(words, mask)
    for hook in hooks:
        hook.remove()
    return {site: values.numpy() for site, values in largest.items()}


def write_encoder(
    state: Mapping[str, Array], sizes: source.Source, path: Path, smooth: Mapping[str, Array] | None
) -> None:
    """Write the encoder's graph: float32 without `smooth`, int8 with it."""
    made = graph.Graph(smooth)
    graph.pooled(made, graph.transformer(made, state, sizes.layers, sizes.heads, sizes.eps), "vectors")
    output = helper.make_tensor_value_info("vectors", TensorProto.FLOAT, ["batch", sizes.hidden])
    made.save(path, graph.inputs(sizes.hidden), [output])


def digest(path: Path) -> str:
    """Return the hexadecimal SHA-256 of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def write_checksums(folder: Path, names: Sequence[str], extra: Mapping[str, object]) -> None:
    """Write model.json: what the runtime needs to know, and the sha256 of each file."""
    files = {name: digest(folder / name) for name in names}
    text = json.dumps({**extra, "files": files}, indent=2, ensure_ascii=False) + "\n"
    (folder / "model.json").write_text(text, encoding="utf-8")


def sample(sizes: source.Source, path: Path) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return calibration batches of one text each, from a file with a text a line."""
    rows = vocabulary.kept_rows(sizes)
    tokenizer = vocabulary.tokenizer(sizes, rows)
    words = torch.from_numpy(sizes.matrix("emb.word", sizes.hidden)[rows])
    lines = path.read_text(encoding="utf-8").splitlines()
    return [
        (words[ids][None], torch.ones(1, len(ids))) for ids in (tokenizer.encode(t).ids[:320] for t in lines)
    ]


def main() -> None:
    """Write every file of the encoder into a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--weights", type=Path, help="a state dictionary written by tune.py")
    parser.add_argument(
        "--share", type=float, default=1.0, help="of these weights; the published ones are the rest"
    )
    parser.add_argument("--calibration", type=Path, help="a text a line: measure smooth.npz anew on these")
    args = parser.parse_args()
    sizes = source.read(source.default_path())
    model = bert.rebuild(sizes)
    if args.weights:
        tuned, kept = torch.load(args.weights, weights_only=True), model.state_dict()
        mixed = {name: (1 - args.share) * kept[name] + args.share * tuned[name] for name in kept}
        model.load_state_dict(mixed)
    args.folder.mkdir(parents=True, exist_ok=True)
    vocabulary.save(sizes, args.folder)
    smooth = args.folder / "smooth.npz"
    if args.calibration:
        np.savez(smooth, allow_pickle=False, **calibrate(model, sample(sizes, args.calibration)))
    with np.load(smooth, allow_pickle=False) as measured:
        state = {name: value.numpy() for name, value in model.state_dict().items()}
        write_encoder(state, sizes, args.folder / "encoder.onnx", dict(measured))
    names = ["encoder.onnx", "smooth.npz", "tokenizer.json", "words.nibbles.npy", "words.scales.npy"]
    prompts = {"query": "query: ", "document": "passage: "}
    write_checksums(args.folder, names, {"hidden": sizes.hidden, "max_tokens": 512, "prompts": prompts})


if __name__ == "__main__":
    main()
