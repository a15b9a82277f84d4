"""A repeat of the gold span is the gold span: the index keeps one copy of an article pasted twice."""

from dataclasses import replace
from pathlib import Path

import pytest

from index.corpus import Corpus
from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from qa.gold_repeats import with_repeats
from qa.questions import Gold, read_questions
from qa.relevance import find_gold, judge
from ui.starter import seed_documents

FIRST = (
    "Le port du Havre a reçu 2,4 millions de conteneurs en 2019. C'est un record pour la Normandie.\n"
    "Les dockers, eux, demandent depuis mars une hausse des salaires de 5 % et des embauches."
)
# As scraped: no line break, no space after some full stops.
AGAIN = FIRST.replace("\n", "").replace("2019. ", "2019.")
ARTICLE = f"Le Havre en chiffres\n{FIRST}\n\nLire aussi : les ports français.\n{AGAIN}"


def places(answer, text=ARTICLE):
    """Return the first place of an answer and what is found from there."""
    start = text.index(answer)
    return (start, start + len(answer)), with_repeats(text, [(start, start + len(answer))])


@pytest.mark.parametrize("answer", ["2,4 millions", "Le port du Havre", "Normandie", "5 % et", "embauches"])
def test_a_span_is_found_again_in_a_copy_that_lost_its_spaces(answer):
    first, found = places(answer)
    second = ARTICLE.rindex(answer)
    assert found == (first, (second, second + len(answer)))
    assert with_repeats(ARTICLE, [found[1]]) == found


@pytest.mark.parametrize(
    ("answer", "again"),
    [
        (
            "2,4 millions",
            "Brest a vu passer 2,4 millions de visiteurs cette année, Nantes bien moins encore.",
        ),
        ("2,4 millions", FIRST.replace("a reçu 2,4", "a reçu 24")),
        ("4 millions", FIRST.replace("a reçu 2,4", "a reçu 14")),
        ("Havre", "Le maire du Havre a tenu hier un discours sur l'avenir de la ville et de ses habitants."),
    ],
)
def test_the_same_words_in_another_statement_are_no_repeat(answer, again):
    first, found = places(answer, f"{FIRST}\n\n{again}")
    assert found == (first,)


def test_each_answer_of_the_seed_counts_whichever_copy_the_file_points_into(tmp_path):
    seed = seed_documents()[0]
    add_documents(tmp_path / "corpus", [seed], load_encoder())
    with Corpus.open(tmp_path / "corpus") as corpus:
        indexed = [each.passage for each in corpus.passages_of(seed.id)]
    half = len(seed.text) // 2
    assert max(each.end for each in indexed) <= half + 100
    moved = 0
    for question in read_questions(Path("seeds/questions.json")).questions:
        places = with_repeats(seed.text, [(g.start, g.start + len(g.text)) for g in question.golds])
        for start, end in (span for span in places if span[0] > half):
            asked = replace(question, golds=(Gold(seed.text[start:end], start),))
            gold = find_gold([asked], [Document(seed.id, seed.text)])[asked.id]
            found = [judge(asked, gold, (p.document_id, p.start, p.end, p.text), ()) for p in indexed]
            assert any(each.relevant for each in found), (question.text, start)
            moved += 1
    assert moved > 50
