"""The HTML report of an evaluation in a real browser: readable by everyone, asking nobody for anything."""

from pathlib import Path

import pytest

from index.document import Document
from qa.compare import compare
from qa.evaluate import Options, evaluate
from qa.gate import check, parse_bound
from qa.questions import read_questions
from qa.relevance import find_gold
from qa.report_html import render_html
from qa.summary import summarise
from tests.toy_answerer import ToyAnswerer
from tests.ui_browser import Tab, chromium
from ui.starter import seed_documents


def report(threshold):
    asked = read_questions(Path(__file__).parents[1] / "seeds" / "questions.json")
    documents = [Document("000_7f12f659eab9b7eb.txt", seed_documents()[0].text)]
    options = Options(resamples=100)
    run = evaluate(
        asked, ToyAnswerer(documents, 300, threshold), find_gold(asked.questions, documents), options
    )
    return summarise(
        run, options, {"corpus": {"documents": 1, "passages": 9, "encoder": "toy"}, "distractors": []}
    )


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 390)])
def test_axe_finds_nothing_and_nothing_sticks_out(tmp_path, scheme, width):
    found = report(0.1)
    page = tmp_path / "report.html"
    bounds = [parse_bound("f1=0.99"), parse_bound("recall@5=0.01")]
    page.write_text(
        render_html(found, comparison=compare(found, report(0.5)), checks=check(found, bounds)),
        encoding="utf-8",
    )
    with chromium() as browser:
        tab = Tab(browser, viewport={"width": width, "height": 900}, color_scheme=scheme)
        tab.page.goto(page.as_uri())
        # Elsewhere than on screen these are not laid out, and axe would take one for the ground of another.
        tab.page.add_style_tag(content=".failure { content-visibility: visible !important; }")
        assert tab.violations() == {}
        assert tab.page.evaluate("document.documentElement.scrollWidth") <= width
        assert tab.hosts == {""} and not tab.errors
        tab.context.close()
