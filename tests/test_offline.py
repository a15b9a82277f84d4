"""The main job asks nothing of any network: other machines are out of reach, and nothing tries them."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
ARTICLE = ROOT / "seeds" / "000_7f12f659eab9b7eb.txt"
# What would let a cache, a proxy or a switch of ours hide an attempt.
HIDING = (
    "HF_",
    "GRADIO_",
    "http_proxy",
    "https_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "DO_NOT_TRACK",
)


def cut_off():
    """Return what gives a command an empty network of its own, where the system lets us."""
    unshare = ["unshare", "--user", "--map-root-user", "--net"]
    try:
        done = subprocess.run([*unshare, "true"], capture_output=True, check=False)
    except FileNotFoundError:
        return []
    return unshare if done.returncode == 0 else []


@pytest.fixture(scope="module")
def job(tmp_path_factory):
    folder = tmp_path_factory.mktemp("offline")
    environment = {name: value for name, value in os.environ.items() if not name.startswith(HIDING)}
    environment |= {"HOME": str(folder), "XDG_CACHE_HOME": str(folder), "PYTHONPATH": str(ROOT)}
    program = [sys.executable, str(ROOT / "tests" / "offline_job.py"), str(ARTICLE), str(folder / "corpus")]
    done = subprocess.run(
        [*cut_off(), *program],
        env=environment,
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def test_the_block_blocks(job):
    assert job["blocked"]


def test_the_whole_job_passes(job):
    assert job["index"]["documents"] == 1
    text = ARTICLE.read_text(encoding="utf-8")
    for answer in (job["ask"], job["api"]):
        first = answer["passages"][0]
        assert "Mercredi, Amazon" in first["text"]
        assert first["text"] == text[first["start"] : first["end"]]
    assert "<html" in job["page"]


def test_nothing_tried_to_leave_the_machine(job):
    assert job["attempts"] == []
