"""The HTTP API over a real server: what it answers, and how it refuses."""

import json
import logging

import httpx
import pytest

from qa.conversation import Turn
from tests.ui_support import AMAZON, FakeAnswerer, Shelf, document, serving
from ui.api import create_app
from ui.settings import Settings

ALLOWED = "https://ami.example"
TOKEN = "secret-jeton"  # noqa: S105


class Editor:
    """Stand for the editor of a corpus."""

    def __init__(self, shelf):
        self.shelf = shelf

    def add(self, documents):
        self.shelf.held.update({each.id: each for each in documents})
        return {"documents": len(self.shelf.held), "passages": 1, "generation": 2, "added": len(documents)}

    def remove(self, document_id):
        del self.shelf.held[document_id]
        return {"documents": len(self.shelf.held), "passages": 0, "generation": 3, "removed": 1}


@pytest.fixture(scope="module")
def answerer():
    return FakeAnswerer(
        corpus=Shelf({"amazon": document(), "dir/é à.txt": document("dir/é à.txt", "Autre.")})
    )


@pytest.fixture(scope="module")
def client(answerer):
    settings = Settings(
        allow_origins=(ALLOWED,),
        admin_token=TOKEN,
        per_minute=0,
        body_bytes=30_000,
        document_bytes=50_000,
    )
    app = create_app(answerer, settings, editor=Editor(answerer.corpus), page=False)
    with serving(app) as address, httpx.Client(base_url=address) as http:
        yield http


def ask(client, question="Pendant combien de temps ?", *, headers=None, **more):
    return client.post("/api/v1/ask", json={"question": question, **more}, headers=headers)


def test_ask_answers_the_json_of_the_contract(client):
    body = ask(client).json()
    assert {"question", "answer", "confidence", "abstention", "passages", "timings_ms"} <= set(body)
    passage = body["passages"][0]
    assert body["answer"] == "un an" == AMAZON[passage["answer_start"] : passage["answer_end"]]
    assert set(body["timings_ms"]) == {"retrieve", "read", "total"}


def test_ask_passes_k_language_and_history_on(client, answerer):
    ask(client, "  Et\nensuite ? ", k=3, lang="en", history=[" Qui\n?"])
    # The question as it was sent, for who sent it to match; the answerer tidies it for itself.
    assert answerer.asked[-1] == ("  Et\nensuite ? ", 3, "en", (Turn("Qui ?"),))
    ask(client, headers={"Accept-Language": "en-GB"})
    assert answerer.asked[-1][2] == "en"


def test_abstention_is_an_answer(client):
    reply = ask(client, "Qui ?")
    assert reply.status_code == 200
    assert reply.json()["answer"] is None and reply.json()["abstention"]["reason"] == "no_answer_in_passages"


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("", "empty-question"),
        (" ? ", "empty-question"),
        ("x" * 1001, "long-question"),
        ("x" * 20_001, "invalid-request"),
        ("Qui\x00 ?", "unreadable-question"),
    ],
)
def test_bad_questions_are_refused_as_problems(client, question, kind):
    reply = ask(client, question)
    assert reply.status_code == 422
    assert reply.headers["content-type"] == "application/problem+json"
    assert reply.json()["type"] == f"urn:repondeur:problem:{kind}"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"\xff\xfe",
        b'{"question": "\\ud800"}',
        b'{"question": 3}',
        b"[]",
        b'{"q": "x"}',
        b'{"question": "x", "k": 0}',
        b'{"question": "x", "kk": 2}',
        b'{"question": "x", "lang": "de"}',
    ],
)
def test_bad_bodies_are_refused_as_problems(client, body):
    reply = client.post("/api/v1/ask", content=body, headers={"Content-Type": "application/json"})
    assert reply.status_code in {400, 422}
    assert reply.headers["content-type"] == "application/problem+json"


def test_problems_speak_the_visitors_language(client):
    assert ask(client, "").json()["title"] == "La question est vide"
    assert ask(client, "", lang="en").json()["title"] == "The question is empty"
    assert ask(client, "", headers={"Accept-Language": "en"}).json()["title"] == "The question is empty"


