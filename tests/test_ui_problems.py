"""What a program is told: a full line, a late answer, a wrong field, and examples that keep to the models."""

import inspect
import json
import threading
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest
from pydantic import BaseModel

from qa.conversation import Turn, understand
from qa.dates import when_in
from tests.test_ui_api import Editor
from tests.ui_support import FakeAnswerer, serving
from ui import schema_examples as shown
from ui import schemas
from ui.api import create_app
from ui.problems import PROBLEMS
from ui.schemas import AnswerOut, DocumentOut, ProblemOut
from ui.settings import Settings

TOKEN = "jeton"  # noqa: S105
MODELS = [
    each
    for _, each in inspect.getmembers(schemas, inspect.isclass)
    if issubclass(each, BaseModel)
    and each.__module__ == schemas.__name__
    and not each.__name__.startswith("_")
]


class Held(FakeAnswerer):
    """Say that a question has come, and answer when told to."""

    def __init__(self):
        super().__init__()
        self.come, self.go = threading.Event(), threading.Event()

    def ask(self, *args, **kwargs):
        self.come.set()
        self.go.wait(60)
        return super().ask(*args, **kwargs)


def ask(address, **headers):
    return httpx.post(f"{address}/api/v1/ask", json={"question": "Qui ?"}, headers=headers, timeout=60)


def test_one_question_too_many_is_told_when_to_come_back():
    held = Held()
    app = create_app(held, Settings(workers=1, queue=0), page=False)
    with serving(app) as address, ThreadPoolExecutor() as others:
        assert httpx.get(f"{address}/readyz").status_code == 200
        first = others.submit(ask, address)
        assert held.come.wait(60)
        second = ask(address)
        assert second.status_code == 503 and int(second.headers["retry-after"]) >= 1
        assert second.json()["type"].endswith(":busy")
        assert second.headers["retry-after"] in second.json()["detail"]
        assert httpx.get(f"{address}/readyz").status_code == 503
        assert httpx.get(f"{address}/healthz").status_code == 200
        held.go.set()
        assert first.result().status_code == 200
        assert httpx.get(f"{address}/readyz").status_code == 200


def test_an_answer_that_takes_too_long_is_given_up():
    held = Held()
    with serving(create_app(held, Settings(seconds=0.05), page=False)) as address:
        french, english = ask(address), ask(address, **{"Accept-Language": "en"})
        held.go.set()
    assert french.status_code == english.status_code == 504
    assert french.json()["type"].endswith(":slow")
    assert (french.json()["title"], english.json()["title"]) == (
        PROBLEMS["slow"].fr[0],
        PROBLEMS["slow"].en[0],
    )


@pytest.fixture(scope="module")
def client(tmp_path_factory):
    answerer = FakeAnswerer()
    settings = Settings(admin_token=TOKEN, per_minute=0, feedback=tmp_path_factory.mktemp("p") / "o.sqlite")
    app = create_app(answerer, settings, editor=Editor(answerer.corpus), page=False)
    key = {"Authorization": f"Bearer {TOKEN}"}
    with serving(app) as address, httpx.Client(base_url=f"{address}/api/v1", headers=key) as client:
        yield client


