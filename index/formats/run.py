"""One path of the command line to documents: through folders, archives and sitemaps."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from index.checks import LARGEST_TEXT, document_problem
from index.document import Document
from index.errors import FileError
from index.formats.columns import Columns, UnknownColumnError
from index.formats.items import Article, Item, Member, Note, Problem, Unreadable
from index.formats.limits import Given
from index.formats.registry import ARCHIVES, TABLES, is_read, read, suffix_of
from index.formats.sandbox import ColumnRefused, Sandbox
from index.formats.selection import Selection
from index.formats.signatures import signature_problem
from index.formats.sitemap import page_suffix, saved_page, short
from index.formats.table import read_table
from index.jsonlines import read_lines
from index.ledger import Ledger
from index.report import Skipped
from index.walk import files_below, printable

__all__ = ["Run"]

_PLAIN = frozenset({".txt", ".text"})
# Files of an archive that may cost all they are allowed before the rest of it is given up.
_MOST_COSTLY = 10
_DEEPEST_SITEMAP = 2
# What was skipped of one file given: nobody reads on, and a small file can hold a million bad lines.
_MOST_SKIPPED = 1000
# Pages of a sitemap; files of an archive are bounded by its reader.
_MOST_MEMBERS = 100_000


@dataclass(frozen=True, slots=True)
class _Unit:
    """Name a file, or one in an archive (`inside`); a sitemap may know its address and day."""

    path: Path
    inside: tuple[str, ...]
    id: str
    suffix: str
    url: str = ""
    date: str = ""
    mapped: int = 0

    @property
    def shown(self) -> str:
        """Return the path as the report names it; it goes on into archives."""
        return printable("/".join([str(self.path), *self.inside]))

    @property
    def place(self) -> str:
        """Return the path as the corpus keeps it."""
        return "/".join([str(self.path.absolute()), *self.inside])


class Run:
    """Read what is at and below one path given."""

    def __init__(
        self,
        path: Path,
        selection: Selection,
        columns: Columns,
        sandbox: Sandbox,
        ledger: Ledger,
        note: Callable[[str], None],
    ) -> None:
        self._path, self._selection, self._columns = path, selection, columns
        self._sandbox, self._limits = sandbox, sandbox.limits
        self._ledger, self._note = ledger, note
        self._root = (path if path.is_dir() else path.parent).resolve()
        self._taken: set[tuple[Path, tuple[str, ...]]] = set()
        self._room = self._costly = 0
        self._siblings: frozenset[str] = frozenset()

    def items(self) -> Iterator[Document | Skipped]:
        """Yield the documents, and what was skipped with its reason."""
        for found in files_below(self._path, self._selection):
            if isinstance(found, Skipped):
                yield found
                continue
            path, name = found
            if (path, ()) not in self._taken:
                self._room, self._costly = self._limits.expanded, 0
                unit = _Unit(path, (), name, suffix_of(path.name))
                yield from _fewer(self._unit(unit), unit.shown)

    def _unit(self, unit: _Unit) -> Iterator[Document | Skipped]:
        """Yield what one file gives, and then what it holds or points at."""
        self._taken.add((unit.path, unit.inside))
        members: list[Member] = []
        problems = 0
        reason = None if unit.inside else self._file_problem(unit)
        if reason:
            yield Skipped(unit.shown, reason)
            return
        try:
            for item in self._items(unit):
                if isinstance(item, Member):
                    if len(members) == _MOST_MEMBERS:
                        raise Unreadable(f"names more than {_MOST_MEMBERS} pages: split it")
                    members.append(item)
                elif isinstance(item, Note):
                    self._note(f"{unit.shown}: {item.message}")
                else:
                    outcome = self._outcome(unit, item)
                    problems += isinstance(outcome, Skipped)
                    yield outcome
            if not problems:
                self._read_whole(unit, members)
        except Unreadable as error:
            self._costly += error.costly
            yield Skipped(unit.shown, str(error))
        except OSError as error:
            yield Skipped(unit.shown, f"cannot be read: {error.strerror or error}")
        except (UnknownColumnError, ColumnRefused) as error:
            if unit.path == self._path:
                raise FileError(f"{unit.shown}: {error}") from error
            yield Skipped(unit.shown, str(error))
        if members:
            yield from (self._members if unit.suffix in ARCHIVES else self._pages)(unit, members)

    def _read_whole(self, unit: _Unit, members: Sequence[Member]) -> None:
        """Note that a file was read to its end: what was in it before, and is not now, is gone."""
        self._ledger.note_file(unit.place)
        if unit.suffix in ARCHIVES:
            self._ledger.note_archive(unit.place, [each.name for each in members])

    def _items(self, unit: _Unit) -> Iterator[Item]:
        """Yield what the reader of a file gives; tables and plain text need no child process."""
        if unit.inside or unit.suffix not in TABLES | _PLAIN:
            yield from self._sandbox.read(unit.path, unit.inside, unit.suffix, self._columns)
            return
        with unit.path.open("rb") as handle:
            problem = signature_problem(handle.read(1024), unit.suffix)
            if problem and unit.suffix != ".jsonl.gz":
                raise Unreadable(problem)
            handle.seek(0)
            if unit.suffix in _PLAIN:
                yield from read(Given(handle.read(), unit.path.stem, unit.suffix))
            elif unit.suffix.startswith(".jsonl"):
                packed = unit.suffix.endswith(".gz")
                yield from read_lines(handle, self._columns, packed=packed, expanded=self._limits.expanded)
            else:
                yield from read_table(handle, self._columns)

    def _file_problem(self, unit: _Unit) -> str | None:
        """Return why a file is not even opened, or None."""
        if problem := is_read(unit.suffix):
            return problem
        if not unit.path.exists():
            return "link to nothing"
        if not unit.path.is_file():
            # A pipe or device would make us wait for ever.
            return "not a regular file"
        size = unit.path.stat().st_size
        # No encoding has more bytes a character: more of them are more than a text may have.
        most = min(self._limits.file, 4 * LARGEST_TEXT) if unit.suffix in _PLAIN else self._limits.file
        if unit.suffix not in TABLES and size > most:
            return f"too large: {size} bytes, {most} at most; split it"
        return None

    def _outcome(self, unit: _Unit, item: Article | Problem) -> Document | Skipped:
        """Return the document of an article, or why there is none."""
        if isinstance(item, Problem):
            return Skipped(f"{unit.shown}{item.place}", item.reason)
        named = unit.id + item.part
        document = Document(
            item.id or named,
            item.text,
            item.title,
            item.url or unit.url or unit.id,
            item.date or unit.date or None,
            {**item.meta, "path": unit.place},
        )
        place = item.part.replace("#", ":") if unit.suffix in TABLES else item.part
        reason = document_problem(document)
        if reason:
            return Skipped(f"{unit.shown}{place}", reason)
        # An id that a file gives its article means the same article in any file; a name does not.
        owner = self._ledger.owners.setdefault(document.id, unit.place)
        if owner != unit.place and not item.id:
            return Skipped(
                unit.shown, f"same id {named!r} as {owner}: index the folder above both, or rename one"
            )
        return document

    def _members(self, unit: _Unit, members: Sequence[Member]) -> Iterator[Document | Skipped]:
        """Yield what the files in an archive give."""
        meant = [each for each in members if self._selection.takes(f"{unit.id}/{each.name}")]
        needed = sum(each.size for each in meant if not is_read(suffix_of(each.name)))
        if needed > self._room:
            reason = f"unfolds to {needed} bytes, {self._room} at most: a bomb, or split it"
            yield Skipped(unit.shown, reason)
            return
        self._room -= needed
        names = frozenset(each.name for each in members)
        for count, member in enumerate(meant):
            inside = (*unit.inside, member.name)
            if (unit.path, inside) in self._taken:
                continue
            if self._costly >= _MOST_COSTLY:
                left = f"{len(meant) - count} files from {member.name!r} on were not read"
                yield Skipped(unit.shown, f"{self._costly} files in it cost too much: {left}")
                return
            part = _Unit(unit.path, inside, f"{unit.id}/{member.name}", suffix_of(member.name))
            self._siblings = names
            reason_not = is_read(part.suffix)
            if not reason_not and part.suffix in ARCHIVES and len(inside) >= self._limits.depth:
                reason_not = f"archives lie more than {self._limits.depth} deep in each other: unpack it"
            if reason_not:
                yield Skipped(part.shown, reason_not)
            else:
                yield from self._unit(part)

    def _pages(self, unit: _Unit, members: Sequence[Member]) -> Iterator[Document | Skipped]:
        """Yield what the pages of a sitemap give that are saved beside it."""
        if unit.mapped >= _DEEPEST_SITEMAP:
            yield Skipped(unit.shown, "a sitemap of sitemaps of sitemaps: give the inner ones")
            return
        names = self._siblings if unit.inside else None
        for member in members:
            name, reason = saved_page(member.name, lambda name: self._is_saved(unit, names, name))
            if not name:
                yield Skipped(f"{unit.shown}: {short(member.name)}", reason)
                continue
            page = _beside(unit, name, member)
            if (page.path, page.inside) not in self._taken and self._selection.takes(page.id):
                yield from self._unit(page)

    def _is_saved(self, unit: _Unit, names: frozenset[str] | None, name: str) -> bool:
        """Tell whether a page lies beside a sitemap and in what was given; in an archive, among its files."""
        if names is not None:
            return _sibling(unit.inside[-1], name) in names
        path = unit.path.parent / name
        try:
            return path.is_file() and self._root in path.resolve().parents
        except (OSError, ValueError, RuntimeError):
            return False


def _fewer(outcomes: Iterator[Document | Skipped], shown: str) -> Iterator[Document | Skipped]:
    """Yield all documents, and of what was skipped the first ones, how many more there were, and the last.

    The last may say why a file was given up.
    """
    skipped = 0
    last: Skipped | None = None
    for each in outcomes:
        if isinstance(each, Skipped):
            skipped += 1
            if skipped > _MOST_SKIPPED:
                last = each
                continue
        yield each
    if skipped > _MOST_SKIPPED + 1:
        more = skipped - _MOST_SKIPPED - 1
        yield Skipped(shown, f"and {more} more parts of it were skipped, not named here: mend those named")
    if last:
        yield last


def _beside(unit: _Unit, name: str, member: Member) -> _Unit:
    """Return the page of this name beside a sitemap."""
    suffix = page_suffix(name)
    known = {"url": member.url, "date": member.date, "mapped": unit.mapped + 1}
    own = _sibling(unit.id, name)
    if unit.inside:
        inside = (*unit.inside[:-1], _sibling(unit.inside[-1], name))
        return _Unit(unit.path, inside, own, suffix, **known)  # type: ignore[arg-type]
    return _Unit(unit.path.parent / name, (), own, suffix, **known)  # type: ignore[arg-type]


def _sibling(path: str, name: str) -> str:
    """Return the path of a file by its name below the folder of another."""
    return (PurePosixPath(path).parent / name).as_posix()
