"""The page in a real browser: what a visitor does, sees, and never notices."""

import httpx
import pytest

from qa.conversation import Turn
from tests.ui_browser import BOX, Tab
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, Held, Shelf, document, serving
from ui.api import create_app
from ui.settings import Settings
from ui.text import ENGLISH, FRENCH
from ui.typography import typeset

pytestmark = pytest.mark.browser
QUESTION = "Pendant combien de temps ?"
EXAMPLE = "Combien de temps cela dure-t-il ?"


@pytest.fixture(scope="module")
def answerer():
    hostile = document("hostile", HOSTILE + " combien un siècle", title=HOSTILE, source=HOSTILE, date=HOSTILE)
    web = document(source="https://www.exemple.fr/amazon")
    return FakeAnswerer(corpus=Shelf({"amazon": web, "hostile": hostile}))


@pytest.fixture(scope="module")
def address(answerer):
    with serving(create_app(answerer, Settings(examples=(EXAMPLE,), per_minute=0))) as address:
        yield address


@pytest.fixture(scope="module")
def shared(browser, address):
    """One open page for all who only ask: opening one costs more than the test."""
    tab = Tab(browser, viewport={"width": 1280, "height": 900})
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab.open(address)
    yield tab
    tab.context.close()


@pytest.fixture
def tab(browser):
    tab = Tab(browser, viewport={"width": 1280, "height": 900})
    yield tab
    tab.context.close()


def test_ask_see_the_highlight_and_its_source(tab, address):
    page = tab.open(address)
    card = tab.ask(QUESTION)
    assert card.locator(".rep-short").inner_text() == "un an"
    assert card.locator("mark").all_inner_texts() == ["un an"]
    assert card.locator("blockquote").first.inner_text() == AMAZON
    assert "11 juin 2020" in card.inner_text() and "Réponse sûre" in card.inner_text()
    assert card.locator(".rep-source a").first.get_attribute("href") == "https://www.exemple.fr/amazon"
    page.wait_for_function("document.querySelector('#rep-live').innerText.includes('un an')")
    assert page.locator("#rep-live").get_attribute("aria-live") == "polite"
    assert not tab.errors


def test_the_cursor_is_in_the_question_and_the_language_is_said(tab, address):
    page = tab.open(address)
    page.wait_for_function("document.activeElement.closest('#rep-box')")
    assert page.evaluate("document.documentElement.lang") == "fr"
    assert page.locator(BOX).get_attribute("aria-label") == FRENCH.placeholder
    sent = httpx.get(address).text
    assert '<html\n\tlang="fr"' in sent and "static/icon.svg" in sent and "twitter:" not in sent


def test_switching_language_keeps_the_question(tab, address):
    page = tab.open(address)
    tab.ask(QUESTION)
    page.wait_for_url("**/?q=*")
    page.click(".rep-lang")
    page.wait_for_selector(".rep-answered")
    assert page.evaluate("document.documentElement.lang") == "en"
    assert "Sure answer" in page.inner_text("#rep-answers .rep-turn") and "11 June 2020" in page.inner_text(
        "#rep-answers .rep-turn"
    )
    assert page.locator(BOX).get_attribute("placeholder") == ENGLISH.placeholder
    assert page.input_value(BOX) == QUESTION
    page.click(".rep-lang")
    page.wait_for_selector(".rep-answered")
    assert page.evaluate("document.documentElement.lang") == "fr"


def test_a_permalink_asks_again(tab, address):
    tab.open(address)
    tab.ask(QUESTION)
    tab.page.wait_for_url("**/?q=Pendant*")
    shared = tab.page.url
    page = tab.open(shared)
    page.wait_for_selector(".rep-answered")
    assert page.input_value(BOX) == QUESTION and page.locator("#rep-answers .rep-turn").count() == 1


@pytest.mark.parametrize("path", ["/", "/en/"])
def test_every_answer_on_the_page_can_be_shared_under_a_prefix_too(tab, answerer, path):
    with serving(create_app(answerer, Settings(root_path="/questions", per_minute=0))) as server:
        place = f"{server}/questions{path}"
        page = tab.open(place)
        tab.ask(QUESTION)
        tab.ask("Quand ?")
        older = page.locator("#rep-answers .rep-turn").nth(1).locator(".rep-permalink")
        older.click()
        page.wait_for_url("**/?q=Pendant*")
        page.locator("#rep-answers .rep-short", has_text="un an").wait_for()
        assert page.url.startswith(f"{place}?q=") and page.input_value(BOX) == QUESTION
        assert page.evaluate("document.documentElement.lang") == ("en" if "en" in path else "fr")
        assert page.locator("#rep-answers .rep-turn").count() == 1 and not tab.errors


def test_how_sure_an_answer_is_stands_in_figures_too(shared):
    sure = shared.ask(QUESTION).locator(".rep-sure")
    assert sure.get_attribute("title") == FRENCH.confidence_number.format(percent=87)
    assert FRENCH.confidence[0] in sure.inner_text()


def test_abstention_shows_why_what_is_nearest_and_how_to_ask(shared):
    card = shared.ask("Qui est roi ?")
    text = card.inner_text()
    assert FRENCH.no_answer in text and FRENCH.rephrase[0] in text and FRENCH.nearest in text
    assert card.locator(".rep-passage").count() == 2 and card.locator("mark").count() == 0


