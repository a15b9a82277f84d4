"""What counts as the same, and what must not."""

import random

import numpy as np
import pytest

from index.duplicates import Cover, anchors, covering, says_the_same
from index.folding import fingerprints, folded, text_key
from index.repeats import without_repeats
from index.sentences import sentences

RANDOM = random.Random(7)  # noqa: S311
VOCABULARY = ["".join(RANDOM.choices("abcdefghilmnoprstuv", k=RANDOM.randint(2, 9))) for _ in range(3000)]


def prose(words: int, seed: int = 1) -> str:
    rng = random.Random(seed)  # noqa: S311
    text = [rng.choice(VOCABULARY) + ("." if rng.random() < 0.08 else "") for _ in range(words)]
    return " ".join(w.capitalize() if i and text[i - 1].endswith(".") else w for i, w in enumerate(text))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("L'Été, déjà !", "l’ete deja"),
        ("la fin. Il part", "la fin.Il part"),
        ("« oui »", '"Oui"'),
        ("\uff26rance", "France"),
    ],
)
def test_case_accents_marks_and_spaces_make_no_difference(one: str, other: str) -> None:
    assert text_key(one) == text_key(other)


@pytest.mark.parametrize(("one", "other"), [("oui", "non"), ("—", "…"), ("3 morts", "5 morts"), ("🙂", "🙃")])
def test_other_texts_have_other_keys(one: str, other: str) -> None:
    assert text_key(one) != text_key(other)


def test_folding_keeps_the_offset_of_each_letter() -> None:
    text = "« É🙂t, é »"
    letters, offsets = folded(text)
    assert [chr(c) for c in letters] == list("ete")
    assert [text[i] for i in offsets] == ["É", "t", "é"]


def test_fingerprints_are_those_of_the_windows_taken_one_by_one() -> None:
    letters, _ = folded(prose(60))
    hashes = fingerprints(letters, 10)
    alone = [int(fingerprints(letters[i : i + 10], 10)[0]) for i in range(letters.size - 9)]
    assert hashes.tolist() == alone


def test_texts_that_share_a_long_stretch_share_an_anchor_wherever_it_stands() -> None:
    for seed in range(40):
        shared = prose(40, seed)
        assert folded(shared)[0].size > 160
        one, other = prose(50, seed + 100) + shared, prose(13, seed + 200) + shared + prose(30, seed + 300)
        assert set(anchors(one)) & set(anchors(other))


def test_texts_that_share_nothing_share_no_anchor() -> None:
    assert not set(anchors(prose(200, 1))) & set(anchors(prose(200, 2)))


def covers(text: str, *kept: str) -> list[int]:
    """Return which of the kept passages of one document, numbered from 1, say a text from end to end."""
    return covering(text, (0, len(text)), [Cover(i, 7, cover) for i, cover in enumerate(kept, 1)])


def test_a_copy_with_small_edits_is_covered() -> None:
    text = prose(100)
    words = text.split()
    edited = " ".join([*words[:10], "puis", *words[10:50], "(AFP)", *words[50:]])
    assert covers(edited, text) == covers(text, edited) == [1]
    assert covers(edited.replace(". ", "."), text) == [1]


def test_a_copy_cut_elsewhere_is_covered_by_two_passages_of_one_document() -> None:
    text = prose(300)
    parts = [text[a:b] for a, b in sentences(text)]
    one, two = " ".join(parts[:10]), " ".join(parts[10:])
    middle = " ".join(parts[5:15])
    span = text.index(middle), text.index(middle) + len(middle)
    assert covering(text, span, [Cover(2, 1, two), Cover(1, 1, one)]) == [1, 2]
    assert covering(text, span, [Cover(1, 1, one), Cover(2, 2, two)]) == []
    # A text that holds no more than the middle is no source of all that the two passages say.
    assert covers(middle, one, two) == []


def test_part_of_a_sentence_is_not_what_the_sentence_says() -> None:
    said = f"{prose(60, 3)} a avoué les faits"
    assert covers(said, f"Il est faux que {said}.") == []
    assert covers(said, f"{said} dans une pièce de théâtre.") == []


