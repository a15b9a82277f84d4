"""Measure this project beside other stacks: same corpus, same questions, same judgement of relevance.

    python -m tests.benchmarks.peers --data ../shared/data [--questions 100] [--documents 200] [--only NAME]

Each stack indexes in one process and answers in another, one thread each: peak memory and cold start (from
the start of the process to its first answer over a saved index) are its own. Needs the extra `peers`.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Any

import click
import numpy as np
from markupsafe import escape

from index.document import Document
from qa.bootstrap import interval, plan, spread
from qa.evaluation_corpus import merge
from qa.metrics import reciprocal_rank, success
from qa.questions import Question, read_documents, read_questions
from qa.relevance import find_gold, judge
from tests.benchmarks.peer_stacks import STACKS

ROOT = Path(__file__).resolve().parents[2]
BEGIN, END = "<!-- peers:begin -->", "<!-- peers:end -->"
Result = dict[str, Any]


def measure(name: str, documents: Sequence[Document], questions: Sequence[Question]) -> Result:
    """Run one stack in processes of its own and judge its rankings."""
    with tempfile.TemporaryDirectory(prefix="peers-") as place:
        folder = Path(place)
        rows = [
            {"id": each.id, "text": each.text, "title": each.title, "date": each.date} for each in documents
        ]
        built, _ = _process(name, "build", folder, {"documents": rows})
        asked = [{"id": each.id, "text": each.text} for each in questions]
        answered, started = _process(name, "ask", folder, {"questions": asked, "k": 10})
        size = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file() and path.stem != "job")
    return {
        "name": name,
        "passages": built["passages"],
        "index_seconds": built["seconds"],
        "index_peak_mb": built["peak_mb"],
        "index_mb": size / 1e6,
        "cold_start_seconds": answered["first_answer_at"] - started,
        "ask_peak_mb": answered["peak_mb"],
        # The first question warms what loads on use: it is the cold start's.
        "p50_ms": float(np.percentile(answered["ms"][1:], 50)),
        "p95_ms": float(np.percentile(answered["ms"][1:], 95)),
        "installed_mb": installed_mb(STACKS[name].packages),
        **judged(answered["rankings"], documents, questions),
    }


def _process(name: str, step: str, folder: Path, job: Result) -> tuple[Result, float]:
    job_path, out = folder / "job.json", folder / f"{step}.json"
    job_path.write_text(json.dumps(job), encoding="utf-8")
    threads = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    env = {**os.environ, **threads, "PYTHONPATH": str(ROOT)}
    script = Path(__file__).with_name("peer_stacks.py")
    started = time.time()
    done = subprocess.run(
        [sys.executable, str(script), name, step, str(folder), str(job_path), str(out)],
        env=env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if done.returncode:
        raise click.ClickException(f"{name}, {step}: {done.stderr[-2000:]}")
    result: Result = json.loads(out.read_text(encoding="utf-8"))
    out.unlink()
    job_path.unlink()
    return result, started


def judged(
    rankings: Mapping[str, Sequence[Result]], documents: Sequence[Document], questions: Sequence[Question]
) -> Result:
    """Return recall and MRR with 95 % intervals over whole articles."""
    gold = find_gold(questions, documents)
    flags, same = [], []
    for question in questions:
        places = [
            ((row["document"], row["start"], row["end"], row["text"]), row.get("also_in", ()))
            for row in rankings[question.id]
        ]
        verdicts = [judge(question, gold[question.id], *place) for place in places]
        flags.append([verdict.relevant for verdict in verdicts])
        same.append([verdict.same_document for verdict in verdicts])
    columns = {f"recall@{k}": np.array([success(each, k) for each in flags]) for k in (1, 5, 10)}
    columns["mrr@10"] = np.array([reciprocal_rank(each, 10) for each in flags])
    # Larger passages cover an answer more easily: which document comes first does not depend on their size.
    columns["document mrr@10"] = np.array([reciprocal_rank(each, 10) for each in same])
    how = plan([question.group for question in questions], 2000, 20)

    def mean(values: Any) -> Any:
        return lambda weights: (weights * values).sum(axis=1) / weights.sum(axis=1)

    drawn = spread({name: mean(values) for name, values in columns.items()}, how)
    made: Result = {name: float(values.mean()) for name, values in columns.items()}
    return made | {f"{name} interval": interval(drawn[name], 0.95) for name in columns}


def installed_mb(packages: Sequence[str]) -> float | None:
    """Return the MB on disk of these distributions and all they require; None where one is missing."""
    from packaging.requirements import Requirement

    todo, seen, total = list(packages), set(), 0
    while todo:
        name = todo.pop().lower().replace("_", "-")
        if name in seen:
            continue
        seen.add(name)
        try:
            found = distribution(name)
        except PackageNotFoundError:
            if name in packages:
                return None
            continue
        total += _size(name, found)
        for line in found.requires or ():
            need = Requirement(line)
            if need.marker is None or need.marker.evaluate({"extra": ""}):
                todo.append(need.name)
    return total / 1e6


def _size(name: str, found: Any) -> int:
    """Return a distribution's bytes; an editable install of this project is its own folders."""
    if name == "repondeur":
        packages = (ROOT / folder for folder in ("index", "qa", "ui", "seeds"))
        files = [path for folder in packages for path in folder.rglob("*")]
    else:
        files = [Path(str(found.locate_file(path))) for path in found.files or ()]
    return sum(path.stat().st_size for path in files if path.is_file() and path.suffix != ".pyc")


