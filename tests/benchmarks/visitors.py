"""Let a crowd ask a real server for a while: who is answered, how fast, and what it costs in memory.

    python -m tests.benchmarks.visitors [--visitors 50] [--seconds 60] [--index-midway] [--browser]

A visitor asks, reads the answer for a moment and asks again; one who is told 503 or 429 waits as told. The
server is a process of its own over the seed article (or --corpus). With --index-midway a document is added
half way, by another process, so that a generation is switched under load. With --browser a Chromium visitor
asks on the page all the while. Exit code 1 where a floor of the issue is missed: a status that is not
declared, p95 above 3 s, memory growing by more than 50 MB after the first 10 s, a card of the page later than
15 s (the browser, which draws it, has no cores of its own here).
"""

import json
import os
import random
import re
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click
import httpx

ROOT = Path(__file__).parents[2]
CODE = "from ui.cli import main; main(prog_name='repondeur')"
DECLARED = {200, 429, 503}
SLOWEST_P95, SLOWEST_CARD, MOST_GROWTH, SETTLED = 3.0, 15.0, 50.0, 10.0


@dataclass
class Seen:
    """Collect what visitors met; seconds are of answered questions, memory is (second, MB)."""

    statuses: Counter[str] = field(default_factory=Counter)
    seconds: list[float] = field(default_factory=list)
    memory: list[tuple[float, float]] = field(default_factory=list)
    page: list[float] = field(default_factory=list)
    page_refused: int = 0
    generations: set[int] = field(default_factory=set)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, status: str, seconds: float) -> None:
        """Count one reply."""
        with self.lock:
            self.statuses[status] += 1
            if status == "200":
                self.seconds.append(seconds)


def environment() -> dict[str, str]:
    """Return the environment of the processes started here."""
    return os.environ | {"PYTHONPATH": str(ROOT), "REPONDEUR_FEEDBACK": "off"}


@contextmanager
def served(corpus: Path, options: list[str]) -> Iterator[tuple[str, int]]:
    """Run the server as a process of its own; yield (address, process id)."""
    words = ["serve", "--port", "0", "--corpus", str(corpus), "--per-minute", "0", *options]
    process = subprocess.Popen(
        [sys.executable, "-c", CODE, *words], stderr=subprocess.PIPE, env=environment(), text=True
    )
    assert process.stderr is not None
    for line in process.stderr:
        if found := re.search(r"open (http://\S+?)/ in a browser", line):
            break
    else:
        raise click.ClickException("the server did not start")
    threading.Thread(target=process.stderr.read, daemon=True).start()
    try:
        yield found[1], process.pid
    finally:
        process.terminate()
        process.wait(60)