@pytest.mark.parametrize(
    ("path", "body", "field", "type_", "french", "english"),
    [
        ("ask", b"{}", "body.question", "missing", "Ce champ manque.", "Field required"),
        (
            "ask", {"question": 3}, "body.question", "string_type", "Il faut du texte.",
            "Input should be a valid string",
        ),
        (
            "ask", {"question": "x" * 20_001}, "body.question", "string_too_long",
            "Il en faut au plus 20\u202f000\u00a0caractères.", "String should have at most 20000 characters",
        ),
        (
            "documents", [{"id": "", "text": "x"}], "body.0.id", "string_too_short",
            "Il en faut au moins 1\u00a0caractère.", "String should have at least 1 character",
        ),
        (
            "ask", {"question": "x", "history": ["x"] * 21}, "body.history", "too_long",
            "Il en faut au plus 20.",
            "List should have at most 20 items after validation, not 21",
        ),
        (
            "ask", {"question": "x", "k": 0}, "body.k", "greater_than_equal", "Il faut au moins 1.",
            "Input should be greater than or equal to 1",
        ),
        (
            "ask", {"question": "x", "k": 21}, "body.k", "less_than_equal", "Il faut au plus 20.",
            "Input should be less than or equal to 20",
        ),
        (
            "ask", {"question": "x", "k": 1.5}, "body.k", "int_from_float", "Il faut un nombre entier.",
            "Input should be a valid integer, got a number with a fractional part",
        ),
        (
            "ask", {"question": "x", "kk": 2}, "body.kk", "extra_forbidden", "Ce champ n’existe pas ici.",
            "Extra inputs are not permitted",
        ),
        (
            "ask", {"question": "x", "lang": "de"}, "body.lang", "literal_error",
            "Valeurs possibles\u00a0: 'fr' ou 'en'.", "Input should be 'fr' or 'en'",
        ),
        ("documents", {}, "body", "list_type", "Il faut une liste.", "Input should be a valid list"),
        (
            "ask", [], "body", "model_attributes_type", "Il faut un objet.",
            "Input should be a valid dictionary or object to extract fields from",
        ),
        (
            "feedback", {"receipt": "x", "opinion": "up", "remark": "\0"}, "body.remark", "unreadable",
            "Contient des caractères qui ne sont pas du texte.", "Holds characters that are not text",
        ),
        # What nobody put into French stays as it is, rather than go untold.
        (
            "ask", {"question": "x", "k": float("inf")}, "body.k", "finite_number",
            "Input should be a finite number", "Input should be a finite number",
        ),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_field_is_said_in_the_visitors_language(
    client, path, body, field, type_, french, english
):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    for lang, said in (("fr", french), ("en-GB", english)):
        headers = {"Accept-Language": lang, "Content-Type": "application/json"}
        reply = client.post(path, content=content, headers=headers)
        assert reply.status_code == 422
        assert reply.json()["errors"] == [{"field": field, "type": type_, "message": said}]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_examples_keep_to_their_models(model):
    examples = model.model_config["json_schema_extra"]["examples"]
    for example in examples:
        # No key besides: an example with one would show what is never sent.
        held = model.model_validate(example, extra=model.model_config.get("extra", "forbid"))
        assert held.model_dump(mode="json", exclude_unset=True) == example


@pytest.mark.parametrize("asked", [shown.ANSWER, shown.FOLLOWED], ids=["first", "follow-up"])
def test_the_examples_are_true(asked):
    answer, whole = AnswerOut.model_validate(asked), DocumentOut.model_validate(shown.DOCUMENT)
    passage = answer.passages[0]
    start, end = passage.answer_start, passage.answer_end
    assert whole.text[start:end] == answer.answer
    assert whole.text[passage.start : passage.end] == passage.text and passage.sha256 == whole.sha256
    period = when_in(passage.text, start, end, passage.date)
    assert answer.model_dump()["when"] == (period and {"start": str(period.start), "end": str(period.end)})


def test_the_example_of_a_follow_up_is_what_the_rules_make_of_it():
    turn = Turn(shown.TURN["question"], shown.TURN["answer"])
    assert understand(shown.FOLLOW_UP["question"], [turn]) == shown.FOLLOWED["understood"]


def test_every_problem_that_is_declared_has_examples_of_its_status(client):
    paths = client.get("openapi.json").json()["paths"]
    seen = set()
    for where, operations in paths.items():
        for method, operation in operations.items():
            for status, declared in operation["responses"].items():
                if status.startswith("2"):
                    continue
                examples = declared["content"]["application/problem+json"]["examples"]
                assert examples, (where, method, status)
                for name, example in examples.items():
                    told = ProblemOut.model_validate(example["value"])
                    assert told.status == int(status) and told.type.endswith(f":{name}")
                    assert "{" not in told.detail and "None" not in told.detail
                    seen.add(name)
    assert seen == set(PROBLEMS) - {"method"}
