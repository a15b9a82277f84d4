"""The transformer in torch: for rebuilding, tuning and exporting; never imported when answering.

Word vectors are an input, not a layer: encoder and reader share one 4-bit table on disk, and only
the rows a text needs are ever expanded.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from index.model.source import Source


class Layer(nn.Module):
    """Be one post-norm transformer layer with erf GELU, as in BERT."""

    def __init__(self, hidden: int, heads: int, ffn: int, eps: float) -> None:
        super().__init__()
        self.heads = heads
        self.q, self.k, self.v, self.ao = (nn.Linear(hidden, hidden) for _ in range(4))
        self.fi, self.fo = nn.Linear(hidden, ffn), nn.Linear(ffn, hidden)
        self.aln, self.oln = nn.LayerNorm(hidden, eps), nn.LayerNorm(hidden, eps)

    def forward(self, x: Tensor, bias: Tensor, drop: float = 0.0) -> Tensor:
        """Return the layer's output; `bias` is 0 where attended and very negative elsewhere."""
        b, t, h = x.shape
        q, k, v = (f(x).view(b, t, self.heads, -1).transpose(1, 2) for f in (self.q, self.k, self.v))
        attended = functional.scaled_dot_product_attention(q, k, v, attn_mask=bias.to(q.dtype))
        mixed = self.ao(attended.transpose(1, 2).reshape(b, t, h))
        x = self.aln(x + functional.dropout(mixed, drop, self.training))
        out = self.fo(functional.gelu(self.fi(x)))
        result: Tensor = self.oln(x + functional.dropout(out, drop, self.training))
        return result


class Transformer(nn.Module):
    """Turn word vectors (batch, tokens, hidden) and a mask into contextual states of the same shape."""

    def __init__(
        self, hidden: int, layers: int, heads: int, ffn: int, eps: float, positions: int = 512
    ) -> None:
        super().__init__()
        self.position = nn.Parameter(torch.zeros(positions, hidden))
        self.norm = nn.LayerNorm(hidden, eps)
        self.layers = nn.ModuleList(Layer(hidden, heads, ffn, eps) for _ in range(layers))

    def forward(self, words: Tensor, mask: Tensor, drop: float = 0.0) -> Tensor:
        """Return the last layer's states; `mask` is (batch, tokens), true or 1 on real tokens."""
        x: Tensor = self.norm(words + self.position[: words.shape[1]])
        bias = ((1.0 - mask.to(x.dtype)) * -1e4)[:, None, None, :]
        for layer in self.layers:
            x = layer(x, bias, drop)
        return x


def mean_pool(states: Tensor, mask: Tensor) -> Tensor:
    """Return the L2-normalised mean over real tokens, (batch, hidden)."""
    weight = mask.to(states.dtype)[:, :, None]
    return functional.normalize((states * weight).sum(1) / weight.sum(1), dim=-1)


def rebuild(source: Source) -> Transformer:
    """Return the published transformer in float32; the one token type is folded into the positions."""
    model = Transformer(source.hidden, source.layers, source.heads, source.ffn, source.eps)
    state = {"position": torch.from_numpy(_positions(source))}
    state |= {f"norm.{a}": torch.from_numpy(source.dense(f"emb.ln.{b}")) for a, b in _WEIGHT_BIAS}
    for i in range(source.layers):
        for part in ("q", "k", "v", "ao", "fi", "fo", "aln", "oln"):
            for ours, theirs in _WEIGHT_BIAS:
                flat = torch.from_numpy(source.dense(f"l{i}.{part}.{theirs}"))
                target = model.get_parameter(f"layers.{i}.{part}.{ours}")
                state[f"layers.{i}.{part}.{ours}"] = flat.view(target.shape)
    model.load_state_dict(state)
    return model.eval()


_WEIGHT_BIAS = (("weight", "w"), ("bias", "b"))


def _positions(source: Source):  # type: ignore[no-untyped-def]
    return source.matrix("emb.pos", source.hidden) + source.matrix("emb.type", source.hidden)[:1]
