"""Files and folders to documents; what cannot be read comes out as `Skipped`, with its reason.

The text of a document is that of its file with line ends as LF and without byte-order mark; nothing else is
changed, so typography and no-break spaces stay. From Markdown it is the text a reader of the page sees.
All offsets refer to this stored text.
"""

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from index.checks import document_problem
from index.decoding import UndecodableError, decode
from index.document import Document
from index.errors import FileError
from index.jsonlines import load_jsonl
from index.markdown import read_markdown
from index.report import Skipped
from index.titles import title_of_text

__all__ = ["SUFFIXES", "Skipped", "load_paths"]

LARGEST_FILE = 128 << 20
SUFFIXES = (".txt", ".text", ".md", ".markdown", ".jsonl", ".jsonl.gz")


def load_paths(paths: Iterable[Path | str]) -> Iterator[Document | Skipped]:
    """Yield a document for each article in these files and folders, or why there is none.

    An id is the path of the file below the folder given (its name for a file given alone), or the `id` of the
    line in JSON lines. Hidden files are not looked at, links to folders not followed.
    Raises FileError at once where a path does not exist.
    """
    given = [Path(path) for path in paths]
    for path in given:
        if not os.path.lexists(path):
            raise FileError(f"no such file or folder: {path}")
    return _load_all(given)


def _load_all(given: list[Path]) -> Iterator[Document | Skipped]:
    """Yield what is in each path; two files of one id are two articles, and the second is refused."""
    owners: dict[str, Path] = {}
    for path in given:
        for file, name in _files(path):
            if isinstance(name, Skipped):
                yield name
                continue
            for item in _load_file(file, name):
                owner = owners.setdefault(name, file)
                if isinstance(item, Document) and item.id == name and owner.absolute() != file.absolute():
                    yield Skipped(
                        str(file), f"same id {name!r} as {owner}: index the folder above both, or rename one"
                    )
                else:
                    yield item


def _files(path: Path) -> Iterator[tuple[Path, str | Skipped]]:
    """Yield each file below a path with its id, in a stable order."""
    if not path.is_dir():
        yield path, _name(path, path.name)
        return

    def refuse(error: OSError) -> None:
        problems.append(error)

    problems: list[OSError] = []
    for folder, subfolders, names in os.walk(path, onerror=refuse):
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        for link in (Path(folder, name) for name in subfolders):
            if link.is_symlink():
                yield link, Skipped(_shown(link), "link to a folder: give that folder itself")
        for name in sorted(name for name in names if not name.startswith(".")):
            file = Path(folder, name)
            yield file, _name(file, file.relative_to(path).as_posix())
    for error in problems:
        yield path, Skipped(_shown(Path(str(error.filename))), f"folder cannot be read: {error.strerror}")


def _name(path: Path, name: str) -> str | Skipped:
    """Return the id a file gets, or why it can have none."""
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return Skipped(_shown(path), "file name is not UTF-8: rename it")
    return name


def _load_file(path: Path, name: str) -> Iterator[Document | Skipped]:
    """Yield the documents of one file."""
    suffix = "".join(path.suffixes[-2:]).lower() if path.suffix.lower() == ".gz" else path.suffix.lower()
    reason = _file_problem(path, suffix)
    if reason:
        yield Skipped(_shown(path), reason)
    elif suffix in {".jsonl", ".jsonl.gz"}:
        yield from load_jsonl(path, name)
    else:
        yield _load_text(path, name, suffix)


def _file_problem(path: Path, suffix: str) -> str | None:
    """Return why a file is not even opened, or None."""
    if suffix not in SUFFIXES:
        return f"format {suffix or 'without suffix'!r} is not read: give {', '.join(SUFFIXES)}"
    if not path.exists():
        return "link to nothing"
    if not path.is_file():
        # A pipe or device would make us wait for ever.
        return "not a regular file"
    size = path.stat().st_size
    if "jsonl" not in suffix and size > LARGEST_FILE:
        return f"too large: {size} bytes, {LARGEST_FILE} at most; split it"
    return None


def _load_text(path: Path, name: str, suffix: str) -> Document | Skipped:
    """Return the document of a text or Markdown file."""
    try:
        text, encoding = decode(path.read_bytes())
    except OSError as error:
        return Skipped(_shown(path), f"cannot be read: {error.strerror}")
    except UndecodableError as error:
        return Skipped(_shown(path), str(error))
    read: Callable[[str, Path], tuple[str, str, str | None, dict[str, str]]]
    read = read_markdown if suffix in {".md", ".markdown"} else _read_text
    body, title, date, meta = read(text, path)
    meta = {**meta, "path": str(path.absolute())} | ({} if encoding == "utf-8" else {"encoding": encoding})
    document = Document(name, body, title, meta.pop("source", name), date, meta)
    reason = document_problem(document)
    return Skipped(_shown(path), reason) if reason else document


def _read_text(text: str, path: Path) -> tuple[str, str, str | None, dict[str, str]]:
    """Return text, title, date and meta of a plain text."""
    return text, title_of_text(text, path.stem), None, {}


def _shown(path: Path) -> str:
    """Return a path as any terminal and JSON can hold it."""
    return str(path).encode("utf-8", "backslashreplace").decode("utf-8")