@pytest.mark.parametrize("question", ["", " ", "x" * 1001])
def test_a_question_that_cannot_be_asked_is_explained(shared, question):
    card = shared.ask(question)
    assert "rep-failed" in card.get_attribute("class")
    assert FRENCH.no_answer not in card.inner_text()


def test_an_example_is_asked_with_a_click_and_questions_pile_up(tab, address):
    page = tab.open(address)
    assert page.inner_text("#rep-examples button") == typeset(EXAMPLE)
    page.click("#rep-examples button")
    page.wait_for_selector(".rep-answered")
    assert page.input_value(BOX) == EXAMPLE
    tab.ask(QUESTION)
    assert page.locator("#rep-answers .rep-asked").all_inner_texts() == [typeset(QUESTION), typeset(EXAMPLE)]


def test_earlier_questions_go_along(tab, address, answerer):
    tab.open(address)
    tab.ask("Un, combien ?")
    tab.ask("Deux, combien ?")
    tab.ask("Trois ?")
    assert answerer.asked[-1][3] == (Turn("Un, combien ?", "un an"), Turn("Deux, combien ?", "un an"))


def test_the_article_opens_at_the_passage_and_closes_with_escape(shared):
    page = shared.page
    card = shared.ask(QUESTION)
    card.locator("[data-see]").first.click()
    frame = page.frame_locator("dialog iframe")
    assert frame.locator("mark#passage").inner_text() == "un an"
    assert frame.locator(".rep-text").inner_text() == AMAZON
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog", state="detached")


def test_a_quotation_is_copied_with_its_source(shared):
    page = shared.page
    shared.ask(QUESTION).locator("[data-copy]").first.click()
    page.wait_for_selector(f"text={FRENCH.copied}")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("«\u00a0Mercredi, Amazon") and copied.endswith("https://www.exemple.fr/amazon")


def test_the_keyboard_does_everything(shared):
    page = shared.page
    shared.ask(QUESTION)
    page.locator("[data-copy]").first.focus()
    page.keyboard.press("/")
    page.wait_for_function("document.activeElement.closest('#rep-box')")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.id") == "rep-ask"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('#rep-examples') !== null")


def test_markup_in_articles_questions_and_addresses_stays_text(tab, address):
    page = tab.open(address)
    tab.ask(HOSTILE)
    card = tab.ask(HOSTILE + " combien ?")
    card.locator("summary").click()
    assert HOSTILE in card.inner_text()
    page = tab.open(f"{address}/?q={httpx.QueryParams({'q': HOSTILE})['q']}")
    page.wait_for_selector("#rep-answers .rep-turn")
    page.goto(f"{address}/article?id=hostile&start=0&end=20")
    assert HOSTILE in page.inner_text(".rep-text")
    assert page.evaluate("window.hacked") is None
    assert page.locator("main script, main img").count() == 0
    assert tab.hosts == {address.removeprefix("http://")}


def test_no_host_but_our_own_is_asked_and_nothing_is_kept(tab, address):
    page = tab.open(address)
    tab.ask(QUESTION)
    tab.ask("Qui ?")
    page.wait_for_timeout(1000)
    assert tab.hosts == {address.removeprefix("http://")}
    assert tab.context.cookies() == []
    assert QUESTION not in page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert not tab.errors


@pytest.mark.parametrize(("path", "scheme"), [("/", "light"), ("/en/", "dark")])
def test_axe_finds_nothing(browser, address, path, scheme):
    tab = Tab(browser, viewport={"width": 1280, "height": 900}, color_scheme=scheme, reduced_motion="reduce")
    tab.open(address + path)
    assert tab.violations() == {}
    colour = tab.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (max(int(part) for part in colour[4:-1].split(",")) < 64) is (scheme == "dark")
    tab.ask(QUESTION).locator("summary").click()
    tab.ask("Qui ?")
    tab.ask("")
    assert tab.violations() == {}
    tab.page.goto(f"{address}/article?id=amazon&start=3&end=30")
    assert tab.violations() == {}
    tab.context.close()


def test_nothing_sticks_out_on_a_narrow_screen(shared):
    shared.ask(QUESTION)
    for width in (320, 390, 768, 1280):
        shared.page.set_viewport_size({"width": width, "height": 900})
        assert shared.page.evaluate("document.documentElement.scrollWidth") <= width


def test_several_visitors_are_answered_at_once_and_one_too_many_is_told_so(browser):
    held = Held()
    with serving(create_app(held, Settings(workers=2, queue=0, seconds=100))) as address:
        tabs = [Tab(browser), Tab(browser), Tab(browser)]
        for tab in tabs:
            tab.open(address)
            tab.page.fill(BOX, QUESTION)
            tab.page.press(BOX, "Enter")
            tab.page.wait_for_selector("#rep-wait .rep-pending:not([hidden]), #rep-answers .rep-failed")
        tabs[2].page.wait_for_selector("#rep-answers .rep-failed")
        assert "Beaucoup de monde" in tabs[2].page.inner_text("#rep-answers")
        held.go.set()
        for tab in tabs[:2]:
            tab.page.wait_for_selector("#rep-answers .rep-answered")
            assert not tab.page.locator("#rep-wait .rep-pending").is_visible()
        for tab in tabs:
            tab.context.close()
