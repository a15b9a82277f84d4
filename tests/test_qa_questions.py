"""Question files: what is read, and that whatever is wrong is named by question id and key."""

import json
from pathlib import Path

import pytest

from qa.questions import QuestionsError, read_documents, read_questions

CONTEXT = "Louise Michel naît à Vroncourt en 1830. Elle meurt à Marseille en 1905."


def squad(**changes):
    answer = {"text": "Vroncourt", "answer_start": CONTEXT.index("Vroncourt")}
    qa = {"id": "q1", "question": "Où naît-elle ?", "answers": [answer], "is_impossible": False}
    qa |= {
        key: value for key, value in changes.items() if key in {"id", "question", "answers", "is_impossible"}
    }
    for key in changes.get("without", ()):
        del qa[key]
    paragraph = {"context": changes.get("context", CONTEXT), "qas": [qa, *changes.get("more", [])]}
    return {"version": "2.0", "data": [{"title": "Louise Michel", "paragraphs": [paragraph]}]}


def written(folder: Path, content, name="set.json") -> Path:
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_squad_is_read_with_offsets_groups_and_ids(tmp_path):
    found = read_questions(written(tmp_path, squad()))
    question, document = found.questions[0], found.documents[0]
    assert (found.name, len(found.sha256)) == ("set", 64)
    assert question.answers == ("Vroncourt",)
    assert CONTEXT[question.golds[0].start :].startswith("Vroncourt")
    assert question.document_ids == (document.id,) == ("Louise Michel",)
    assert (question.group, question.title, question.context) == ("Louise Michel", "Louise Michel", CONTEXT)


def test_version_1_has_no_is_impossible_and_version_2_may_have_no_answer(tmp_path):
    assert read_questions(written(tmp_path, squad(without=["is_impossible"]))).questions[0].answerable
    silent = squad(answers=[], is_impossible=True)
    assert not read_questions(written(tmp_path, silent)).questions[0].answerable


def test_several_contexts_of_one_article_are_documents_of_one_group(tmp_path):
    root = squad()
    qa = {"id": "q2", "question": "Et ?", "answers": [{"text": "Autre", "answer_start": 0}]}
    root["data"][0]["paragraphs"].append({"context": "Autre texte.", "qas": [qa]})
    found = read_questions(written(tmp_path, root))
    assert [document.id for document in found.documents] == ["Louise Michel#0", "Louise Michel#1"]
    assert {question.group for question in found.questions} == {"Louise Michel"}


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"without": ["id"]}, r"qas\[0\]: key 'id' is missing"),
        ({"without": ["question"]}, r"\(id 'q1'\): key 'question' is missing"),
        ({"without": ["answers"]}, r"\(id 'q1'\): key 'answers' is missing"),
        ({"answers": [{"text": "Vroncourt"}]}, r"\(id 'q1'\).answers\[0\]: key 'answer_start' is missing"),
        (
            {"answers": [{"text": "Vroncourt", "answer_start": 3}]},
            r"\(id 'q1'\).answers\[0\].answer_start: 3 points at 'ise Miche', not 'Vroncourt'; .*at 21",
        ),
        ({"answers": [{"text": "Paris", "answer_start": -1}]}, "stands nowhere in the context"),
        ({"answers": [{"text": "", "answer_start": 0}]}, r"answers\[0\].text: empty"),
        ({"answers": "Vroncourt"}, r"\(id 'q1'\).answers: expected a list, found 'Vroncourt'"),
        ({"answers": []}, r"\(id 'q1'\).answers: empty; give one, or set is_impossible"),
        ({"is_impossible": True}, r"\(id 'q1'\).is_impossible: true beside 1 answers"),
        ({"is_impossible": "no"}, r"is_impossible: expected true or false"),
        ({"question": "  "}, r"\(id 'q1'\).question: empty"),
        ({"question": 7}, r"question: expected a string, found 7"),
        ({"context": " "}, r"paragraphs\[0\].context: empty"),
        (
            {"more": [{"id": "q1", "question": "Deux ?", "answers": []}]},
            "question id 'q1' occurs more than once",
        ),
        ({"answers": [{"text": "Vroncourt", "answer_start": True}]}, "answer_start: expected a whole number"),
        ({"question": "\ud800 ?"}, "half a surrogate"),
    ],
)
def test_a_wrong_squad_file_is_refused_by_id_and_key(tmp_path, changes, message):
    with pytest.raises(QuestionsError, match=message):
        read_questions(written(tmp_path, squad(**changes)))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "not JSON"),
        ("[]", 'expected an object with "data"'),
        ("{}", "key 'data' is missing"),
        ('{"data": []}', "data is empty"),
        ('{"data": [{"paragraphs": []}]}', "no question in it"),
        ('{"data": [3]}', r"data\[0\]: expected an object, found int"),
        ("[" * 200_000, "not JSON"),
    ],
)
def test_what_is_no_squad_file_is_refused(tmp_path, content, message):
    with pytest.raises(QuestionsError, match=message):
        read_questions(written(tmp_path, content))


