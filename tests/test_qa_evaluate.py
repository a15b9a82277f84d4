"""Evaluate a real, small answerer end to end; every figure of the report is checked against the records."""

import json
from collections import Counter

import numpy as np
import pytest

from index.document import Document
from index.errors import QuestionError
from qa.answer import Abstention, Answer, Evidence, Reason, Timings
from qa.breakdown import failure_kind, question_word
from qa.evaluate import evaluate
from qa.evaluation_corpus import merge
from qa.normalise import NORMALISERS
from qa.outcome import Found, record
from qa.questions import Gold, Question
from qa.relevance import GoldPlace, find_gold, judge
from qa.report_html import render_html
from qa.summary import fingerprint, lookup, summarise
from tests.evaluation_support import OPTIONS, SET, report_of
from tests.toy_answerer import ToyAnswerer

FR = NORMALISERS["fr"]


@pytest.fixture(scope="module")
def report():
    return report_of()


def test_the_contract_of_the_command_is_kept(report):
    assert report["questions"] == len(SET.questions) == 60
    assert {"recall@1", "recall@3", "recall@5", "recall@10", "mrr@10", "ndcg@10"} <= report[
        "retrieval"
    ].keys()
    assert {"exact_match", "f1", "answered_f1", "no_answer_f1"} <= report["answers"].keys()
    assert {"auroc", "coverage", "risk"} <= report["abstention"].keys()
    assert {"p50", "p95"} <= report["latency_ms"].keys()
    assert json.loads(json.dumps(report, allow_nan=False)) == report


def test_the_figures_are_those_of_the_records(report):
    records = report["records"]
    answerable = [each for each in records if each["answerable"]]
    for k in (1, 3, 5, 10):
        hits = [any(row["relevant"] for row in each["retrieved"][:k]) for each in answerable]
        assert report["retrieval"][f"recall@{k}"] == pytest.approx(np.mean(hits), abs=1e-6)
    given = [each for each in records if each["predicted"] is not None]
    silent = [each for each in records if not each["answerable"]]
    assert 0 < len(given) < len(records)
    assert report["answers"]["f1"] == pytest.approx(np.mean([each["f1"] for each in records]), abs=1e-6)
    assert report["answers"]["answered_f1"] == pytest.approx(
        np.mean([each["f1"] for each in given]), abs=1e-6
    )
    assert report["answers"]["no_answer_f1"] == pytest.approx(
        np.mean([each["predicted"] is None for each in silent]), abs=1e-6
    )
    assert report["abstention"]["coverage"] == pytest.approx(len(given) / len(records), abs=1e-6)
    wrong = [not each["answerable"] or each["f1"] < 0.5 for each in given]
    assert report["abstention"]["risk"] == pytest.approx(np.mean(wrong), abs=1e-6)
    assert Counter(failure_kind(each, 0.5) for each in records) == Counter(
        {kind: count for kind, count in report["counts"]["outcomes"].items() if count}
    )


def test_a_second_run_is_equal_bit_for_bit_latency_aside(report):
    again = report_of()
    assert again["fingerprint"] == report["fingerprint"] == fingerprint(again)
    timed = {"latency_ms", "timing"}
    assert {k: v for k, v in again.items() if k not in timed} == {
        k: v for k, v in report.items() if k not in timed
    }


def test_cuts_deeper_than_what_was_asked_for_are_left_out(report):
    assert "recall@5" in report["after_reading"]
    assert "recall@10" not in report["after_reading"]
    assert "mrr@10" not in report["after_reading"]


def test_intervals_hold_the_figures_and_whole_articles_are_drawn(report):
    assert report["resampling"]["unit"] == "article"
    assert report["resampling"]["units"] == 20
    for key, bounds in report["intervals"].items():
        value = lookup(report, key)
        if value is not None and key != "abstention.ece":
            assert bounds[0] - 1e-9 <= value <= bounds[1] + 1e-9, key


def test_ctrl_c_keeps_what_is_done():
    class Interrupted(ToyAnswerer):
        asked = 0

        def ask(self, question, *, k=5):
            self.asked += 1
            if self.asked == 8:
                raise KeyboardInterrupt
            return super().ask(question, k=k)

    report = report_of(answerer=Interrupted(SET.documents))
    assert (report["questions"], report["planned"], report["complete"]) == (7, 60, False)
    assert len(report["timing"]["ask_ms"]) == 7


def test_a_refused_question_is_counted_and_never_skipped():
    class Refusing(ToyAnswerer):
        def ask(self, question, *, k=5):
            if "baguette" in question:
                raise QuestionError("too long")
            return super().ask(question, k=k)

    report = report_of(answerer=Refusing(SET.documents))
    assert report["counts"]["outcomes"]["refused"] == 20
    assert report["questions"] == 60


