"""The live generation, as what the next one is made from.

A file that both share keeps its card, so that damage in it stays known. A file that is copied to be changed,
or read to be written anew, gets a new card: before that, it is held against the one it has.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from index.archive import copy_hashed
from index.errors import CorpusDamaged
from index.layout import LEXICAL, STORE, VECTORS, files_of
from index.manifest import FileCard

__all__ = ["Predecessor"]


class Predecessor:
    """Hand on the files that a manifest names, and let no altered one into a file with a new checksum."""

    def __init__(self, folder: Path, cards: Mapping[str, FileCard]) -> None:
        self._folder, self._cards = folder, cards
        self._shared: set[str] = set()
        self._checked: set[str] = set()

    def hand_on(self, target: Path) -> None:
        """Start the next generation: copy what will be written into, share what is only ever replaced."""
        (target / LEXICAL).mkdir()
        for name in self._cards:
            # Tantivy replaces its lists (*.json) and never touches a segment once written.
            if name == STORE or (_is_lexical(name) and name.endswith(".json")):
                self._copy(name, target)
            elif _is_lexical(name) or _is_vectors(name):
                self._share(name, target)
            if name == VECTORS:
                # The vectors beside a base, and all where there is none, are written anew in any case.
                self.check(name)

    def check_sources(self, *, vectors: bool) -> None:
        """Check what a generation that starts empty reads: the texts, and vectors that are of use."""
        for name in self._cards:
            if name == STORE or (vectors and _is_vectors(name)):
                self.check(name)

    def check(self, name: str) -> None:
        """Hold a file against its card, once; CorpusDamaged where it is not what it was."""
        if name not in self._checked:
            self._hold(name, FileCard.of(self._folder / name))

    def drop_words(self) -> None:
        """Share no words any more: they are made anew from the texts, not from these."""
        self._shared = {name for name in self._shared if not _is_lexical(name)}

    def cards(self, target: Path) -> dict[str, FileCard]:
        """Return the cards of the finished next generation.

        What it no longer shares was read and merged into other files: CorpusDamaged where that was altered.
        """
        present = files_of(target)
        kept = {
            name for name in self._shared if name in present and (self._folder / name).samefile(present[name])
        }
        for name in sorted(self._shared - kept):
            self.check(name)
        return {
            name: self._cards[name] if name in kept else FileCard.of(path) for name, path in present.items()
        }

    def _share(self, name: str, target: Path) -> None:
        """Give a file that nobody will write into a second name, or a copy where links do not work."""
        try:
            os.link(self._folder / name, target / name)
        except OSError:
            self._copy(name, target)
        self._shared.add(name)

    def _copy(self, name: str, target: Path) -> None:
        """Copy a file and check it, reading it once."""
        with (self._folder / name).open("rb") as source, (target / name).open("wb") as copy:
            found = FileCard(*copy_hashed(source, copy, os.fstat(source.fileno()).st_size))
        self._hold(name, found)

    def _hold(self, name: str, found: FileCard) -> None:
        """Refuse a file that is not what its card says."""
        if found != self._cards[name]:
            raise CorpusDamaged(
                f"{self._folder / name} was altered: its SHA-256 is not the manifest's, and nothing was made "
                "of it; run `repondeur check`, which names the way back"
            )
        self._checked.add(name)


def _is_lexical(name: str) -> bool:
    """Tell whether a file belongs to the word index."""
    return name.startswith(f"{LEXICAL}/")


def _is_vectors(name: str) -> bool:
    """Tell whether a file belongs to the vectors."""
    return name.startswith(f"{Path(VECTORS).stem}.")
