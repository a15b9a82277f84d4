"""Set a visitor's own words as the page sets its own."""

__all__ = ["NO_BREAK", "typeset"]

NO_BREAK = "\u00a0"


def typeset(text: str) -> str:
    """Keep French punctuation on the line of its word."""
    for mark in "?!:;»":
        text = text.replace(f" {mark}", f"{NO_BREAK}{mark}")
    return text.replace("« ", f"«{NO_BREAK}")
