"""Texts reduced to what makes them the same: letters and digits, no case, no accents, no spaces."""

import unicodedata
from functools import cache
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray

__all__ = ["fingerprints", "folded", "text_key"]

_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)


def folded(text: str) -> tuple[NDArray[np.uint32], NDArray[np.int64]]:
    """Return the folded letters and digits of a text as code points, and the offset of each."""
    codes = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), dtype=np.uint32)
    table = _table()
    letters = np.where(codes < table.size, table[np.minimum(codes, table.size - 1)], 0)
    for code in np.unique(codes[codes >= table.size]):
        if chr(code).isalnum():
            letters[codes == code] = code
    offsets = np.flatnonzero(letters)
    return letters[offsets], offsets


def text_key(text: str) -> bytes:
    """Return 16 bytes that are equal for texts that differ in case, accents, spaces or marks only."""
    letters, _ = folded(text)
    # A text of marks alone ("—", "…") would equal every other one: it stands for itself.
    content = letters.tobytes() if letters.size else text.encode("utf-8", "surrogatepass")
    return blake2b(content, digest_size=16).digest()


def fingerprints(letters: NDArray[np.uint32], width: int) -> NDArray[np.uint64]:
    """Return a 64-bit hash of each window of `width` letters; shape (letters - width + 1,)."""
    if letters.size < width:
        return np.zeros(0, dtype=np.uint64)
    # Mixing the code points first keeps arithmetic patterns in texts from cancelling out.
    mixed = _mix(letters.astype(np.uint64))
    windows = np.zeros(letters.size - width + 1, dtype=np.uint64)
    for step in range(width):
        windows = windows * _MULTIPLIER + mixed[step : step + windows.size]
    return _mix(windows)


def _mix(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return the values through the finaliser of splitmix64."""
    values = (values ^ (values >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    values = (values ^ (values >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return values ^ (values >> np.uint64(31))


@cache
def _table() -> NDArray[np.uint32]:
    """Return for each code point of the basic plane its folded letter, 0 for what is left out."""
    table = np.zeros(0x10000, dtype=np.uint32)
    for code in range(0x10000):
        char = chr(code)
        if char.isalnum():
            base = unicodedata.normalize("NFKD", char)[0].lower()
            table[code] = ord(base[0])
    return table
