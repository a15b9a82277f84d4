"""Measure what int8 costs: the contexts of SQuAD files, read by the shipped graph and by float32 weights.

    python -m qa.model.precision reader.pt dev/piaf.json dev/news.json

Prints F1 and exact match of the best span of each gold context, French normaliser, for both, in one run.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from index.model import bert, source
from qa.bundled_reader import BundledReader
from qa.metrics import best, exact_match, token_f1
from qa.model.span import SpanReader
from qa.normalise import normaliser
from qa.questions import Question, read_questions
from qa.reader import Text


class TorchSession:
    """Stand in for the ONNX session of the reader, in float32."""

    def __init__(self, weights: Path) -> None:
        sizes = source.read(source.default_path())
        self.model = SpanReader(bert.rebuild(sizes), sizes.hidden).eval()
        self.model.load_state_dict(torch.load(weights, weights_only=True))

    @torch.inference_mode()
    def run(self, _names: None, batch: Mapping[str, NDArray[Any]]) -> list[NDArray[np.float32]]:
        """Return what the graph returns."""
        made = self.model.pairs(torch.from_numpy(batch["words"]), torch.from_numpy(batch["mask"]))
        return [each.numpy() for each in made]


def scores(reader: BundledReader, asked: list[Question]) -> tuple[float, float]:
    """Return F1 and exact match, in points, of the best span of each question's own context."""
    rule, found = normaliser("fr"), []
    for question in asked:
        context = question.context or ""
        spans = reader.read(question.text, [Text(context, question.title)])[0].spans
        text = context[spans[0].start : spans[0].end] if spans else ""
        found.append([best(each, text, question.answers, rule) for each in (token_f1, exact_match)])
    f1, exact = 100 * np.mean(found, axis=0)
    return float(f1), float(exact)


def main() -> None:
    """Print a line per file and kind of weights."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("files", type=Path, nargs="+")
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    torch.set_num_threads(args.threads)
    shipped, full = BundledReader(threads=args.threads), BundledReader(threads=args.threads)
    full._session = TorchSession(args.weights)
    for path in args.files:
        asked = [q for q in read_questions(path).questions if q.answerable and q.context]
        for name, reader in (("int8", shipped), ("float32", full)):
            f1, exact = scores(reader, asked)
            print(f"{path.stem} {name}: F1 {f1:.1f} EM {exact:.1f} ({len(asked)} questions)", flush=True)


if __name__ == "__main__":
    main()
