"""What passages tell beyond the number of their words: together, in order, in the title; what is around."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qa.evidence import WINDOW, closest, context, evidence, letters

RARITY = {"amazon": 2.0, "suspendu": 3.0, "police": 1.0}
ASKED = ("amazon", "suspendu", "police")


def row(body, title=""):
    return evidence(ASKED, RARITY, [(tuple(body.split()), tuple(title.split()))])[0]


def test_shares_are_of_the_questions_own_terms():
    near, pairs, families = row("hier amazon suspendu outil", "police")
    assert near == pytest.approx(5 / 6)
    assert pairs == pytest.approx(1 / 2)
    # The title counts here, beside the text.
    assert families == pytest.approx(6 / 6)
    assert row("hier amazon suspendu outil")[2] == pytest.approx(5 / 6)


def test_words_far_apart_are_not_near():
    apart = "amazon " + "mot " * WINDOW + "suspendu"
    assert row(apart)[0] == pytest.approx(3 / 6)
    assert row("amazon " + "mot " * (WINDOW - 2) + "suspendu")[0] == pytest.approx(5 / 6)


def test_a_word_said_often_counts_once():
    assert row("amazon amazon amazon")[0] == pytest.approx(2 / 6)


def test_words_of_one_family_are_told_by_how_they_begin():
    """Stems part "suspendu" and "suspension"; not "police" and "polir", which share too little."""
    assert row("suspension")[2] == pytest.approx(3 / 6)
    assert row("suspension")[0] == 0
    assert row("polir")[2] == 0


def test_a_family_asked_for_twice_counts_once():
    rarity = {"election": 2.0, "electoral": 3.0, "maire": 1.0}
    share = evidence(("electoral", "election", "maire"), rarity, [(("elect",), ())])[0][2]
    assert share == pytest.approx(3 / 4)


def test_runs_of_letters_survive_accents_capitals_and_a_slip():
    same, slip, other = letters("Où est né Zola ?", ["OU EST NE ZOLA", "ou est ne zolla", "rien de tel"])[
        :, 0
    ]
    assert same == 1
    assert 0.5 < slip < 1
    assert other == 0


def test_runs_of_letters_cross_words_as_asked():
    asked = "la mort de l'éléphant"
    as_asked, apart = letters(asked, ["à la mort de l’éléphant", "l'éléphant est vivant, de mort la nuit"])[
        :, 0
    ]
    assert as_asked == 1 > apart


def test_no_run_of_letters_is_asked_for():
    assert letters("?", ["mot"]).tolist() == [[0.0]]
    assert letters("mot", []).shape == (0, 1)


def test_nothing_asked_and_no_passages():
    assert evidence((), {}, [(("mot",), ())]).tolist() == [[0.0, 0.0, 0.0]]
    assert evidence(ASKED, RARITY, []).shape == (0, 3)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(["amazon", "suspendu", "police", "x"]), max_size=40))
def test_the_closest_window_equals_the_best_of_all_windows(body):
    windows = [body[n : n + WINDOW] for n in range(len(body))] or [[]]
    best = max(sum(RARITY.get(term, 0.0) for term in set(window)) for window in windows)
    assert closest(RARITY, body) == pytest.approx(best)
    assert all(closest(RARITY, body) >= RARITY.get(a, 0) for a, _ in combinations(body, 2))


def test_evidence_lifts_the_passage_that_holds_the_words_together():
    from qa.fusion import Fusion

    fusion = Fusion.bundled()
    rows = np.stack([row("amazon " + "mot " * 30 + "suspendu"), row("amazon suspendu")])
    rows = np.hstack([rows, np.zeros((2, 3))])
    far, near = fusion.adjusted(np.zeros(2), rows)
    assert near > far


def test_what_is_around_a_passage():
    cosines = np.array([0.9, 0.8, 0.5, 0.7], np.float32)
    rows = context(["a", "a", "b", "c"], [0, 400, 0, 90], cosines)
    assert rows[:, 0].tolist() == [1, 0, 1, 0]
    # Of a, the other passage: 0.8 and 0.9 against the best, 0.9; b and c have no other.
    assert rows[:, 1] == pytest.approx([-1.0, 0.0, -3.0, -3.0], abs=1e-5)
    assert context([], [], np.zeros(0, np.float32)).shape == (0, 2)


def test_a_neighbour_beyond_the_floor_counts_as_none():
    rows = context(["a", "a"], [0, 1], np.array([0.9, 0.1], np.float32))
    assert rows[:, 1] == pytest.approx([-3.0, 0.0], abs=1e-5)
