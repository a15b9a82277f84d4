"""The bundled reader: an int8 graph over the encoder's own tokenizer and word table."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from index.model import runtime
from qa.kinds import wants_short
from qa.reader import BUNDLED, Reading, Span, Text
from qa.spans import best_spans

__all__ = ["BundledReader"]

FOLDER = Path(__file__).parent / "model"
QUERY, PASSAGE = "query: ", "passage: "
# Tokens of one call, question and title included; longer passages are read in windows that overlap.
WINDOW = 320
OVERLAP = 64
LONGEST_TITLE = 48
# Chosen on dev.
SHORT_PENALTY, LONG_PENALTY = 0.1, 0.05


class BundledReader:
    """Read passages one call each, as activations are quantised per call: neighbours change nothing.

    Safe to call from several threads at once.
    """

    name = BUNDLED

    def __init__(self, *, threads: int | None = None) -> None:
        self._calls = runtime.SideBySide(threads)
        runtime.checked(FOLDER)
        self._words = runtime.shared_words()
        self._session = runtime.session(FOLDER / "reader.onnx")
        self.fingerprint = runtime.fingerprint(FOLDER)

    def read(self, question: str, passages: Sequence[Text]) -> list[Reading]:
        """Return one reading per passage, in their order."""
        asked, penalty = self._ids(QUERY + question), length_penalty(question)
        parts = [list(self._parts(asked, passage)) for passage in passages]
        flat = [(*part, penalty) for each in parts for part in each]
        done = iter(self._calls.map(lambda part: self._window(*part), flat))
        return [_joined([next(done) for _ in each]) for each in parts]

    def _ids(self, text: str) -> list[int]:
        return list(self._words.tokenizer.encode(text, add_special_tokens=False).ids)

    def _parts(
        self, question: list[int], passage: Text
    ) -> Iterator[tuple[str, list[int], list[int], list[tuple[int, int]]]]:
        """Yield the text, the ids before it, and the ids and offsets of each window."""
        title = self._ids(f"{PASSAGE}{passage.title}\n" if passage.title else PASSAGE)[:LONGEST_TITLE]
        head = [0, *question[: WINDOW // 2], 2, 2, *title]
        encoded = self._words.tokenizer.encode(passage.text, add_special_tokens=False)
        for a, b in windows(len(encoded.ids), WINDOW - len(head) - 1):
            yield passage.text, head, encoded.ids[a:b], encoded.offsets[a:b]

    def _window(
        self, text: str, head: list[int], ids: list[int], offsets: list[tuple[int, int]], penalty: float
    ) -> Reading:
        batch = self._words.batch([[*head, *ids, 2]])
        pairs, answerable = self._session.run(["pairs", "answerable"], batch)
        body = slice(len(head), len(head) + len(ids))
        spans = best_spans(text, offsets, pairs[0, body, body], float(pairs[0, 0, 0]), penalty)
        return Reading(spans, float(answerable[0]))


def _joined(readings: Sequence[Reading]) -> Reading:
    """Return the best spans over all windows of a passage, and the most hopeful answerability."""
    spans = sorted((s for r in readings for s in r.spans), key=lambda s: (-s.score, s.start))
    return Reading(_apart(spans), max((r.answerable for r in readings), default=-20.0))


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
