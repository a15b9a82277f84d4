"""Give a first corpus to someone who has none: the article of `seeds/`."""

import json
import time
from collections.abc import Callable
from importlib.resources import as_file, files
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from index.document import Document
from index.errors import CorpusLocked

if TYPE_CHECKING:
    from qa.answerer import Answerer
    from ui.service import Shelf

__all__ = ["ensure_corpus", "examples", "has_corpus", "seed_documents", "seed_examples"]

EXAMPLES = 4
# Spent at most, at the start of a server, on proving examples.
SECONDS = 2.0
# Waited at most for another process that makes the first corpus; the seed's takes some two seconds.
PATIENCE = 60.0


def has_corpus(folder: Path) -> bool:
    """Tell whether something lies here that must not be indexed over; whoever opens it judges what.

    The lock and half-built generations of a first run that was killed are not a corpus.
    """
    if not folder.is_dir():
        return folder.exists()
    finished = any(each.suffix != ".building" for each in folder.glob("generations/*"))
    return finished or any(each.name not in {"lock", "generations"} for each in folder.iterdir())


def seed_documents() -> list[Document]:
    """Return the articles of `seeds/`, from a checkout or a wheel, as `repondeur index` reads them."""
    from index.loaders import load_paths

    with as_file(files("seeds")) as folder:
        loaded = load_paths(sorted(folder.glob("*.txt")))
        return [each for each in loaded if isinstance(each, Document)]


def ensure_corpus(folder: Path, encoder: str, say: Callable[[str], None]) -> None:
    """Index the seed article into the folder when there is no corpus in it, and say so.

    Where another process is making the first corpus, whichever it is, that one is waited for.
    """
    if not has_corpus(folder):
        say(f"no corpus in {folder}: indexing the example article first (your own: repondeur index PATH…)")
    deadline = time.monotonic() + PATIENCE
    told = False
    while not _made(folder, encoder):
        if time.monotonic() > deadline:
            raise CorpusLocked(
                f"another process is making the first corpus in {folder}, and has not finished in "
                f"{PATIENCE:.0f} s: ask again when it has"
            )
        if not told:
            say(f"another process is making the first corpus in {folder}: waiting for it")
            told = True
        time.sleep(0.1)


def _made(folder: Path, encoder: str) -> bool:
    """Index the seed if nothing is there; False while another process makes the first corpus."""
    if has_corpus(folder):
        from index.layout import Layout
        from index.locking import being_written

        # What lies there may be vectors of a first run, going on or cut short.
        layout = Layout(folder)
        return layout.exists() or not being_written(layout)
    from index.encoder import load_encoder
    from index.writer import add_documents

    try:
        add_documents(folder, seed_documents(), load_encoder(encoder))
    except CorpusLocked:
        return False
    return True


def examples(answerer: "Answerer") -> tuple[str, ...]:
    """Return questions to try that this answerer answers: the seed's own, else some made from the corpus.

    Without a reader nothing can be proven: the seed's are shown as they are, others not at all.
    """
    from ui.examples import drafts, proven

    seeds = seed_examples(answerer.corpus)
    if answerer.reader is None:
        return seeds[:EXAMPLES]
    if seeds:
        return tuple(islice((each for each in seeds if answerer.ask(each).answer is not None), EXAMPLES))
    return proven(drafts(answerer.corpus.documents()), answerer.ask, most=EXAMPLES, seconds=SECONDS)


def seed_examples(shelf: "Shelf") -> tuple[str, ...]:
    """Return questions of the seed article, where it is among what can be asked about."""
    for seed in seed_documents():
        try:
            held = shelf.document(seed.id)
        except KeyError:
            continue
        if held.sha256 == seed.sha256:
            return _examples()
    return ()


def _examples() -> tuple[str, ...]:
    """Return answerable questions of the seed that begin differently."""
    data = json.loads(files("seeds").joinpath("questions.json").read_text(encoding="utf-8"))["data"]
    asked = (qa for article in data for paragraph in article["paragraphs"] for qa in paragraph["qas"])
    chosen: dict[str, str] = {}
    for qa in asked:
        if qa["answers"]:
            chosen.setdefault(qa["question"].split()[0].lower(), qa["question"])
    return tuple(chosen.values())[: 2 * EXAMPLES]
