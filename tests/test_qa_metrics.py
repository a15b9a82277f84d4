"""Worked values, the official SQuAD definition, and two reference libraries as oracles."""

import random
import re
import string
from collections import Counter

import numpy as np
import pytest

from qa import abstention_metrics as judging
from qa.metrics import (
    average_precision,
    best,
    exact_match,
    holds_answer,
    ndcg,
    recall,
    reciprocal_rank,
    success,
    token_f1,
)
from qa.normalise import NORMALISERS, normaliser

FR, EN = NORMALISERS["fr"], NORMALISERS["en"]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("L'Allemagne", "allemagne"),
        ("l’École de Paris", "école de paris"),
        ("La  Tour\u00a0Eiffel !", "tour eiffel"),
        ("les 3,5 millions d'euros", "35 millions deuros"),
        ("« Une étoile… »", "étoile"),
        ("aux États-Unis", "étatsunis"),
        ("E\u0301cole", "école"),
        ("un", "un"),
        ("Hélène", "hélène"),
        ("aujourd'hui", "aujourdhui"),
        ("", ""),
    ],
)
def test_french_normaliser(text, folded):
    assert FR.fold(text) == folded


def test_articles_are_kept_where_asked():
    assert NORMALISERS["fr+articles"].fold("L'école, la nuit") == "lécole la nuit"
    assert NORMALISERS["en+articles"].fold("The cat.") == "the cat"
    assert NORMALISERS["raw"].fold(" Le  chat. ") == "Le chat."


def test_an_unknown_normaliser_is_named():
    with pytest.raises(KeyError, match="'de'; there are fr"):
        normaliser("de")


def _official(predicted, gold):
    """Compute exact match and F1 as the SQuAD v2.0 script defines them."""

    def fold(text):
        text = "".join(c for c in text.lower() if c not in set(string.punctuation))
        return " ".join(re.sub(r"\b(a|an|the)\b", " ", text).split())

    ours, theirs = fold(predicted).split(), fold(gold).split()
    same = sum((Counter(ours) & Counter(theirs)).values())
    if not ours or not theirs:
        f1 = float(ours == theirs)
    elif not same:
        f1 = 0.0
    else:
        precision, recall_ = same / len(ours), same / len(theirs)
        f1 = 2 * precision * recall_ / (precision + recall_)
    return float(fold(predicted) == fold(gold)), f1


def test_english_scores_equal_the_official_definition():
    chance = random.Random(1)  # noqa: S311
    words = ["the", "a", "Paris,", "in", "1998", "U.S.", "cat", "The", "—", "an", "été", "'s", ""]
    for _ in range(2000):
        pair = [" ".join(chance.choices(words, k=chance.randrange(6))) for _ in range(2)]
        assert (exact_match(*pair, EN), token_f1(*pair, EN)) == _official(*pair)


def test_f1_worked_value():
    # 2 common words of 3 and of 2: precision 2/3, recall 1, F1 .8
    assert token_f1("le 5 mai 2020", "mai 2020", FR) == pytest.approx(0.8)
    assert token_f1("non non oui", "non", FR) == pytest.approx(0.5)


def test_every_gold_counts_and_silence_is_scored_as_squad_v2_does():
    assert best(token_f1, "mai 2020", ["juin", "le 5 mai 2020"], FR) == pytest.approx(0.8)
    assert best(exact_match, None, [], FR) == 1.0
    assert best(exact_match, "Paris", [], FR) == 0.0
    assert best(token_f1, None, ["Paris"], FR) == 0.0
    assert best(exact_match, "", ["..."], EN) == 1.0


def test_an_answer_is_held_as_whole_words_only():
    assert holds_answer("En l’an 1998, à PARIS.", ["Paris"])
    assert holds_answer("Il part.Vers l'Allemagne\u00a0!", ["Allemagne"])
    assert holds_answer("soit 3,5\u00a0millions d’euros", ["3,5 millions", "rien"])
    assert holds_answer("Il vaut 5 €.", ["€"])
    assert not holds_answer("Les Parisiens", ["Paris"])
    assert not holds_answer("Paris", ["", "!"])


def test_ranking_worked_values():
    ranking = [False, True, False, True]
    assert (success(ranking, 1), success(ranking, 2)) == (0.0, 1.0)
    assert recall(ranking, 3, 2) == 0.5
    assert reciprocal_rank(ranking, 10) == 0.5
    assert reciprocal_rank(ranking, 1) == 0.0
    # (1/log2(3) + 1/log2(5)) / (1 + 1/log2(3)) = (.63093 + .43068) / 1.63093
    assert ndcg(ranking, 10, 2) == pytest.approx(0.650921, abs=1e-6)
    assert average_precision(ranking, 10, 2) == pytest.approx((1 / 2 + 2 / 4) / 2)
    assert (ndcg([], 10, 0), recall([], 5, 0), average_precision([], 5, 0)) == (0.0, 0.0, 0.0)


