"""JSON lines, plain or gzip: one article a line, `{"id", "title", "date", "text"}`."""

import gzip
import json
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Any

from index.checks import document_problem
from index.document import Document
from index.report import Skipped

__all__ = ["load_jsonl"]

# Bytes of one line: a text of the largest size, in UTF-8, with escapes.
LONGEST_LINE = 48 << 20
_SPECIAL = frozenset({"id", "title", "date", "text", "source", "url"})


def load_jsonl(path: Path, name: str) -> Iterator[Document | Skipped]:
    """Yield the documents of a file, few bytes in memory at a time; a bad line is skipped by its number."""
    try:
        with _open(path) as handle:
            for number, line in _lines(handle):
                if line is None:
                    yield Skipped(
                        f"{path}:{number}", f"line longer than {LONGEST_LINE} bytes: split the article"
                    )
                elif line.strip():
                    yield _document(line, path, name, number)
    except (OSError, EOFError, zlib.error) as error:
        yield Skipped(str(path), f"cannot be read to its end: {error}")


def _open(path: Path) -> IO[bytes]:
    """Open the file, through gzip where its name says so."""
    if path.suffix.lower() == ".gz":
        return gzip.open(path, "rb")  # type: ignore[return-value]
    return path.open("rb")


def _lines(handle: IO[bytes]) -> Iterator[tuple[int, bytes | None]]:
    """Yield the lines by number, None for one that is too long, which is never held in memory."""
    number = 0
    while line := handle.readline(LONGEST_LINE):
        number += 1
        if len(line) < LONGEST_LINE or line.endswith(b"\n"):
            yield number, line.removeprefix(b"\xef\xbb\xbf") if number == 1 else line
            continue
        yield number, None
        while line and not line.endswith(b"\n"):
            line = handle.readline(1 << 20)


def _document(line: bytes, path: Path, name: str, number: int) -> Document | Skipped:
    """Return the document of a line."""
    place = f"{path}:{number}"
    try:
        values = json.loads(line)
    except UnicodeDecodeError as error:
        return Skipped(place, f"not UTF-8 at byte {error.start}")
    except (ValueError, RecursionError) as error:
        return Skipped(place, f"not JSON: {error}")
    if not isinstance(values, dict):
        return Skipped(place, f"a JSON {type(values).__name__}, not an object with a text")
    text = values.get("text")
    if not isinstance(text, str):
        return Skipped(place, 'no "text" in it' if text is None else f'"text" is a {type(text).__name__}')
    document = Document(
        id=_string(values.get("id")) or f"{name}#{number}",
        text=text.replace("\r\n", "\n").replace("\r", "\n"),
        title=_string(values.get("title")).strip(),
        source=_string(values.get("url") or values.get("source")) or name,
        date=_string(values.get("date")) or None,
        meta={
            key: _string(value) for key, value in values.items() if key not in _SPECIAL and value is not None
        }
        | {"path": str(path.absolute())},
    )
    reason = document_problem(document)
    return Skipped(place, reason) if reason else document


def _string(value: Any) -> str:
    """Return a JSON value as text: numbers as written, nothing for null."""
    if value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
