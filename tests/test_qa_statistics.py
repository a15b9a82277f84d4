"""Resampling, comparison, floors and TREC files: held against theory, oracles and worked values."""

import copy
import random

import numpy as np
import pytest

from index.errors import UsageError
from qa.abstention_metrics import ones
from qa.bootstrap import interval, plan, resamples, spread
from qa.compare import compare, holm
from qa.evaluate import Options
from qa.figures import FIGURES, columns
from qa.gate import check, parse_bound
from qa.trec import qrels_lines, run_lines
from tests.evaluation_support import question_set, report_of


@pytest.fixture(scope="module")
def report():
    return report_of()


def test_resamples_are_reproducible_and_draw_whole_articles():
    how = plan([f"g{n // 3}" for n in range(90)], 40, 7)
    first, second = (np.concatenate(list(resamples(how))) for _ in range(2))
    assert (first == second).all()
    assert first.shape == (40, 90)
    assert (first[:, ::3] == first[:, 1::3]).all()
    assert (first[:, ::3].sum(axis=1) == 30).all()
    assert plan(["a", "b"] * 10, 10, 1).unit == "question"


def test_the_interval_of_a_mean_is_that_of_theory_and_clusters_widen_it():
    generator = np.random.default_rng(2)
    values = np.repeat(generator.random(100) < 0.6, 5) * 1.0

    def mean(weights):
        return (weights * values).sum(axis=1) / weights.sum(axis=1)

    widths = {}
    for unit in ("question", "article"):
        how = plan([str(n // 5) for n in range(500)], 4000, 1, unit)
        low, high = interval(spread({"mean": mean}, how)["mean"], 0.95)
        widths[unit] = high - low
    theory = 2 * 1.96 * np.sqrt(values.mean() * (1 - values.mean()))
    assert widths["question"] == pytest.approx(theory / np.sqrt(500), rel=0.08)
    assert widths["article"] == pytest.approx(theory / np.sqrt(100), rel=0.08)


def test_a_perfect_score_is_not_claimed_to_be_certain():
    """All right, the bootstrap never varies: 20 articles of 20 are Wilson's .839 to 1."""
    found = report_of(options=Options(resamples=100))
    assert found["answers"]["no_answer_f1"] == 1.0
    assert found["intervals"]["answers.no_answer_f1"] == pytest.approx([0.838875, 1.0], abs=1e-5)


def test_every_figure_of_a_resample_is_that_of_the_resampled_records(report):
    """The oracle of the weights: repeat records as often as drawn and compute without weights."""
    generator = np.random.default_rng(11)
    records = report["records"]
    for _ in range(5):
        counts = generator.integers(0, 3, len(records))
        repeated = [each for each, count in zip(records, counts, strict=True) for _ in range(count)]
        weighted, plain = columns(records, 0.5), columns(repeated, 0.5)
        for key, figure in FIGURES.items():
            left = figure.compute(weighted, counts[None, :] * 1.0)[0]
            right = figure.compute(plain, ones(len(repeated)))[0]
            assert left == pytest.approx(right, nan_ok=True), key


def test_holm_worked_value():
    # Holm (1979): .01 x 4, .02 x 3, then never less than the one before
    assert holm([0.02, 0.01, 0.04, 0.03]) == pytest.approx([0.06, 0.04, 0.06, 0.06])
    assert holm([0.5, 0.6]) == [1.0, 1.0]


def test_a_run_compared_with_itself_is_identical(report):
    found = compare(report, report)
    assert {row["verdict"] for row in found["figures"]} == {"identical"}
    assert found["better"] == found["worse"] == []


def test_a_clearly_better_run_is_told_from_noise_and_its_questions_are_listed(report):
    worse = copy.deepcopy(report)
    changed = [each for each in worse["records"] if each["answerable"]]
    for each in changed:
        each["predicted"] = "Tout faux"
        each["f1"] = each["exact_match"] = each["candidate_f1"] = each["candidate_exact_match"] = 0.0
    found = {row["key"]: row for row in compare(report, worse)["figures"]}
    assert found["answers.f1"]["verdict"] == "better"
    assert found["answers.f1"]["p_holm"] < 0.05
    assert found["answers.f1"]["interval"][0] > 0
    assert found["retrieval.recall@5"]["verdict"] == "identical"
    listed = compare(report, worse)["better"]
    assert listed
    assert {each["id"] for each in listed} <= {each["id"] for each in changed}


def test_the_randomisation_test_keeps_its_level():
    """Under no difference, p <= .1 in about a tenth of trials: 25 trials, 20 articles of 3 questions."""
    chance = random.Random(4)  # noqa: S311
    hits = 0
    base = report_of(questions=question_set(60), options=Options(resamples=100))
    for _ in range(25):
        pair = [copy.deepcopy(base), copy.deepcopy(base)]
        for each in pair:
            for row in each["records"]:
                row["f1"] = chance.random()
        row = next(row for row in compare(*pair)["figures"] if row["key"] == "answers.f1")
        hits += row["p"] <= 0.1
    assert hits <= 7


def test_runs_that_cannot_be_compared_are_refused(report):
    with pytest.raises(UsageError, match="share no question"):
        compare(report, report | {"records": [report["records"][0] | {"id": "new"}]})
    changed = copy.deepcopy(report)
    changed["records"][0]["answers"] = ["x"]
    with pytest.raises(UsageError, match="differ in question '0-a'"):
        compare(report, changed)
    with pytest.raises(UsageError, match="different normalisers"):
        compare(report, report | {"settings": report["settings"] | {"normaliser": "en"}})


# Gate and TREC


def test_floors_hold_and_miss(report):
    bounds = [
        parse_bound("recall@5=0.01"),
        parse_bound("answers.f1=0.99"),
        parse_bound("risk=1", at_least=False),
    ]
    assert [bound.key for bound in bounds] == ["retrieval.recall@5", "answers.f1", "abstention.risk"]
    assert [each.held for each in check(report, bounds)] == [True, False, True]


def test_an_undefined_figure_misses_its_floor(report):
    empty = report | {"abstention": report["abstention"] | {"auroc": None}}
    assert not check(empty, [parse_bound("auroc=0")])[0].held


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("recal@5=0.5", "did you mean 'recall@5'"),
        ("f1", "expected KEY=VALUE"),
        ("f1=high", "expected KEY=VALUE"),
        ("f1=nan", "expected KEY=VALUE"),
    ],
)
def test_a_misspelt_floor_is_refused(text, message):
    with pytest.raises(UsageError, match=message):
        parse_bound(text)


def test_trec_files_give_the_same_figures_in_the_reference_library(report, tmp_path):
    ir_measures = pytest.importorskip("ir_measures")
    (tmp_path / "run").write_text("\n".join(run_lines(report)))
    (tmp_path / "qrels").write_text("\n".join(qrels_lines(report)))
    names = {"Success@1": "recall@1", "Success@5": "recall@5", "RR@10": "mrr@10", "nDCG@10": "ndcg@10"}
    found = ir_measures.calc_aggregate(
        [ir_measures.parse_measure(name) for name in names],
        ir_measures.read_trec_qrels(str(tmp_path / "qrels")),
        ir_measures.read_trec_run(str(tmp_path / "run")),
    )
    for measure, value in found.items():
        assert value == pytest.approx(report["retrieval"][names[str(measure)]], abs=1e-6), measure
