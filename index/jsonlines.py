"""JSON lines, plain or gzip: an article a line, `{"id", "title", "date", "text"}` or named otherwise."""

import gzip
import io
import json
import zlib
from collections.abc import Iterator
from typing import IO, Any

from index.formats.columns import Columns, UnknownColumnError, guess, said
from index.formats.items import Article, Item, Note, Problem
from index.formats.limits import Limits
from index.formats.naming import standard

__all__ = ["LONGEST_LINE", "read_lines"]

# Bytes of one line: a text of the largest size in UTF-8. What such a line may parse to takes 1 GB.
LONGEST_LINE = 32 << 20
# A line that goes on for so many times that is no line.
_MOST_TIMES = 8
# Names of columns remembered, for the message that says what there is.
_MOST_SEEN = 1000
# A gzip file may unfold to as much as an archive may, and beyond to this many times its size: text does not.
_MOST_UNFOLDED = 100
_EXPANDED = Limits().expanded
_ROLES = ("text", "title", "date", "id", "url")


def read_lines(
    handle: IO[bytes], columns: Columns, *, packed: bool, expanded: int = _EXPANDED
) -> Iterator[Item]:
    """Yield the articles of a file, few bytes in memory at a time; a bad line is a problem by its number.

    `expanded` is how many bytes a gzip file may unfold to, unless it is large itself. Raises
    UnknownColumnError at the end where no line had a column that the caller named.
    """
    lines = _Lines(columns)
    try:
        for number, line in _lines(_unfolded(handle, expanded) if packed else handle):
            if line is None:
                yield Problem(f":{number}", f"line longer than {LONGEST_LINE} bytes: split the article")
            elif line.strip():
                yield from lines.items(line, number)
    except (OSError, EOFError, zlib.error) as error:
        yield Problem("", f"cannot be read to its end: {error}")
    lines.check()


def _unfolded(handle: IO[bytes], expanded: int) -> IO[bytes]:
    """Return the bytes a gzip file unfolds to, as far as they may go."""
    size = handle.seek(0, io.SEEK_END)
    handle.seek(0)
    raw = _Bounded(gzip.GzipFile(fileobj=handle), max(expanded, _MOST_UNFOLDED * size))
    return io.BufferedReader(raw, 1 << 16)


class _Bounded(io.RawIOBase):
    """Read a stream to a limit; EOFError beyond it."""

    def __init__(self, stream: gzip.GzipFile, most: int) -> None:
        super().__init__()
        self._stream, self._most, self._left = stream, most, most

    def readable(self) -> bool:
        """Return True."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Read the next bytes."""
        count = self._stream.readinto(buffer)
        self._left -= count
        if self._left < 0:
            raise EOFError(f"unfolds to more than {self._most} bytes: a bomb, or split it")
        return count


def _lines(handle: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines by number, None for one that is too long, which is never held in memory."""
    number = 0
    while line := handle.readline(LONGEST_LINE):
        number += 1
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        yield number, None
        skipped = len(line)
        while line and not line.endswith(b"\n"):
            line = handle.readline(1 << 20)
            skipped += len(line)
            if skipped > _MOST_TIMES * LONGEST_LINE:
                raise EOFError(f"line {number} goes on after {skipped} bytes: not JSON lines, or a bomb")


class _Lines:
    """Turn lines into articles, by the columns that the first article has."""

    def __init__(self, columns: Columns) -> None:
        self._columns = columns
        self._roles: dict[str, str] | None = None
        self._seen: dict[str, None] = {}

    def items(self, line: bytes, number: int) -> Iterator[Item]:
        """Yield the article of a line, or why there is none; what was guessed comes before the first."""
        values = _parsed(line)
        if isinstance(values, str):
            yield Problem(f":{number}", values)
            return
        self._see(values)
        if self._roles is None:
            self._roles, guesses = self._guessed(values)
            if said(guesses):
                yield Note(said(guesses))
        try:
            yield self._article(values, number)
        except RecursionError:
            # Writing a value takes a little more of the stack than reading it.
            yield Problem(f":{number}", "not JSON: nested too deeply")

    def _see(self, values: dict[str, Any]) -> None:
        """Remember what columns there are: those the caller named, and as many others as can be told."""
        named = self._columns.named().values()
        room = max(0, _MOST_SEEN - len(self._seen))
        new = [column for column in values if column not in self._seen]
        self._seen.update(dict.fromkeys([*new[:room], *(each for each in new[room:] if each in named)]))

    def check(self) -> None:
        """Raise UnknownColumnError for a column that was named and that no line had."""
        for role, column in self._columns.named().items():
            if self._seen and column not in self._seen:
                raise UnknownColumnError(role, column, list(self._seen))

    def _guessed(self, values: dict[str, Any]) -> tuple[dict[str, str], dict[str, str]]:
        """Return the column of each role, as the caller named it or by name, and which are guesses."""
        named = self._columns.named()
        free = [column for column in values if column not in named.values()]
        guesses = {role: column for role, column in guess(free, Columns())[1].items() if role not in named}
        return {**dict(zip(_ROLES, _ROLES, strict=True)), **guesses, **named}, guesses

    def _article(self, values: dict[str, Any], number: int) -> Item:
        """Return the article of an object, or why there is none."""
        roles = self._roles or {}
        own = {role: values.get(column) for role, column in roles.items()}
        text = own["text"]
        if not isinstance(text, str):
            missing = f"no {json.dumps(roles['text'], ensure_ascii=False)} in it"
            return Problem(f":{number}", missing if text is None else f'"text" is a {type(text).__name__}')
        # Where no column is the address, one of these may be, or name the source.
        address = own["url"] or values.get("url") or values.get("source")
        used = {*roles.values(), "source"}
        rest = {key: _string(value) for key, value in values.items() if key not in used and value is not None}
        return Article(
            text.replace("\r\n", "\n").replace("\r", "\n"),
            _string(own["title"]).strip(),
            _string(own["date"]),
            _string(address),
            _string(own["id"]),
            f"#{number}",
            standard(rest),
        )


def _parsed(line: bytes) -> dict[str, Any] | str:
    """Return the object of a line, or why there is none."""
    try:
        values = json.loads(line, parse_constant=_refuse)
    except UnicodeDecodeError as error:
        return f"not UTF-8 at byte {error.start}"
    except (ValueError, RecursionError) as error:
        return f"not JSON: {error}"
    return (
        values if isinstance(values, dict) else f"a JSON {type(values).__name__}, not an object with a text"
    )


def _refuse(name: str) -> None:
    """Refuse NaN and the infinities, which Python reads and JSON has not."""
    raise ValueError(f"{name} is no JSON value")


def _string(value: Any) -> str:
    """Return a JSON value as text: numbers as written, nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
