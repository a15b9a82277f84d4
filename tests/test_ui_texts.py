"""Every sentence that is shown: French keeps its punctuation on the line, and no sentence is left over."""

import re
from dataclasses import fields, is_dataclass
from html import unescape
from importlib.resources import files
from pathlib import Path

import pytest

from qa import report_text
from qa.answer import Reason
from qa.messages import explain
from ui.documents_text import DocumentWords, document_words
from ui.problems import PROBLEMS
from ui.text import FRENCH, OpinionWords, Words
from ui.typography import typeset

# A space that may break a line before what must not begin one, after « or before a unit.
BREAKS = re.compile(r" [:;?!»%]|« |\} (?:s|Mo)\b")
TEMPLATE = files("qa").joinpath("report.html").read_text(encoding="utf-8")
SAID = re.compile(r't\("([^"]*)", "')


def strings(value):
    """Yield every string in values, however deep."""
    if isinstance(value, str):
        yield value
    elif is_dataclass(value):
        for field in fields(value):
            yield from strings(getattr(value, field.name))
    elif isinstance(value, dict):
        yield from strings(list(value.values()))
    elif isinstance(value, (list, tuple)):
        for each in value:
            yield from strings(each)


def report_strings():
    """Yield what the report's code, its template's sentences and the text around them say in French."""
    for said in (*report_text.FIGURE_TEXTS.values(), *report_text.OUTCOMES.values()):
        yield from (said.fr, said.fr_more)
    for key in ("recall@1", "recall@5", "document@3", "answer_in_top@10"):
        said = report_text.figure_text(f"retrieval.{key}")
        yield from (said.fr, said.fr_more)
    yield from (said.fr for said in report_text.BREAKDOWNS.values())
    for sentence in SAID.findall(TEMPLATE):
        yield sentence.encode("ascii", "backslashreplace").decode("unicode-escape")
    around = re.sub(r"<(style|script)>.*?</\1>|\{\{.*?\}\}", "x", TEMPLATE, flags=re.DOTALL)
    yield from unescape(re.sub(r"\{%.*?%\}|<[^>]*>", "\n", around)).splitlines()


FRENCH_STRINGS = [
    *strings([FRENCH, document_words("fr"), [problem.fr for problem in PROBLEMS.values()]]),
    *(explain(reason) for reason in Reason),
    *report_strings(),
]


def test_french_punctuation_stays_on_the_line_of_its_word():
    assert len(FRENCH_STRINGS) > 300 and "«\u00a080\u00a0% sûr\u00a0»" in " ".join(FRENCH_STRINGS)
    assert [each for each in FRENCH_STRINGS if BREAKS.search(each)] == []


@pytest.mark.parametrize(
    ("asked", "shown"),
    [
        ("Qui a dit « oui » ?", "Qui a dit «\u00a0oui\u00a0»\u00a0?"),
        ("Quand : hier ; où ! ici", "Quand\u00a0: hier\u00a0; où\u00a0! ici"),
        ("Who said: “yes”?", "Who said: “yes”?"),
    ],
)
def test_a_visitors_words_are_set_like_ours(asked, shown):
    assert typeset(asked) == shown and not BREAKS.search(shown)


@pytest.mark.parametrize("words", [Words, OpinionWords, DocumentWords])
def test_no_sentence_is_left_over(words):
    root = Path(__file__).parents[1] / "ui"
    code = "\n".join(path.read_text(encoding="utf-8") for path in root.rglob("*.[pj][ys]"))
    unused = [field.name for field in fields(words) if not re.search(rf"\.{field.name}\b", code)]
    assert unused == []