def test_gold_passages_are_read_without_any_ranking():
    toy = ToyAnswerer(SET.documents)

    def read_gold(question):
        return ToyAnswerer([Document("own", question.context)], size=1000).ask(question.text)

    run = evaluate(SET, toy, find_gold(SET.questions, SET.documents), OPTIONS, read_gold=read_gold)
    report = summarise(run, OPTIONS, {})
    assert set(report["retrieval"].values()) == {None}
    assert report["answers"]["has_answer_f1"] is not None
    assert report["counts"]["outcomes"]["not_found"] == 0
    assert render_html(report).count("Où se trouvait la réponse") >= report["counts"]["outcomes"]["misread"]


# Relevance


DOCUMENT = Document("d", "Un début. Elle naît à Paris en 1830. Paris encore.")
QUESTION = Question("q", "Où ?", (Gold("Paris", 22),), ("d",), DOCUMENT.text)


def passage(start, end, document=DOCUMENT):
    return document.id, start, end, document.text[start:end]


def test_a_passage_of_the_gold_document_must_cover_a_gold_span():
    gold = find_gold([QUESTION], [DOCUMENT])["q"]
    assert gold == GoldPlace("d", ((22, 27),), "id")
    assert judge(QUESTION, gold, passage(10, 36), ()).relevant
    assert not judge(QUESTION, gold, passage(10, 24), ()).relevant
    second = judge(QUESTION, gold, passage(36, 50), ())
    assert (second.relevant, second.same_document, second.holds_answer) == (False, True, True)


def test_the_gold_document_is_found_by_id_by_text_and_inside_a_longer_one():
    other = Document("renamed", DOCUMENT.text)
    longer = Document("long", "Préface. " + DOCUMENT.text + " Fin.")
    assert find_gold([QUESTION], [other])["q"] == GoldPlace("renamed", ((22, 27),), "text")
    assert find_gold([QUESTION], [longer])["q"] == GoldPlace("long", ((31, 36),), "text")
    assert longer.text[31:36] == "Paris"
    impostor = Document("d", "Tout autre chose.")
    assert find_gold([QUESTION], [impostor, other])["q"].document_id == "renamed"


def test_where_the_gold_document_is_absent_any_passage_with_the_answer_counts():
    gold = find_gold([QUESTION], [Document("x", "Rien.")])["q"]
    assert gold == GoldPlace()
    assert judge(QUESTION, gold, ("x", 0, 14, "Vive l’été, à Paris !"), ()).relevant
    assert not judge(QUESTION, gold, ("x", 0, 14, "Les Parisiennes"), ()).relevant


def test_a_twin_of_the_gold_passage_counts_by_the_documents_that_share_it():
    gold = GoldPlace("d", ((22, 27),), "id")
    twin = ("copy", 0, 26, "Elle naît à Paris en 1830.")
    assert judge(QUESTION, gold, twin, ("d",)).relevant
    assert not judge(QUESTION, gold, twin, ()).relevant


def test_distractors_are_merged_by_text_and_by_id():
    own = [Document("a", "Le contexte."), Document("b", "Un autre.")]
    others = [
        Document("z", "Le contexte."),
        Document("b", "Un autre. Et la suite de l’article."),
        Document("a", "Sans rapport."),
        Document("c", "Nouveau."),
    ]
    merged = {each.id: each.text for each in merge(own, [("news", others)])}
    assert merged == {
        "a": "Le contexte.",
        "b": "Un autre. Et la suite de l’article.",
        "news/a": "Sans rapport.",
        "c": "Nouveau.",
    }


# Records


def answer(text, candidate=None, confidence=0.5):
    silence = None if text else Abstention(Reason.NOTHING_CLOSE, "Rien.")
    start = DOCUMENT.text.find(text) if text else None
    end = None if start is None or text is None else start + len(text)
    shown = Evidence("d", DOCUMENT.sha256, "", "", None, 0, 36, DOCUMENT.text[:36], 1.0, start, end)
    return Answer("Où ?", text, confidence, silence, (shown,), Timings(0, 0, 0), candidate)


def test_a_record_scores_the_answer_and_the_withheld_one_apart():
    gold = find_gold([QUESTION], [DOCUMENT])["q"]
    found = [Found("d", 0, 36, DOCUMENT.text[:36], 1.0)]
    kept = record(QUESTION, gold, answer(None, "à Paris", 0.2), found, normaliser=FR)
    assert (kept["exact_match"], kept["f1"]) == (0.0, 0.0)
    assert kept["candidate_f1"] == pytest.approx(2 / 3)
    assert (kept["reason"], kept["confidence"], kept["answer_at"]) == ("nothing_close", 0.2, None)
    given = record(QUESTION, gold, answer("Paris"), found, normaliser=FR)
    assert (given["exact_match"], given["answer_at"]) == (1.0, ["d:0-36", 22, 27])
    text, start, end = given["gold_excerpt"]
    assert text[start:end] == "Paris"


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("En quelle année ?", "quel"),
        ("Qu'est-ce que la CAF ?", "que"),
        ("D’où vient-il ?", "où"),
        ("Il pense que qui viendra ?", "qui"),
        ("De quoi parle-t-il ?", "que"),
        ("Le maire dit que oui, pourquoi ?", "pourquoi"),
        ("prix du pain", "other"),
        ("Who wrote it?", "who"),
    ],
)
def test_question_words(text, word):
    assert question_word(text) == word