def test_the_heaviest_character_is_a_question_like_another(client):
    assert ask(client, "\ufdfa" * 1000).status_code == 200


def test_large_bodies_are_refused_whether_announced_or_streamed(client):
    large = json.dumps({"question": "x" * 40_000}).encode()
    headers = {"Content-Type": "application/json"}
    assert client.post("/api/v1/ask", content=large, headers=headers).status_code == 413
    streamed = client.post("/api/v1/ask", content=iter([large[:1000], large[1000:]]), headers=headers)
    assert streamed.status_code == 413 and streamed.json()["type"].endswith("too-large")


def test_documents_are_listed_and_given_whole(client, answerer):
    listing = client.get("/api/v1/documents", params={"limit": 1, "offset": 1}).json()
    assert listing["total"] == 2 and [each["id"] for each in listing["documents"]] == ["dir/é à.txt"]
    whole = client.get("/api/v1/documents/dir/é à.txt").json()
    assert whole["text"] == "Autre." and whole["sha256"] == answerer.corpus.held["dir/é à.txt"].sha256
    assert client.get("/api/v1/documents/nulle-part").status_code == 404
    assert client.get("/api/v1/documents", params={"limit": 101}).status_code == 422


@pytest.mark.parametrize("path", ["/api/v1/nothing", "/api/v1/documents/%00", "/api/v1/documents/%ed%a0%80"])
def test_what_is_not_there_is_a_problem_too(client, path):
    reply = client.get(path)
    assert reply.status_code == 404 and reply.headers["content-type"] == "application/problem+json"


def test_a_wrong_method_is_a_problem(client):
    assert client.get("/api/v1/ask").status_code == 405


def test_an_origin_is_allowed_only_when_listed(client):
    preflight = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
    listed = client.options("/api/v1/ask", headers={"Origin": ALLOWED, **preflight})
    assert listed.headers["access-control-allow-origin"] == ALLOWED
    assert "access-control-allow-credentials" not in listed.headers
    assert ask(client, headers={"Origin": ALLOWED}).headers["access-control-allow-origin"] == ALLOWED
    for other in (
        "https://autre.example",
        "null",
        ALLOWED + ".evil.example",
        "http://ami.example",
        "http://[",
    ):
        refused = ask(client, headers={"Origin": other})
        assert refused.status_code == 403 and "access-control-allow-origin" not in refused.headers
        assert (
            "access-control-allow-origin"
            not in client.options("/api/v1/ask", headers={"Origin": other, **preflight}).headers
        )


def test_its_own_pages_may_ask(client):
    assert ask(client, headers={"Origin": str(client.base_url).rstrip("/")}).status_code == 200


@pytest.mark.parametrize(
    "path", ["/api/v1/documents", "/article?id=amazon", "/healthz", "/embed", "/widget/demo"]
)
def test_every_response_carries_the_security_headers(client, path):
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert "default-src 'none'" in headers["content-security-policy"]
    expected = f"'self' {ALLOWED}" if path == "/embed" else "'self'"
    assert headers["content-security-policy"].endswith(f"frame-ancestors {expected}")
    assert "set-cookie" not in headers


def test_the_article_page_is_plain_html_with_the_passage_marked(client):
    start = AMAZON.index("un an")
    page = client.get("/article", params={"id": "amazon", "start": start, "end": start + 5, "lang": "en"})
    assert '<mark id="passage">un an</mark>' in page.text and '<html lang="en">' in page.text
    assert client.get("/article", params={"id": "nulle-part"}).status_code == 404


@pytest.mark.parametrize(
    "path", ["/gradio_api/upload", "/gradio_api/file=/etc/passwd", "/en/gradio_api/upload", "/login"]
)
def test_routes_of_gradio_that_the_page_does_not_need_are_closed(client, path):
    assert client.get(path).status_code == 404
    assert client.post(path).status_code == 404


