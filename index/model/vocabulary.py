"""Keep the Latin-script part of the vocabulary, and write the fast tokenizer over it."""

import unicodedata
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tokenizers import Regex, Tokenizer, decoders, normalizers, pre_tokenizers, processors
from tokenizers.models import Unigram

from index.model.source import BLOCK, Q4_BYTES, Source

SPECIAL = ["<s>", "<pad>", "</s>", "<unk>"]


def is_latin(piece: str) -> bool:
    """Tell whether every letter of the piece is Latin; digits, marks and symbols belong to every script."""
    return all(not c.isalpha() or _latin_letter(c) for c in piece)


def _latin_letter(char: str) -> bool:
    name = unicodedata.name(char, "")
    return name.startswith(
        ("LATIN ", "MODIFIER LETTER ", "FEMININE ORDINAL", "MASCULINE ORDINAL", "MICRO SIGN")
    )


def kept_rows(source: Source) -> NDArray[np.int64]:
    """Return the source rows kept, the four special pieces first and in their order."""
    kept = [i for i, piece in enumerate(source.pieces) if i >= len(SPECIAL) and is_latin(piece)]
    return np.array([0, 1, 2, 3, *kept], dtype=np.int64)


def packed_rows(source: Source, rows: NDArray[np.int64]) -> tuple[NDArray[np.uint8], NDArray[np.float16]]:
    """Return the 4-bit blocks of these rows, as published: nibbles and scales apart."""
    _, _, raw = source.tensors["emb.word"]
    per_row = source.hidden // BLOCK
    blocks = np.frombuffer(raw, np.uint8).reshape(-1, per_row, Q4_BYTES)[rows]
    nibbles = blocks[:, :, 2:].reshape(len(rows), -1).copy()
    scales = blocks[:, :, :2].copy().view("<f2").reshape(len(rows), per_row)
    return nibbles, scales


def tokenizer(source: Source, rows: NDArray[np.int64]) -> Tokenizer:
    """Return the SentencePiece unigram tokenizer over the kept pieces."""
    pieces = [(source.pieces[i], float(source.scores[i])) for i in rows]
    made = Tokenizer(Unigram(pieces, unk_id=3, byte_fallback=False))
    made.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " "), normalizers.Strip()]
    )
    made.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always")
    made.decoder = decoders.Metaspace(prepend_scheme="always")
    made.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", pair="<s> $A </s> </s> $B </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    made.add_special_tokens(SPECIAL)
    return made


def save(source: Source, folder: Path) -> None:
    """Write tokenizer.json and the two arrays of the word table."""
    rows = kept_rows(source)
    nibbles, scales = packed_rows(source, rows)
    np.save(folder / "words.nibbles.npy", nibbles, allow_pickle=False)
    np.save(folder / "words.scales.npy", scales, allow_pickle=False)
    tokenizer(source, rows).save(str(folder / "tokenizer.json"), pretty=False)
