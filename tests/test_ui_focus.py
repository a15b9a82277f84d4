"""Where the focus is after an answer, and what moves for who asked for less motion."""

import pytest

from tests.ui_browser import BOX, Tab
from tests.ui_support import FakeAnswerer, Held, serving
from ui.api import create_app
from ui.settings import Settings
from ui.text import FRENCH

pytestmark = pytest.mark.browser
QUESTION = "Pendant combien de temps ?"
EXAMPLE = "Combien de temps cela dure-t-il ?"
IN_THE_BOX = "document.activeElement.closest('#rep-box') !== null"
MOVES = "each => getComputedStyle(each).animationName"


@pytest.fixture(scope="module")
def address():
    with serving(create_app(FakeAnswerer(), Settings(examples=(EXAMPLE,), per_minute=0))) as address:
        yield address


@pytest.fixture
def opened(browser):
    """Return a function that opens a tab of some kind; all are closed at the end."""
    tabs = []

    def opened(width=1280, motion="no-preference", *, touch=False):
        viewport = {"width": width, "height": 700}
        tabs.append(Tab(browser, viewport=viewport, reduced_motion=motion, has_touch=touch))
        return tabs[-1]

    yield opened
    for tab in tabs:
        tab.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_after_enter_the_next_question_can_be_written(opened, address, width):
    tab = opened(width)
    page = tab.open(address)
    tab.ask(QUESTION)
    page.locator("#rep-wait .rep-pending").wait_for(state="hidden")
    assert page.evaluate(IN_THE_BOX)


def test_the_example_that_a_narrow_screen_hides_hands_the_focus_to_the_question(opened, address):
    page = opened(390).open(address)
    example = page.locator("#rep-examples button")
    example.focus()
    page.keyboard.press("Enter")
    page.locator("#rep-answers .rep-answered").wait_for()
    page.wait_for_function(IN_THE_BOX)
    assert not example.is_visible() and page.input_value(BOX) == EXAMPLE
    assert page.evaluate("scrollY") == 0


def test_a_touch_brings_no_keyboard_over_the_answer(opened, address):
    page = opened(390, touch=True).open(address)
    page.locator("#rep-examples button").tap()
    page.locator("#rep-answers .rep-answered").wait_for()
    page.locator("#rep-wait .rep-pending").wait_for(state="hidden")
    assert not page.evaluate(IN_THE_BOX)


def test_who_has_gone_elsewhere_keeps_the_focus_there(opened, address):
    page = opened().open(address)
    example = page.locator("#rep-examples button")
    example.focus()
    page.keyboard.press("Enter")
    page.locator("#rep-answers .rep-answered").wait_for()
    page.locator("#rep-wait .rep-pending").wait_for(state="hidden")
    assert example.evaluate("each => each === document.activeElement")


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_on_the_page_for_who_asked_for_that(opened, motion, moves):
    held = Held()
    with serving(create_app(held, Settings(per_minute=0))) as address:
        tab = opened(motion=motion)
        page = tab.open(address)
        page.fill(BOX, QUESTION)
        page.press(BOX, "Enter")
        pending = page.locator("#rep-wait .rep-pending")
        pending.wait_for()
        seen = [pending.evaluate(MOVES), pending.locator(".rep-dots i").first.evaluate(MOVES)]
        held.go.set()
        answered = page.locator("#rep-answers .rep-turn")
        answered.wait_for()
        seen.append(answered.evaluate(MOVES))
    page.fill(BOX, QUESTION)
    page.press(BOX, "Enter")
    lost = page.locator("#rep-wait .rep-unreachable")
    lost.wait_for()
    seen.append(lost.evaluate(MOVES))
    assert [name != "none" for name in seen] == [moves] * 4


@pytest.mark.parametrize(("motion", "moves"), [("reduce", False), ("no-preference", True)])
def test_nothing_moves_in_the_widget_for_who_asked_for_that(opened, motion, moves):
    held = Held()
    with serving(create_app(held, page=False)) as address:
        page = opened(motion=motion).page
        page.goto(f"{address}/embed")
        page.locator("input").fill(QUESTION)
        page.locator("input").press("Enter")
        assert (page.locator(".wait", has_text=FRENCH.pending).evaluate(MOVES) != "none") is moves
        held.go.set()
        page.locator("mark").first.wait_for()
        moving = "document.querySelector('repondeur-widget').shadowRoot.getAnimations().length"
        assert page.evaluate(moving) == 0
