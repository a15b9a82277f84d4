"""What the page shows and says between a question and its answer, and when there is none to come."""

import re
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from index.encoder import load_encoder
from index.writer import add_documents, remove_documents
from qa.answer import Reason
from qa.answerer import Answerer
from tests.ui_browser import BOX, Tab, contrast
from tests.ui_support import FakeAnswerer, Held, document, serving
from ui.api import create_app
from ui.problems import PROBLEMS
from ui.settings import Settings
from ui.starter import examples
from ui.text import ENGLISH, FRENCH
from ui.typography import typeset

pytestmark = pytest.mark.browser
QUESTION = "Pendant combien de temps ?"
NEXT = "Et ensuite, combien ?"
SAID = "#rep-said"


@pytest.fixture
def tab(browser):
    tab = Tab(browser, reduced_motion="reduce")
    yield tab
    tab.context.close()


def test_a_permalink_shows_that_it_is_being_answered(tab):
    held = Held()
    with serving(create_app(held, Settings(per_minute=0))) as address:
        tab.page.goto(f"{address}/?{httpx.QueryParams({'q': QUESTION})}")
        pending = tab.page.locator("#rep-wait .rep-pending")
        pending.wait_for()
        assert pending.locator(".rep-asked").inner_text() == typeset(QUESTION)
        assert tab.page.inner_text(SAID) == FRENCH.pending
        assert tab.page.get_attribute(SAID, "role") == "status"
        assert tab.violations() == {}
        held.go.set()
        tab.page.wait_for_selector("#rep-answers .rep-answered")
        pending.wait_for(state="hidden")
        assert tab.page.inner_text(SAID) == ""
        assert [question for question, *_ in held.asked] == [QUESTION]


def test_a_question_to_a_lost_server_is_told_and_asked_again_when_it_is_back(tab):
    with serving(create_app(FakeAnswerer())) as address:
        page = tab.open(address)
        tab.ask(QUESTION)
        page.wait_for_url("**/?q=Pendant*")
    page.fill(BOX, NEXT)
    page.press(BOX, "Enter")
    page.wait_for_selector("#rep-wait .rep-unreachable")
    assert FRENCH.unreachable[0] in page.inner_text("#rep-wait") and typeset(NEXT) in page.inner_text(
        "#rep-wait"
    )
    assert "un an" in page.inner_text("#rep-answers")
    # Gradio's own notice is there, in English, and not to be seen.
    assert page.locator(".toast-wrap").count() == 1 and not page.locator(".toast-wrap").is_visible()
    assert tab.violations() == {}
    assert httpx.URL(page.url).params["q"] == NEXT
    with serving(create_app(FakeAnswerer()), int(address.rsplit(":", 1)[1])):
        # Gradio loads the page anew by itself.
        page.locator("#rep-answers .rep-asked", has_text=NEXT).wait_for()
        assert page.input_value(BOX) == NEXT


def test_copying_says_what_came_of_it_and_leaves_the_focus(tab):
    with serving(create_app(FakeAnswerer())) as address:
        page = tab.open(address)
        # As over plain http from another machine.
        page.evaluate("Object.defineProperty(navigator, 'clipboard', {value: undefined})")
        button = tab.ask(QUESTION).locator("[data-copy]")
        for _ in range(2):
            button.press("Enter")
            page.wait_for_function(f"document.querySelector('{SAID}').textContent === '{FRENCH.copied}'")
            assert button.inner_text() == FRENCH.copied
            assert button.evaluate("each => each === document.activeElement")
        page.wait_for_function(f"document.querySelector('[data-copy]').textContent === '{FRENCH.copy}'")
        page.evaluate("document.execCommand = () => false")
        button.press("Enter")
        page.wait_for_function(f"document.querySelector('[data-copy]').textContent === '{FRENCH.uncopied}'")
        assert page.inner_text(SAID) == FRENCH.uncopied


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_to_write_can_be_seen(browser, scheme):
    tab = Tab(browser, color_scheme=scheme)
    with serving(create_app(FakeAnswerer())) as address:
        page = tab.open(address)
        box = page.locator(BOX)
        page.wait_for_function("document.activeElement.closest('#rep-box')")
        page.locator("#rep-ask").focus()
        assert contrast(box, "borderTopColor") >= 3
        # Forced colours draw an outline that is transparent otherwise, and no shadow.
        box.focus()
        outline = box.evaluate("each => getComputedStyle(each).outline")
        assert "solid 2px" in outline
    tab.context.close()


def test_a_full_line_is_told_on_the_page(tab):
    held = Held()
    app = create_app(held, Settings(workers=1, queue=0, per_minute=0))
    with serving(app) as address, ThreadPoolExecutor() as others:
        page = tab.open(address)
        first = others.submit(httpx.post, f"{address}/api/v1/ask", json={"question": QUESTION}, timeout=100)
        while httpx.get(f"{address}/readyz").status_code == 200:
            pass
        card = tab.ask(NEXT)
        assert card.get_attribute("data-state") == "failed"
        assert card.locator(".rep-none").inner_text() == PROBLEMS["busy"].fr[0]
        assert re.search(r"Réessayez dans \d+\u00a0s", card.locator(".rep-why").inner_text())
        assert tab.violations() == {}
        held.go.set()
        assert first.result().status_code == 200
        # And again, once there is room.
        assert tab.ask(NEXT).get_attribute("data-state") == "answered"
    assert not tab.errors and page.input_value(BOX) == NEXT


def test_an_empty_corpus_is_told_and_questions_may_be_asked_all_the_same(tab, tmp_path):
    encoder = load_encoder()
    add_documents(tmp_path / "corpus", [document()], encoder)
    remove_documents(tmp_path / "corpus", ["amazon"], encoder)
    answerer = Answerer.open(tmp_path / "corpus")
    with serving(create_app(answerer, Settings(examples=examples(answerer)))) as address:
        page = tab.open(address)
        assert page.locator("#rep-examples button").count() == 0
        card = tab.ask(QUESTION)
        assert card.locator(".rep-none").inner_text() == FRENCH.abstained[Reason.EMPTY_CORPUS]
        # Asking otherwise would not help.
        assert card.locator(".rep-tips, blockquote").count() == 0
        assert tab.violations() == {} and not tab.errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("words", [FRENCH, ENGLISH], ids=lambda words: words.lang)
def test_answer_abstention_and_article_are_for_everyone_in_both_languages_and_themes(browser, words, scheme):
    tab = Tab(browser, color_scheme=scheme, reduced_motion="reduce")
    with serving(create_app(FakeAnswerer(), Settings(per_minute=0))) as address:
        page = tab.open(address + ("/en/" if words is ENGLISH else "/"))
        assert page.get_attribute("html", "lang") == words.lang
        silent = tab.ask("Qui ?")
        assert silent.locator(".rep-none").inner_text() == words.no_answer
        assert tab.violations() == {}
        card = tab.ask(QUESTION)
        assert card.locator(".rep-short").inner_text() == "un an"
        assert tab.violations() == {}
        card.locator("[data-see]").first.click()
        shown = page.frame_locator("dialog iframe")
        assert shown.locator("mark#passage").inner_text()
        assert shown.locator("html").get_attribute("lang") == words.lang
        # What axe says of the page holds for the frame in it too.
        assert tab.violations() == {} and not tab.errors
    tab.context.close()
