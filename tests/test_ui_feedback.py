"""Opinions of answers: pressed on the page, kept without their givers, exported as an evaluation file."""

import json
import sqlite3
from dataclasses import fields, replace

import httpx
import pytest
from click.testing import CliRunner

from index.document import Document
from index.encoder import load_encoder
from index.errors import UsageError
from index.writer import add_documents
from qa.questions import read_questions
from tests.ui_browser import Tab
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, document, serving
from ui.api import create_app
from ui.cli import main
from ui.feedback import FeedbackFile, FeedbackFullError, Judged, beside, judged
from ui.feedback_export import export_feedback
from ui.receipts import Receipts, UnknownReceiptError
from ui.serve import feedback_place
from ui.settings import Settings
from ui.text import ENGLISH, FRENCH

QUESTION = "Pendant combien de temps ?"


def opinion(number=1, **more):
    start = AMAZON.index("un an")
    known = {
        "receipt": f"r{number}", "question": QUESTION, "understood": None, "lang": "fr", "answer": "un an",
        "reason": None, "document_id": "amazon", "sha256": document().sha256, "start": start,
        "end": start + 5, "confidence": 0.9, "opinion": "up", "remark": "", "at": "2026-01-01T10:00Z",
    }  # fmt: skip
    return Judged(**known | more)


def find(name):
    return document() if name == "amazon" else None


def exported(*opinions):
    return export_feedback(opinions, find)


def reasons(*opinions):
    return [each["why"] for each in exported(*opinions)["to_review"]]


def ask(http, question=QUESTION):
    return http.post("/api/v1/ask", json={"question": question}).json()


def judge(http, receipt, way="up", remark="", **headers):
    body = {"receipt": receipt, "opinion": way, "remark": remark}
    return http.post("/api/v1/feedback", json=body, headers=headers)


@pytest.fixture
def place(tmp_path):
    return tmp_path / "avis.sqlite"


@pytest.fixture
def http(place):
    app = create_app(FakeAnswerer(), Settings(feedback=place, per_minute=0), page=False)
    with serving(app) as address, httpx.Client(base_url=address) as client:
        yield client


def test_an_answer_is_judged_and_the_second_opinion_replaces_the_first(http, place):
    receipt = ask(http)["receipt"]
    assert judge(http, receipt, "down").status_code == 204
    assert judge(http, receipt, "up", "  Très  clair.\n").status_code == 204
    (kept,) = FeedbackFile(place).all()
    assert (kept.opinion, kept.remark, kept.question, kept.answer) == (
        "up",
        "Très  clair.",
        QUESTION,
        "un an",
    )
    assert AMAZON[kept.start : kept.end] == "un an" and kept.sha256 == document().sha256
    assert 'repondeur_opinions_total{opinion="up"} 1.0' in http.get("/metrics").text


def test_an_abstention_is_judged_too(http, place):
    judge(http, ask(http, "Qui ?")["receipt"], "down", "C’est écrit au début.")
    (kept,) = FeedbackFile(place).all()
    assert kept.answer is None and kept.reason == "no_answer_in_passages" and kept.document_id is None


def test_nothing_about_the_visitor_is_kept(http, place):
    judge(http, ask(http)["receipt"], "up", "Merci", **{"User-Agent": "Espion", "Cookie": "qui=moi"})
    names = {field.name for field in fields(Judged)}
    with sqlite3.connect(place) as db:
        columns = {row[1] for row in db.execute("PRAGMA table_info(judged)")}
        told = str(db.execute("SELECT * FROM judged").fetchall())
    assert columns == names and not names & {"address", "ip", "visitor", "agent", "session"}
    assert "127.0.0.1" not in told and "Espion" not in told and "moi" not in told
    at = FeedbackFile(place).all()[0].at
    assert len(at) == len("2026-01-01T10:00Z") and at.endswith("Z")


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"receipt": "jamais-vu", "opinion": "up"}, 404),
        ({"receipt": "", "opinion": "up"}, 422),
        ({"receipt": "x", "opinion": "peut-être"}, 422),
        ({"receipt": "x", "opinion": "up", "remark": "y" * 1001}, 422),
        ({"receipt": "x", "opinion": "up", "remark": "a\x00b"}, 422),
        ({"receipt": "x", "opinion": "up", "address": "1.2.3.4"}, 422),
    ],
)
def test_only_an_opinion_of_an_answer_is_taken(http, place, body, status):
    reply = http.post("/api/v1/feedback", json=body)
    assert reply.status_code == status and reply.headers["content-type"] == "application/problem+json"
    assert FeedbackFile(place).all() == []