def test_the_administrator_adds_and_removes_with_the_token_only(client):
    new = [{"id": "neuf", "text": "Un texte neuf."}]
    for headers in ({}, {"Authorization": "Bearer faux"}, {"Authorization": "secret-jeton-long"}):
        assert client.post("/api/v1/documents", json=new, headers=headers).status_code == 401
        assert client.delete("/api/v1/documents/amazon", headers=headers).status_code == 401
    token = {"Authorization": "Bearer secret-jeton"}
    assert client.post("/api/v1/documents", json=new, headers=token).json()["added"] == 1
    assert client.get("/api/v1/documents/neuf").json()["text"] == "Un texte neuf."
    assert client.delete("/api/v1/documents/neuf", headers=token).json()["removed"] == 1
    assert client.delete("/api/v1/documents/neuf", headers=token).status_code == 404
    assert (
        client.post("/api/v1/documents", json=[{"id": "x", "text": "y" * 60_000}], headers=token).status_code
        == 413
    )


def test_without_a_token_there_is_no_administration():
    with serving(create_app(FakeAnswerer(), page=False)) as address:
        assert httpx.post(f"{address}/api/v1/documents", json=[]).status_code == 405
        assert httpx.delete(f"{address}/api/v1/documents/amazon").status_code == 405
        assert "post" not in httpx.get(f"{address}/api/v1/openapi.json").json()["paths"]["/api/v1/documents"]


def test_a_visitor_who_asks_too_much_is_told_when_to_come_back():
    with serving(create_app(FakeAnswerer(), Settings(per_minute=2), page=False)) as address:
        replies = [httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?"}) for _ in range(3)]
    assert [reply.status_code for reply in replies] == [200, 200, 429]
    assert int(replies[2].headers["retry-after"]) >= 1 and replies[2].json()["status"] == 429


def test_metrics_count_answers_and_refusals_and_health_answers(client):
    before = client.get("/metrics").text
    ask(client), ask(client, "")
    after = client.get("/metrics").text
    for line in (
        'repondeur_questions_total{lang="fr",outcome="answered"}',
        'repondeur_problems_total{problem="empty-question"}',
    ):
        assert value(after, line) == value(before, line) + 1
    assert value(after, "repondeur_documents") == 2
    assert client.get("/healthz").json() == {"status": "ok"} and client.get("/readyz").status_code == 200


def value(text, name):
    return next(
        (float(line.rsplit(" ", 1)[1]) for line in text.splitlines() if line.startswith(name + " ")), 0.0
    )


def test_the_log_has_no_question_in_it_unless_asked_for(caplog):
    for wanted in (False, True):
        caplog.clear()
        with (
            caplog.at_level(logging.INFO),
            serving(create_app(FakeAnswerer(), Settings(log_questions=wanted), page=False)) as address,
        ):
            httpx.post(f"{address}/api/v1/ask", json={"question": "Un secret, combien ?"})
            httpx.post(f"{address}/api/v1/ask", json={"question": "Un secret " * 200})
        logged = " ".join(str(vars(record)) for record in caplog.records if record.name == "repondeur")
        assert "'outcome': 'answered'" in logged and "long-question" in logged
        assert ("secret" in logged) is wanted


def test_what_nobody_foresaw_is_a_problem_without_its_details(caplog):
    class Broken(FakeAnswerer):
        def ask(self, *args, **kwargs):
            raise RuntimeError("mot-de-passe")

    with serving(create_app(Broken(), page=False)) as address:
        reply = httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?"})
    assert reply.status_code == 500 and reply.json()["title"] == "Une erreur s’est produite"
    assert "mot-de-passe" not in reply.text
    assert reply.headers["x-content-type-options"] == "nosniff"


def test_the_openapi_document_has_examples_and_declares_the_problems(client):
    api = client.get("/api/v1/openapi.json").json()
    post = api["paths"]["/api/v1/ask"]["post"]
    assert {"200", "422", "429", "503", "504"} <= set(post["responses"])
    assert "application/problem+json" in post["responses"]["422"]["content"]
    assert "application/json" not in post["responses"]["422"]["content"]
    assert api["components"]["schemas"]["AskIn"]["examples"]
