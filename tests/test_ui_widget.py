"""The widget on other people's sites: allowed and refused, under hostile styles and a strict policy."""

import gzip

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import HTMLResponse
from starlette.routing import Route

from qa.dates import when
from tests.ui_browser import Tab
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, Shelf, document, serving
from ui.api import create_app
from ui.cards import turn_card
from ui.problems import PROBLEMS
from ui.settings import Settings
from ui.text import ENGLISH, FRENCH, words
from ui.widget.routes import script

QUESTION = "Pendant combien de temps ?"
HOSTILE_STYLE = (
    "* { color: red !important; font-size: 40px !important; position: static !important }"
    " div, form, input, button, p, dialog, mark { display: none !important; visibility: hidden !important }"
    " repondeur-widget { display: none !important }"
)


def site(answers):
    """Return a site of someone else: it puts the widget in pages of several kinds."""

    def page(request):
        policy = request.query_params.get("policy")
        lang, style = request.query_params.get("lang", "fr"), request.query_params.get("style")
        head = f"<style>{HOSTILE_STYLE}</style>" if style else ""
        direction = "rtl" if request.query_params.get("rtl") else "ltr"
        mode = request.query_params.get("mode", "inline")
        body = (
            f'<!doctype html><html lang="nl" dir="{direction}"><head><title>Site</title>{head}'
            f'<script src="{answers()}/widget.js" defer></script></head><body><main><h1>Een site</h1>'
            f'<repondeur-widget lang="{lang}" title="Aide" accent="#ffe000" mode="{mode}"></repondeur-widget>'
            f'<iframe src="{answers()}/embed?lang={lang}" title="Cadre"></iframe></main></body></html>'
        )
        strict = f"default-src 'none'; script-src {answers()}; connect-src {answers()}; frame-src {answers()}"
        return HTMLResponse(body, headers={"Content-Security-Policy": strict} if policy else {})

    return Starlette(routes=[Route("/", page)])


@pytest.fixture(scope="module")
def addresses():
    """Yield (the server, an allowed site, a site that is not)."""
    known = {}
    smiling = document("smile", "😀😀 combien ? « un an », dit-on 😀.", title=HOSTILE, source=HOSTILE)
    answerer = FakeAnswerer(corpus=Shelf({"smile": smiling, "amazon": document()}))
    with serving(site(lambda: known["server"])) as friend, serving(site(lambda: known["server"])) as stranger:
        app = create_app(answerer, Settings(allow_origins=(friend,), per_minute=0), page=False)
        with serving(app) as known["server"]:
            yield known["server"], friend, stranger


@pytest.fixture
def tab(browser):
    tab = Tab(browser, viewport={"width": 1000, "height": 900})
    yield tab
    tab.context.close()


def ask(page, question=QUESTION):
    widget = page.locator("repondeur-widget").first
    widget.locator("input").fill(question)
    widget.locator("input").press("Enter")
    widget.locator(".short").wait_for()
    return widget


def text(widget):
    return widget.locator(".root").inner_text()


@pytest.mark.browser
def test_an_allowed_site_asks_and_shows_words_sources_and_highlight(tab, addresses):
    server, friend, _ = addresses
    tab.page.goto(friend)
    widget = ask(tab.page)
    assert widget.locator(".short").inner_text() == "un an"
    assert widget.locator("mark").first.inner_text() == "un an"
    assert HOSTILE in widget.locator(".by").first.inner_text()
    assert "Réponse sûre" in text(widget)
    sure = widget.locator(".sure").get_attribute("title")
    assert sure == FRENCH.confidence_number.format(percent=87)
    link = widget.locator("li a").first.get_attribute("href")
    assert link.startswith(f"{server}/article?id=smile")
    assert '<mark id="passage">un an</mark>' in httpx.get(link).text
    assert not tab.errors
    assert tab.hosts == {server.removeprefix("http://"), friend.removeprefix("http://")}


