"""Reports: every string escaped, nothing asked of a network, failures marked, tables true."""

import json
import re
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner

from index.document import Document
from index.errors import UsageError
from qa.compare import compare
from qa.evaluate import Options, evaluate
from qa.expected import draft, main, read_expected, table, verdicts
from qa.gate import check, parse_bound
from qa.questions import Gold, Question, QuestionSet
from qa.relevance import find_gold
from qa.report import checks_text, comparison_text, markdown, summary_text
from qa.report_html import render_html
from qa.report_text import OUTCOMES, figure_text
from qa.report_view import failures, segments
from qa.summary import summarise
from tests.toy_answerer import ToyAnswerer

EVIL = '<script>alert("x")</script>'
OPTIONS = Options(resamples=200)


def make(threshold):
    """Return a report whose every text from outside is hostile."""
    text = f"{EVIL} Le maire Dupont|Durand vint à Paris. `code` & ]]> -->"
    document = Document(f"d{EVIL}", text * 3, title=EVIL)
    shared = {"document_ids": (document.id,), "context": document.text, "group": document.id}
    questions = (
        Question(
            f"1{EVIL}", f"Qui est le maire {EVIL} ?", (Gold("Dupont|Durand", text.index("Dupont")),), **shared
        ),
        Question(
            "2", "Où vint le maire ? {{ 7 * 7 }}", (Gold("Paris", text.index("Paris")),), style=EVIL, **shared
        ),
        Question("3", f"Quel âge a le maire {EVIL} ?", (), **shared),
    )
    asked = QuestionSet(f"n{EVIL}", "0" * 64, questions, (document,))
    run = evaluate(asked, ToyAnswerer([document], 300, threshold), find_gold(questions, [document]), OPTIONS)
    about = {"corpus": {"documents": 1, "passages": 1, "encoder": EVIL}, "distractors": [EVIL]}
    return summarise(run, OPTIONS, about)


@pytest.fixture(scope="module")
def report():
    return make(0.1)


