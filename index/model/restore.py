"""Read the weights of a shipped int8 graph back into torch, to train on from what a release ships.

    python -m index.model.restore qa/model/reader.onnx reader.pt

Weights come back within half an int8 step of what was exported (per output row); norms, biases and the
reader's heads are exact. Works for encoder.onnx and reader.onnx, whose nodes stand as graph.py wrote them.
"""

import argparse
from pathlib import Path

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

LINEAR = ("q", "k", "v", "ao", "fi", "fo")
# Of a reader, in the order they were written; the first releases had two.
HEADS = ("span", "answerable", "left", "right")


def restore(path: Path) -> dict[str, Tensor]:
    """Return a state dict: of Transformer for an encoder, of SpanReader for a reader."""
    graph = onnx.load(str(path)).graph
    values = {each.name: numpy_helper.to_array(each) for each in graph.initializer}
    made_by = {node.output[0]: node for node in graph.node}
    linear, norms, heads = [], [], []
    body: dict[str, np.ndarray] = {}
    for node in graph.node:
        if node.op_type == "DynamicQuantizeMatMul":
            x, codes, scale, _, bias = node.input
            smooth = made_by[x]
            factor = values[smooth.input[1]] if smooth.op_type == "Mul" else 1.0
            weight = values[codes].T.astype(np.float32) * values[scale][:, None] * factor
            linear.append((weight, values[bias]))
        elif node.op_type == "SkipLayerNormalization":
            norms.append((values[node.input[2]], values[node.input[3]]))
        elif node.op_type == "LayerNormalization":
            body["norm.weight"], body["norm.bias"] = (values[name] for name in node.input[1:3])
        elif node.op_type == "Slice" and "position" not in body:
            body["position"] = values[node.input[0]]
        elif node.op_type == "MatMul" and node.input[1] in values:
            add = next(n for n in graph.node if node.output[0] in n.input)
            heads.append((values[node.input[1]].T, values[add.input[1]]))
    for i in range(len(linear) // len(LINEAR)):
        parts = dict(zip(LINEAR, linear[i * 6 : i * 6 + 6], strict=True))
        parts |= dict(zip(("aln", "oln"), norms[i * 2 : i * 2 + 2], strict=True))
        for name, (weight, bias) in parts.items():
            body[f"layers.{i}.{name}.weight"], body[f"layers.{i}.{name}.bias"] = weight, bias
    if not heads:
        return _tensors(body)
    state = {f"transformer.{name}": value for name, value in body.items()}
    for name, (weight, bias) in zip(HEADS, heads, strict=False):
        state[f"{name}.weight"], state[f"{name}.bias"] = weight, bias
    return _tensors(state)


def _tensors(arrays: dict[str, np.ndarray]) -> dict[str, Tensor]:
    return {name: torch.from_numpy(np.array(value)) for name, value in arrays.items()}


def main() -> None:
    """Write the weights of an ONNX file as a torch state dict."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("graph", type=Path)
    parser.add_argument("out", type=Path)
    args = parser.parse_args()
    torch.save(restore(args.graph), args.out)


if __name__ == "__main__":
    main()
