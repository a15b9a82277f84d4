"""Make training readings: a question beside a passage that answers it, or one that only seems to."""

import random
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import torch

from index.model.examples import Example, TrainPassage
from index.model.tune import QUERY, Embedder, shown


@dataclass(frozen=True, slots=True)
class Reading:
    """Hold a question, a passage's number, and the answer's place in the passage (None: no answer)."""

    question: str
    passage: int
    span: tuple[int, int] | None


def near(embed: Embedder, passages: list[TrainPassage], asked: list[Example]) -> list[list[int]]:
    """Return for each question the 40 passages closest to it."""
    embed.model.eval()
    vectors = embed.all([shown(p) for p in passages], 256)
    queries = embed.all([QUERY + e.question for e in asked], 64)
    return [torch.topk(vectors @ q, min(40, len(vectors))).indices.tolist() for q in queries]


def positives(passages: list[TrainPassage], asked: Sequence[Example]) -> list[Reading]:
    """Return each answerable question with the passage that holds its gold span."""
    found = []
    for example in asked:
        for n in example.passages:
            span = example.holds(passages[n])
            if span:
                found.append(Reading(example.question, n, span))
                break
    return found


def negatives(
    passages: list[TrainPassage], asked: Sequence[Example], close: list[list[int]], rng: random.Random
) -> list[Reading]:
    """Return each question with passages that do not answer it.

    An unanswerable question gets the two closest passages of its own article, the hard case; an answerable
    one a close passage that holds none of its gold answers.
    """
    made = []
    for example, order in zip(asked, close, strict=True):
        if not example.answers:
            own = sorted(example.passages, key=lambda n: order.index(n) if n in order else 99)
            made += [Reading(example.question, n, None) for n in own[:2]]
            continue
        texts = [text.lower() for _, text in example.answers]
        wrong = [n for n in order[:12] if not any(t in passages[n].text.lower() for t in texts)]
        if wrong:
            made.append(Reading(example.question, rng.choice(wrong[:6]), None))
    return made


def roughen(question: str, rng: random.Random) -> str:
    """Return the question as hurried visitors type it, one time in six."""
    dice = rng.random()
    if dice < 0.06:
        return question.lower().rstrip(" ?")
    if dice < 0.11:
        return unaccented(question)
    if dice < 0.16:
        return unaccented(question).lower().replace("'", " ").replace("-", " ").rstrip(" ?")
    return question


def unaccented(text: str) -> str:
    """Return the text without diacritics."""
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
