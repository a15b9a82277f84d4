"""The seed article and its questions: the file is right, and every passage is found and shown once."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

from index.corpus import Corpus
from index.encoder import load_encoder
from index.folding import folded
from index.sentences import sentences
from index.writer import add_documents
from qa.answerer import Answerer
from qa.expected import read_expected, table
from qa.questions import read_questions
from ui.starter import seed_documents, seed_examples

SEEDS = Path(__file__).parents[1] / "seeds"
EXPECTED = SEEDS / "expected.toml"
QUESTIONS = SEEDS / "questions.json"
STYLES = {"plain", "typo", "lowercase", "keywords", "english"}
WORDS = (
    "qui quand où combien pourquoi comment quel quelle quelles que qu'est-ce à|qui lequel depuis|quand "
    "jusqu'à contre|quoi d'où avec|qui who when where which how"
)


@pytest.fixture(scope="module")
def raw():
    return json.loads(QUESTIONS.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def questions():
    """Return the questions as `repondeur evaluate` reads them: that checks every offset."""
    return read_questions(QUESTIONS).questions


@pytest.fixture(scope="module")
def article():
    (document,) = seed_documents()
    return document


@pytest.fixture(scope="module")
def corpus(tmp_path_factory, article):
    folder = tmp_path_factory.mktemp("seed") / "corpus"
    add_documents(folder, [article], load_encoder())
    return folder


@pytest.fixture(scope="module")
def passages(corpus):
    encoder = load_encoder()
    opened = Corpus.open(corpus, encoder)
    everything = opened.search_vectors(encoder.encode_query(["police"])[0], 1000)
    return sorted(
        (each.passage for each in opened.passages([id_ for id_, _ in everything])),
        key=lambda each: each.start,
    )


def second_copy(text):
    """Return where the article begins again."""
    return text.index(text[:80], 1)


def test_the_context_is_the_article_as_stored(raw, article):
    (data,) = raw["data"]
    (paragraph,) = data["paragraphs"]
    assert paragraph["context"] == article.text
    assert data["id"] == article.id


def test_every_answer_stands_in_the_first_copy(questions, article):
    end = second_copy(article.text)
    for question in questions:
        for gold in question.golds:
            assert gold.start + len(gold.text) <= end, question.id
            assert article.text[gold.start : gold.start + len(gold.text)] == gold.text
            assert gold.text == gold.text.strip()


def test_the_set_is_as_broad_as_it_says(raw, questions):
    assert len(questions) >= 50
    assert sum(not question.answerable for question in questions) >= 14
    assert [question.id for question in questions] == [f"seed-{n:03}" for n in range(1, len(questions) + 1)]
    assert len({question.text.casefold() for question in questions}) == len(questions)
    styles = Counter(question.style for question in questions)
    assert set(styles) == STYLES and min(styles.values()) >= 5
    for style in STYLES:
        kinds = {question.answerable for question in questions if question.style == style}
        assert kinds == {True, False}, f"{style}: needs questions with and without an answer"
    assert sum(len(question.answers) > 1 for question in questions) >= 15
    assert all("is_impossible" in qa for qa in raw["data"][0]["paragraphs"][0]["qas"])


@pytest.mark.parametrize("word", WORDS.split())
def test_every_way_of_asking_is_there(questions, word):
    pattern = re.compile(rf"\b{word.replace('|', ' ')}\b", re.IGNORECASE)
    assert any(pattern.search(question.text) for question in questions)


def test_examples_of_the_page_are_answered_by_the_article(corpus, questions):
    examples = seed_examples(Corpus.open(corpus))
    answerable = {question.text for question in questions if question.answerable}
    assert examples[0] == "Quand Amazon a-t-il suspendu Rekognition ?"
    assert set(examples) <= answerable


def test_the_index_holds_each_sentence_once(passages, article):
    end = second_copy(article.text)
    for passage in passages:
        assert passage.text == article.text[passage.start : passage.end]
    for before, after in pairwise(passages):
        assert before.end <= after.start
    assert passages[-1].end <= end
    for start, stop in sentences(article.text[:end].rstrip()):
        holding = [each for each in passages if each.start <= start and stop <= each.end]
        assert len(holding) == 1, article.text[start:stop]


def test_no_result_says_what_another_says(corpus, questions):
    answerer = Answerer.open(corpus, reader="none")
    for question in questions:
        found = answerer.ask(question.text, k=50).passages
        letters = ["".join(map(chr, folded(each.text)[0])) for each in found]
        assert len(letters) == len(set(letters)) == len({(each.document_id, each.start) for each in found})


def gold_sentences(question, text):
    """Return the spans of the sentences that hold a gold answer."""
    spans = sentences(text)
    return [
        (start, stop)
        for gold in question.golds
        for start, stop in spans
        if start <= gold.start and gold.start + len(gold.text) <= stop
    ]


@pytest.mark.parametrize("reader", ["none", "bundled"])
def test_the_gold_sentence_is_in_the_first_passage(corpus, questions, article, reader):
    answerer = Answerer.open(corpus, reader=reader)
    missed = []
    answerable = [question for question in questions if question.answerable]
    for question in answerable:
        first = answerer.ask(question.text).passages[0]
        spans = gold_sentences(question, article.text)
        assert spans, f"{question.id}: no sentence holds the answer"
        if not any(first.start <= start and stop <= first.end for start, stop in spans):
            missed.append(question.text)
    assert len(missed) <= 0.1 * len(answerable), missed


def test_published_figures_hold():
    """Measure every run of expected.toml that needs nothing but this tree, by the command it names."""
    runs = read_expected(EXPECTED)
    own = {name: run.command.split() for name, run in runs.items() if "seeds/questions.json" in run.command}
    assert own
    for name, words in own.items():
        assert words[:2] == ["repondeur", "evaluate"]
        arguments = [*words[2:], "--expected", f"seeds/expected.toml#{name}", "--resamples", "100"]
        run = subprocess.run(
            [sys.executable, "-c", "from ui.cli import main; main()", "evaluate", *arguments],
            cwd=SEEDS.parent,
            capture_output=True,
            text=True,
            check=False,
        )
        assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_readme_shows_the_published_figures(page):
    assert table(read_expected(EXPECTED)) in (SEEDS.parent / page).read_text(encoding="utf-8")


@pytest.mark.parametrize("page", ["README.md", "README.fr.md"])
def test_the_readme_s_check_of_an_answer_runs(corpus, tmp_path, page):
    (program,) = re.findall(
        r"```python\n(.*?)```", (SEEDS.parent / page).read_text(encoding="utf-8"), re.DOTALL
    )
    command = tmp_path / "repondeur"
    command.write_text(f"#!{sys.executable}\nfrom ui.cli import main\nmain()\n", encoding="utf-8")
    command.chmod(0o755)
    added = {"PATH": f"{tmp_path}:{os.environ['PATH']}", "REPONDEUR_CORPUS": str(corpus)}
    run = subprocess.run(
        [sys.executable, "-c", program],
        cwd=SEEDS.parent,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | added | {"PYTHONPATH": str(SEEDS.parent)},
    )
    assert run.returncode == 0, run.stderr
    assert "Sundar Pichai" in run.stdout


@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ("Combien de temps cuit une tarte aux pommes ?", "nothing_close"),
        ("Quel âge avait George Floyd ?", "no_answer_in_passages"),
    ],
)
def test_silence_tells_another_subject_from_a_missing_answer(corpus, asked, reason):
    silence = Answerer.open(corpus).ask(asked).abstention
    assert silence is not None and silence.reason == reason