def test_ranking_metrics_equal_ir_measures_on_1000_random_runs():
    ir_measures = pytest.importorskip("ir_measures")
    chance = random.Random(7)  # noqa: S311
    runs, qrels, expected = {}, {}, {}
    for number in range(1000):
        docs = [f"d{n}" for n in range(chance.randrange(1, 40))]
        total = [doc for doc in (*docs, "x", "y") if chance.random() < 0.15] or ["x"]
        chance.shuffle(docs)
        ranked = docs[: chance.randrange(1, 25)]
        qid, flags = str(number), [doc in total for doc in ranked]
        runs[qid] = {doc: float(-rank) for rank, doc in enumerate(ranked)}
        qrels[qid] = dict.fromkeys(total, 1)
        expected[qid] = {f"Success@{k}": success(flags, k) for k in (1, 3, 5, 10)}
        expected[qid] |= {f"R@{k}": recall(flags, k, len(total)) for k in (1, 5, 10)}
        expected[qid] |= {"RR@10": reciprocal_rank(flags, 10), "nDCG@10": ndcg(flags, 10, len(total))}
        expected[qid] |= {"AP@10": average_precision(flags, 10, len(total))}
    names = list(next(iter(expected.values())))
    seen = 0
    for each in ir_measures.iter_calc([ir_measures.parse_measure(name) for name in names], qrels, runs):
        assert each.value == pytest.approx(expected[each.query_id][str(each.measure)], abs=1e-9), each
        seen += 1
    assert seen == 1000 * len(names)


RIGHT = np.array([1.0, 0, 1, 1, 0])
SCORES = np.array([0.9, 0.8, 0.8, 0.3, 0.1])
ONE = judging.ones(5)


def test_abstention_worked_values():
    # pairs (right, wrong): .9 beats both, .8 ties one and beats one, .3 loses one and beats one: 4.5 / 6
    assert judging.auroc(RIGHT, SCORES, ONE)[0] == pytest.approx(4.5 / 6)
    # recall steps: 1/3 at precision 1, 1/3 at 2/3, 1/3 at 3/4
    assert judging.average_precision_score(RIGHT, SCORES, ONE)[0] == pytest.approx((1 + 2 / 3 + 3 / 4) / 3)
    # risks at 1..5 answered, the tie spread evenly: 0, .5/2, 1/3, 1/4, 2/5
    area = (0 + 0.25 + 1 / 3 + 1 / 4 + 2 / 5) / 5
    assert judging.area_under_risk_coverage(1 - RIGHT, SCORES, ONE)[0] == pytest.approx(area)
    assert judging.perfect_area(1 - RIGHT, ONE)[0] == pytest.approx((1 / 4 + 2 / 5) / 5)
    assert judging.brier(RIGHT, SCORES, ONE)[0] == pytest.approx((0.01 + 0.64 + 0.04 + 0.49 + 0.01) / 5)
    # bins: .9 → |1-.9|; .8, .8 → |1-1.6|; .3 → |1-.3|; .1 → .1
    ece = judging.expected_calibration_error(RIGHT, SCORES, ONE)[0]
    assert ece == pytest.approx((0.1 + 0.6 + 0.7 + 0.1) / 5)
    assert judging.risk_coverage(1 - RIGHT, SCORES) == [
        pytest.approx(point) for point in [(0.9, 0.2, 0), (0.8, 0.6, 1 / 3), (0.3, 0.8, 1 / 4), (0.1, 1, 0.4)]
    ]


def test_threshold_is_the_widest_that_reaches_the_target():
    point = judging.threshold_for_precision(RIGHT, SCORES, 0.75)
    assert (point.threshold, point.precision, point.coverage, point.answered) == (0.3, 0.75, 0.8, 4)
    assert point.precision_low < 0.75 < point.precision_high
    assert judging.threshold_for_precision(RIGHT, SCORES, 0.6).threshold == 0.1
    assert judging.threshold_for_precision(1 - RIGHT, SCORES, 0.9) is None


def test_wilson_interval_worked_value():
    # Newcombe (1998), 81 of 263: .2553 to .3662
    assert judging.wilson_interval(81, 263) == (
        pytest.approx(0.2553, abs=1e-4),
        pytest.approx(0.3662, abs=1e-4),
    )
    assert judging.wilson_interval(0, 0) == (0.0, 1.0)


def test_one_class_has_no_auroc():
    assert np.isnan(judging.auroc(np.ones(5), SCORES, ONE)[0])
    assert np.isnan(judging.auroc(np.zeros(0), np.zeros(0), judging.ones(0))[0])


def test_weighted_figures_equal_those_of_the_repeated_sample_and_scikit_learn():
    metrics = pytest.importorskip("sklearn.metrics")
    generator = np.random.default_rng(3)
    for _ in range(200):
        n = int(generator.integers(4, 60))
        right, scores = generator.integers(0, 2, n) * 1.0, np.round(generator.random(n), 1)
        counts = generator.integers(0, 4, n)
        repeated, confidence = np.repeat(right, counts), np.repeat(scores, counts)
        if len(set(repeated)) < 2:
            continue
        weights, plain = counts[None, :] * 1.0, judging.ones(len(repeated))
        assert judging.auroc(right, scores, weights)[0] == pytest.approx(
            metrics.roc_auc_score(repeated, confidence)
        )
        assert judging.average_precision_score(right, scores, weights)[0] == pytest.approx(
            metrics.average_precision_score(repeated, confidence)
        )
        assert judging.brier(right, scores, weights)[0] == pytest.approx(
            metrics.brier_score_loss(repeated, confidence)
        )
        for measure in (judging.area_under_risk_coverage, judging.expected_calibration_error):
            assert measure(right, scores, weights)[0] == pytest.approx(
                measure(repeated, confidence, plain)[0]
            ), measure


def test_area_under_risk_coverage_equals_the_mean_over_random_orders_of_ties():
    generator = np.random.default_rng(5)
    wrong, scores = generator.integers(0, 2, 12) * 1.0, np.round(generator.random(12), 1)
    areas = []
    for _ in range(4000):
        order = np.lexsort((generator.random(12), -scores))
        areas.append((np.cumsum(wrong[order]) / np.arange(1, 13)).mean())
    area = judging.area_under_risk_coverage(wrong, scores, judging.ones(12))[0]
    assert area == pytest.approx(np.mean(areas), abs=0.005)