def test_a_foreign_site_and_too_many_opinions_are_refused(http):
    receipt = ask(http)["receipt"]
    assert judge(http, receipt, Origin="https://autre.example").status_code == 403
    codes = [judge(http, receipt).status_code for _ in range(40)]
    assert codes[0] == 204 and codes[-1] == 429


def test_switched_off_there_is_nothing_of_it():
    with serving(create_app(FakeAnswerer(), page=False)) as address:
        assert httpx.post(f"{address}/api/v1/feedback", json={}).status_code == 404
        assert ask(httpx.Client(base_url=address))["receipt"] is None
        assert "/api/v1/feedback" not in httpx.get(f"{address}/api/v1/openapi.json").json()["paths"]


def test_receipts_are_forgotten_with_time_and_number_and_hold_no_texts():
    now = [0.0]
    receipts = Receipts(most=2, seconds=10, clock=lambda: now[0])
    answer = FakeAnswerer().ask("combien ?")
    first, second, third = (receipts.give(answer, "fr") for _ in range(3))
    with pytest.raises(UnknownReceiptError):
        receipts.find(first)
    assert AMAZON not in str(receipts.find(second)) and receipts.find(third).answer.answer == "un an"
    now[0] = 10.5
    with pytest.raises(UnknownReceiptError):
        receipts.find(third)


def test_a_full_file_takes_no_more_but_lets_a_mind_be_changed(place):
    file = FeedbackFile.open(place, most=1)
    file.put(opinion(1))
    with pytest.raises(FeedbackFullError):
        file.put(opinion(2))
    file.put(opinion(1, opinion="down"))
    assert [each.opinion for each in file.all()] == ["down"]


def test_where_it_is_kept_and_how_it_is_switched_off(tmp_path):
    said = []
    corpus = tmp_path / "corpus"
    assert feedback_place(corpus, None, said.append, off=False) == beside(corpus)
    assert beside(corpus).parent == tmp_path and beside(corpus).is_file()
    assert feedback_place(corpus, None, said.append, off=True) is None
    assert feedback_place(corpus, type(corpus)("off"), said.append, off=False) is None
    (tmp_path / "texte").write_text("ceci n'est pas une base de données" * 100, encoding="utf-8")
    with pytest.raises(UsageError, match="--no-feedback"):
        feedback_place(corpus, tmp_path / "texte", said.append, off=False)
    assert not said
    beside(corpus).unlink()
    beside(corpus).mkdir()
    assert feedback_place(corpus, None, said.append, off=False) is None and "--feedback" in said[0]


def test_approved_answers_are_gold_with_their_offsets():
    file = exported(opinion(1), opinion(2, question="pendant combien de temps"))
    (article,) = file["data"]
    (paragraph,) = article["paragraphs"]
    (question,) = paragraph["qas"]
    assert question["approvals"] == 2 and not question["is_impossible"] and file["to_review"] == []
    for answer in question["answers"]:
        start = answer["answer_start"]
        assert paragraph["context"][start : start + len(answer["text"])] == answer["text"] == "un an"


def test_a_follow_up_is_exported_as_it_was_understood():
    asked = opinion(1, question="Et pour combien de temps ?", understood="Amazon, pour combien de temps ?")
    (article,) = exported(asked)["data"]
    assert article["paragraphs"][0]["qas"][0]["question"] == "Amazon, pour combien de temps ?"


@pytest.mark.parametrize(
    ("opinions", "whys"),
    [
        ([opinion(opinion="down", remark="Non, deux ans.")], ["disapproved"]),
        ([opinion(1), opinion(2, opinion="down")], ["opinions_differ", "disapproved"]),
        ([opinion(answer=None, document_id=None, start=None, end=None)], ["abstention_approved"]),
        ([opinion(sha256="0" * 64)], ["document_changed"]),
        ([opinion(document_id="parti")], ["document_gone"]),
    ],
)
def test_what_is_doubtful_is_never_gold_but_listed_with_the_reason(opinions, whys):
    assert exported(*opinions)["data"] == [] and reasons(*opinions) == whys
    listed = exported(*opinions)["to_review"][-1]
    assert listed["remark"] == opinions[-1].remark and "receipt" not in listed


def test_a_disapproved_silence_does_not_spoil_an_answer_found_later():
    silence = opinion(1, opinion="down", answer=None, document_id=None, start=None, end=None)
    assert reasons(silence, opinion(2)) == ["disapproved"]
    assert len(exported(silence, opinion(2))["data"]) == 1


