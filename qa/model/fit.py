"""Fit what weighs the models' outputs: fusion.json (retrieval) and calibration.json (reading, confidence).

    python -m qa.model.fit --set piaf.json corpus-of-piaf 1 --set news.json corpus-of-news 1

Each set is a question file, a corpus that holds its documents, and its weight. Twelve numbers weigh a
passage, six a span, thirteen the confidence: too few to learn the questions by heart, and fitted on dev only.
"""

import argparse
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp

from index.corpus import Corpus, StoredPassage
from index.encoder import load_encoder
from index.protocols import Vectors
from qa import selection
from qa.answerer import DEPTH
from qa.evidence import context
from qa.fusion import EVIDENCE, FEATURES, Fusion, features
from qa.metrics import best, token_f1
from qa.normalise import normaliser
from qa.questions import Question, read_questions
from qa.reader import Reading, Text, load_reader
from qa.relevance import find_gold, judge
from qa.retriever import CANDIDATES, LOOKED_AT, Hit, Retriever
from qa.selection import Judge

Rows = NDArray[np.float64]
FOLDER = Path(__file__).parent
RULE = normaliser("fr")


@dataclass(frozen=True, slots=True)
class Case:
    """Hold one question with all its candidate passages, their features and which of them are relevant."""

    question: Question
    found: list[StoredPassage]
    cosines: Vectors
    rows: Rows
    relevant: NDArray[np.bool_]

    def looked_at(self, weights: Sequence[float]) -> "Case":
        """Return the case with the candidates whose texts the retriever looks at, given these weights.

        What is around a passage is then what is around it among these.
        """
        scores = self.rows[:, : len(FEATURES)] @ np.asarray(weights[: len(FEATURES)])
        kept = np.argsort(-scores, kind="stable")[:LOOKED_AT]
        found = [self.found[n] for n in kept]
        passages, cosines = [each.passage for each in found], self.cosines[kept]
        around = context([p.document_id for p in passages], [p.start for p in passages], cosines)
        rows = np.hstack([self.rows[kept, : -around.shape[1]], around])
        return Case(self.question, found, cosines, rows, self.relevant[kept])


def cases(path: Path, corpus: Corpus, retriever: Retriever) -> list[Case]:
    """Return every question of a file with its candidates, before fusion."""
    questions = read_questions(path).questions
    gold = find_gold(questions, corpus.documents())
    made = []
    for question in questions:
        query = retriever.encoder.encode_query([question.text])[0]
        words = dict(corpus.search_words(question.text, CANDIDATES))
        ids = list(dict.fromkeys([*(i for i, _ in corpus.search_vectors(query, CANDIDATES)), *words]))
        scores = np.array([words.get(i, 0.0) for i in ids], np.float32)
        asked = corpus.terms(question.text)
        cosines = corpus.vectors(ids) @ query
        rows = features(cosines, scores, len(asked))
        found = corpus.passages(ids)
        seen = retriever.evidence_of(question.text, asked, found, cosines)
        relevant = [
            judge(question, gold[question.id], (p.document_id, p.start, p.end, p.text), ()).relevant
            for p in (s.passage for s in found)
        ]
        made.append(Case(question, found, cosines, np.hstack([rows, seen]), np.array(relevant)))
    return made


