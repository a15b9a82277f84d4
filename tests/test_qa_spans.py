"""Spans of whole words: what is taken in at their edges, and what is dropped."""

import pytest

from qa.spans import whole_words

TEXT = "Mercredi, Amazon a décidé d'interdire Rekognition (un logiciel) pendant un an."


@pytest.mark.parametrize(
    ("piece", "expected"),
    [
        ("ercre", "Mercredi"),
        ("Mercredi,", "Mercredi"),
        (" Amazon ", "Amazon"),
        ("(un logiciel", "(un logiciel)"),
        ("un logiciel)", "un logiciel"),
        ("un an.", "un an"),
        ("interdire Rekog", "interdire Rekognition"),
    ],
)
def test_whole_words(piece, expected):
    start = TEXT.index(piece)
    a, b = whole_words(TEXT, start, start + len(piece))
    assert TEXT[a:b] == expected


@pytest.mark.parametrize(
    ("text", "piece", "expected"),
    [
        ("Il a fait -12 °C.", "12 °C", "-12 °C"),
        ("Il a fait -12 °C.", "-12 °C", "-12 °C"),
        ("un recul (−3,4 %) net", "3,4 %", "−3,4 %"),  # noqa: RUF001  the minus sign itself
        ("de 10-12 ans", "12 ans", "12 ans"),
        ("le train – 12 wagons", "– 12 wagons", "12 wagons"),
        ("Paris -Lyon", "-Lyon", "Lyon"),
    ],
)
def test_the_sign_of_a_number_stays(text, piece, expected):
    start = text.index(piece)
    a, b = whole_words(text, start, start + len(piece))
    assert text[a:b] == expected


def test_an_initial_keeps_its_full_stop_and_a_lone_quote_goes():
    text = 'Il cite John F. Kennedy et "la nouvelle frontière" aux U.S.A. hier.'
    a, b = whole_words(text, text.index("U.S"), text.index("U.S") + 6)
    assert text[a:b] == "U.S.A."
    start = text.index('"la')
    a, b = whole_words(text, start, start + 3)
    assert text[a:b] == "la"
