"""What every reader of a question file holds its strings to."""

from qa.questions import QuestionsError

__all__ = ["whole_text"]


def whole_text(text: str, place: str) -> str:
    """Return the text, or raise QuestionsError with its place where it holds half a surrogate pair.

    JSON can spell such a half, as an escape; nothing can be written or hashed with it in.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise QuestionsError(f"{place}: holds half a surrogate pair, which is no text") from None
    return text
