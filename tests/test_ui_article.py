"""The view of a whole article: its passage marked, in its own language, and what became of it since."""

import re
from dataclasses import replace
from html import unescape

import httpx
import pytest

from tests.ui_browser import Tab
from tests.ui_support import AMAZON, HOSTILE, FakeAnswerer, Shelf, document, serving
from ui.api import create_app
from ui.article import article_body, article_page, gone_page
from ui.cards import turn_card
from ui.settings import Settings
from ui.text import ENGLISH, FRENCH

QUESTION = "Pendant combien de temps ?"
START = AMAZON.index("un an")
# Where the mark is in what is seen, how much is seen, and how far down that is.
PLACE = """() => {
  const {top, bottom} = document.querySelector("mark#passage").getBoundingClientRect();
  return [top, bottom, innerHeight, scrollY];
}"""
MARKED = '<mark id="passage">un an</mark>'


def view(doc, sha="", said=FRENCH, site="Nos archives"):
    return article_page(doc, (START, START + 5), sha, said, site)


def link(card):
    return unescape(re.search(r'data-see href="([^"]+)"', card)[1])


def test_the_article_is_whole_and_its_passage_marked():
    body = article_body(document(), START, START + 5)
    assert MARKED in body and unescape(re.sub(r"<[^>]+>", "", body)) == AMAZON


@pytest.mark.parametrize(("start", "end"), [(0, 0), (-5, 10**9), (10**9, 2), (50, 10)])
def test_the_article_stands_any_offsets(start, end):
    assert unescape(re.sub(r"<[^>]+>", "", article_body(document(text=HOSTILE), start, end))) == HOSTILE


@pytest.mark.parametrize("said", [FRENCH, ENGLISH])
def test_in_another_text_than_the_answers_nothing_is_marked_and_that_is_said(said):
    doc = document()
    sha = httpx.QueryParams(link(turn_card(FakeAnswerer().ask(QUESTION), said)).split("?")[1])["sha"]
    assert len(sha) == 16 and doc.sha256.startswith(sha)
    assert MARKED in view(doc, sha, said) and said.changed not in view(doc, sha, said)
    changed = view(replace(doc, text=f"Correction. {AMAZON}"), sha, said)
    assert "<mark" not in changed and said.changed in changed and AMAZON in unescape(changed)


def test_a_link_of_before_has_no_fingerprint_and_is_taken_at_its_word():
    assert MARKED in view(document()) and FRENCH.changed not in view(document())


def test_an_article_that_is_gone_has_a_page_that_says_so_in_the_pages_language():
    app = create_app(FakeAnswerer(), Settings(title="Nos <archives>"), page=False)
    with serving(app) as address:
        for said in (FRENCH, ENGLISH):
            for name in ("parti", "%ed%a0%80"):
                gone = httpx.get(f"{address}/article?id={name}&start=3&end=9&lang={said.lang}")
                assert gone.status_code == 404 and gone.headers["content-type"].startswith("text/html")
                assert f'<html lang="{said.lang}">' in gone.text
                assert all(sentence in unescape(gone.text) for sentence in (*said.gone, said.back))
                assert " — Nos &lt;archives&gt;</title>" in gone.text


def test_the_tab_is_named_after_the_site_and_the_source_is_a_link():
    page = view(document(source="https://www.exemple.fr/amazon"))
    assert "<title>Amazon et la police — Nos archives</title>" in page
    assert '<a href="https://www.exemple.fr/amazon" rel="noopener noreferrer" target="_blank">' in page
    assert "<a href" not in view(document(source="javascript:alert(1)")).split("rep-meta")[1]
    hostile = document(title=HOSTILE, source=HOSTILE, date=HOSTILE, meta={"language": HOSTILE})
    for page in (view(hostile, "0", site=HOSTILE), gone_page(FRENCH, HOSTILE)):
        assert not re.search(r"<script>|<img", page)


@pytest.mark.parametrize(
    ("stored", "lang"), [({"language": "pt_BR"}, "pt-BR"), ({"language": "la langue"}, ""), ({}, "")]
)
def test_an_article_is_read_aloud_in_its_own_language(stored, lang):
    page = view(document(meta=stored), said=ENGLISH)
    assert f'<h1 lang="{lang}">' in page and f'<div class="rep-text" lang="{lang}">' in page


@pytest.mark.browser
def test_what_changed_and_what_is_gone_are_told_in_the_dialog_which_escape_closes(browser):
    shelf = Shelf({"amazon": document()})
    with serving(create_app(FakeAnswerer(shelf), Settings(per_minute=0))) as address:
        tabs = [Tab(browser, color_scheme=scheme, reduced_motion="reduce") for scheme in ("light", "dark")]
        for tab in tabs:
            tab.open(address)
            tab.ask(QUESTION)
        shelf.held["amazon"] = document(text=f"Correction. {AMAZON}")
        frame = "dialog iframe"
        for tab in tabs:
            see = tab.page.locator("[data-see]").first
            see.click()
            note = tab.page.frame_locator(frame).get_by_text(FRENCH.changed)
            note.wait_for()
            assert tab.page.frame_locator(frame).locator("mark").count() == 0
            # A click into the text takes the keys into the frame.
            tab.page.frame_locator(frame).locator(".rep-text").click()
            tab.page.keyboard.press("Escape")
            tab.page.wait_for_selector("dialog", state="detached")
            assert see.evaluate("link => link === document.activeElement")
            tab.page.goto(f"{address}/article?id=amazon&start=3&end=9&sha=00")
            assert tab.violations() == {}
            tab.page.goto(f"{address}/article?id=parti&lang=en")
            assert tab.violations() == {} and ENGLISH.gone[0] in tab.page.inner_text("h1")
            tab.context.close()


@pytest.mark.browser
@pytest.mark.parametrize("width", [1280, 390])
def test_a_long_article_opens_where_its_passage_is(browser, width):
    around = "Une phrase parmi beaucoup d'autres, qui ne répond à rien.\n" * 300
    shelf = Shelf({"long": document("long", around + AMAZON + "\n" + around)})
    with serving(create_app(FakeAnswerer(shelf), Settings(per_minute=0))) as address:
        tab = Tab(browser, viewport={"width": width, "height": 700})
        page = tab.open(address)
        see = tab.ask(QUESTION).locator("[data-see]").first
        see.click()
        page.frame_locator("dialog iframe").locator("mark#passage").wait_for()
        framed = next(each for each in page.frames if "/article?" in each.url)
        href = see.evaluate("link => link.href")
        alone = tab.context.new_page()
        alone.goto(href)
        for view in (framed, alone.main_frame):
            view.wait_for_load_state("load")
            top, bottom, height, scrolled = view.evaluate(PLACE)
            assert 0 <= top < bottom <= height and scrolled > height
        tab.context.close()
