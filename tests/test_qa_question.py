"""What is refused as a question, and what is not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import QuestionError
from qa.question import LONGEST, Fault, InvalidQuestionError, clean


@pytest.mark.parametrize("question", ["", "   ", "\n\t", "\u200b", "\u00a0\u202f", "?", "« … »", "\ufeff"])
def test_a_question_without_a_word_is_refused(question):
    with pytest.raises(InvalidQuestionError, match="empty") as caught:
        clean(question)
    assert caught.value.fault is Fault.EMPTY


NOT_TEXT = ["Qui\x00?", "\x00", "Qui \ud800 ?", "\udfff", "Qui\x1b[2J ?", "Qui\x7f"]


@pytest.mark.parametrize("question", NOT_TEXT)
def test_what_is_not_text_is_refused_and_named(question):
    with pytest.raises(InvalidQuestionError, match=r"U\+[0-9A-F]{4} at position \d+") as caught:
        clean(question)
    assert caught.value.fault is Fault.UNREADABLE


def test_the_longest_question_passes_and_one_character_more_does_not():
    assert clean("é" * LONGEST) == "é" * LONGEST
    with pytest.raises(
        InvalidQuestionError, match=f"{LONGEST + 1} characters, the most is {LONGEST}"
    ) as caught:
        clean("é" * (LONGEST + 1))
    assert caught.value.fault is Fault.TOO_LONG


def test_a_character_that_expands_when_normalised_counts_once():
    assert clean("\ufdfa" * LONGEST) == "\ufdfa" * LONGEST


def test_spaces_are_tidied_and_nothing_else():
    assert clean("  Quand\u00a0Amazon\r\n a-t-il\tsuspendu\u202f? ") == "Quand Amazon a-t-il suspendu ?"
    assert clean("L’été « chaud » n° 5") == "L’été « chaud » n° 5"


@given(st.text())
def test_any_text_is_cleaned_or_refused_and_cleaning_again_changes_nothing(text):
    try:
        once = clean(text)
    except QuestionError:
        return
    assert clean(once) == once
    assert 0 < len(once) <= LONGEST
