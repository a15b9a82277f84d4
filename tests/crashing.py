"""Run as a program by test_index_crash: write a corpus, and die where told to."""

import hashlib
import os
import resource
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import faiss  # noqa: F401  (imported before forking, as is what follows)
import numpy as np
import tantivy  # noqa: F401

from index import vectorwriter
from index.chunking import ChunkSettings
from index.corpus import Corpus
from index.document import Document
from index.errors import CorpusError
from index.writer import add_documents, remove_documents, write_settings

# What a process does to files, as Python's audit hooks report it before it happens.
EVENTS = {
    "open",
    "os.rename",
    "os.remove",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "shutil.copyfile",
    "shutil.rmtree",
    "sqlite3.connect",
}
SMALL = ChunkSettings(60, 40)
# Codes of 4 bits are learned from no fewer vectors than this.
FEW = 16


def count_as_large() -> None:
    """Let a few articles make a large corpus in this process: a base, and what came and went beside it."""
    vectorwriter.EXACT_UP_TO, vectorwriter._ADDED, vectorwriter._GONE_SHARE = FEW, 20, 0.5


def chunking() -> ChunkSettings:
    """Return how articles are cut: into more passages where few passages are many."""
    return ChunkSettings(32, 16) if vectorwriter.EXACT_UP_TO == FEW else SMALL


class Encoder:
    """Hash whole texts: enough to tell them apart."""

    name, fingerprint, dimension = "crash", "c" * 64, 16

    def encode_query(self, texts: Any) -> Any:
        seeds = [int.from_bytes(hashlib.sha256(t.encode()).digest()[:8], "big") for t in texts]
        rows = [np.random.default_rng(seed).normal(size=16) for seed in seeds]
        return np.array([row / np.linalg.norm(row) for row in rows], dtype=np.float32).reshape(len(texts), 16)

    encode_document = encode_query

    def count_tokens(self, texts: Any) -> list[int]:
        return [len(text.split()) for text in texts]


def document(number: int, version: int) -> Document:
    lines = [
        f"Le texte {number} dit en version {version} la chose {i * 31 % 17} du jour {i}-{number}-{version}."
        for i in range(8)
    ]
    return Document(f"d{number}", " ".join(lines), f"Titre {number}")


def step(folder: Path, number: int) -> None:
    """Do the change of this number: add, update, remove or set."""
    if number % 5 == 4:
        remove_documents(folder, [f"d{number - 2}"], Encoder())
    elif number % 5 == 3:
        write_settings(folder, {"step": number})
    else:
        add_documents(folder, [document(number, 0), document(0, number)], Encoder(), chunking=chunking())


def state(folder: Path) -> str:
    """Check a whole corpus and return what it holds, in a few words."""
    corpus = Corpus.open(folder, Encoder())
    corpus.verify()
    for stored in corpus.passages(corpus.passage_ids()):
        text = corpus.document(stored.passage.document_id).text
        assert text[stored.passage.start : stored.passage.end] == stored.passage.text
        assert stored.id in [i for i, _ in corpus.search_words(stored.passage.text, 50)]
        assert stored.id == corpus.search_vectors(corpus.vectors([stored.id])[0], 1)[0][0]
    held = ",".join(f"{d.id}:{d.sha256[:6]}" for d in corpus.documents())
    return f"{corpus.manifest.settings.get('step')} {held}"


def forked(work: Callable[[], object]) -> int:
    """Run in a child process and return its exit code."""
    pid = os.fork()
    if pid == 0:
        code = 1
        try:
            work()
            code = 0
        finally:
            os._exit(code)
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


def dying(at: int, work: Callable[[], object]) -> Callable[[], object]:
    """Return the work, ended without any farewell before its `at`-th change of a file."""
    left = [at]

    def hook(event: str, _: object) -> None:
        if event in EVENTS:
            left[0] -= 1
            if left[0] < 0:
                os._exit(9)

    def run() -> None:
        sys.addaudithook(hook)
        work()

    return run


def every_point(folder: Path, number: int, stride: int) -> None:
    """Die at each point of one change in turn, or each of a stride; print how many points there are."""
    before, after = folder.parent / "before.txt", folder.parent / "after.txt"
    assert forked(lambda: before.write_text(state(folder), encoding="utf-8")) == 0
    twin = folder.parent / "twin"
    for at in range(0, 10_000, stride):
        os.system(f"rm -rf {twin} && cp -a {folder} {twin}")  # noqa: S605
        code = forked(dying(at, lambda: step(twin, number)))
        # Whatever was left must open, be whole, and take the change after all.
        assert forked(lambda: after.write_text(state(twin), encoding="utf-8")) == 0, f"damaged at point {at}"
        if code == 0:
            assert after.read_text(encoding="utf-8") != before.read_text(encoding="utf-8")
            print(at)
            break
        assert code == 9, f"exit {code} at point {at}"
        if at % (7 * stride) == 0 and after.read_text(encoding="utf-8") == before.read_text(encoding="utf-8"):
            assert forked(lambda: step(twin, number)) == 0, f"cannot go on after point {at}"
            assert forked(lambda: state(twin)) == 0
    os.system(f"rm -rf {folder} && mv {twin} {folder}")  # noqa: S605


def full_disk(folder: Path, number: int) -> None:
    """Let files grow to less than the change needs: a named error, and the corpus as it was."""
    before, after = folder.parent / "before.txt", folder.parent / "after.txt"
    assert forked(lambda: before.write_text(state(folder), encoding="utf-8")) == 0

    def limited(size: int) -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, size))
        try:
            step(folder, number)
        except CorpusError as error:
            assert "serves still" in str(error), error
            os._exit(7)

    for size in (100, 1_000, 4_000, 20_000, 45_000):
        assert forked(lambda size=size: limited(size)) == 7, size
        assert forked(lambda: after.write_text(state(folder), encoding="utf-8")) == 0, size
        assert after.read_text(encoding="utf-8") == before.read_text(encoding="utf-8"), size
    assert forked(lambda: step(folder, number)) == 0


def main() -> None:
    kind, command, folder, start = sys.argv[1], sys.argv[2], Path(sys.argv[3]), int(sys.argv[4])
    if kind == "large":
        count_as_large()
    if command == "loop":
        if start:
            print(state(folder), flush=True)
        for number in range(start, 10_000):
            step(folder, number)
            print(number, flush=True)
    else:
        for number in range(start):
            assert forked(lambda n=number: step(folder, n)) == 0
        full_disk(folder, start) if command == "full" else every_point(folder, start, int(sys.argv[5]))


if __name__ == "__main__":
    main()
