"""Articles that repeat others: held once, named, and not lost when the first goes."""

from pathlib import Path
from typing import Any

import pytest

from index.corpus import Corpus, StoredPassage
from index.document import Document, Source
from index.sentences import sentences
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
        + first.text.replace(" selon ", " donc selon ", 8).replace("compte 9", "compte toujours 9"),
        "Agence",
    )
    report = add_documents(tmp_path, [first, copy, near], toy_encoder, chunking=SMALL)
    assert report.duplicates == 1
    assert report.copies > 8
    corpus = check(tmp_path, toy_encoder)
    assert "copie" not in texts(corpus)
    assert all("copie" in ids(p) for p in corpus.passages_of("Lyon"))
    credited = ["dépêche" in ids(p) for p in corpus.passages_of("Lyon")]
    assert credited.count(True) >= len(credited) - 5
    # “still 9” is another fact than “9”: no passage that says the one is said to be the other's.
    assert not any(
        c for p, c in zip(corpus.passages_of("Lyon"), credited, strict=True) if "compte 9" in p.passage.text
    )
    assert any("compte toujours 9" in passage for passage in texts(corpus)["dépêche"])
    report = remove_documents(tmp_path, ["Lyon"], toy_encoder)
    corpus = check(tmp_path, toy_encoder)
    assert sorted("".join(p.passage.text.split()) for p in corpus.passages_of("copie"))
    assert folded_words(corpus, "copie") == set(copy.text.replace(".", " ").split())
    assert sum("dépêche" in ids(p) for p in corpus.passages_of("copie")) == credited.count(True)


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


STORY = (
    "Un incendie s'est déclaré dans la nuit de lundi à mardi dans un immeuble de cinq étages du quartier "
    "de la gare, à Rouen, où une soixantaine de pompiers sont intervenus. Selon un premier bilan, trois "
    "personnes sont mortes et la préfecture a ouvert une cellule d'aide aux familles, qui restera en "
    "place toute la semaine. Le parquet a ouvert une enquête et le maire, venu sur les lieux, a promis de "
    "reloger les habitants sans délai."
)


def told(name: str, text: str) -> Document:
    return Document(name, text, "Incendie à Rouen", f"{name}.txt")


@pytest.mark.parametrize(
    ("before", "after"),
    [("trois personnes", "quatre personnes"), ("mortes", "indemnes"),
     ("a ouvert une enquête", "n'a pas ouvert d'enquête")],
)  # fmt: skip
def test_an_update_that_says_something_else_is_indexed_and_not_credited_with_the_old_words(
    tmp_path: Path, toy_encoder: Any, before: str, after: str
) -> None:
    update = STORY.replace(before, after)
    report = add_documents(tmp_path, [told("lundi", STORY), told("mardi", update)], toy_encoder)
    assert (report.copies, report.duplicates) == (0, 0)
    corpus = check(tmp_path, toy_encoder)
    assert texts(corpus) == {"lundi": [STORY], "mardi": [update]}
    assert all(item.also_in == () for item in corpus.passages(corpus.passage_ids()))
    (new,) = corpus.passages_of("mardi")
    assert new.id in [number for number, _ in corpus.search_words(after, 5)]


def test_an_article_that_ends_otherwise_is_no_source_of_the_whole_passage(
    tmp_path: Path, toy_encoder: Any
) -> None:
    first, second, _ = (STORY[a:b] for a, b in sentences(STORY))
    short = f"{first} {second}"
    corpus_of = tmp_path / "a", tmp_path / "b"
    add_documents(corpus_of[0], [told("long", STORY), told("court", short)], toy_encoder)
    add_documents(corpus_of[1], [told("long", STORY), told("repris", STORY.replace(". ", "."))], toy_encoder)
    partial, whole = (check(folder, toy_encoder) for folder in corpus_of)
    assert [(p.passage.text, ids(p)) for p in partial.passages_of("court")] == [(short, [])]
    assert [ids(p) for p in partial.passages_of("long")] == [[]]
    assert [ids(p) for p in whole.passages_of("long")] == [["repris"]]


def test_texts_that_differ_by_a_sign_are_both_held(tmp_path: Path, toy_encoder: Any) -> None:
    pairs = [
        "Il fera -5 °C.",
        "Il fera 5 °C.",
        "Une hausse de 10 %.",
        "Une hausse de 10 €.",
        "Il a pêché.",
        "Il a péché.",
    ]
    documents = [Document(f"d{n}", text, "Météo") for n, text in enumerate([*pairs, "« Il a péché »"])]
    report = add_documents(tmp_path, documents, toy_encoder)
    assert (report.copies, report.duplicates) == (1, 1)
    assert [found for (found,) in texts(check(tmp_path, toy_encoder)).values()] == pairs


def test_two_bulletins_that_differ_by_a_figure_are_both_found(tmp_path: Path, toy_encoder: Any) -> None:
    day = (
        "Selon le bulletin que la préfecture publie chaque matin, la Garonne a atteint {} mètres à Toulouse, "
        "et les riverains du quartier des Minimes sont priés de rester chez eux jusqu'à nouvel ordre. Les "
        "écoles resteront fermées et les habitants seront avertis par les sirènes de la ville en cas de "
        "danger."
    )
    text = f"Lundi.\n\n{day.format('3,20')}\n\nMardi.\n\n{day.format('5,80')}"
    add_documents(tmp_path, [Document("crue", text, "Crue")], toy_encoder)
    held = " ".join(texts(check(tmp_path, toy_encoder))["crue"])
    assert held.count("a atteint 3,20 mètres") == held.count("a atteint 5,80 mètres") == 1