@pytest.mark.browser
@pytest.mark.parametrize(
    ("lang", "said"),
    [("fr", "Soit le mercredi 10 juin 2020,"), ("en", "That is Wednesday 10 June 2020,")],
)
def test_a_relative_date_is_told_as_on_the_page(tab, addresses, lang, said):
    tab.page.goto(f"{addresses[1]}/?lang={lang}")
    assert said in text(ask(tab.page, "Quand ?"))
    assert said in turn_card(FakeAnswerer().ask("Quand ?"), words(lang))


@pytest.mark.browser
def test_every_length_of_a_period_is_told_as_on_the_page(tab, addresses):
    """The widget words periods in JavaScript: each kind must read as `Words.meant` has it."""
    periods = [
        when(span, "", "2020-06-11") for span in ("hier", "la semaine dernière", "en mai", "l'an dernier")
    ]
    answers = iter([{"start": str(p.start), "end": str(p.end)} for p in periods])

    def changed(route):
        body = route.fetch().json() | {"when": next(answers)}
        route.fulfill(json=body, headers={"Access-Control-Allow-Origin": "*"})

    tab.page.route("**/api/v1/ask", changed)
    tab.page.goto(addresses[1])
    for period in periods:
        assert FRENCH.meant(period) in text(ask(tab.page, "Quand ?"))


@pytest.mark.browser
def test_the_host_page_is_left_as_it_was(tab, addresses):
    _, friend, _ = addresses
    tab.page.goto(friend)
    ask(tab.page, HOSTILE + " combien ?")
    state = tab.page.evaluate(
        "({lang: document.documentElement.lang, hacked: window.hacked ?? null, cookie: document.cookie,"
        " kept: localStorage.length + sessionStorage.length,"
        " styles: document.querySelectorAll('style').length,"
        " size: getComputedStyle(document.querySelector('h1')).fontSize,"
        " names: Object.keys(window).filter(name => /repond|widget/i.test(name))})"
    )
    assert state == {
        "lang": "nl", "hacked": None, "cookie": "", "kept": 0, "styles": 0, "size": "32px", "names": []
    }  # fmt: skip
    assert tab.page.locator("repondeur-widget").get_attribute("title") is None


@pytest.mark.browser
def test_a_site_that_is_not_listed_gets_a_kind_no(tab, addresses):
    server, _, stranger = addresses
    tab.page.goto(stranger)
    widget = ask(tab.page)
    assert FRENCH.unreachable[0] in text(widget) and AMAZON not in text(widget)
    assert any("CORS" in error for error in tab.errors)
    # The frame is refused by the browser: nothing of the server is in it.
    assert any("frame-ancestors" in error for error in tab.errors)
    assert httpx.get(f"{server}/embed").headers["content-security-policy"].count("http://") == 1


@pytest.mark.browser
def test_the_frame_answers_on_an_allowed_site(tab, addresses):
    _, friend, _ = addresses
    tab.page.goto(friend + "?lang=en")
    frame = tab.page.frame_locator("iframe")
    frame.locator("input").fill(QUESTION)
    frame.locator("input").press("Enter")
    frame.locator("mark").first.wait_for()
    assert "Sure answer" in frame.locator(".root").inner_text()


@pytest.mark.browser
@pytest.mark.parametrize("place", ["page", "frame"])
def test_who_asks_too_much_is_told_so_politely(tab, place):
    """In the page the visitor's share is used up, in the frame the share of the site around it."""
    shares = {"per_minute": 1} if place == "page" else {"per_minute": 0, "per_minute_site": 1}
    known = {}
    with serving(site(lambda: known["server"])) as friend:
        app = create_app(FakeAnswerer(), Settings(allow_origins=(friend,), **shares), page=False)
        with serving(app) as known["server"]:
            tab.page.goto(friend)
            within = tab.page if place == "page" else tab.page.frame_locator("iframe")
            widget = ask(within)
            assert widget.locator(".short").inner_text() == "un an"
            ask(within).locator(".short", has_text=PROBLEMS["quota"].fr[0]).wait_for()
            advice, _ = PROBLEMS["quota"].fr[1].split("{")
            assert advice in text(widget) and FRENCH.unreachable[0] not in text(widget)


