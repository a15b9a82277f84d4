"""Check a corpus in full: every checksum and every invariant, each failure with its name and its remedy."""

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.corpus import read_manifest
from index.errors import CorpusDamaged, CorpusMissing, FormatVersionError
from index.invariants import Problem, content_problems
from index.layout import Layout, files_of
from index.locking import being_written
from index.manifest import FileCard, Manifest, check_analysis

__all__ = ["Problem", "Verdict", "generation_problems", "verify"]

_SWEPT = "nothing to fear: the next command that writes (`index`, `remove`, `import`) clears it away"


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold what a full check found; `generation` is None where none could be read."""

    generation: int | None
    documents: int
    passages: int
    files: int
    bytes: int
    seconds: float
    problems: tuple[Problem, ...]


def verify(folder: Path) -> Verdict:
    """Check the live generation of a corpus, and what lies around it; CorpusMissing where there is none."""
    began = time.perf_counter()
    layout = Layout(Path(folder))
    manifest, problems = _checked(layout)
    while problems and manifest and not _is_live(layout, manifest):
        # A writer moved on and removed what was being checked.
        manifest, problems = _checked(layout)
    if problems:
        problems = _with_way_back(layout, manifest, problems)
    cards = manifest.files.values() if manifest else ()
    return Verdict(
        generation=manifest.generation if manifest else None,
        documents=manifest.counts.documents if manifest else 0,
        passages=manifest.counts.passages if manifest else 0,
        files=len(cards),
        bytes=sum(card.bytes for card in cards),
        seconds=round(time.perf_counter() - began, 3),
        problems=(*problems, *_leftovers(layout, manifest.generation if manifest else None)),
    )


def generation_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Yield what is wrong with the folder of a generation; its contents are looked at if its files hold."""
    bad = list(_file_problems(folder, manifest))
    yield from bad
    try:
        check_analysis(manifest)
    except FormatVersionError as error:
        yield Problem("word-rules", str(error), "run `repondeur index PATH --rebuild`")
    if not bad:
        yield from content_problems(folder, manifest)


def _checked(layout: Layout) -> tuple[Manifest | None, list[Problem]]:
    """Return the manifest of the live generation, if it can be read, and what is wrong with it."""
    try:
        number = int(layout.current_name())
    except CorpusDamaged as error:
        newest = f"write {layout.numbers()[-1]:06d} into it" if layout.numbers() else ""
        return None, [Problem("current", str(error), newest)]
    try:
        manifest = read_manifest(layout, number)
    except FormatVersionError as error:
        return None, [Problem("format", str(error), "update the program")]
    except CorpusDamaged as error:
        return None, [Problem("manifest", str(error))]
    return manifest, list(generation_problems(layout.generation(number), manifest))


def _is_live(layout: Layout, manifest: Manifest) -> bool:
    """Tell whether this is still the live generation, as far as can be known."""
    try:
        return int(layout.current_name()) == manifest.generation
    except (CorpusDamaged, CorpusMissing):
        return True


def _file_problems(folder: Path, manifest: Manifest) -> Iterator[Problem]:
    """Compare the files of a generation with its manifest, in full."""
    present = files_of(folder)
    for name, card in manifest.files.items():
        path = present.pop(name, None)
        if path is None:
            yield Problem("missing-file", f"{folder / name} is missing")
            continue
        try:
            found = FileCard.of(path)
        except OSError as error:
            yield Problem(
                "unreadable-file",
                f"{path} cannot be read: {error.strerror}",
                "mend the disk or its permissions",
            )
            continue
        if found.bytes != card.bytes:
            yield Problem("altered-file", f"{path} has {found.bytes} bytes, the manifest says {card.bytes}")
        elif found != card:
            yield Problem("altered-file", f"{path} was altered: its SHA-256 is not the manifest's")
    for path in present.values():
        yield Problem("unknown-file", f"{path} is not in the manifest", f"remove {path}")


def _with_way_back(layout: Layout, manifest: Manifest | None, problems: list[Problem]) -> list[Problem]:
    """Give each problem without a remedy of its own the way back: the generation before, if it is whole."""
    earlier = [number for number in layout.numbers() if manifest is None or number < manifest.generation]
    remedy = (
        "import an archive (`repondeur import FILE --replace`) or index the documents into another folder"
    )
    for number in reversed(earlier):
        if _whole(layout, number):
            remedy = f"write {number:06d} into {layout.current}: that generation is whole; or {remedy}"
            break
    return [each if each.remedy else replace(each, remedy=remedy) for each in problems]


def _whole(layout: Layout, number: int) -> bool:
    """Tell whether a generation that is not live could be."""
    try:
        manifest = read_manifest(layout, number)
    except (CorpusDamaged, FormatVersionError):
        return False
    return not any(generation_problems(layout.generation(number), manifest))


def _leftovers(layout: Layout, live: int | None) -> list[Problem]:
    """Return what writers that died left behind; what a living one is at work on is none of it."""
    left = layout.leftovers(live)
    if not left or being_written(layout):
        return []
    return [Problem("leftover", f"{path} was left by a writer that was cut short", _SWEPT) for path in left]
