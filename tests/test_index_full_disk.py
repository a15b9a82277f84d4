"""A disk that is really full: what served before serves, the remedy is said, nothing half made is live."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
# The child has its own mounts: the small disk is seen by nobody else, and gone with it.
MOUNTED = 'mount -t tmpfs -o size=4m tmpfs "$1" && exec "$2" -c "$3" "$1" "$4" "$5"'
FILLING = """
import os, sys
from pathlib import Path
from index.corpus import Corpus
from index.errors import CorpusError
from index.verify import verify
from index.writer import add_documents, remove_documents
from tests.crashing import Encoder, chunking, count_as_large, document, state

disk, corpus, filler = Path(sys.argv[1]), Path(sys.argv[1]) / "corpus", Path(sys.argv[1]) / "filler"
if sys.argv[2] == "large":
    count_as_large()
articles = [document(number, 0) for number in range(12)]
works = {
    "update": lambda: add_documents(corpus, [document(1, 9), document(20, 0)], Encoder()),
    "remove": lambda: remove_documents(corpus, ["d3", "d4"], Encoder()),
}

def free():
    found = os.statvfs(disk)
    return found.f_bavail * found.f_frsize

def fill(left):
    # To the last page, whatever the size of pages: a real file, as a user's would be.
    with filler.open("wb") as file:
        file.write(bytes(max(0, free() - left)))

def tried(work):
    try:
        work()
    except CorpusError as error:
        assert any(said in str(error) for said in ("No space left", "is full", "not be written")), error
        assert "serves still. Free space or mend permissions, then run the command again" in str(error), error
        return False
    return True

def refusals(work, before, step):
    # One page more each time: the disk is full at another file, until there is room for all of them.
    for count in range(400):
        fill(step * count)
        done = tried(work)
        filler.unlink()
        if done:
            return count
        assert state(corpus) == before
        assert [each.name for each in verify(corpus).problems if each.name != "leftover"] == []
    raise AssertionError("it never fits")

fill(8192)
assert not tried(lambda: add_documents(corpus, articles, Encoder(), chunking=chunking()))
assert not (corpus / "CURRENT").exists()
filler.unlink()
add_documents(corpus, articles, Encoder(), chunking=chunking())
for name, work in works.items():
    before = state(corpus)
    print(name, refusals(work, before, int(sys.argv[3])), Corpus.open(corpus).manifest.vectors_kind)
    assert state(corpus) != before
    assert verify(corpus).problems == ()
"""


@pytest.fixture(scope="module")
def may_mount(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Skip where this machine lets no test mount a disk of its own."""
    place = tmp_path_factory.mktemp("mount")
    try:
        tried = subprocess.run(
            ["unshare", "-Urm", "mount", "-t", "tmpfs", "tmpfs", str(place)],
            capture_output=True,
            text=True,
            check=False,
        )
    except OSError as error:
        pytest.skip(f"no unshare here: {error}")
    if tried.returncode:
        pytest.skip(f"this machine lets no test mount a disk: {tried.stderr.strip()}")


@pytest.mark.usefixtures("may_mount")
@pytest.mark.parametrize("kind", ["small", "large"])
def test_a_full_disk_harms_nothing_wherever_it_is_met(tmp_path: Path, kind: str) -> None:
    done = subprocess.run(
        ["unshare", "-Urm", "sh", "-c", MOUNTED, "sh", str(tmp_path), sys.executable, FILLING, kind, "16384"],
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in done.stdout.splitlines():
        _, refused, found = line.split()
        # Fewer would mean that the disk was never full.
        assert int(refused) > 3
        assert found == ("pq4" if kind == "large" else "flat")
