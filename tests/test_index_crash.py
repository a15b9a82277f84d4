"""Kill -9 while writing: the generation before is served, and nothing of a finished run is lost."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from index.corpus import Corpus

ROOT = Path(__file__).parent.parent
CRASHING = Path(__file__).parent / "crashing.py"
KILLS = {"small": 15, "large": 7}
ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}


def run(*arguments: str) -> str:
    command = [sys.executable, str(CRASHING), *arguments]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    return done.stdout


# The stride 1 tries every point; it was run so, and the strides here keep the suite short.
@pytest.mark.parametrize(
    ("kind", "number", "stride", "left"),
    [
        ("small", 5, 4, {}),
        ("small", 3, 2, {}),
        ("small", 4, 4, {}),
        ("large", 5, 11, {"rows": 24, "added": 0, "gone": 0}),
        ("large", 6, 9, {"rows": 24, "added": 16, "gone": 8}),
        ("large", 4, 11, {}),
    ],
    ids=["update", "settings", "remove", "first-base", "beside-the-base", "no-base-any-more"],
)
def test_death_before_any_change_of_a_file_leaves_a_whole_corpus(
    tmp_path: Path, kind: str, number: int, stride: int, left: dict[str, int]
) -> None:
    folder = tmp_path / "corpus"
    points = int(run(kind, "points", str(folder), str(number), str(stride)).splitlines()[-1])
    # Fewer would mean that the hook no longer sees the writes.
    assert points >= 15
    with Corpus.open(folder) as corpus:
        assert {name: corpus.manifest.vectors.get(name) for name in left} == left
        assert corpus.manifest.vectors_kind == ("pq4" if left else "flat")


@pytest.mark.parametrize(("kind", "number"), [("small", 5), ("large", 6)])
def test_a_disk_that_takes_no_more_is_said_and_harms_nothing(tmp_path: Path, kind: str, number: int) -> None:
    run(kind, "full", str(tmp_path / "corpus"), str(number))


@pytest.mark.parametrize("kind", ["small", "large"])
def test_random_kills_lose_nothing(tmp_path: Path, kind: str) -> None:
    folder = tmp_path / "corpus"
    rng = random.Random(5)  # noqa: S311
    start, reached = 0, -1
    for _ in range(KILLS[kind] + 1):
        command = [sys.executable, str(CRASHING), kind, "loop", str(folder), str(start)]
        with subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            # The state comes first, read and checked by the process that goes on from it.
            held = process.stdout.readline() if start else ""
            if start:
                # A killed step may have been finished just before it could say so.
                found = [n for n in (reached, reached + 1) if is_done(held, n)]
                assert found, f"step {reached} is lost: {held}"
                reached = found[-1]
            first = process.stdout.readline()
            time.sleep(rng.uniform(0.0, 0.3))
            process.send_signal(signal.SIGKILL)
            reached = max([reached, *(int(line) for line in [first, *process.stdout] if line.strip())])
        start = reached + 1
    assert reached > KILLS[kind]
    with Corpus.open(folder) as corpus:
        assert corpus.manifest.vectors_kind == ("pq4" if kind == "large" else "flat")


def is_done(held: str, number: int) -> bool:
    if number % 5 == 4:
        return f"d{number - 2}:" not in held
    if number % 5 == 3:
        return held.startswith(f"{float(number)} ")
    return f"d{number}:" in held
