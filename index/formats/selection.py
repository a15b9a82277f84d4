"""Which files of a tree are meant: `--include` and `--exclude`."""

from dataclasses import dataclass
from fnmatch import fnmatchcase

__all__ = ["Selection"]


@dataclass(frozen=True, slots=True)
class Selection:
    """Hold glob patterns, tried on a path below the folder given and on each name in it; `*` matches `/` too.

    So `drafts` leaves out that folder, and `*.md` means them at any depth.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()

    def takes(self, name: str) -> bool:
        """Tell whether a file, by its path below the folder given, is meant."""
        return not self.leaves(name) and (not self.include or _matches(name, self.include))

    def leaves(self, name: str) -> bool:
        """Tell whether a file or folder is left out."""
        return _matches(name, self.exclude)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    """Tell whether a path, its beginning or a name in it fits a pattern."""
    parts = name.split("/")
    tried = {*parts, *("/".join(parts[:count]) for count in range(1, len(parts) + 1))}
    return any(fnmatchcase(each, pattern.strip("/")) for pattern in patterns for each in tried)
