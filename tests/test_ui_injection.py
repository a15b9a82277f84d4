"""A document whose name is markup and whose source is a script: text everywhere, run nowhere."""

from contextlib import contextmanager

import pytest
from playwright.sync_api import expect

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from qa.answerer import Answerer
from tests.ui_browser import Tab
from tests.ui_support import AMAZON, FakeAnswerer, Shelf, document, serving
from ui.api import create_app
from ui.documents_text import document_words
from ui.editor import Editor
from ui.settings import Settings

pytestmark = pytest.mark.browser
NAME = "<img src=x onerror=window.hacked=1>.txt"
SOURCE = "javascript:window.hacked=1"
QUESTION = "Pendant combien de temps ?"
TOKEN = "jeton-de-test"  # noqa: S105
# Everything in the document, the insides of the widgets too.
FOUND = """selector => {
  const roots = [document, ...[...document.querySelectorAll("*")].flatMap((each) => each.shadowRoot ?? [])];
  return roots.flatMap((root) => [...root.querySelectorAll(selector)]).length;
}"""


@contextmanager
def unharmed(browser):
    """Yield a page, and look afterwards whether anything of the name or the source came alive."""
    tab = Tab(browser)
    yield tab
    assert tab.page.evaluate(FOUND, "a[href], mark, .rep-file") > 0
    assert tab.page.evaluate(FOUND, "[href^='javascript:' i], [src^='javascript:' i], [onerror]") == 0
    assert tab.page.evaluate(FOUND, "img[src=x]") == 0
    assert tab.page.evaluate("window.hacked") is None
    tab.context.close()


@pytest.fixture(scope="module", params=["named", "untitled"])
def address(request):
    """Serve the document; without a title, name and source stand in its place."""
    title = NAME if request.param == "named" else ""
    shelf = Shelf({NAME: document(NAME, title=title, source=SOURCE)})
    with serving(create_app(FakeAnswerer(shelf), Settings(per_minute=0))) as address:
        yield address


def test_on_the_page_and_in_the_article(browser, address):
    with unharmed(browser) as tab:
        tab.open(address)
        card = tab.ask(QUESTION)
        assert SOURCE in card.inner_text()
        card.locator("[data-copy]").click()
        card.locator("[data-see]").click()
        article = tab.page.frame_locator("dialog iframe")
        article.locator("mark#passage").wait_for()
        assert SOURCE in article.locator("main").inner_text()
        assert article.locator("[href^='javascript:'], img").count() == 0
        frame = next(each for each in tab.page.frames if "/article" in each.url)
        assert frame.evaluate("window.hacked") is None


def test_in_the_widget(browser, address):
    with unharmed(browser) as tab:
        tab.page.goto(f"{address}/embed")
        widget = tab.page.locator("repondeur-widget")
        widget.locator("input").fill(QUESTION)
        widget.locator("input").press("Enter")
        widget.locator("mark").first.wait_for()
        said = widget.locator(".by").first.inner_text()
        assert NAME in said or SOURCE in said
        assert widget.locator("a.see").count() == 1


def test_among_the_documents(browser, tmp_path):
    corpus, encoder, said = tmp_path / "corpus", load_encoder(), document_words("fr")
    add_documents(corpus, [Document("amazon", AMAZON, "Amazon", SOURCE)], encoder)
    app = create_app(
        Answerer.open(corpus, reader="none"),
        Settings(admin_token=TOKEN, per_minute=0),
        editor=Editor(corpus, encoder),
        page=False,
    )
    with serving(app) as address, unharmed(browser) as tab:
        page = tab.page
        page.goto(f"{address}/documents?lang=fr")
        page.fill("#token", TOKEN)
        page.keyboard.press("Enter")
        page.locator("#list li").first.wait_for()
        file = {"name": NAME, "mimeType": "text/plain", "buffer": "Le phare est à Ouessant.".encode()}
        page.set_input_files("#files", [file])
        page.locator("#queue").get_by_text(said.added).wait_for()
        assert page.locator("#queue .rep-file").inner_text() == NAME
        page.locator("#list li").nth(1).wait_for()
        assert NAME in page.locator("#list").inner_text()
        page.get_by_role("button", name=f"{said.remove} {NAME}").click()
        assert NAME in page.get_by_role("dialog").inner_text()
        page.get_by_role("dialog").get_by_role("button", name=said.remove).click()
        page.locator("#told", has_text=NAME).wait_for()
        expect(page.locator("#list li")).to_have_count(1)
