"""The bundled reader: an int8 graph over the encoder's own tokenizer and word table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import ModelError
from index.model import runtime
from qa.coverage import wants_short
from qa.reader import BUNDLED, Reading, Span, Text
from qa.spans import best_spans

__all__ = ["BundledReader"]

FOLDER = Path(__file__).parent / "model"
QUERY, PASSAGE = "query: ", "passage: "
# Tokens of one call, question and title included; longer passages are read in windows that overlap.
WINDOW = 320
OVERLAP = 64
LONGEST_TITLE = 48
# Chosen on dev: two points of F1 for news, whose answers are short, against one of PIAF, whose are longer.
SHORT_PENALTY, LONG_PENALTY = 0.2, 0.05


class BundledReader:
    """Read passages one call each, as activations are quantised per call: neighbours change nothing.

    Safe to call from several threads at once.
    """

    name = BUNDLED

    def __init__(self, *, threads: int = 1) -> None:
        if threads < 1:
            raise ModelError(f"threads is {threads}: give 1 or more")
        runtime.checked(FOLDER)
        self._words = runtime.shared_words()
        self._session = runtime.session(FOLDER / "reader.onnx", threads)
        self.fingerprint = runtime.fingerprint(FOLDER)

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """Return one reading per passage, in their order."""
        asked, penalty = self._ids(QUERY + question), length_penalty(question)
        return [self._read(asked, passage, penalty) for passage in passages]

    def _ids(self, text: str) -> list[int]:
        return list(self._words.tokenizer.encode(text, add_special_tokens=False).ids)

    def _read(self, question: list[int], passage: Text, penalty: float) -> Reading:
        """Return the best spans over all windows, and the most hopeful answerability."""
        title = self._ids(f"{PASSAGE}{passage.title}\n" if passage.title else PASSAGE)[:LONGEST_TITLE]
        head = [0, *question[: WINDOW // 2], 2, 2, *title]
        encoded = self._words.tokenizer.encode(passage.text, add_special_tokens=False)
        readings = [
            self._window(passage.text, head, encoded.ids[a:b], encoded.offsets[a:b], penalty)
            for a, b in windows(len(encoded.ids), WINDOW - len(head) - 1)
        ]
        spans = sorted((s for r in readings for s in r.spans), key=lambda s: (-s.score, s.start))
        return Reading(_apart(spans), max((r.answerable for r in readings), default=-20.0))

    def _window(
        self, text: str, head: list[int], ids: list[int], offsets: list[tuple[int, int]], penalty: float
    ) -> Reading:
        names = ["spans", "answerable", "left", "right"]
        logits, answerable, left, right = self._session.run(names, self._words.batch([[*head, *ids, 2]]))
        body = slice(len(head), len(head) + len(ids))
        pairs = logits[0, body, :1] + logits[0, body, 1] + left[0, body] @ right[0, body].T
        null = float(logits[0, 0].sum() + left[0, 0] @ right[0, 0])
        spans = best_spans(text, offsets, pairs, null, penalty)
        return Reading(spans, float(answerable[0]))


def length_penalty(question: str) -> float:
    """Return what each further token of a span costs, in logits: more where a short answer is asked for."""
    return SHORT_PENALTY if wants_short(question) else LONG_PENALTY


def windows(length: int, size: int) -> Iterator[tuple[int, int]]:
    """Yield the bounds of windows that cover `length` tokens, each at most `size`, overlapping by 64."""
    start = 0
    while start < length:
        yield start, min(start + size, length)
        if start + size >= length:
            return
        start += max(1, size - OVERLAP)


def _apart(spans: Sequence[Span]) -> tuple[Span, ...]:
    """Return the spans, best first, without those that overlap a better one."""
    kept: list[Span] = []
    for span in spans:
        if all(span.end <= k.start or k.end <= span.start for k in kept):
            kept.append(span)
    return tuple(kept[:5])