@pytest.mark.parametrize(
    ("before", "after"),
    [("3 morts", "5 morts"), ("Smith", "Dupont"), ("1,5", "15"), ("trois morts", "quatre morts"),
     ("a ouvert une enquête", "n'a pas ouvert d'enquête"), ("mortes", "indemnes"),
     ("Marseille a battu Lyon", "Lyon a battu Marseille"), ("-5 °C", "5 °C"), ("10 %", "10 €"),
     ("pêché", "péché")],
)  # fmt: skip
def test_another_number_name_or_word_is_another_fact(before: str, after: str) -> None:
    text = f"{prose(60, 3)} le bilan est de {before} selon la police {prose(60, 4)}"
    assert covers(text, text) == [1]
    assert covers(text.replace(before, after), text) == []


@pytest.mark.parametrize(
    ("one", "other"),
    [("Il fait -5 °C.", "Il fait 5 °C."), ("10 % en un an", "10 € en un an"), ("½ litre", "¼ litre"),
     ("Il a pêché.", "Il a péché."), ("1,5 et 20", "15 et 20"), ("1.500 euros", "1,500 euros"),
     ("3-2", "3,2"), ("10²", "102"), ("+ 5", "5"), ("Bien 🙂", "Bien 🙃"),
     ("ou bien", "où bien"), ("5", "15")],
)  # fmt: skip
def test_signs_units_fractions_and_accents_are_facts(one: str, other: str) -> None:
    assert not says_the_same(one, other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("la fin. Il part", "la fin.Il part"), ("« oui »", '"OUI"'), ("A Lyon, l'Etat", "À Lyon l’État"),
     ("Le cœur", "le coeur"), ("un week-end", "un weekend"), ("\u2212 5 °C", "-5°C"),
     ("PARIS (AFP) Il part", "Paris, il part"), ("Il part, donc.", "Il part."),
     ("ﬁn", "fin"), ("e\u0301te\u0301", "été"), ("3 - 2", "3–2")],
)  # fmt: skip
def test_case_spaces_punctuation_and_credits_are_none(one: str, other: str) -> None:
    assert says_the_same(one, other)


def test_a_stretch_that_comes_again_is_left_out_even_without_its_spaces() -> None:
    first, second = prose(120, 5), prose(60, 6)
    text = f"{first}.\n\n{second}.\n\n{first.replace('. ', '.')}.Et la fin du texte."
    runs = without_repeats(text, sentences(text))
    kept = "".join(text[a:b] for run in runs for a, b in run)
    assert folded(kept)[0].tolist() == folded(f"{first}{second}Et la fin du texte")[0].tolist()
    assert len(runs) == 2


def left_of(text: str) -> list[str]:
    return [text[a:b] for run in without_repeats(text, sentences(text)) for a, b in run]


def test_a_figure_that_changed_since_the_same_sentence_stays() -> None:
    bulletin = (
        "La Garonne a atteint 3,20 mètres à Toulouse mardi matin, et la préfecture demande aux riverains de "
        f"rester chez eux jusqu'à nouvel ordre, selon un communiqué. {prose(40, 5)}."
    )
    for after in ("5,80 mètres", "-3,20 mètres", "3,20 millimètres"):
        again = bulletin.replace("3,20 mètres", after)
        kept = left_of(f"{bulletin}\n\n{again}")
        assert kept == [bulletin[a:b] for a, b in sentences(bulletin)] + [again[slice(*sentences(again)[0])]]


def test_a_stretch_pieced_together_from_elsewhere_is_not_a_repeat() -> None:
    parts = [f"{prose(12, i).replace('.', '').capitalize()}." for i in range(12)]
    text = " ".join(parts)
    swapped = " ".join(parts[i] for i in (4, 2, 6, 0, 9, 7, 11, 3))
    assert left_of(f"{text} {swapped}") == [*parts, *(parts[i] for i in (4, 2, 6, 0, 9, 7, 11, 3))]
    assert left_of(f"{text} {' '.join(parts[3:9])} Fin.") == [*parts, "Fin."]
    # What is repeated lies in a longer sentence there: it says something else.
    assert left_of(f"Il est faux que {text} {parts[0]} {parts[1]}")[-2:] == parts[:2]


def test_a_short_refrain_stays() -> None:
    text = " ".join(f"{prose(20, i)}. Et la vie continue." for i in range(5))
    assert without_repeats(text, sentences(text)) == [sentences(text)]


def test_no_letters_no_crash() -> None:
    assert anchors("") == []
    assert anchors("…") == []
    assert fingerprints(np.zeros(0, dtype=np.uint32), 5).size == 0
    assert covers("…", "…") == []
    assert covers("donc puis " * 20, "donc puis " * 20) == []