def test_the_export_is_a_file_that_evaluate_takes(tmp_path):
    corpus, out = tmp_path / "corpus", tmp_path / "questions.json"
    add_documents(
        corpus, [Document("amazon", AMAZON, "Amazon et la police", date="2020-06-11")], load_encoder()
    )
    run = CliRunner().invoke(main, ["feedback", "export", str(out), "--corpus", str(corpus)])
    assert run.exit_code == 2 and "--feedback FILE" in run.output
    file = FeedbackFile.open(beside(corpus))
    file.put(opinion(1))
    file.put(opinion(2, question="Qui ?", answer=None, opinion="down", remark="Amazon !", document_id=None))
    run = CliRunner().invoke(main, ["feedback", "export", str(out), "--corpus", str(corpus), "--json"])
    assert run.exit_code == 0 and json.loads(run.stdout) == {"file": str(out), "questions": 1, "to_review": 1}
    (question,) = read_questions(out).questions
    assert question.text == QUESTION and question.golds[0].text == "un an"
    assert json.loads(out.read_text(encoding="utf-8"))["to_review"][0]["remark"] == "Amazon !"
    run = CliRunner().invoke(main, ["evaluate", str(out), "--corpus", str(corpus), "--reader", "none"])
    assert run.exit_code == 0, run.output


def test_what_is_kept_of_an_answer_is_the_place_it_was_read_in():
    answer = replace(FakeAnswerer().ask("combien ?"), understood="Amazon, combien ?")
    kept = judged("r", answer, "fr", "up", "")
    assert (kept.document_id, kept.understood) == ("amazon", "Amazon, combien ?")


@pytest.mark.browser
def test_a_visitor_judges_on_the_page_and_what_was_pressed_stays_pressed(browser, place):
    app = create_app(FakeAnswerer(), Settings(feedback=place, per_minute=0))
    tab = Tab(browser, viewport={"width": 1280, "height": 900}, reduced_motion="reduce")
    with serving(app) as address:
        tab.open(address)
        card = tab.ask(QUESTION)
        form = card.locator(".rep-remark")
        assert form.is_hidden()
        card.get_by_role("button", name=FRENCH.opinion.down).click()
        form.wait_for()
        assert card.locator(".rep-judged").inner_text() == FRENCH.opinion.thanks
        card.locator("textarea").fill(HOSTILE)
        assert tab.violations() == {}
        card.get_by_role("button", name=FRENCH.opinion.send).click()
        card.get_by_text(FRENCH.opinion.thanks_again).wait_for()
        assert form.is_hidden()
        assert tab.page.evaluate("document.activeElement.dataset.opinion") == "down"
        tab.ask("Qui ?")
        pressed = tab.page.locator('#rep-answers .rep-turn:nth-child(2) [aria-pressed="true"]')
        assert pressed.get_attribute("data-opinion") == "down"
        assert tab.page.locator("#rep-answers [aria-pressed=true]").count() == 1
        assert not tab.errors and tab.page.evaluate("window.hacked") is None
    (kept,) = FeedbackFile(place).all()
    assert (kept.opinion, kept.remark) == ("down", HOSTILE)
    thumb = tab.page.locator("#rep-answers .rep-turn").first.get_by_role("button", name=FRENCH.opinion.up)
    thumb.click()
    tab.page.get_by_text(FRENCH.opinion.failed).wait_for()
    assert thumb.get_attribute("aria-pressed") == "false"
    tab.context.close()


@pytest.mark.browser
def test_a_visitor_judges_in_the_widget(browser, place):
    tab = Tab(browser, reduced_motion="reduce", color_scheme="dark")
    with serving(create_app(FakeAnswerer(), Settings(feedback=place), page=False)) as address:
        tab.page.goto(f"{address}/embed?lang=en")
        widget = tab.page.locator("repondeur-widget")
        widget.locator("input").fill(QUESTION)
        widget.locator("input").press("Enter")
        widget.get_by_role("button", name=ENGLISH.opinion.up).click()
        widget.get_by_text(ENGLISH.opinion.thanks).wait_for()
        assert tab.violations() == {}
        widget.locator(".judge input").fill("Bravo")
        widget.locator(".judge input").press("Enter")
        widget.locator(".judge form").wait_for(state="hidden")
        assert widget.evaluate("each => each.shadowRoot.activeElement.dataset.opinion") == "up"
    assert [(each.opinion, each.remark) for each in FeedbackFile(place).all()] == [("up", "Bravo")]
    tab.context.close()
