"""Question files that programs write carelessly: halves of characters, nulls, contexts no index takes."""

import json

import pytest

from index.document import Document
from index.encoder import load_encoder
from qa.evaluation_corpus import build
from qa.questions import QuestionsError, read_documents, read_questions

HALF = "\\ud83d"


def written(tmp_path, text, name):
    path = tmp_path / name
    path.write_text(text if isinstance(text, str) else json.dumps(text), encoding="utf-8")
    return path


def squad(paragraph, **article):
    return {
        "data": [
            {"title": "Lyon", **article, "paragraphs": [{"context": "Lyon est une ville.", **paragraph}]}
        ]
    }


@pytest.mark.parametrize(
    ("line", "place"),
    [
        (f'{{"id": "a{HALF}", "question": "Où ?"}}', r"\.id"),
        (f'{{"id": "a", "question": "Où {HALF} ?"}}', r"\(id 'a'\)\.question"),
        (f'{{"id": "a", "question": "Où ?", "answer": "{HALF}"}}', r"\(id 'a'\)\.answers"),
        (f'{{"id": "a", "question": "Où ?", "answers": ["x", "{HALF}"]}}', r"\(id 'a'\)\.answers"),
        (f'{{"id": "a", "question": "Où ?", "context": "{HALF}"}}', r"\.context"),
        (f'{{"id": "a", "question": "Où ?", "document_id": "{HALF}"}}', r"\.document_id"),
        (f'{{"id": "a", "question": "Où ?", "style": "{HALF}"}}', r"\.style"),
    ],
)
def test_half_a_surrogate_pair_in_a_table_is_named_before_anything_is_asked(tmp_path, line, place):
    with pytest.raises(QuestionsError, match=place + ": holds half a surrogate pair"):
        read_questions(written(tmp_path, line, "set.jsonl"))


def test_half_a_surrogate_pair_in_an_id_or_a_distractor_is_named(tmp_path):
    qa = {"id": "q", "question": "Où ?", "answers": []}
    for given in ({"article_id": "\ud83d"}, {"id": "\ud83d"}):
        with pytest.raises(QuestionsError, match=r"data\[0\]\.\w*id: holds half"):
            read_questions(written(tmp_path, squad({"qas": [qa]}, **given), "set.json"))
    with pytest.raises(QuestionsError, match=r"paragraphs\[0\]\.id: holds half"):
        read_questions(written(tmp_path, squad({"qas": [qa], "id": "\ud83d"}), "set.json"))
    with pytest.raises(QuestionsError, match=r"line 1\.text: holds half"):
        read_documents(written(tmp_path, f'{{"id": "n", "text": "{HALF}"}}', "corpus.jsonl"))


def test_an_id_that_is_a_list_is_refused_in_words(tmp_path):
    with pytest.raises(QuestionsError, match=r"\.id: expected a string"):
        read_questions(written(tmp_path, '{"id": [1], "question": "Où ?", "answer": "x"}', "set.jsonl"))
    with pytest.raises(QuestionsError, match=r"\.article_id: expected a string or a whole number"):
        read_documents(written(tmp_path, squad({}, article_id=["x"]), "set.json"))


def test_distractors_need_no_questions_and_a_null_title_is_none(tmp_path):
    (found,) = read_documents(written(tmp_path, squad({}, title=None), "set.json"))
    assert (found.id, found.title, found.text) == ("article-0", "", "Lyon est une ville.")
    with pytest.raises(QuestionsError, match="key 'qas' is missing"):
        read_questions(written(tmp_path, squad({}), "set.json"))
    asked = {"id": "q", "question": "Où ?", "answers": [], "style": None}
    found = read_questions(written(tmp_path, squad({"qas": [asked]}, title=None, article_id=0), "set.json"))
    assert (found.documents[0].id, found.questions[0].title, found.questions[0].style) == ("0", "", "")


def test_a_context_that_the_index_refuses_stops_the_evaluation_and_leaves_no_corpus(tmp_path):
    good = Document("bon", "Lyon est une ville.")
    for documents in ([good, Document("nul", "Un\0deux.")], [Document("nul", "Un\0deux.")]):
        with pytest.raises(
            QuestionsError, match=r"context 'nul' cannot be indexed: NUL character at offset 2"
        ):
            build(tmp_path / "corpus", documents, load_encoder(), whole=False)
        assert not (tmp_path / "corpus").exists()
    with pytest.raises(QuestionsError, match=r"'a' .*empty.*, and 1 more"):
        build(tmp_path / "corpus", [Document("a", " "), good, Document("b", "")], load_encoder(), whole=True)
