"""Titles where a format names none: a first line that clearly is one, or a file name made of words."""

import re

__all__ = ["title_of_name", "title_of_text"]

_LONGEST = 150
_SENTENCE_END = re.compile(r"[.,;:…]$|[\"»”]$")
_WORD = re.compile(r"[^\W\d_]{2,}")


def title_of_text(text: str, stem: str) -> str:
    """Return the title of a plain text: its first line where it stands alone like one, else the file name."""
    head, _, rest = text.lstrip().partition("\n")
    head = head.strip()
    alone = rest.startswith("\n") or not rest.split("\n", 1)[0].strip()
    fits = bool(head) and alone and bool(rest.strip()) and len(head) <= _LONGEST and len(head) < len(rest)
    if fits and not _SENTENCE_END.search(head) and head[0] not in '"«“-*•':
        return head
    return title_of_name(stem)


def title_of_name(stem: str) -> str:
    """Return the words of a file name, or nothing where it is a number or a hash rather than words."""
    parts = [part for part in re.split(r"[\s_\-.]+", stem) if part]
    words = [part for part in parts if _WORD.fullmatch(part) and not re.fullmatch(r"[0-9a-f]{6,}", part)]
    if not words or 2 * len(words) < len(parts):
        return ""
    title = " ".join(parts)
    return title[0].upper() + title[1:]
