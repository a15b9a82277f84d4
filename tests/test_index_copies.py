"""Articles that repeat others: held once, named, and not lost when the first goes."""

from pathlib import Path
from typing import Any

from index.corpus import Corpus, StoredPassage
from index.document import Document, Source
from index.writer import add_documents, remove_documents
from tests.corpora import SMALL, article, check, texts

SEED = Path(__file__).parent.parent / "seeds" / "000_7f12f659eab9b7eb.txt"


def ids(stored: StoredPassage) -> list[str]:
    assert stored.also_in_total == len(stored.also_in)
    return [other.document_id for other in stored.also_in]


def folded_words(corpus: Corpus, document_id: str) -> set[str]:
    return set(" ".join(p.passage.text for p in corpus.passages_of(document_id)).replace(".", " ").split())


def test_the_seed_article_is_held_once(tmp_path: Path, toy_encoder: Any) -> None:
    add_documents(tmp_path, [Document("seed", SEED.read_text(encoding="utf-8"))], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    stored = corpus.passages(corpus.passage_ids())
    assert sum("Rekognition" in item.passage.text for item in stored) == 1
    assert all(item.also_in == () for item in stored)


def test_a_copy_names_its_other_sources_and_lives_on_when_the_first_goes(
    tmp_path: Path, toy_encoder: Any
) -> None:
    first = article("Lyon", 40)
    copy = Document("copie", first.text.replace(". ", "."), "Reprise")
    near = Document(
        "dépêche",
        "Une entrée à nous, tout autre. "
        + first.text.replace(" selon ", " d'après ", 8).replace("compte 9", "compte toujours 9"),
        "Agence",
    )
    report = add_documents(tmp_path, [first, copy, near], toy_encoder, chunking=SMALL)
    assert report.duplicates == 1
    assert report.copies > 8
    corpus = check(tmp_path, toy_encoder)
    assert "copie" not in texts(corpus)
    assert all("copie" in ids(p) for p in corpus.passages_of("Lyon"))
    assert sum("dépêche" in ids(p) for p in corpus.passages_of("Lyon")) >= len(corpus.passages_of("Lyon")) - 4
    report = remove_documents(tmp_path, ["Lyon"], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    assert sorted("".join(p.passage.text.split()) for p in corpus.passages_of("copie"))
    assert folded_words(corpus, "copie") == set(copy.text.replace(".", " ").split())
    assert all("dépêche" in ids(p) for p in corpus.passages_of("copie")[3:-3])


def test_an_agency_copy_edited_all_over_is_held_once(tmp_path: Path, toy_encoder: Any) -> None:
    first = article("Lyon", 60)
    words = first.text.split(" ")
    for i in range(0, len(words), 45):
        words[i : i + 1] = ["puis", words[i]]
    copy = Document("agence", "Une entrée. " + " ".join(words), "Reprise")
    report = add_documents(tmp_path, [first, copy], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    # What is new, and a capital makes it a fact, is kept; the rest is not held twice.
    assert [p.passage.text[:11] for p in corpus.passages_of("agence")] == ["Une entrée."]
    assert report.copies == len(corpus.passages_of("Lyon")) - 1
    assert all(ids(p) == ["agence"] for p in corpus.passages_of("Lyon")[1:])


def test_updating_the_first_of_two_copies_keeps_the_other_whole(tmp_path: Path, toy_encoder: Any) -> None:
    first = article("Lyon", 30)
    add_documents(tmp_path, [first, Document("copie", first.text, "Reprise")], toy_encoder, chunking=SMALL)
    add_documents(tmp_path, [Document("Lyon", article("Nice", 30).text, "Autre")], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    assert " ".join(p.passage.text for p in corpus.passages_of("copie")) == first.text
    assert corpus.manifest.counts.copies == 0


def test_boilerplate_names_fifty_sources_and_counts_the_rest(tmp_path: Path, toy_encoder: Any) -> None:
    text = article("Lyon", 4).text
    others = [Document(f"copie{n:02}", text, f"Reprise {n}", f"c{n}.txt", "2020-06-13") for n in range(60)]
    add_documents(tmp_path, [Document("Lyon", text, "Une"), *others], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    for stored in corpus.passages_of("Lyon"):
        assert (len(stored.also_in), stored.also_in_total) == (50, 60)
        assert stored.also_in[7] == Source("copie07", "Reprise 7", "c7.txt", "2020-06-13")
