"""What a question must be before anything looks at it."""

import re
from enum import StrEnum

from index.errors import QuestionError

__all__ = ["LONGEST", "Fault", "InvalidQuestionError", "clean", "unreadable"]

LONGEST = 1000

# Everything Unicode calls a space, and the invisible joiners that people paste without knowing.
_SPACES = re.compile(r"[\s\u200b\u2060\ufeff]+")


class Fault(StrEnum):
    """Name what is wrong with a question, for programs and for translations."""

    EMPTY = "empty"
    TOO_LONG = "too_long"
    UNREADABLE = "unreadable"


class InvalidQuestionError(QuestionError):
    """Carry the fault beside its English sentence, so that a page can say it in the visitor's language."""

    def __init__(self, fault: Fault, message: str) -> None:
        super().__init__(message)
        self.fault = fault


def clean(question: str) -> str:
    """Return the question with its spaces tidied, every other character kept.

    Raises `InvalidQuestionError` (a `QuestionError`) when there is no letter or digit in it, when it has
    more than `LONGEST` characters once tidied, or when it holds NUL, another control character or half a
    surrogate pair: nothing is cut short or repaired by guessing.
    """
    for position, character in enumerate(question):
        if unreadable(character):
            raise InvalidQuestionError(
                Fault.UNREADABLE,
                f"the question holds U+{ord(character):04X} at position {position}, which is not text: "
                "send it as valid UTF-8 without control characters",
            )
    tidy = _SPACES.sub(" ", question).strip()
    if not any(character.isalnum() for character in tidy):
        raise InvalidQuestionError(Fault.EMPTY, "the question is empty: write at least one word")
    if len(tidy) > LONGEST:
        raise InvalidQuestionError(
            Fault.TOO_LONG,
            f"the question has {len(tidy)} characters, the most is {LONGEST}: ask it in a sentence or two",
        )
    return tidy


def unreadable(character: str) -> bool:
    """Tell control characters (spaces aside) and lone surrogates."""
    code = ord(character)
    control = (code < 0x20 and character not in "\t\n\v\f\r") or code == 0x7F
    return control or 0xD800 <= code <= 0xDFFF
