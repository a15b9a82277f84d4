"""Write the bundled reader's graph from weights that train.py made.

    python -m qa.model.export reader.pt qa/model [--calibration texts.txt]

The tokenizer and the word table are the encoder's own, in index/model. smooth.npz is measured anew only when
calibration texts (a question, a tab and a passage a line) are given; the same inputs give the same bytes.
"""

import argparse
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper

from index.model import bert, graph, source, vocabulary
from index.model.export import calibrate, write_checksums
from qa.model.span import SpanReader

Array = NDArray[np.float32]


def write_reader(
    state: Mapping[str, Array], sizes: source.Source, path: Path, smooth: Mapping[str, Array] | None
) -> None:
    """Write the graph: pairs (batch, start, end), the logit of each span, and answerable (batch,).

    The product of starts and ends is made here: NumPy's would be made by BLAS threads that wait busily.
    """
    made = graph.Graph(smooth)
    body = {k.removeprefix("transformer."): v for k, v in state.items() if k.startswith("transformer.")}
    states = graph.transformer(made, body, sizes.layers, sizes.heads, sizes.eps)
    # The heads stay float32: they are small, and the scores they give are compared across passages.
    plain = graph.Graph()
    plain.nodes, plain.weights = made.nodes, made.weights
    spans = plain.linear((states, None), *_both(state, "span"))
    first = plain.add("Gather", states, plain.constant(np.array([0], np.int64)), axis=1)
    known = plain.linear((first, None), *_both(state, "answerable"))
    plain.add("Squeeze", known, plain.constant(np.array([1, 2], np.int64)), output="answerable")
    left, right = (plain.linear((states, None), *_both(state, name)) for name in ("left", "right"))
    pairs = plain.add("MatMul", left, plain.add("Transpose", right, perm=[0, 2, 1]))
    start, end = (plain.add("Gather", spans, plain.constant(np.array([n], np.int64)), axis=2) for n in (0, 1))
    apart = plain.add("Add", start, plain.add("Transpose", end, perm=[0, 2, 1]))
    plain.add("Add", pairs, apart, output="pairs")
    outputs = [
        helper.make_tensor_value_info("pairs", TensorProto.FLOAT, ["batch", "tokens", "tokens"]),
        helper.make_tensor_value_info("answerable", TensorProto.FLOAT, ["batch"]),
    ]
    plain.save(path, graph.inputs(sizes.hidden), outputs)


def _both(state: Mapping[str, Array], name: str) -> tuple[Array, Array]:
    return state[f"{name}.weight"], state[f"{name}.bias"]


def sample(sizes: source.Source, path: Path) -> list[tuple[torch.Tensor, torch.Tensor]]:
    """Return calibration batches of one question and passage each."""
    rows = vocabulary.kept_rows(sizes)
    tokenizer = vocabulary.tokenizer(sizes, rows)
    words = torch.from_numpy(sizes.matrix("emb.word", sizes.hidden)[rows])
    pairs = [line.split("\t", 1) for line in path.read_text(encoding="utf-8").splitlines()]
    ids = [tokenizer.encode(f"query: {q}", f"passage: {p}").ids[:320] for q, p in pairs]
    return [(words[row][None], torch.ones(1, len(row))) for row in ids]


def main() -> None:
    """Write reader.onnx, smooth.npz and model.json into a folder."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("weights", type=Path)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--calibration", type=Path)
    args = parser.parse_args()
    sizes = source.read(source.default_path())
    model = SpanReader(bert.rebuild(sizes), sizes.hidden).eval()
    model.load_state_dict(torch.load(args.weights, weights_only=True))
    smooth = args.folder / "smooth.npz"
    if args.calibration:
        np.savez(smooth, allow_pickle=False, **calibrate(model.transformer, sample(sizes, args.calibration)))
    with np.load(smooth, allow_pickle=False) as measured:
        state = {name: value.numpy() for name, value in model.state_dict().items()}
        write_reader(state, sizes, args.folder / "reader.onnx", dict(measured))
    write_checksums(args.folder, ["reader.onnx", "smooth.npz"], {"hidden": sizes.hidden})


if __name__ == "__main__":
    main()
