"""French sentences: spans of a text, robust to abbreviations, quotations and lost spaces."""

import re

from index.quotes import opening_quotes

__all__ = ["around", "sentences"]

_STOP = re.compile(r"[.!?…]+|\n")
_SPACE = re.compile(r"\s*")
_WORD = re.compile(r"[^\W_]+$")
_OPENERS = "«“‘([—–-•* \u00a0\u202f"
_GAPS = " \u00a0\u202f"
_PAIRED = "»”)]"
_QUOTED = '«“‘"([•'


def _words(text: str) -> frozenset[str]:
    """Return a list of words as a set."""
    return frozenset(text.split())


# Never the end of a sentence when a capital follows: a name does.
_TITLES = _words(
    "M MM Mr Mrs Ms Mme Mmes Mlle Mlles mme mlle Dr Drs dr Pr Prs Prof Me Mes Mgr St Ste Sts Gal Gén Col "
    "Cel Cdt Cap Lt Sgt Adj"
)
# Abbreviations only before a number (“art. 5”); `art` and `no` are words too.
_NUMBERED = _words("art p pp no nos n fig chap ch vol t tome al alin ann sect v réf")
# May end a sentence, but only where a word follows that usually begins one.
_OPEN = _words(
    "av apr env éd ed ex hab janv févr fév avr juil sept oct nov déc tél bd cf vs max min moy adj inc ltd "
    "corp co jr sr ca op cit dir trad coll dép"
)
_STARTERS = _words(
    "Le La Les Il Elle Ils Elles On Un Une Des Du Ce Cet Cette Ces En Dans Mais Et Pour Par Sur Selon "
    "Nous Vous Je Tu À Au Aux Avec Après Avant Depuis Pourtant Cependant Ainsi Alors Si Son Sa Ses Leur "
    "Leurs Qui Que Quand Comme Plusieurs Tous Toutes Tout L D C J S N Qu"
)
_FOLLOWING = re.compile(r"(?:[LDCJSN]|Qu)(?=['’])|[^\W_]{2,}|[ÀY](?= )")
_ROMAN = re.compile(r"[IVXLCDM]+\b")
_ADDRESS = re.compile(r"(?:[/@]|www\.)\S*$")
_MAILBOX = re.compile(r"[\w.-]*@")
_HARD_WRAP = 60


def sentences(text: str) -> list[tuple[int, int]]:
    """Return the (start, end) spans of the sentences, in order, without the white space around them.

    Spans cover every character that is not white space. Linear in the length of the text.
    """
    opening = opening_quotes(text)
    spans: list[tuple[int, int]] = []
    start = _skip(text, 0)
    position = start
    while match := _STOP.search(text, position):
        is_line = match[0] == "\n"
        end = match.start() if is_line else _closers(text, match.end(), opening)
        after = _skip(text, end)
        if is_line:
            ends = _line_ends(text, start, end, after)
        else:
            ends = _stop_ends(text, match.start(), match.end(), end, after)
        if ends and end > start:
            spans.append((start, start + len(text[start:end].rstrip())))
            start = after
        position = max(after, match.end())
    if start < len(text):
        spans.append((start, start + len(text[start:].rstrip())))
    return spans


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """Return the bounds of the sentence, or sentences, of `text` that cover `start..end`."""
    spans = [span for span in sentences(text) if span[0] < end and span[1] > start]
    left = min([start, *(left for left, _ in spans)])
    right = max([end, *(right for _, right in spans)])
    return left, right


def _skip(text: str, position: int) -> int:
    """Return the first position from here that is not white space."""
    match = _SPACE.match(text, position)
    return match.end() if match else position


def _closers(text: str, position: int, opening: frozenset[int]) -> int:
    """Return the position after the quotation marks and brackets that close here."""
    size = len(text)
    while position < size:
        char = text[position]
        if char in _PAIRED or (char == '"' and position not in opening):
            position += 1
        elif char in _GAPS and _closes(text, position + 1, opening):
            position += 2
        elif char in "’'" and (position + 1 == size or text[position + 1].isspace()):
            position += 1
        else:
            break
    return position


def _closes(text: str, position: int, opening: frozenset[int]) -> bool:
    """Tell whether a mark that may stand after a space closes a quotation here."""
    mark = text[position : position + 1]
    return mark == "»" or (mark == '"' and position not in opening)


def _line_ends(text: str, start: int, end: int, after: int) -> bool:
    """Tell whether the line break at `end` closes a sentence."""
    if after >= len(text) or text.count("\n", end, after) > 1:
        return True
    head = text[after]
    if head in "-*•–—#>|" or head.isdigit():
        return True
    line = end - max(start, text.rfind("\n", start, end) + 1)
    return not head.islower() and line < _HARD_WRAP


def _stop_ends(text: str, stop: int, stop_end: int, end: int, after: int) -> bool:
    """Tell whether the marks at stop..stop_end, closed up to `end`, finish a sentence."""
    if after >= len(text):
        return True
    head = _head(text, after)
    initial = text[head : head + 1]
    if text[after] in ",;:":
        return False
    if initial.islower():
        return text.count("\n", end, after) > 1
    single = stop_end - stop == 1 and text[stop] == "." and end == stop_end
    if after == end:
        return _glued(text, stop, end, head, single=single)
    return not (single and _abbreviated(text, stop, head))


def _head(text: str, position: int) -> int:
    """Return where the first letter or digit is, after at most a few opening marks."""
    limit = min(len(text), position + 5)
    while position < limit and (text[position] in _OPENERS or text[position] == '"'):
        position += 1
    return position


def _word_before(text: str, position: int) -> str:
    """Return the word that ends at the position, or an empty string."""
    match = _WORD.search(text[max(0, position - 24) : position])
    return match[0] if match else ""


def _abbreviated(text: str, stop: int, head: int) -> bool:
    """Tell whether the full stop belongs to an abbreviation or initial rather than to the sentence."""
    word = _word_before(text, stop)
    if not word:
        return False
    # A slice: the text may end in an opening mark, and then nothing follows.
    number = text[head : head + 1].isdigit()
    following = _FOLLOWING.match(text, head, head + 24)
    starts = following is not None and following[0] in _STARTERS
    if word in _TITLES:
        return True
    if word.lower() in _NUMBERED and len(word) > 1:
        return number or bool(_ROMAN.match(text, head))
    if len(word) == 1 and word.isalpha():
        dotted = text[max(0, stop - 2) : stop - 1] in {".", "-"}
        return not (dotted and starts) and (word.isupper() or number)
    return word.lower() in _OPEN and not starts


def _glued(text: str, stop: int, end: int, head: int, *, single: bool) -> bool:
    """Tell whether a sentence ends where the next one follows without any space."""
    initial = text[head : head + 1]
    if _ADDRESS.search(text[max(0, stop - 40) : stop]) or _MAILBOX.match(text, end, end + 40):
        return False
    word = _word_before(text, stop)
    if initial.isdigit():
        return end > stop + 1 or (len(word) > 2 and word.isalpha() and word.lower() not in _NUMBERED | _OPEN)
    if not single or head > end:
        return initial.isupper() and (head == end or text[end] in _QUOTED)
    return initial.isupper() and _glued_words(word, text[head + 1 : head + 2])


def _glued_words(word: str, second: str) -> bool:
    """Tell whether a full stop between a word and a capitalised word ends a sentence."""
    if word in _TITLES or (len(word) == 1 and word.isalpha()) or word.lower() in _OPEN:
        return False
    return second.islower() or second in {" ", "'", "’", "\u00a0", "-", ""} or not word or word.islower()
