"""What the page shows and says between a question and its answer, and when there is none to come."""

import httpx
import pytest

from tests.ui_browser import BOX, Tab, contrast
from tests.ui_support import FakeAnswerer, Held, serving
from ui.api import create_app
from ui.settings import Settings
from ui.text import FRENCH
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