def test_ten_megabytes_of_garbage_are_refused_at_once(tmp_path):
    path = tmp_path / "noise.json"
    path.write_bytes(bytes(range(256)) * 40_000)
    with pytest.raises(QuestionsError, match=r"noise.json: not UTF-8 text \(byte 128"):
        read_questions(path)
    path.write_text("é" * 5_000_000, encoding="utf-8")
    with pytest.raises(QuestionsError, match="not JSON"):
        read_questions(path)


def test_an_unknown_suffix_and_a_missing_file_are_named(tmp_path):
    with pytest.raises(QuestionsError, match="unknown kind of question file"):
        read_questions(tmp_path / "set.xlsx")
    with pytest.raises(QuestionsError, match=r"set.json: cannot be read \(No such file"):
        read_questions(tmp_path / "set.json")


def test_csv_is_read_with_several_answers_and_semicolons(tmp_path):
    text = "id;question;answers;document_id;style\n1;Où ?;Paris|à Paris;d1;plain\n2;Qui ?;;d2;plain\n"
    first, second = read_questions(written(tmp_path, text, "set.csv")).questions
    assert (first.answers, first.document_ids, first.style) == (("Paris", "à Paris"), ("d1",), "plain")
    assert not second.answerable


def test_jsonl_is_read_with_its_contexts(tmp_path):
    lines = [
        {"id": "a", "question": "Où ?", "answer": "Vroncourt", "document_id": 7, "context": CONTEXT},
        {
            "id": "b",
            "question": "Quand ?",
            "answers": ["1905", "en 1905"],
            "document_id": 7,
            "context": CONTEXT,
        },
        {"id": "c", "question": "Combien ?", "document_id": 7},
    ]
    found = read_questions(written(tmp_path, "\n".join(map(json.dumps, lines)), "set.jsonl"))
    assert [question.answers for question in found.questions] == [("Vroncourt",), ("1905", "en 1905"), ()]
    assert found.questions[0].golds[0].start == CONTEXT.index("Vroncourt")
    assert [document.id for document in found.documents] == ["7"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("set.csv", "a,b\n1,2\n", "unknown key 'a'"),
        ("set.csv", "id,answer\n1,2\n", "no column 'question'"),
        ("set.csv", "question,answer\nOù ?\n", "line 2: not as many cells"),
        ("set.csv", "question,answer\n,Paris\n", "key 'question' is missing or empty"),
        ("set.jsonl", "{]\n", "line 1: not JSON"),
        ("set.jsonl", '{"question": "Où ?", "reponse": "x"}\n', "unknown key 'reponse'"),
        ("set.jsonl", '{"id": "z", "question": "Où ?", "answers": [3]}\n', r"\(id 'z'\).answers: expected"),
        ("set.jsonl", '{"id": "z", "question": "Où ?", "answer": "x", "context": "y"}', "'x' does not stand"),
        (
            "set.jsonl",
            '{"id": "z", "question": "a"}\n{"id": "z", "question": "b"}',
            "'z' occurs more than once",
        ),
    ],
)
def test_wrong_tables_are_refused(tmp_path, name, content, message):
    with pytest.raises(QuestionsError, match=message):
        read_questions(written(tmp_path, content, name))


def test_distractors_are_contexts_or_a_corpus(tmp_path):
    assert [each.text for each in read_documents(written(tmp_path, squad()))] == [CONTEXT]
    corpus = (
        '{"id": "n1", "title": "T", "date": "2020-01-02", "text": "Un."}\n\n{"id": "n2", "text": "Deux."}\n'
    )
    first, second = read_documents(written(tmp_path, corpus, "corpus.jsonl"))
    assert (first.id, first.title, first.date, first.text) == ("n1", "T", "2020-01-02", "Un.")
    assert (second.id, second.date) == ("n2", None)
    with pytest.raises(QuestionsError, match="line 1: key 'text' is missing"):
        read_documents(written(tmp_path, '{"id": "n1"}', "corpus.jsonl"))
