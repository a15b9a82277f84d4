"""CSV and TSV with a header line: an article a row, its columns named or guessed."""

import csv
import io
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from index.checks import LARGEST_TEXT
from index.decoding import UndecodableError, decode
from index.formats.columns import Columns, guess, said
from index.formats.items import Article, Item, Note, Problem, Unreadable
from index.formats.limits import Given
from index.formats.naming import standard

__all__ = ["read", "read_table"]

_SAMPLE = 1 << 20
# Characters of a row, all its lines together: a text of the largest size and as much beside it.
_LONGEST_ROW = 2 * LARGEST_TEXT
_DELIMITERS = ",;\t|"


def read(given: Given) -> Iterator[Item]:
    """Yield the rows of a table in memory."""
    return read_table(io.BytesIO(given.data), given.columns)


def read_table(handle: IO[bytes], columns: Columns) -> Iterator[Item]:
    """Yield an article for each row, few rows in memory at a time, or why there is none, by line number.

    Raises UnknownColumnError where a column the caller named is not in the header.
    """
    text = io.TextIOWrapper(handle, encoding=_encoding(handle), errors="strict", newline="")
    with _long_fields():
        try:
            yield from _rows(text, columns)
        except UnicodeDecodeError as error:
            yield Problem("", f"not {error.encoding} to its end ({error.reason}): save it as UTF-8")
        finally:
            text.detach()


@contextmanager
def _long_fields() -> Iterator[None]:
    """Let a field be as long as the longest text."""
    before = csv.field_size_limit(LARGEST_TEXT)
    try:
        yield
    finally:
        csv.field_size_limit(before)


def _encoding(handle: IO[bytes]) -> str:
    """Return the encoding of a table, from its first megabyte; what follows must be in it too."""
    sample = handle.read(_SAMPLE)
    handle.seek(0)
    # A cut inside a character would make a doubt of it.
    whole = sample if len(sample) < _SAMPLE else sample[: sample.rfind(b"\n") + 1] or sample
    if whole.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        encoding = decode(whole)[1]
    except UndecodableError as error:
        raise Unreadable(str(error)) from error
    return "utf-8-sig" if encoding == "utf-8" else encoding


def _rows(text: io.TextIOWrapper, columns: Columns) -> Iterator[Item]:
    """Yield the items of a table of text."""
    first = text.readline(_SAMPLE)
    if len(first) >= _SAMPLE:
        raise Unreadable(f"no header line: the first line has more than {_SAMPLE} characters")
    delimiter = max(_DELIMITERS, key=first.count)
    header = [name.strip() for name in next(csv.reader([first], delimiter=delimiter), [])]
    roles = _roles(header, columns)
    guesses = guess(header, columns)[1]
    if said(guesses):
        yield Note(said(guesses))
    lines = _Lines(text)
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        line = rows.line_num + 2
        lines.begin_row()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            yield Problem(f":{line}", f"not a row: {error}{_until(line, rows.line_num + 1)}")
            continue
        if row and (len(row) > 1 or row[0].strip()):
            yield _item(header, row, roles, line)


class _Lines:
    """Give the lines of a table one by one; give the file up where a row has no end in sight."""

    def __init__(self, text: io.TextIOWrapper) -> None:
        self._text = text
        self._left = _LONGEST_ROW

    def __iter__(self) -> Iterator[str]:
        """Yield lines, none held longer than a row may be."""
        while line := self._text.readline(self._left + 1):
            if len(line) > self._left:
                reason = f"a row goes on after {_LONGEST_ROW} characters: look for a quotation mark"
                raise Unreadable(f"{reason} that is not closed; what follows it was not read")
            self._left -= len(line)
            yield line

    def begin_row(self) -> None:
        """Let the next row have its full length."""
        self._left = _LONGEST_ROW


def _until(first: int, last: int) -> str:
    """Return how far a broken row reaches: an open quotation mark swallows what follows."""
    return (
        f"; lines {first} to {last} are lost, look for a quotation mark that is not closed"
        if last > first
        else ""
    )


def _roles(header: Sequence[str], columns: Columns) -> dict[str, str]:
    """Return the column of each role; Unreadable where the header is none."""
    if not any(header):
        raise Unreadable("no header line with the names of the columns")
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise Unreadable(f"two columns are named {twice[0]!r}: rename one")
    roles, _ = guess(header, columns)
    if "text" not in roles:
        shown = ", ".join(repr(name) for name in header[:40])
        raise Unreadable(f"no column that looks like the text among {shown}: name it with --text-column")
    return roles


def _item(header: Sequence[str], row: Sequence[str], roles: dict[str, str], line: int) -> Item:
    """Return the article of a row, or why there is none."""
    if len(row) != len(header):
        return Problem(f":{line}", f"{len(row)} fields where the header has {len(header)}")
    values = dict(zip(header, row, strict=True))
    own = {role: values.pop(column) for role, column in roles.items()}
    body = own["text"].replace("\r\n", "\n").replace("\r", "\n")
    return Article(
        body,
        own.get("title", "").strip(),
        own.get("date", "").strip(),
        own.get("url", "").strip(),
        own.get("id", "").strip(),
        f"#{line}",
        standard({key: value for key, value in values.items() if key}),
    )
