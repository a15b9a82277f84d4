"""The first corpus, when several commands want it at once."""

import json
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from filelock import FileLock

from index.corpus import Corpus
from index.encoder import load_encoder
from index.errors import CorpusLocked
from index.writer import add_documents
from ui import starter


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Return a corpus of the seed."""
    folder = tmp_path_factory.mktemp("starter") / "corpus"
    add_documents(folder, starter.seed_documents(), load_encoder())
    return folder


def test_three_commands_at_once_without_a_corpus_all_answer(tmp_path):
    code = "from ui.cli import main; main(prog_name='repondeur')"
    words = ["ask", "Qui est le patron de Google ?", "--json", "--corpus", str(tmp_path / "corpus")]
    env = {**os.environ, "REPONDEUR_READER": "none", "PYTHONPATH": str(Path.cwd()), "OMP_NUM_THREADS": "1"}
    asking = [
        subprocess.Popen([sys.executable, "-c", code, *words], stdout=-1, stderr=-1, env=env)
        for _ in range(3)
    ]
    said = [each.communicate(timeout=120) for each in asking]
    assert [each.returncode for each in asking] == [0, 0, 0], said
    assert all("Sundar Pichai" in json.loads(out)["passages"][0]["text"] for out, _ in said)
    with Corpus.open(tmp_path / "corpus") as corpus:
        assert corpus.manifest.counts.documents == 1 and corpus.manifest.generation == 1


@pytest.mark.parametrize("left", [[], ["journal.bin"]])
def test_the_first_corpus_of_another_process_is_waited_for(tmp_path, made, left):
    folder = tmp_path / "corpus"
    folder.mkdir()
    for name in left:
        (folder / name).touch()
    lock = FileLock(folder / "lock")
    lock.acquire()

    def finish():
        time.sleep(0.6)
        (made / "generations").rename(folder / "generations")
        (folder / "CURRENT").write_text("000001\n", encoding="ascii")
        lock.release()

    said = []
    other = threading.Thread(target=finish)
    other.start()
    starter.ensure_corpus(folder, "bundled", said.append)
    assert lock.is_locked or (folder / "CURRENT").exists()
    other.join()
    (folder / "generations").rename(made / "generations")
    assert [line for line in said if "waiting for it" in line] == said[-1:]


def test_the_wait_ends(tmp_path, monkeypatch):
    monkeypatch.setattr(starter, "PATIENCE", 0.3)
    with FileLock(tmp_path / "lock"), pytest.raises(CorpusLocked, match="has not finished in 0 s: ask again"):
        starter.ensure_corpus(tmp_path, "bundled", print)


def test_what_a_run_that_was_cut_short_left_is_neither_waited_for_nor_indexed_over(tmp_path):
    for name in ("lock", "journal.bin"):
        (tmp_path / name).touch()
    starter.ensure_corpus(tmp_path, "bundled", pytest.fail)
    assert not (tmp_path / "CURRENT").exists()