def resident(pid: int) -> float:
    """Return the resident memory of a process, in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def questions() -> list[str]:
    """Return the questions of the seed."""
    data = json.loads((ROOT / "seeds" / "questions.json").read_text(encoding="utf-8"))["data"]
    return [qa["question"] for qa in data[0]["paragraphs"][0]["qas"]]


def visitor(number: int, address: str, end: float, think: float, seen: Seen) -> None:
    """Ask until the end, with a moment between two questions."""
    chance, asked = random.Random(number), questions()  # noqa: S311
    with httpx.Client(base_url=address, timeout=60) as http:
        while time.monotonic() < end:
            start = time.monotonic()
            try:
                reply = http.post("/api/v1/ask", json={"question": chance.choice(asked)})
            except httpx.HTTPError as error:
                seen.add(type(error).__name__, 0.0)
                continue
            seen.add(str(reply.status_code), time.monotonic() - start)
            wait = float(reply.headers.get("retry-after", 0)) or (
                chance.expovariate(1 / think) if think else 0
            )
            time.sleep(max(0.0, min(wait, end - time.monotonic())))


def watch(pid: int, begin: float, end: float, address: str, seen: Seen) -> None:
    """Note memory and generation each second."""
    with httpx.Client(base_url=address, timeout=60) as http:
        while time.monotonic() < end:
            seen.memory.append((round(time.monotonic() - begin, 1), round(resident(pid), 1)))
            found = re.search(r"^repondeur_generation (\S+)", http.get("/metrics").text, re.MULTILINE)
            seen.generations.add(int(float(found[1])) if found else -1)
            time.sleep(1)


def browse(address: str, seconds: float, opened: threading.Event, seen: Seen) -> None:
    """Ask on the page in Chromium; a card of any kind is an answer, a refusal is counted.

    The page is opened before the crowd comes: on the cores of the server, which a visitor's browser does not
    share, Chromium alone would take half a minute to draw it.
    """
    from tests.ui_browser import Tab, chromium

    with chromium() as browser:
        tab = Tab(browser)
        tab.open(address)
        opened.set()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            start = time.monotonic()
            card = tab.ask("Qui est le patron de Google ?")
            seen.page.append(time.monotonic() - start)
            seen.page_refused += "rep-failed" in (card.get_attribute("class") or "")
            tab.page.wait_for_timeout(1000)
        tab.context.close()


def index_more(corpus: Path, folder: Path) -> None:
    """Add a document from another process."""
    article = folder / "phare.txt"
    article.write_text("Le phare de la Jument se trouve à Ouessant depuis 1911.", encoding="utf-8")
    words = ["index", str(article), "--corpus", str(corpus)]
    subprocess.run([sys.executable, "-c", CODE, *words], env=environment(), check=True, capture_output=True)


def crowd(
    address: str,
    pid: int,
    corpus: Path,
    *,
    visitors: int,
    seconds: float,
    think: float,
    midway: bool,
    browser: bool,
) -> Seen:
    """Let everybody loose."""
    seen, opened = Seen(), threading.Event()
    chromium = threading.Thread(target=browse, args=(address, seconds, opened, seen))
    if browser:
        chromium.start()
        if not opened.wait(120):
            raise click.ClickException("the page did not open within 120 s")
    begin = time.monotonic()
    end = begin + seconds
    threads = [
        threading.Thread(target=visitor, args=(number, address, end, think, seen))
        for number in range(visitors)
    ]
    threads.append(threading.Thread(target=watch, args=(pid, begin, end, address, seen)))
    for thread in threads:
        thread.start()
    if midway:
        with tempfile.TemporaryDirectory() as folder:
            time.sleep(max(0.0, begin + seconds / 2 - time.monotonic()))
            index_more(corpus, Path(folder))
    for thread in [*threads, *([chromium] if browser else [])]:
        thread.join()
    return seen


def summary(seen: Seen, settings: dict[str, Any]) -> dict[str, Any]:
    """Return the figures and what they miss."""
    cut = statistics.quantiles(seen.seconds, n=100) if len(seen.seconds) > 1 else [0.0] * 99
    p50, p95, p99 = (round(cut[n - 1], 3) for n in (50, 95, 99))
    later = [mb for second, mb in seen.memory if second >= SETTLED]
    growth = round(max(later) - later[0], 1) if later else None
    missed = [f"status {each}" for each in seen.statuses if each not in {str(code) for code in DECLARED}]
    missed += [f"p95 {p95} s"] if p95 > SLOWEST_P95 else []
    missed += [f"memory +{growth} MB"] if growth is not None and growth > MOST_GROWTH else []
    missed += ["no answer at all"] if not seen.seconds else []
    if settings["index_midway"] and len(seen.generations) < 2:
        missed.append("the generation was not switched")
    if settings["browser"] and not seen.page:
        missed.append("the page was not answered")
    if max(seen.page, default=0) > SLOWEST_CARD:
        missed.append(f"the page's slowest card {max(seen.page):.1f} s")
    page = {
        "asked": len(seen.page),
        "refused": seen.page_refused,
        "slowest_s": round(max(seen.page, default=0), 2),
    }
    return {
        "settings": settings, "statuses": dict(seen.statuses),
        "answered_s": {"p50": p50, "p95": p95, "p99": p99},
        "memory_mb": seen.memory, "growth_after_10_s_mb": growth, "generations": sorted(seen.generations),
        "page": page, "missed": missed,
    }  # fmt: skip


@click.command()
@click.option("--visitors", default=50, show_default=True, type=click.IntRange(1))
@click.option("--seconds", default=60.0, show_default=True, type=click.FloatRange(1))
@click.option("--think", default=1.0, show_default=True, help="Mean seconds before the next question.")
@click.option("--workers", default=2, show_default=True, type=click.IntRange(1))
@click.option("--corpus", type=click.Path(path_type=Path), help="Another corpus; --index-midway changes it.")
@click.option("--index-midway", is_flag=True, help="Switch the generation half way.")
@click.option("--browser", is_flag=True, help="Ask on the page in Chromium meanwhile.")
@click.option("--json", "out", type=click.Path(dir_okay=False, path_type=Path))
def main(
    *, visitors: int, seconds: float, think: float, workers: int, corpus: Path | None, index_midway: bool,
    browser: bool, out: Path | None,
) -> None:  # fmt: skip
    """Print the figures; exit 1 where a floor is missed."""
    settings = {
        "visitors": visitors, "seconds": seconds, "think_s": think, "workers": workers,
        "index_midway": index_midway, "browser": browser, "cores": os.cpu_count(),
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        place = corpus or Path(folder) / "corpus"
        with served(place, ["--workers", str(workers)]) as (address, pid):
            seen = crowd(
                address, pid, place, visitors=visitors, seconds=seconds, think=think, midway=index_midway,
                browser=browser,
            )  # fmt: skip
    figures = summary(seen, settings)
    if out:
        out.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    click.echo(json.dumps({name: value for name, value in figures.items() if name != "memory_mb"}, indent=1))
    sys.exit(1 if figures["missed"] else 0)


if __name__ == "__main__":
    main()
