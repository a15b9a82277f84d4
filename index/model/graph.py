"""Write the transformer as an ONNX graph, node by node: no exporter, so the same weights give the same bytes.

Inputs are `words` (batch, tokens, hidden) float32 and `mask` (batch, tokens) int32; what comes after the
last layer is added by the caller (pooling for the encoder, heads for the reader). In an int8 graph, weights
have one scale per output and activations one scale per call; `smooth` moves the outliers of the activations
into the weights first (SmoothQuant, Xiao et al. 2023), without which recall@1 loses two points.
"""

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

Array = NDArray[np.float32]
MICROSOFT = "com.microsoft"
OPSET = 17
SMOOTHING = 0.6


class Graph:
    """Collect nodes and weights under fresh names."""

    def __init__(self, smooth: Mapping[str, Array] | None = None) -> None:
        self.smooth = smooth
        self.nodes: list[onnx.NodeProto] = []
        self.weights: list[onnx.TensorProto] = []

    def constant(self, value: NDArray[np.generic]) -> str:
        """Add a weight and return its name."""
        name = f"w{len(self.weights)}"
        self.weights.append(numpy_helper.from_array(np.ascontiguousarray(value), name))
        return name

    def add(self, kind: str, *inputs: str, domain: str = "", output: str = "", **attributes: object) -> str:
        """Add a node with one output and return that output's name."""
        name = output or f"n{len(self.nodes)}"
        self.nodes.append(
            helper.make_node(kind, list(inputs), [name], name=name, domain=domain, **attributes)
        )
        return name

    def smoothed(self, x: str, site: str) -> tuple[str, Array | None]:
        """Return the input of a linear layer with its outliers divided out, and by how much."""
        if self.smooth is None:
            return x, None
        factor = np.maximum(self.smooth[site], 1e-5).astype(np.float64) ** SMOOTHING
        factor /= np.exp(np.log(factor).mean())
        return self.add("Mul", x, self.constant((1 / factor).astype(np.float32))), factor.astype(np.float32)

    def linear(self, x: tuple[str, Array | None], weight: Array, bias: Array) -> str:
        """Add y = x W^T + b for a weight in [out, in] and an input from `smoothed`."""
        name, factor = x
        if factor is None:
            return self.add("Add", self.add("MatMul", name, self.constant(weight.T)), self.constant(bias))
        weight = weight * factor[None, :]
        scale = np.maximum(np.abs(weight).max(1) / 127.0, 1e-12).astype(np.float32)
        codes = self.constant(np.rint(weight / scale[:, None]).astype(np.int8).T)
        return self.add(
            "DynamicQuantizeMatMul",
            name,
            codes,
            self.constant(scale),
            "",
            self.constant(bias),
            domain=MICROSOFT,
        )

    def norm(self, x: str, skip: str, weight: Array, bias: Array, eps: float) -> str:
        """Add LayerNorm(x + skip)."""
        both = [self.constant(weight), self.constant(bias)]
        return self.add("SkipLayerNormalization", x, skip, *both, domain=MICROSOFT, epsilon=eps)

    def save(self, path: Path, inputs: list[onnx.ValueInfoProto], outputs: list[onnx.ValueInfoProto]) -> None:
        """Write the model file."""
        graph = helper.make_graph(self.nodes, "repondeur", inputs, outputs, self.weights)
        opsets = [helper.make_opsetid("", OPSET), helper.make_opsetid(MICROSOFT, 1)]
        model = helper.make_model(graph, opset_imports=opsets, ir_version=9, producer_name="repondeur")
        path.write_bytes(model.SerializeToString(deterministic=True))


def transformer(graph: Graph, state: Mapping[str, Array], layers: int, heads: int, eps: float) -> str:
    """Add embeddings' norm and all layers; return the name of the last states."""
    x = _embedded(graph, state, eps)
    for i in range(layers):
        x = _layer(graph, x, i, {k: v for k, v in state.items() if k.startswith(f"layers.{i}.")}, heads, eps)
    return x


def _layer(graph: Graph, x: str, i: int, state: Mapping[str, Array], heads: int, eps: float) -> str:
    def both(name: str) -> tuple[Array, Array]:
        return state[f"layers.{i}.{name}.weight"], state[f"layers.{i}.{name}.bias"]

    even = graph.smoothed(x, f"{i}.q")
    q, k, v = (graph.linear(even, *both(n)) for n in "qkv")
    attended = graph.add("MultiHeadAttention", q, k, v, "", "mask", domain=MICROSOFT, num_heads=heads)
    x = graph.norm(graph.linear(graph.smoothed(attended, f"{i}.ao"), *both("ao")), x, *both("aln"), eps)
    inner = graph.linear(graph.smoothed(x, f"{i}.fi"), *both("fi"))
    inner = graph.add("Gelu", inner, domain=MICROSOFT)
    return graph.norm(graph.linear(graph.smoothed(inner, f"{i}.fo"), *both("fo")), x, *both("oln"), eps)


def _embedded(graph: Graph, state: Mapping[str, Array], eps: float) -> str:
    tokens = graph.add("Shape", "words", start=1, end=2)
    zero = graph.constant(np.array([0], np.int64))
    positions = graph.add("Slice", graph.constant(state["position"]), zero, tokens, zero)
    both = [graph.constant(state["norm.weight"]), graph.constant(state["norm.bias"])]
    return graph.add("LayerNormalization", graph.add("Add", "words", positions), *both, axis=-1, epsilon=eps)


def inputs(hidden: int) -> list[onnx.ValueInfoProto]:
    """Return the two inputs every model of this project has."""
    return [
        helper.make_tensor_value_info("words", TensorProto.FLOAT, ["batch", "tokens", hidden]),
        helper.make_tensor_value_info("mask", TensorProto.INT32, ["batch", "tokens"]),
    ]


def pooled(graph: Graph, states: str, name: str) -> str:
    """Add the mean over real tokens, L2-normalised: (batch, hidden)."""
    last, tokens = graph.constant(np.array([2], np.int64)), graph.constant(np.array([1], np.int64))
    weight = graph.add("Unsqueeze", graph.add("Cast", "mask", to=TensorProto.FLOAT), last)
    total = graph.add("ReduceSum", graph.add("Mul", states, weight), tokens, keepdims=0)
    mean = graph.add("Div", total, graph.add("ReduceSum", weight, tokens, keepdims=0))
    return graph.add("LpNormalization", mean, output=name, axis=-1, p=2)
