"""The OpenAPI document is kept: requests made from it, right and wrong, get what it declares, never a 5xx."""

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode, checks
from schemathesis.checks import load_all_checks

from index.encoder import load_encoder
from index.writer import add_documents
from qa.answerer import Answerer
from tests.test_ui_api import Editor
from tests.ui_support import FakeAnswerer, Shelf, document, serving
from ui.api import create_app
from ui.editor import Editor as RealEditor
from ui.settings import Settings

TOKEN = "jeton"  # noqa: S105
# Which files are read, and what a question is made of, no JSON schema can say; and that a token is asked for
# is seen where none is sent (tests/test_ui_api.py). The rest of the checks hold.
ELSEWHERE = {"positive_data_acceptance", "ignored_auth"}
load_all_checks()
CHECKS = [check for check in checks.CHECKS.get_all() if check.__name__ not in ELSEWHERE]
FEW = settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)
# Reading, encoding and writing generations take their time.
FEWER = settings(FEW, max_examples=6)


class Files(Editor):
    """Take a file for a document."""

    def add_file(self, name, data):
        return self.add([document(name, data.decode("utf-8", "replace") or "vide")])


def fakes(_):
    """Return what answers and what changes the corpus, without any corpus."""
    answerer = FakeAnswerer(corpus=Shelf({"amazon": document(), "dir/é à.txt": document("dir/é à.txt")}))
    return answerer, Files(answerer.corpus)


def product(folder):
    """Return the same over a corpus on disk, as `repondeur serve` has them."""
    corpus, encoder = folder / "corpus", load_encoder()
    add_documents(corpus, [document(), document("dir/é à.txt", "Le phare est à Ouessant.")], encoder)
    return Answerer.open(corpus), RealEditor(corpus, encoder)


@pytest.fixture(scope="module", params=[(fakes, FEW), (product, FEWER)], ids=["fakes", "product"])
def served(request, tmp_path_factory):
    """Yield the API as schemathesis reads it, and how much of it to try."""
    make, effort = request.param
    folder = tmp_path_factory.mktemp("schema")
    answerer, editor = make(folder)
    chosen = Settings(
        admin_token=TOKEN, feedback=folder / "opinions.sqlite", per_minute=0, body_bytes=4_000_000
    )
    with serving(create_app(answerer, chosen, editor=editor, page=False)) as address:
        yield schemathesis.openapi.from_url(f"{address}/api/v1/openapi.json"), effort


OPERATIONS = [
    ("POST", "/api/v1/ask"),
    ("POST", "/api/v1/feedback"),
    ("GET", "/api/v1/documents"),
    ("GET", "/api/v1/documents/{document_id}"),
    ("POST", "/api/v1/documents"),
    ("POST", "/api/v1/documents/file"),
    ("DELETE", "/api/v1/documents/{document_id}"),
]


@pytest.mark.parametrize("mode", list(GenerationMode), ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), OPERATIONS)
def test_every_response_is_as_declared(served, method, path, mode):
    """Not through schemathesis' own pytest plugin: it relies on the insides of one version of pytest."""
    tried, (api, effort) = [], served

    @effort
    @given(api[path][method].as_strategy(generation_mode=mode))
    def held(case):
        reply = case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"}, checks=CHECKS)
        tried.append(reply.status_code)

    if mode is GenerationMode.NEGATIVE and "{" in path:
        pytest.skip("any text may be an id: there is nothing to get wrong")
    held()
    assert max(tried) < 500


def test_every_operation_is_tried(served):
    declared = {(each.ok().method.upper(), each.ok().path) for each in served[0].get_all_operations()}
    assert declared == set(OPERATIONS)
