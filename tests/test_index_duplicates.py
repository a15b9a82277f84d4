"""What counts as the same, and what must not."""

import random

import numpy as np
import pytest

from index.duplicates import Cover, anchors, covering, same_numbers
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


def test_a_copy_with_small_edits_is_covered() -> None:
    text = prose(100)
    edited = text.replace(text.split()[10], "selon", 1).replace(text.split()[50], "donc", 1)
    assert covering(edited, [Cover(5, 1, text)]) == [5]
    assert covering(edited.replace(". ", "."), [Cover(5, 1, text)]) == [5]


def test_a_copy_cut_elsewhere_is_covered_by_two_passages_of_one_document() -> None:
    text = prose(300)
    words = text.split()
    covers = [Cover(1, 1, " ".join(words[:150])), Cover(2, 1, " ".join(words[150:]))]
    assert covering(" ".join(words[80:230]), covers) == [1, 2]


def test_two_documents_do_not_cover_a_passage_together() -> None:
    words = prose(300).split()
    covers = [Cover(1, 1, " ".join(words[:150])), Cover(2, 2, " ".join(words[150:]))]
    assert covering(" ".join(words[80:230]), covers) == []


@pytest.mark.parametrize(("before", "after"), [("3 morts", "5 morts"), ("Smith", "Dupont"), ("1,5", "15")])
def test_another_number_or_name_is_another_fact(before: str, after: str) -> None:
    text = f"{prose(60, 3)} le bilan est de {before} selon la police {prose(60, 4)}"
    assert covering(text, [Cover(1, 1, text)]) == [1]
    assert covering(text.replace(before, after), [Cover(1, 1, text)]) == []


def test_digits_are_compared_in_their_groups() -> None:
    assert same_numbers("1,5 et 20", "1.5 puis 20")
    assert not same_numbers("1,5", "15")


def test_a_stretch_that_comes_again_is_left_out_even_without_its_spaces() -> None:
    first, second = prose(120, 5), prose(60, 6)
    text = f"{first}.\n\n{second}.\n\n{first.replace('. ', '.')}.Et la fin du texte."
    runs = without_repeats(text, sentences(text))
    kept = "".join(text[a:b] for run in runs for a, b in run)
    assert folded(kept)[0].tolist() == folded(f"{first}{second}Et la fin du texte")[0].tolist()
    assert len(runs) == 2


def test_a_short_refrain_stays() -> None:
    text = " ".join(f"{prose(20, i)}. Et la vie continue." for i in range(5))
    assert without_repeats(text, sentences(text)) == [sentences(text)]


def test_no_letters_no_crash() -> None:
    assert anchors("") == []
    assert anchors("…") == []
    assert fingerprints(np.zeros(0, dtype=np.uint32), 5).size == 0
    assert covering("…", [Cover(1, 1, "…")]) == []