@pytest.mark.browser
def test_hostile_styles_and_a_strict_policy_do_not_break_it(tab, addresses):
    _, friend, _ = addresses
    tab.page.goto(friend + "?policy=1")
    assert ask(tab.page).locator("mark").first.is_visible()
    send = tab.page.locator("repondeur-widget .send")
    assert send.evaluate("e => getComputedStyle(e).backgroundColor") == "rgb(255, 224, 0)"
    assert send.evaluate("e => getComputedStyle(e).color") == "rgb(0, 0, 0)"
    assert not tab.errors
    tab.page.goto(friend + "?style=1")
    widget = ask(tab.page)
    assert widget.locator("mark").first.is_visible() and widget.locator(".send").is_visible()
    assert widget.locator(".short").evaluate("e => getComputedStyle(e).fontSize") == "20px"


@pytest.mark.browser
def test_the_bubble_keeps_the_focus_and_closes_with_escape(tab, addresses):
    _, friend, _ = addresses
    tab.page.goto(friend + "?mode=bubble&lang=en&rtl=1")
    bubble = tab.page.locator("repondeur-widget .bubble")
    assert bubble.inner_text() == "Aide" and bubble.bounding_box()["x"] < 500
    bubble.press("Enter")
    focused = "document.querySelector('repondeur-widget').shadowRoot.activeElement"
    assert tab.page.evaluate(f"{focused}.tagName") == "INPUT"
    for _ in range(8):
        tab.page.keyboard.press("Tab")
        assert tab.page.evaluate("document.activeElement.tagName") in {"REPONDEUR-WIDGET", "BODY"}
    tab.page.keyboard.press("Escape")
    assert tab.page.evaluate(f"{focused}.className") == "bubble"


@pytest.mark.browser
def test_abstention_and_language_change_and_refusals_are_said(tab, addresses):
    _, friend, _ = addresses
    tab.page.goto(friend)
    widget = ask(tab.page, "Qui ?")
    assert FRENCH.no_answer in text(widget) and FRENCH.nearest in text(widget)
    tab.page.evaluate("document.querySelector('repondeur-widget').lang = 'en'")
    assert widget.locator("input").get_attribute("placeholder") == ENGLISH.placeholder
    ask(tab.page, "?!")
    assert "The question is empty" in text(widget)


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing(browser, addresses, scheme):
    tab = Tab(browser, color_scheme=scheme, reduced_motion="reduce")
    for path in ("/widget/demo", "/embed?lang=en&accent=%23a00"):
        tab.page.goto(addresses[0] + path)
        ask(tab.page).locator("summary").click()
        assert tab.violations() == {}
    tab.page.goto(addresses[0] + "/widget/demo")
    tab.page.locator(".bubble").click()
    assert tab.violations() == {}
    tab.context.close()


def test_the_script_is_small_whole_and_asks_nobody_else():
    assert len(gzip.compress(script().encode())) < 15_000
    assert "/*" not in script().replace("/*WORDS*/", "")
    assert "http://" not in script() and "https://" not in script()
    assert not any(
        word in script()
        for word in ("innerHTML", "localStorage", "sessionStorage", "document.cookie", "eval(")
    )
    for said in (FRENCH, ENGLISH):
        assert said.placeholder in script() and said.unreachable[0] in script()


def test_what_an_address_says_is_not_taken_for_markup(addresses):
    page = httpx.get(
        f"{addresses[0]}/embed", params={"title": HOSTILE, "accent": HOSTILE, "lang": HOSTILE}
    ).text
    assert "<script>window" not in page and "<img" not in page and "accent=" not in page
    assert (
        httpx.get(f"{addresses[0]}/widget/demo", headers={"Host": '"><script>x</script>'}).text.count(
            "<script"
        )
        == 1
    )
