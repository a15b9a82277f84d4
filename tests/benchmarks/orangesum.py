"""Index a whole news archive as a user does: killed half way, gone on with, then one article changed.

    python -m tests.benchmarks.orangesum orangesum.jsonl.gz [--work FOLDER] [--kill-at 0.4]

The archive lies in ../shared/data/corpora. Every step is `repondeur index` in a process of its own; memory is
the largest resident set of that process and its children together, looked at ten times a second. What one
changed article takes is a share of the whole.
"""

import argparse
import gzip
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CODE = "from ui.cli import main; main(prog_name='repondeur')"
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MIB = 1 << 20


@dataclass
class Step:
    """Hold what one run of the command took, and what it said on stdout."""

    name: str
    seconds: float
    peak: int
    said: dict

    @property
    def row(self) -> str:
        """Return the step as a row of a table."""
        told = ", ".join(f"{count:,} {name}" for name, count in self.said.items()) or "—"
        return f"| {self.name} | {self.seconds:.1f} s | {self.peak / _MIB:,.0f} MiB | {told} |"


def resident(root: int) -> int:
    """Return the bytes of memory that a process and all below it hold now."""
    parents, sizes = {}, {}
    for each in Path("/proc").glob("[0-9]*"):
        try:
            stat = (each / "stat").read_text().rpartition(")")[2].split()
            parents[int(each.name)] = int(stat[1])
            sizes[int(each.name)] = int((each / "statm").read_text().split()[1]) * _PAGE
        except (OSError, IndexError):  # gone meanwhile
            continue
    total, below = 0, {root}
    while below:
        total += sum(sizes.get(pid, 0) for pid in below)
        below = {pid for pid, parent in parents.items() if parent in below}
    return total


def index(name: str, archive: Path, corpus: Path, kill_at: float | None = None) -> Step:
    """Run `repondeur index`, to its end or to a share of its progress, and watch its memory."""
    words = [sys.executable, "-c", CODE, "index", str(archive), "--corpus", str(corpus), "--json"]
    began = time.perf_counter()
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
    )
    peak, said, last = 0, [], ""
    reads = threading.Thread(target=lambda: said.append(process.stdout.read()), daemon=True)
    reads.start()

    def follow() -> None:
        nonlocal last
        for line in process.stderr:
            last = line.strip() or last
            done = re.search(r"(\d+) of (\d+)", line) if kill_at is not None else None
            if done and int(done[1]) >= kill_at * int(done[2]):
                process.send_signal(signal.SIGKILL)
                return

    follows = threading.Thread(target=follow, daemon=True)
    follows.start()
    while process.poll() is None:
        peak = max(peak, resident(process.pid))
        time.sleep(0.1)
    took = time.perf_counter() - began
    for thread in (reads, follows):
        thread.join(10)
    killed = process.returncode == -signal.SIGKILL and kill_at is not None
    if process.returncode and not killed:
        sys.exit(f"{name}: exit {process.returncode}: {last}")
    told = json.loads(said[0]) if said and said[0].strip() else {}
    return Step(name, took, peak, {key: len(v) if isinstance(v, list) else v for key, v in told.items()})


def change_one(archive: Path, changed: Path) -> None:
    """Copy the archive with one article, in its middle, rewritten at one place."""
    lines = gzip.decompress(archive.read_bytes()).decode("utf-8").splitlines()
    middle = len(lines) // 2
    article = json.loads(lines[middle])
    article["text"] += " Cet article a été complété mercredi par la rédaction d'un bilan provisoire."
    lines[middle] = json.dumps(article, ensure_ascii=False)
    changed.write_bytes(gzip.compress("\n".join(lines).encode("utf-8"), 1))


def main() -> None:
    """Index, kill, go on, change one article, look whether all is whole."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--work", type=Path)
    parser.add_argument("--kill-at", type=float, default=0.4)
    args = parser.parse_args()
    work = args.work or Path(tempfile.mkdtemp(prefix="repondeur-orangesum-"))
    work.mkdir(parents=True, exist_ok=True)
    # The same name at both times: what a document is called comes from its file's.
    archive, corpus = work / args.archive.name, work / "corpus"
    archive.write_bytes(args.archive.read_bytes())
    steps = [
        index(f"killed (kill -9) at {args.kill_at:.0%}", archive, corpus, args.kill_at),
        index("the same command again, to its end", archive, corpus),
        index("again, nothing changed", archive, corpus),
    ]
    change_one(args.archive, archive)
    steps.append(index("again, one article changed", archive, corpus))
    print("| step | time | peak memory | said |\n|---|---:|---:|---|")
    print(*(step.row for step in steps), sep="\n")
    whole = steps[0].seconds + steps[1].seconds
    print(
        f"\nOne changed article: {steps[3].seconds / whole:.1%} of the {whole:.0f} s of the first indexing."
    )
    checked = subprocess.run(
        [sys.executable, "-c", CODE, "check", "--corpus", str(corpus)],
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    print((checked.stdout + checked.stderr).strip().splitlines()[-1])


if __name__ == "__main__":
    main()
