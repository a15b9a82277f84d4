"""Make training readings of mined questions: beside a passage that answers, and some that only seem to."""

import json
import random
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

# Characters of a context that is read whole, as a passage of a corpus of short texts is.
WHOLE = 1300


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold a passage, its title, and the answer's place in it (None: no answer)."""

    title: str
    text: str
    span: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class Group:
    """Hold a question and the passages that are read for it together; the first one answers, if any does."""

    question: str
    readings: tuple[Reading, ...]

    @property
    def size(self) -> int:
        """Return the characters of the longest passage."""
        return max(len(reading.text) for reading in self.readings)


def mined(paths: Iterable[Path]) -> list[dict[str, Any]]:
    """Return the lines that mine.py wrote."""
    return [json.loads(line) for path in paths for line in path.read_text(encoding="utf-8").splitlines()]


def group(row: dict[str, Any], rng: random.Random, *, wrong: int, whole: float) -> Group | None:
    """Return a question's passages: its gold one, and up to `wrong` of those found that do not answer.

    A gold context that is short enough is read whole with the probability `whole`; unanswerable questions
    meet the passages of their own article first. None where nothing is left to read.
    """
    chosen = [Reading(t, x, None) for t, x, *_ in picked(row, rng, wrong if row["answerable"] else wrong + 1)]
    if not row["answerable"]:
        return Group(row["question"], tuple(chosen)) if chosen else None
    if len(row["context"]) <= WHOLE and rng.random() < whole and row["golds"][0][0] is not None:
        start, text = row["golds"][0]
        right = Reading(row["title"], row["context"], (start, start + len(text)))
    elif row["right"]:
        title, text, a, b, _ = rng.choice(row["right"])
        right = Reading(title, text, (a, b))
    else:
        return None
    return Group(row["question"], (right, *chosen))


def picked(row: dict[str, Any], rng: random.Random, count: int) -> list[list[Any]]:
    """Return wrong passages at random, the closest and those of the question's own article more often."""
    left = list(row["wrong"])
    taken: list[list[Any]] = []
    while left and len(taken) < count:
        own = 3.0 if not row["answerable"] else 1.5
        weights = [(own if w[4] else 1.0) * 0.8**n for n, w in enumerate(left)]
        taken.append(left.pop(rng.choices(range(len(left)), weights)[0]))
    return taken


def batches(groups: Sequence[Group], size: int, rng: random.Random) -> list[list[Group]]:
    """Return batches of about `size` readings of like length, made within windows so that the order stays."""
    done: list[list[Group]] = []
    for at in range(0, len(groups), size * 8):
        made: list[list[Group]] = [[]]
        for each in sorted(groups[at : at + size * 8], key=lambda g: g.size):
            if sum(len(g.readings) for g in made[-1]) + len(each.readings) > size:
                made.append([])
            made[-1].append(each)
        rng.shuffle(made)
        done += [batch for batch in made if batch]
    return done


def roughen(question: str, rng: random.Random) -> str:
    """Return the question as hurried visitors type it, one time in five."""
    dice = rng.random()
    if dice < 0.06:
        return question.lower().rstrip(" ?")
    if dice < 0.10:
        return unaccented(question)
    if dice < 0.14:
        return unaccented(question).lower().replace("'", " ").replace("-", " ").rstrip(" ?")
    return mistyped(question, rng) if dice < 0.20 else question


def mistyped(question: str, rng: random.Random) -> str:
    """Return the question with one or two letters dropped, doubled or exchanged."""
    letters = list(question)
    for _ in range(rng.choice((1, 1, 2))):
        places = [n for n in range(1, len(letters) - 1) if letters[n].isalpha() and letters[n + 1].isalpha()]
        if not places:
            break
        n, how = rng.choice(places), rng.random()
        if how < 0.4:
            del letters[n]
        elif how < 0.7:
            letters.insert(n, letters[n])
        else:
            letters[n], letters[n + 1] = letters[n + 1], letters[n]
    return "".join(letters)


def unaccented(text: str) -> str:
    """Return the text without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