def markdown(results: Sequence[Result], about: str) -> str:
    """Return the table, best MRR last."""
    head = (
        *("", "R@1", "R@5", "R@10", "MRR@10 (95 %)", "MRR@10 of documents"),
        *("indexing", "question p50 / p95", "cold start", "peak memory", "installed"),
    )
    lines = ["| " + " | ".join(head) + " |", "|---" + "|---:" * (len(head) - 1) + "|"]
    for each in sorted(results, key=lambda row: row["mrr@10"]):
        low, high = each["mrr@10 interval"]
        size = each["installed_mb"]
        cells = (
            each["name"],
            *(f"{each[key]:.3f}" for key in ("recall@1", "recall@5", "recall@10")),
            f"{each['mrr@10']:.3f} ({low:.3f} – {high:.3f})",
            f"{each['document mrr@10']:.3f}",
            f"{each['index_seconds']:.0f} s",
            f"{each['p50_ms']:.0f} / {each['p95_ms']:.0f} ms",
            f"{each['cold_start_seconds']:.1f} s",
            f"{each['ask_peak_mb']:.0f} MB",
            "?" if size is None else f"{size:.0f} MB",
        )
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join([*lines, "", about, ""])


_STYLE = """<style>
text { font: 13px system-ui, sans-serif; fill: #5d6873 } .n { fill: #1d2329 } .g { stroke: #d8d5cd }
.w { stroke: #9aa5b1; stroke-width: 1.5 } circle { fill: #9aa5b1 } .us circle { fill: #1f5fa8 }
.us .n { font-weight: 600 }
@media (prefers-color-scheme: dark) { .n { fill: #e8eaed } .g { stroke: #2f363e } }
</style>"""


def plot(results: Sequence[Result]) -> str:
    """Return an SVG: how well each stack finds, against how long a question takes (logarithmic)."""
    wide, high, left, right, top, bottom = 760.0, 380.0, 60.0, 20.0, 24.0, 54.0
    times = [each["p50_ms"] for each in results]
    lowest, highest = min(times) / 1.6, max(times) * 4
    floor = max(0.0, min(each["mrr@10 interval"][0] for each in results) - 0.05)
    ceiling = min(1.0, max(each["mrr@10 interval"][1] for each in results) + 0.05)

    def x(value: float) -> float:
        return left + float(np.log(value / lowest) / np.log(highest / lowest)) * (wide - left - right)

    def y(value: float) -> float:
        return high - bottom - (value - floor) / (ceiling - floor) * (high - top - bottom)

    box = f'viewBox="0 0 {wide} {high}"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} role="img" aria-label="MRR@10 and time">',
        _STYLE,
    ]
    for tenth in range(int(np.ceil(floor * 10)), int(ceiling * 10) + 1):
        parts.append(f'<path class="g" d="M{left} {y(tenth / 10):.1f}H{wide - right}"/>')
        parts.append(
            f'<text x="{left - 10}" y="{y(tenth / 10) + 4:.1f}" text-anchor="end">{tenth / 10:.1f}</text>'
        )
    ticks = [tick for tick in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000) if lowest < tick < highest]
    parts += [f'<text x="{x(tick):.1f}" y="{high - 32}" text-anchor="middle">{tick}</text>' for tick in ticks]
    parts.append(
        f'<text x="{(left + wide) / 2}" y="{high - 10}" text-anchor="middle">ms, p50, one thread</text>'
    )
    parts.append(f'<text x="{left}" y="{top - 8}">MRR@10</text>')
    parts += [_point(each, x(each["p50_ms"]), y) for each in results]
    return "\n".join([*parts, "</svg>", ""])


