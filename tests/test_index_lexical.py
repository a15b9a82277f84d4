"""Words: French analysis, safety from query syntax, agreement with BM25 written out."""

import math
from collections import Counter
from pathlib import Path

import pytest

from index.errors import CorpusDamaged
from index.french import exact_analyzer, prepare, stem_analyzer
from index.lexical import FieldWeights, LexicalReader, LexicalWriter, WordEntry


def build(folder: Path, *texts: str, titles: tuple[str, ...] = ()) -> LexicalReader:
    folder.mkdir(exist_ok=True)
    writer = LexicalWriter(folder)
    padded = titles + ("",) * (len(texts) - len(titles))
    writer.add(
        WordEntry(i, title, text) for i, (title, text) in enumerate(zip(padded, texts, strict=True), 1)
    )
    writer.finish()
    return LexicalReader(folder)


@pytest.mark.parametrize(
    ("question", "text"),
    [
        ("ete", "Un été brûlant"),
        ("l'election", "Les Élections de mai"),
        ("L’ÉLECTION", "elections"),
        ("qu'Amazon", "Amazon a décidé"),
        ("jusqu’aujourd'hui", "aujourd’hui"),
        ("reconnaissances faciales", "la reconnaissance faciale"),
        ("décidé", "ils décideront"),
        ("coeur", "le cœur"),
        ("10 000", "près de 10.000 morts"),
        ("10000", "près de 10\u202f000 morts"),
        ("2019", "en 2019"),
        ("vitamine C", "la vitamine C"),
        ("covid-19", "le Covid-19"),
        ("\uff21mazon", "amazon"),
    ],
)
def test_a_question_finds_the_other_form_of_its_words(tmp_path: Path, question: str, text: str) -> None:
    reader = build(tmp_path, "Rien de tel ici.", text)
    assert [i for i, _ in reader.search(question, 5)] == [2]


@pytest.mark.parametrize("question", ["", "qui est-ce que", "?!…", "l'", "«»", "\u200b", "🙂"])
def test_a_question_without_content_finds_nothing(tmp_path: Path, question: str) -> None:
    assert build(tmp_path, "Une loi est une loi.").search(question, 5) == []


@pytest.mark.parametrize(
    "question",
    [
        "title:loi",
        "loi AND (",
        "loi*",
        '"loi',
        "loi^9",
        "-loi",
        "+loi",
        "[loi TO loi]",
        "loi~2",
        "id:1",
        "\\",
        "NOT loi",
        "loi:" * 5000,
    ],
)
def test_query_syntax_is_only_words(tmp_path: Path, question: str) -> None:
    reader = build(tmp_path, "Une loi.", "Un décret.")
    assert [i for i, _ in reader.search(question, 5)] in ([1], [])


def test_a_title_counts_and_less_than_the_text(tmp_path: Path) -> None:
    reader = build(
        tmp_path, "Le préfet a parlé.", "Rien.", "Rekognition vient.", titles=("", "Rekognition", "")
    )
    assert [i for i, _ in reader.search("Rekognition", 5)] == [3, 2]


def test_a_name_counts_more_than_a_word_of_its_stem(tmp_path: Path) -> None:
    reader = build(tmp_path, "la région portera cela", "la région Porte cela")
    assert reader.search("Porte", 2)[0][0] == 2


def test_removed_passages_are_gone_and_others_come_beside(tmp_path: Path) -> None:
    build(tmp_path, "une loi", "une autre loi", "encore une loi")
    writer = LexicalWriter(tmp_path)
    writer.remove([1, 3])
    writer.add([WordEntry(2**40, "", "la loi nouvelle")])
    writer.finish()
    reader = LexicalReader(tmp_path)
    assert len(reader) == 2
    assert sorted(i for i, _ in reader.search("loi", 9)) == [2, 2**40]


def test_what_was_abandoned_never_was(tmp_path: Path) -> None:
    build(tmp_path, "une loi")
    writer = LexicalWriter(tmp_path)
    writer.add([WordEntry(2, "", "une loi")])
    writer.abandon()
    assert len(LexicalReader(tmp_path)) == 1


def test_scores_are_bm25(tmp_path: Path) -> None:
    texts = [f"loi {'décret ' * (i % 3)}{'mot ' * i}" for i in range(1, 20)]
    reader = build(tmp_path, *texts)
    reader._weights = FieldWeights(1.0, 0.0, 0.0)
    bags = [Counter(stem_analyzer().analyze(prepare(text))) for text in texts]
    average = sum(bag.total() for bag in bags) / len(bags)
    frequency = sum("decret" in bag for bag in bags)
    idf = math.log(1 + (len(bags) - frequency + 0.5) / (frequency + 0.5))
    expected = {
        i: idf * bag["decret"] * 2.2 / (bag["decret"] + 1.2 * (0.25 + 0.75 * bag.total() / average))
        for i, bag in enumerate(bags, 1)
        if bag["decret"]
    }
    found = dict(reader.search("décrets", 20))
    assert found.keys() == expected.keys()
    assert all(found[i] == pytest.approx(expected[i], rel=1e-4) for i in found)


def test_equal_scores_come_in_the_order_of_ids(tmp_path: Path) -> None:
    for ids in (range(16, 31), range(15, 0, -1)):
        writer = LexicalWriter(tmp_path)
        writer.add(WordEntry(i, "", "une loi") for i in ids)
        writer.finish()
    reader = LexicalReader(tmp_path)
    assert [i for i, _ in reader.search("loi", 30)] == list(range(1, 31))


def test_stop_words_do_not_take_content_with_them() -> None:
    analyze = exact_analyzer().analyze
    assert analyze(prepare("Où l'État a-t-il été quand il a neigé ?")) == ["etat", "t", "ete", "neige"]


def test_a_folder_that_is_no_index_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(CorpusDamaged, match=tmp_path.name):
        LexicalReader(tmp_path)