class Outline(HTMLParser):
    """Collect tags, their attributes, and the text outside scripts and styles."""

    def __init__(self):
        super().__init__()
        self.tags, self.words, self._in = [], [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        self._in = tag

    def handle_endtag(self, tag):
        self._in = ""

    def handle_data(self, data):
        if self._in not in {"script", "style"}:
            self.words.append(data)


def test_the_page_is_one_file_that_asks_nothing_of_anyone(report):
    page = render_html(report, comparison=compare(report, make(0.9)))
    outline = Outline()
    outline.feed(page)
    for tag, attributes in outline.tags:
        for name in ("src", "href", "srcset", "action", "poster", "data"):
            value = attributes.get(name)
            assert value is None or value == "data:,", (tag, attributes)
    assert "@import" not in page
    assert "url(" not in page
    assert not re.search(r"https?://(?!www\.w3\.org/)", page)


def test_hostile_texts_are_shown_and_never_run(report):
    page = render_html(
        report, comparison=compare(report, make(0.9)), checks=check(report, [parse_bound("f1=2")])
    )
    outline = Outline()
    outline.feed(page)
    assert [tag for tag, _ in outline.tags].count("script") == 1
    assert EVIL not in page
    assert EVIL in "".join(outline.words)
    assert "{{ 7 * 7 }}" in "".join(outline.words)


def test_every_failure_is_on_the_page_with_both_answers_marked(report):
    listed = failures(report)
    page = render_html(report)
    assert (
        page.count('<article class="failure"')
        == len(listed)
        == sum(
            report["counts"]["outcomes"][kind]
            for kind in ("not_found", "misread", "withheld", "invented", "near")
        )
    )
    marked = [piece for each in listed for excerpt in each.excerpts for piece in excerpt.pieces if piece.css]
    assert {piece.css for piece in marked} >= {"gold", "said"}
    golds = {gold for each in listed for gold in each.golds}
    assert all(any(piece.text in gold for gold in golds) for piece in marked if "gold" in piece.css)


def test_segments_cut_where_marks_overlap_and_lose_nothing():
    text = "Elle naît à Paris en 1830."
    pieces = segments(text, [(12, 17, "gold"), (10, 25, "said"), (-3, 4, "said"), (20, 99, "gold")])
    assert "".join(piece.text for piece in pieces) == text
    assert [(piece.text, piece.css) for piece in pieces] == [
        ("Elle", "said"), (" naît ", ""), ("à ", "said"), ("Paris", "gold said"), (" en", "said"),
        (" 1830", "gold said"), (".", "gold"),
    ]  # fmt: skip


def test_every_figure_and_outcome_has_words_in_both_languages(report):
    for section in ("retrieval", "after_reading", "answers", "abstention"):
        for name in report[section]:
            saying = figure_text(f"{section}.{name}")
            assert saying.fr != f"{section}.{name}", name
            assert bool(saying.fr_more) == bool(saying.en_more)
    assert set(OUTCOMES) == set(report["counts"]["outcomes"])


def test_markdown_keeps_its_tables_whole_whatever_the_texts(report):
    text = markdown(
        report, comparison=compare(report, make(0.9)), checks=check(report, [parse_bound("f1=2")])
    )
    assert "\\<script\\>" in text
    rows = [line for line in text.split("\n") if line.startswith("| ") and "question" not in line]
    assert rows
    assert "Dupont\\|Durand" in text
    assert EVIL not in re.sub(r"```+.*?```+", "", text, flags=re.DOTALL)


def test_terminal_tables_name_what_was_missed(report):
    shown = checks_text(
        check(report, [parse_bound("f1=2"), parse_bound("recall@1=0"), parse_bound("auroc=0")])
    )
    assert re.search(r"answers\.f1 +0\.\d{4} +>= 2 +FAIL", shown)
    assert re.search(r"retrieval\.recall@1 +\d\.\d{4} +>= 0 +OK", shown)
    assert "3 questions" in summary_text(report)
    assert "abstention.coverage" in comparison_text(compare(report, make(0.9)))


EXPECTED = """
[runs.people]
title = "Gens"
command = "repondeur evaluate people.json"
[[figure]]
run = "people"
key = "answers.f1"
value = 0.8
floor = 0.7
tolerance = 0.01
[[figure]]
run = "people"
key = "abstention.risk"
value = 0.1
floor = 0.2
[[figure]]
run = "people"
key = "latency_ms.p50"
value = 120
floor = 400
"""


@pytest.fixture
def expected(tmp_path):
    path = tmp_path / "expected.toml"
    path.write_text(EXPECTED, encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("f1", "risk", "words"),
    [(0.9, 0.05, ["OK", "OK"]), (0.79, 0.1, ["OK", "OK"]), (0.75, 0.15, ["about", "about"]),
     (0.69, 0.21, ["FAIL", "FAIL"]), (0.8, None, ["OK", "FAIL"])],
)  # fmt: skip
def test_found_figures_are_ok_about_or_fail(expected, f1, risk, words):
    found = {"answers": {"f1": f1}, "abstention": {"risk": risk}, "latency_ms": {"p50": 100}}
    assert [each.word for each in verdicts(found, read_expected(expected)["people"])] == [*words, "OK"]


def test_the_published_table_is_generated_and_checked(expected, tmp_path):
    assert "| Gens | .800 | .100 | 120 ms |" in table(read_expected(expected))
    readme = tmp_path / "README.md"
    readme.write_text("# A\n<!-- expected:begin -->\nold\n<!-- expected:end -->\nB\n", encoding="utf-8")
    call = [str(expected), "--readme", str(readme)]
    assert CliRunner().invoke(main, [*call, "--check"]).exit_code == 1
    assert CliRunner().invoke(main, call).exit_code == 0
    assert CliRunner().invoke(main, [*call, "--check"]).exit_code == 0
    assert readme.read_text(encoding="utf-8").startswith("# A\n<!-- expected:begin -->\n| | f1 |")
    assert readme.read_text(encoding="utf-8").endswith("<!-- expected:end -->\nB\n")


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('key = "answers.f1"', 'key = "answers.f2"', "figure 1: unknown figure 'answers.f2'"),
        ("floor = 0.7\n", "", "figure 1: key 'floor' is missing"),
        ("floor = 0.7\n", "floor = 0.9\n", "floor 0.9 is better than the value 0.8"),
        ('run = "people"', 'run = "others"', r"there is no \[runs.others\]"),
        ("[runs.people]", "[runs.people", "cannot be read as TOML"),
        ("floor = 0.7\n", "floor = 0.7\nfloors = 1\n", "figure 1: unknown key 'floors'; known are run, key"),
        ("value = 0.8\n", 'value = "0.8"\n', "figure 1: value is no number but '0.8'"),
        ("value = 0.8\n", "value = nan\n", "figure 1: value is no number but nan"),
        ("floor = 0.7\n", "floor = true\n", "figure 1: floor is no number but True"),
        ('key = "answers.f1"', 'key = ["answers.f1"]', "figure 1: key is no text but"),
        ("[runs.people]", "[runs]\npeople = 3\n[more]", "runs.people: expected a table of keys, found 3"),
        ('title = "Gens"', "title = 3", "runs.people: title is no text but 3"),
        (EXPECTED, "figure = [3]\n[runs.people]\n", "figure 1: expected a table of keys, found 3"),
        (EXPECTED, "figure = 3\n", r"expected \[runs.NAME\] and \[\[figure\]\]"),
    ],
)
def test_a_wrong_file_of_expected_figures_is_refused(expected, old, new, message):
    expected.write_text(EXPECTED.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(UsageError, match=message):
        read_expected(expected)


def test_a_run_is_drafted_as_entries_that_it_passes(report, tmp_path):
    path = tmp_path / "drafted.toml"
    path.write_text("[runs.x]\n" + draft("x", report), encoding="utf-8")
    run = read_expected(path)["x"]
    assert len(run.figures) > 5
    assert {each.word for each in verdicts(report, run)} == {"OK"}


def test_a_saved_run_is_shown_again(report, tmp_path):
    from qa.report import main as show

    saved = tmp_path / "run.json"
    saved.write_text(json.dumps(report), encoding="utf-8")
    done = CliRunner().invoke(
        show, [str(saved), "--html", str(tmp_path / "r.html"), "--md", str(tmp_path / "r.md")]
    )
    assert done.exit_code == 0
    assert (tmp_path / "r.html").read_text(encoding="utf-8") == render_html(report)