def _point(each: Result, here: float, y: Callable[[float], float]) -> str:
    """Draw one stack: its interval, its dot, its name."""
    low, high = each["mrr@10 interval"]
    css, middle = ("us" if each["name"] == "Répondeur" else "peer"), y(each["mrr@10"])
    return (
        f'<g class="{css}"><path class="w" d="M{here:.1f} {y(low):.1f}V{y(high):.1f}"/>'
        f'<circle cx="{here:.1f}" cy="{middle:.1f}" r="6"/>'
        f'<text class="n" x="{here + 12:.1f}" y="{middle + 4:.1f}">{escape(each["name"])}</text></g>'
    )


def about(documents: int, questions: int) -> str:
    """Return the machine and the versions, as a line of Markdown."""
    names = (
        "repondeur",
        "sentence-transformers",
        "faiss-cpu",
        "txtai",
        "haystack-ai",
        "torch",
        "onnxruntime",
    )
    versions = []
    for name in names:
        try:
            versions.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            versions.append(f"{name} not installed")
    machine = f"{platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}"
    return (
        f"{questions} questions over {documents} documents, one thread for each stack, {machine}; "
        f"{', '.join(versions)}. Measured {time.strftime('%Y-%m-%d')} by `make bench-peers`."
    )


@click.command()
@click.option("--data", default=ROOT.parent / "shared" / "data", type=click.Path(exists=True, path_type=Path))
@click.option("--questions", "most_questions", type=int, help="Ask only the first.")
@click.option("--documents", "most_documents", type=int, help="Index only as many.")
@click.option("--only", multiple=True, type=click.Choice(list(STACKS)), help="Measure these stacks alone.")
@click.option("--json", "out", type=click.Path(path_type=Path), help="Write the results here.")
@click.option(
    "--docs",
    type=click.Path(path_type=Path),
    help="Markdown file for table and plot; a whole run goes to docs/benchmarks.md.",
)
def main(
    *,
    data: Path,
    most_questions: int | None,
    most_documents: int | None,
    only: tuple[str, ...],
    out: Path | None,
    docs: Path | None,
) -> None:
    """Measure every stack on PIAF: dev questions over the contexts of train and dev."""
    asked = read_questions(data / "dev" / "piaf.json")
    documents = merge(asked.documents, [("train", read_documents(data / "train" / "piaf.json"))])[
        :most_documents
    ]
    kept = {document.text for document in documents}
    questions = [each for each in asked.questions if each.context in kept][:most_questions]
    results = []
    for name in only or STACKS:
        results.append(measure(name, documents, questions))
        click.echo(json.dumps(results[-1], ensure_ascii=False))
    text = markdown(results, about(len(documents), len(questions)))
    click.echo(text)
    if out:
        out.write_text(json.dumps(results, ensure_ascii=False, indent=1), encoding="utf-8")
    if docs or not (only or most_questions or most_documents):
        _publish(docs or ROOT / "docs" / "benchmarks.md", text, results)


def _publish(docs: Path, text: str, results: Sequence[Result]) -> None:
    """Put the table between the file's markers, and the plot beside it."""
    picture = docs.with_name("peers.svg")
    picture.write_text(plot(results), encoding="utf-8")
    old = docs.read_text(encoding="utf-8") if docs.exists() else f"# Benchmarks\n\n{BEGIN}\n{END}\n"
    before, begin, rest = old.partition(BEGIN)
    after = rest.partition(END)[2] if begin else "\n"
    body = f"\n![MRR@10 against the time of a question]({picture.name})\n\n{text}"
    docs.write_text(f"{before}{BEGIN}{body}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main()
