"""Kill -9 a writer at random moments while another process reads.

    python -m tests.benchmarks.kills [--times 200] [--seed 0] [--large]

The writer adds, updates, removes, prunes, exports and imports, one after the other, each step known by its
number. After each kill the corpus must be whole and hold what the last finished step left, or the next one.
With --large, 17 passages are many: the writer makes codes and a base, adds beside it, and goes back.
"""

import argparse
import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from index.archive import export_corpus
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusMissing
from index.loaders import load_paths
from index.unpacking import import_corpus
from index.verify import verify
from index.writer import add_documents, remove_documents, write_settings
from tests.crashing import Encoder, chunking, count_as_large, document

__all__ = ["Outcome", "run"]

Held = dict[str, str]
Work = Callable[..., None]
# What is added stays for so many steps, so that a long run stays as fast as a short one.
_KEPT = 24


@dataclass
class Outcome:
    """Count what was done and what went wrong."""

    kills: int = 0
    steps: int = 0
    reads: int = 0
    corrupt: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        """Return the line that a run ends with."""
        return (
            f"{self.kills} kills, {self.steps} changes, {self.reads} reads: {len(self.corrupt)} corrupt, "
            f"{len(self.lost)} lost, {len(self.failed)} failed reads"
        )


def added(number: int) -> list[Document]:
    """Return what a step adds: two articles and a copy of the first."""
    first = document(number, 0)
    return [first, document(number + 1, 0), Document(f"c{number}", first.text, "Reprise")]


def removed(number: int, held: Held) -> list[str]:
    """Return what a step removes: one article of its round, and all that is old."""
    old = [name for name in held if name[0] in "dc" and int(name[1:]) < number - _KEPT]
    return [f"d{number - 1}", *old]


def files(number: int) -> dict[str, str]:
    """Return the names and texts of the files that lie in the folder at a step."""
    return {f"f{number}.txt": document(number, 7).text, "toujours.txt": document(1000, number).text}


def model(number: int) -> Held:
    """Return the sha256 of each document by id after a step, worked out without any corpus."""
    held: Held = {}
    exported: Held = {}
    for step in range(number + 1):
        match step % 8:
            case 0:
                held |= {each.id: each.sha256 for each in added(step)}
            case 1:
                held[f"d{step - 1}"] = document(step - 1, step).sha256
            case 2:
                held = {name: text for name, text in held.items() if name not in removed(step, held)}
            case 3:
                held = {name: text for name, text in held.items() if not name.endswith(".txt")}
                held |= {name: Document(name, text).sha256 for name, text in files(step).items()}
            case 5:
                exported = dict(held)
            case 6:
                held[f"d{step}"] = document(step, 0).sha256
            case 7:
                held = exported
    return held


def take(place: Path, step: int) -> None:
    """Do one step for real."""
    folder, archive, articles = place / "corpus", place / "corpus.tar", place / "articles"
    match step % 8:
        case 0:
            add_documents(folder, added(step), Encoder(), chunking=chunking())
        case 1:
            add_documents(folder, [document(step - 1, step)], Encoder())
        case 2:
            remove_documents(folder, removed(step, model(step - 1)), Encoder())
        case 3:
            shutil.rmtree(articles, ignore_errors=True)
            articles.mkdir()
            for name, text in files(step).items():
                (articles / name).write_text(text, encoding="utf-8")
            add_documents(folder, load_paths([articles]), Encoder(), prune=[articles])
        case 4:
            write_settings(folder, {"step": step})
        case 5:
            export_corpus(folder, archive)
        case 6:
            add_documents(folder, [document(step, 0)], Encoder())
        case 7:
            import_corpus(folder, archive, replace=True)


def write(place: Path, first: int, large: bool, pipe: int) -> None:
    """Take steps for ever, and say each that is finished."""
    if large:
        count_as_large()
    os.write(pipe, b"ready\n")
    for step in range(first, 1_000_000):
        take(place, step)
        os.write(pipe, f"{step}\n".encode())