def fit_fusion(sets: Sequence[tuple[list[Case], float]]) -> tuple[float, ...]:
    """Return the weights that make relevant passages likeliest under a softmax over the candidates."""
    usable = [
        ([(c.rows, c.relevant) for c in made if c.question.answerable and c.relevant.any()], share)
        for made, share in sets
    ]

    def loss(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        total, slope = 1e-3 * float((weights**2).sum()), 2e-3 * weights
        for pairs, share in usable:
            for rows, relevant in pairs:
                scores = rows @ weights
                likely = np.exp(scores - scores.max())
                right = likely * relevant
                total += share * float(np.log(likely.sum() / right.sum())) / len(pairs)
                slope = slope + share / len(pairs) * ((likely / likely.sum() - right / right.sum()) @ rows)
        return total, slope

    start = np.array([5.0, 2.0, *[0.0] * (len(FEATURES) + len(EVIDENCE) - 2)])
    found = minimize(loss, start, jac=True, method="L-BFGS-B").x
    return tuple(round(float(w), 4) for w in found)


def logistic(
    rows: Rows, labels: NDArray[np.float64], weights: NDArray[np.float64], decay: float = 1e-3
) -> tuple[float, ...]:
    """Return the weights of a logistic regression with a little decay."""

    def loss(w: NDArray[np.float64]) -> float:
        z = rows @ w
        each = np.logaddexp(0, z) - labels * z
        return float((weights * each).sum() / weights.sum() + decay * (w[1:] ** 2).sum())

    bounds = [(None, None), *[(0.0, None)] * (rows.shape[1] - 1)]
    found = minimize(loss, np.zeros(rows.shape[1]), method="L-BFGS-B", bounds=bounds).x
    return tuple(round(float(w), 5) for w in found)


@dataclass(frozen=True, slots=True)
class Read:
    """Hold one question of a set with the hits read for it."""

    question: Question
    hits: list[Hit]
    readings: list[Reading]
    share: float
    source: str = ""

    def right(self, text: str) -> bool:
        """Tell whether a span counts as an answer: F1 of at least one half with a gold one."""
        return self.question.answerable and best(token_f1, text, self.question.answers, RULE) >= 0.5


def read_all(path: Path, retriever: Retriever, reader: Any, share: float) -> list[Read]:
    """Retrieve and read every question of a file."""
    made = []
    for question in read_questions(path).questions:
        hits = retriever.search(question.text, DEPTH)
        readings = reader.read(question.text, [Text(h.stored.passage.text, h.stored.title) for h in hits])
        made.append(Read(question, hits, readings, share, str(path)))
    return made


def fit_pick(done: Sequence[Read]) -> tuple[float, ...]:
    """Return the weights that rank right spans before wrong ones of the same question.

    Mostly a softmax over the spans of a question that has a right one; a little of each span by itself, so
    that logits of different questions, and zero, mean the same.
    """
    groups: list[tuple[Rows, NDArray[np.float64], float]] = []
    for item in done:
        rows, labels = [], []
        for n, reading in enumerate(item.readings):
            made = selection.pick_features(item.question.text, item.hits, n, reading)
            for span, row in zip(reading.spans, made, strict=True):
                rows.append(row)
                labels.append(float(item.right(item.hits[n].stored.passage.text[span.start : span.end])))
        groups.append((np.array(rows), np.array(labels), item.share))

    def loss(weights: NDArray[np.float64]) -> float:
        total = 1e-3 * float((weights[1:] ** 2).sum())
        for rows, labels, share in groups:
            z = rows @ weights
            total += 0.3 * share * float((np.logaddexp(0, z) - labels * z).mean())
            if labels.any():
                total += share * float(logsumexp(z) - logsumexp(z[labels > 0]))
        return total

    # No evidence may count against itself, whatever a small dev set says; and how long is no answer to when,
    # however well it reads: too rare on dev to be learned there.
    bounds = [(None, None), *[(0.0, None)] * 4, (1.0, None)]
    start = np.array([-1.0, 0.3, 0.3, 0.3, 0.0, 1.0])
    return tuple(round(float(w), 5) for w in minimize(loss, start, method="L-BFGS-B", bounds=bounds).x)


@dataclass(frozen=True, slots=True)
class Trust:
    """Hold the fitted confidence: weights, the confidences of the questions, which answers were right."""

    trust: tuple[float, ...]
    known: tuple[float, ...]
    confidence: NDArray[np.float64]
    right: list[bool]


def fit_trust(done: Sequence[Read], pick: tuple[float, ...]) -> Trust:
    """Fit what a confidence is the product of: does the passage answer at all, is the span right if it does.

    The first is learned where some questions have no answer, the second on those that have one.
    """
    judge_ = Judge(pick, (0.0,) * 11, 0.5)
    rows, labels = [], []
    for item in done:
        verdict = judge_.decide(item.question.text, item.hits, item.readings)
        rows.append(selection.trust_features(verdict.candidates, item.hits))
        labels.append(bool(verdict.best and item.right(verdict.best.text)))
    array, share = np.array(rows), np.array([item.share for item in done])
    answerable = np.array([item.question.answerable for item in done])
    right = np.array(labels, float)
    trust = logistic(array[answerable], right[answerable], share[answerable])
    seen = array[:, [0, selection.ANSWERABLE]]
    sources = np.array([item.source for item in done])
    mixed = np.isin(sources, sources[~answerable])
    known = logistic(seen[mixed], answerable[mixed].astype(float), share[mixed])
    return Trust(trust, known, sigmoid(array @ trust) * sigmoid(seen @ known), labels)


def sigmoid(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the logistic function of each value."""
    made: NDArray[np.float64] = 1 / (1 + np.exp(-values))
    return made


def threshold_for(
    confidence: NDArray[np.float64], right: Sequence[bool], done: Sequence[Read], precision: float
) -> float:
    """Return the lowest threshold whose answers have this precision where some questions have no answer.

    A set whose every question has one says nothing of answers that nobody should have been given.
    """
    mixed = {item.source for item in done if not item.question.answerable}
    share = np.array([item.share if item.source in mixed else 0.0 for item in done])
    order = np.argsort(-confidence)
    given = np.maximum(np.cumsum(share[order]), 1e-12)
    gained = np.cumsum(share[order] * np.array(right)[order]) / given
    good = np.nonzero(gained >= precision)[0]
    return round(float(confidence[order[good[-1]]]), 4) if len(good) else 0.9


def main() -> None:
    """Fit both files, or with --only one of them."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--set", nargs=3, action="append", required=True, metavar=("QUESTIONS", "CORPUS", "WEIGHT")
    )
    parser.add_argument("--only", choices=["fusion", "calibration"])
    parser.add_argument("--precision", type=float, default=0.77)
    parser.add_argument("--threads", type=int, default=1)
    args = parser.parse_args()
    encoder = load_encoder(threads=args.threads)
    sets = [(Path(q), Corpus.open(Path(c), encoder), float(w)) for q, c, w in args.set]
    if args.only != "calibration":
        # Whatever weights there are play no part in what is weighed.
        plain = Fusion((0.0,) * len(FEATURES), (0.0,) * len(EVIDENCE))
        made = [(cases(q, c, Retriever(c, encoder, plain)), w) for q, c, w in sets]
        # First over all candidates, then over those that are looked at given the first weights.
        first = fit_fusion(made)
        weights = fit_fusion([([case.looked_at(first) for case in some], w) for some, w in made])
        write("fusion.json", dict(zip((*FEATURES, *EVIDENCE), weights, strict=True)))
    if args.only == "fusion":
        return
    Fusion.bundled.cache_clear()
    reader = load_reader(threads=args.threads)
    done: list[Read] = []
    for q, c, w in sets:
        read = read_all(q, Retriever(c, encoder), reader, 1.0)
        done += [replace(r, share=w / len(read)) for r in read]
    pick = fit_pick(done)
    fitted = fit_trust(done, pick)
    threshold = threshold_for(fitted.confidence, fitted.right, done, args.precision)
    learned = {"pick": pick, "trust": fitted.trust, "known": fitted.known, "threshold": threshold}
    write("calibration.json", learned)


def write(name: str, value: object) -> None:
    """Write a JSON file beside this one, and show it."""
    text = json.dumps(value, indent=2) + "\n"
    (FOLDER / name).write_text(text, encoding="utf-8")
    print(name, text)


if __name__ == "__main__":
    main()
