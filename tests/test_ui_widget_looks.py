"""The widget in the colours of its host, on small screens, and changed while it works."""

import re
import threading
from pathlib import Path
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from qa.answer import Abstention, Answer, Reason, Timings
from tests.ui_browser import Tab, contrast
from tests.ui_support import FakeAnswerer, serving
from ui.api import create_app
from ui.settings import Settings
from ui.text import ENGLISH, FRENCH

pytestmark = pytest.mark.browser
QUESTION = "Pendant combien de temps ?"
DOCS = (Path(__file__).parents[1] / "docs" / "embedding.md").read_text(encoding="utf-8")
SNIPPET = re.search(r"```css\n(.*?)```", DOCS, re.DOTALL)[1]


class Fickle(FakeAnswerer):
    """Wait where the question says so; give the reason that it names."""

    def __init__(self):
        super().__init__()
        self.go = threading.Event()

    def ask(self, question, **more):
        if "attends" in question:
            self.go.wait(60)
        reason = next((each for each in Reason if str(each) in question), None)
        found = super().ask(question, **more)
        if reason is None:
            return found
        return Answer(question, None, 0.1, Abstention(reason, "…"), found.passages, Timings(1, 1, 2))


@pytest.fixture(scope="module")
def answerer():
    return Fickle()


@pytest.fixture(scope="module")
def address(answerer):
    """Yield a site that shows the widget as the query says."""
    known = {}

    def page(request):
        asked = request.query_params
        title = asked.get("title", "Aide")
        return HTMLResponse(
            f'<!doctype html><html lang="fr"><head><title>Site</title><style>{asked.get("css", "")}</style>'
            f'<script src="{known["server"]}/widget.js" defer></script></head><body><h1>Site</h1>'
            f'<repondeur-widget title="{title}" accent="{asked.get("accent", "")}" '
            f'mode="{asked.get("mode", "inline")}"></repondeur-widget></body></html>'
        )

    with serving(Starlette(routes=[Route("/", page)])) as site:
        settings = Settings(allow_origins=(site,), per_minute=0)
        with serving(create_app(answerer, settings, page=False)) as known["server"]:
            yield site


def opened(browser, address, *, scheme="light", size=(1000, 900), **query):
    tab = Tab(browser, color_scheme=scheme, viewport={"width": size[0], "height": size[1]})
    tab.page.goto(f"{address}/?{urlencode(query)}")
    return tab, tab.page.locator("repondeur-widget")


def ask(widget, question=QUESTION):
    widget.locator("input").first.fill(question)
    widget.locator("input").first.press("Enter")
    return widget


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_hosts_colours_can_be_read_whatever_the_system_prefers(browser, address, scheme):
    tab, widget = opened(browser, address, scheme=scheme, css=SNIPPET)
    ask(widget).locator("mark").first.wait_for()
    background = widget.locator(".panel").evaluate("each => getComputedStyle(each).backgroundColor")
    assert background == "rgb(255, 255, 255)"
    for part in (".asked", ".sure", ".foot", ".by", ".send", "a", "summary, h2"):
        assert contrast(widget.locator(part)) >= 4.5, part
    assert contrast(widget.locator("input"), "borderTopColor") >= 3
    tab.context.close()


@pytest.mark.parametrize("accent", ["gold", "navy", "rgb(255 220 0)", "hsl(50 100% 50%)", "#123"])
def test_the_text_on_any_accent_can_be_read(browser, address, accent):
    tab, widget = opened(browser, address, accent=accent)
    assert contrast(widget.locator(".send")) >= 4.5
    tab.context.close()


def test_a_language_that_changes_during_a_question_leaves_a_form_that_asks(browser, address, answerer):
    tab, widget = opened(browser, address)
    ask(widget, "attends, combien ?").locator(".wait").wait_for()
    widget.evaluate("each => { each.lang = 'en' }")
    ask(widget).locator("mark").first.wait_for()
    assert ENGLISH.confidence[0] in widget.locator(".root").inner_text()
    answerer.go.set()
    tab.page.wait_for_timeout(300)
    assert ENGLISH.confidence[0] in widget.locator(".root").inner_text() and not tab.errors
    tab.context.close()


def test_what_is_said_when_there_is_no_answer_is_said_once(browser, address):
    tab, widget = opened(browser, address)
    status = widget.locator("[role=status]").first
    for reason, said in (
        (Reason.NOTHING_CLOSE, f"{FRENCH.no_answer} {FRENCH.abstained[Reason.NOTHING_CLOSE]}"),
        (Reason.NO_READER, FRENCH.abstained[Reason.NO_READER]),
    ):
        ask(widget, f"{reason} ?").locator(".asked", has_text=str(reason)).wait_for()
        assert status.text_content() == said
    ask(widget, "?!").locator(".short", has_text="La question est vide").wait_for()
    assert status.text_content() == "La question est vide. Écrivez au moins un mot."
    ask(widget).locator("mark").first.wait_for()
    assert status.locator("[lang='']").inner_text() == "un an"
    assert widget.locator(".short").get_attribute("lang") == ""
    assert "sha=" in widget.locator("li a").first.get_attribute("href")
    tab.context.close()


def test_on_a_phone_the_way_out_stays_in_sight(browser, address):
    tab, widget = opened(browser, address, size=(320, 400), mode="bubble", title="Une question ? " * 8)
    bubble = widget.locator(".bubble")
    box = bubble.bounding_box()
    assert box["x"] >= 0 and box["x"] + box["width"] <= 320
    bubble.click()
    ask(widget).locator("mark").first.wait_for()
    widget.locator("summary, .foot").last.scroll_into_view_if_needed()
    assert widget.locator("dialog").evaluate("each => each.scrollTop") > 0
    close = widget.locator(".close").bounding_box()
    assert close["y"] >= 0 and close["y"] + close["height"] <= 400
    widget.locator(".close").click()
    assert not widget.locator("dialog").is_visible()
    tab.context.close()