def read(folder: Path, stop: Path, pipe: int) -> None:
    """Open and read the corpus over and over until told to stop; say how often, and what failed.

    Until its first generation is there, there is no corpus to fail.
    """
    count = 0
    while not stop.exists():
        try:
            with Corpus.open(folder, Encoder()) as corpus:
                for stored in corpus.passages(corpus.passage_ids()):
                    text = corpus.document(stored.passage.document_id).text
                    if text[stored.passage.start : stored.passage.end] != stored.passage.text:
                        raise AssertionError(f"passage {stored.id} is no slice")
                corpus.search_words("jour", 5)
        except Exception as error:
            if not count:
                continue
            os.write(pipe, f"!{type(error).__name__}: {error}\n".encode())
        count += 1
    os.write(pipe, f"{count}\n".encode())


@contextmanager
def child(work: Work, *arguments: object) -> Iterator[tuple[int, IO[str]]]:
    """Run in a child process that dies with the block; yield its id and the lines it writes."""
    out, into = os.pipe()
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            os.close(out)
            work(*arguments, into)
            code = 0
        except BaseException as error:
            traceback.print_exc()
            os.write(into, f"!{type(error).__name__}: {error}\n".encode())
        finally:
            os._exit(code)
    os.close(into)
    with os.fdopen(out, encoding="utf-8") as lines:
        try:
            yield pid, lines
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)


def look(folder: Path, pipe: int) -> None:
    """Write down what a full check finds, and what the corpus holds."""
    problems, held = [], {}
    # Before the first generation is there, there may be none; the next writer must get over that.
    with suppress(CorpusMissing):
        found = verify(folder).problems
        problems = [f"{each.name}: {each.detail}" for each in found if each.name != "leftover"]
        with Corpus.open(folder, Encoder()) as corpus:
            held = {each.id: each.sha256 for each in corpus.documents()}
    os.write(pipe, (json.dumps([problems, held]) + "\n").encode())


def seen(folder: Path) -> tuple[list[str], Held]:
    """Return the problems of a corpus and what it holds."""
    with child(look, folder) as (_, lines):
        line = lines.readline()
    problems, held = json.loads(line) if line else (["it does not open"], {})
    return problems, held


def run(place: Path, times: int, seed: int = 0, *, large: bool = False) -> Outcome:
    """Kill a writer so many times, and look each time at what is left."""
    rng, outcome, reached, pace = random.Random(seed), Outcome(), -1, 0.1  # noqa: S311
    folder, stop = place / "corpus", place / "stop"
    with child(read, folder, stop) as (_, reads):
        for _ in range(times):
            with child(write, place, reached + 1, large) as (pid, lines):
                lines.readline()
                began = time.perf_counter()
                time.sleep(rng.uniform(0.0, 2.5 * pace))
                os.kill(pid, signal.SIGKILL)
                said = list(lines)
                done = [int(line) for line in said if line.endswith("\n") and not line.startswith("!")]
                outcome.corrupt += [line[1:].strip() for line in said if line.startswith("!")]
                # A kill must come early, late and between steps, on a fast machine and on a busy one.
                pace = (time.perf_counter() - began) / len(done) if done else 1.5 * pace
            outcome.kills += 1
            reached = done[-1] if done else reached
            problems, held = seen(folder)
            outcome.corrupt += problems
            # A killed step may have been finished just before it could say so.
            if held == model(reached + 1) != model(reached):
                reached += 1
            elif held != model(reached):
                outcome.lost.append(
                    f"after step {reached}: {sorted(held.items() ^ model(reached).items())[:4]}"
                )
                break
        stop.touch()
        for line in reads:
            if line.startswith("!"):
                outcome.failed.append(line[1:].strip())
            else:
                outcome.reads = int(line)
    outcome.steps = reached + 1
    return outcome


def main() -> None:
    """Run, print the outcome, and exit with 1 where anything went wrong."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, default=200)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--large", action="store_true")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as place:
        outcome = run(Path(place), given.times, given.seed, large=given.large)
    print(outcome)
    for each in (*outcome.corrupt, *outcome.lost, *outcome.failed):
        print(each, file=sys.stderr)
    sys.exit(bool(outcome.corrupt or outcome.lost or outcome.failed))


if __name__ == "__main__":
    main()
