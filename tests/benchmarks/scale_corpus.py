"""A corpus of any size for `scale`: real articles first, then as many made from their words as are asked for.

A made passage has the words, the length and the title words of two real ones, in another order: for BM25,
which knows no order, it is a text like any other, and it is nobody's copy. Its vector is that of a real
passage moved along the difference of two others, so that neighbourhoods keep their shape.
"""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from index.document import Document
from index.embedding import embedded_hash, embedding_text
from index.french import prepare
from index.lexical import LexicalWriter, WordEntry
from index.protocols import Vectors
from index.storewriter import NewPassage, StoreWriter

__all__ = ["Articles", "BulkStore", "BulkWords", "LookedUp", "cut"]

_PER_WORD = 1.4
_SIZE = 540
_FROM_OTHER = 0.4
_GROUP = 3
_SENTENCE = re.compile(r"[.!?…»]\s*(?=[A-ZÉÈÀÇ«\"])")
_WORD = re.compile(r"\S+")
# A passage of the product has about as many anchors.
_ANCHORS = 6


class Article(NamedTuple):
    """Hold a document as the passages it is cut into."""

    id: str
    title: str
    date: str
    passages: list[str]


class Articles:
    """Make documents, each a function of its number alone."""

    def __init__(self, path: Path) -> None:
        with gzip.open(path, "rt", encoding="utf-8") as handle:
            rows = [json.loads(line) for line in handle]
        self._real = [
            Article(row["id"], prepare(row["title"]), row["date"], cut(prepare(row["text"])))
            for row in rows
            if row["text"].strip()
        ]

    def passages_of(self, count: int) -> Iterator[Article]:
        """Yield documents until they have `count` passages."""
        number = 0
        while count > 0:
            article = self._article(number)
            yield article._replace(passages=article.passages[:count])
            count -= len(article.passages)
            number += 1

    def _article(self, number: int) -> Article:
        real = self._real[number % len(self._real)]
        if number < len(self._real):
            return real
        chance = random.Random(number)  # noqa: S311
        other = self._real[chance.randrange(len(self._real))]
        made = [
            _mixed(passage, other.passages[n % len(other.passages)], chance)
            for n, passage in enumerate(real.passages)
        ]
        return Article(f"made{number}", _mixed(real.title, other.title, chance), real.date, made)


class LookedUp:
    """Be an encoder whose vectors depend on the text's hash and lie where real ones lie.

    `base` holds real passages' vectors (n, d); `questions` real questions with their real vectors.
    """

    name = "scale"

    def __init__(self, base: Vectors, questions: dict[str, Vectors]) -> None:
        self._base, self._questions = base, questions
        self.dimension = int(base.shape[1])
        self.fingerprint = hashlib.sha256(base.tobytes()).hexdigest()
        noise = np.random.default_rng(0).normal(size=(4096, self.dimension)).astype(np.float32)
        self._noise = 0.1 * noise / np.linalg.norm(noise, axis=1, keepdims=True)

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """Return about how many tokens each text has."""
        return [round(_PER_WORD * len(_WORD.findall(text))) for text in texts]

    def encode_query(self, texts: Sequence[str]) -> Vectors:
        """Return the vectors of questions, computed before."""
        return np.stack([self._questions[text] for text in texts])

    def encode_document(self, texts: Sequence[str]) -> Vectors:
        """Return a vector for each text."""
        return self.of_hashes([embedded_hash(text) for text in texts])

    def of_hashes(self, hashes: Sequence[bytes]) -> Vectors:
        """Return a vector for each hash of an embedded text."""
        wide = b"".join(hashlib.blake2b(each, digest_size=40).digest() for each in hashes)
        drawn = np.frombuffer(wide, dtype="<u8").reshape(-1, 5)
        here, one, other = (drawn[:, n] % len(self._base) for n in range(3))
        step = 0.2 + 0.4 * (drawn[:, 3] % 1000).astype(np.float32)[:, None] / 1000
        rows = self._base[here] + step * (self._base[one] - self._base[other])
        rows = rows + self._noise[drawn[:, 4] % len(self._noise)]
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


class BulkStore(StoreWriter):
    """Write rows as the product does, without cutting texts and looking for copies: hours at this size."""

    def fill(self, articles: Iterable[Article]) -> list[NewPassage]:
        """Store documents cut before; return their passages."""
        rows, made = [], []
        for article in articles:
            text = "\n".join(article.passages)
            meta = {"path": article.id}
            key = self._store(Document(article.id, text, article.title, "scale", article.date, meta), None)
            place = place_byte = 0
            for passage in article.passages:
                size = len(passage.encode())
                embedded = embedded_hash(embedding_text(article.title, passage))
                same = hashlib.blake2b(passage.encode(), digest_size=16).digest()
                ends = (place, place + len(passage), place_byte, place_byte + size)
                self._next += 1
                rows.append((self._next, key, *ends, embedded, same))
                made.append(NewPassage(self._next, article.title, passage, embedded))
                place, place_byte = place + len(passage) + 1, place_byte + size + 1
        self._db.executemany("INSERT INTO passages VALUES (?,?,?,?,?,?,?,?)", rows)
        drawn = np.random.default_rng(self._next).integers(-(2**62), 2**62, (len(made), _ANCHORS)).tolist()
        marks = ((mark, new.id) for new, each in zip(made, drawn, strict=True) for mark in each)
        self._db.executemany("INSERT INTO anchors VALUES (?,?)", marks)
        return made

    _next = 0


class BulkWords(LexicalWriter):
    """Index words of texts that were prepared before they were mixed."""

    def add(self, entries: Iterable[WordEntry]) -> None:
        """Add passages."""
        from tantivy import Document as Words

        for entry in entries:
            words = Words()
            words.add_unsigned("id", entry.id)
            words.add_text("stems", entry.text)
            words.add_text("words", entry.text)
            words.add_text("title", entry.title)
            self._writer.add_document(words)


def cut(text: str) -> list[str]:
    """Return passages of whole sentences, about as long as the product's."""
    passages, start = [], 0
    for match in _SENTENCE.finditer(text):
        if match.end() - start >= _SIZE:
            passages.append(text[start : match.end()].strip())
            start = match.end()
    rest = text[start:].strip()
    if rest:
        passages.append(rest)
    return passages


def _mixed(text: str, other: str, chance: random.Random) -> str:
    """Return the words of a text, some of them another's, in another order."""
    words, others = text.split(), other.split()
    taken = min(int(_FROM_OTHER * len(words)), len(others))
    words[len(words) - taken :] = others[:taken]
    groups = [" ".join(words[n : n + _GROUP]) for n in range(0, len(words), _GROUP)]
    chance.shuffle(groups)
    return " ".join(groups)
