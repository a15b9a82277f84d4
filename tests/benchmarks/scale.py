"""Measure one corpus of a given size: opening, memory, retrieval, recall, files, and one more article.

    python tests/benchmarks/scale.py --passages 1000000 --work DIR [--resume]

Real vectors and questions come from the bundled encoder over real articles; scale_corpus.py says how as many
passages as are asked for are made of them. Retrieval is the whole of `Retriever.search` but for encoding the
question, which does not depend on the size of the corpus. Everything is measured in a process of its own, on
one thread.
"""

import gzip
import json
import os
import random
import resource
import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

import click
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from index.vectors import set_threads  # noqa: E402
from tests.benchmarks.scale_build import build  # noqa: E402
from tests.benchmarks.scale_corpus import LookedUp, cut  # noqa: E402

_K = 10
_REAL = 2000
_QUESTIONS = 500


def encoder_of(work: Path, data: Path) -> LookedUp:
    """Return the encoder that looks vectors up; the real ones are computed once for each folder."""
    base, questions = work / "base.npy", work / "questions.json"
    if not base.exists():
        from index.encoder import load_encoder

        model = load_encoder()
        asked = questions_of(data)
        np.save(work / "questions.npy", model.encode_query(asked))
        questions.write_text(json.dumps(asked), encoding="utf-8")
        with gzip.open(data / "corpora" / "orangesum.jsonl.gz", "rt", encoding="utf-8") as handle:
            rows = [json.loads(line) for line in handle]
        random.Random(1).shuffle(rows)  # noqa: S311
        texts = [f"{row['title']}\n{part}" for row in rows for part in cut(row["text"])[:2]][:_REAL]
        np.save(base, model.encode_document(texts))
    asked = json.loads(questions.read_text(encoding="utf-8"))
    return LookedUp(np.load(base), dict(zip(asked, np.load(work / "questions.npy"), strict=True)))


def questions_of(data: Path) -> list[str]:
    """Return real questions: half of them over news, half over Wikipedia."""
    chosen: list[str] = []
    for name in ("news", "piaf"):
        articles = json.loads((data / "dev" / f"{name}.json").read_text(encoding="utf-8"))["data"]
        asked = [qa["question"] for each in articles for part in each["paragraphs"] for qa in part["qas"]]
        chosen += random.Random(0).sample(asked, min(_QUESTIONS // 2, len(asked)))  # noqa: S311
    return list(dict.fromkeys(chosen))


def measure(corpus: Path, encoder: LookedUp, asked: list[str]) -> dict[str, float]:
    """Return what opening and asking cost in this process."""
    from index.corpus import Corpus
    from qa.retriever import Retriever

    encoder.encode_query(asked[:1])
    before = memory()
    began = time.perf_counter()
    opened = Corpus.open(corpus)
    found = {"open": time.perf_counter() - began, "before": before}
    retriever = Retriever(opened, encoder)
    began = time.perf_counter()
    retriever.search(asked[0], _K)
    found["first"] = 1000 * (time.perf_counter() - began)
    for name, act in {
        "retrieval": lambda q: retriever.search(q, _K),
        "vectors": lambda q: opened.search_vectors(encoder.encode_query([q])[0], 50),
        "words": lambda q: opened.search_words(q, 50),
    }.items():
        times, busy = [], []
        for question in asked:
            began, used = time.perf_counter(), time.thread_time()
            act(question)
            busy.append(1000 * (time.thread_time() - used))
            times.append(1000 * (time.perf_counter() - began))
        # CPU time leaves out the waiting for other jobs on a machine that is shared.
        for kind, values in ((name, times), (f"{name}, CPU time", busy)):
            cuts = statistics.quantiles(values, n=20)
            found |= {f"{kind} p50": cuts[9], f"{kind} p95": cuts[-1], f"{kind} most": max(values)}
    found["resident"] = memory()
    found["peak"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    found["recall"] = recall(opened, encoder, asked)
    return found


def recall(corpus, encoder: LookedUp, asked: list[str]) -> float:
    """Return the share of the exactly nearest ten that the vector search finds."""
    queries = encoder.encode_query(asked)
    ids = np.asarray(corpus.passage_ids())
    best_scores = np.full((len(asked), 0), 0, np.float32)
    best_ids = np.zeros((len(asked), 0), np.int64)
    for start in range(0, ids.size, 50_000):
        part = ids[start : start + 50_000]
        best_scores = np.concatenate((best_scores, queries @ corpus.vectors(part.tolist()).T), axis=1)
        best_ids = np.concatenate((best_ids, np.broadcast_to(part, (len(asked), part.size))), axis=1)
        order = np.argsort(-best_scores, axis=1)[:, :_K]
        best_scores = np.take_along_axis(best_scores, order, 1)
        best_ids = np.take_along_axis(best_ids, order, 1)
    found = 0
    for query, exact in zip(queries, best_ids, strict=True):
        found += len({i for i, _ in corpus.search_vectors(query, _K)} & set(exact.tolist()))
    return found / best_ids.size


def one_more(corpus: Path, encoder: LookedUp) -> dict[str, float]:
    """Return the seconds that one new article and one removed take, on a copy that is thrown away."""
    from index.document import Document
    from index.writer import add_documents, remove_documents

    copy = corpus.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    subprocess.run(["cp", "-al", str(corpus), str(copy)], check=True)
    text = "Le conseil municipal a voté lundi le budget du théâtre. Les travaux commenceront en mars."
    began = time.perf_counter()
    add_documents(copy, [Document("one-more", text, "Le théâtre")], encoder)
    added = time.perf_counter() - began
    began = time.perf_counter()
    remove_documents(copy, ["one-more"], encoder)
    removed = time.perf_counter() - began
    shutil.rmtree(copy)
    return {
        "add": added,
        "remove": removed,
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def memory() -> float:
    """Return the resident memory of this process in MB, mapped files included."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def table(passages: int, corpus: Path, asked: dict[str, float], changed: dict[str, float]) -> str:
    """Return the figures as a Markdown table."""
    manifest = json.loads(next(corpus.glob("generations/*/manifest.json")).read_text(encoding="utf-8"))
    sizes: dict[str, int] = {}
    for name, card in manifest["files"].items():
        part = name.split("/", maxsplit=1)[0]
        sizes[part] = sizes.get(part, 0) + card["bytes"]
    rows = [
        ("passages", f"{passages:,} ({manifest['vectors_kind']})"),
        ("open", f"{asked['open']:.2f} s"),
        ("first question", f"{asked['first']:.1f} ms"),
        *(
            (
                f"{name}, p50 / p95 / most",
                " / ".join(f"{asked[f'{name} {point}']:.1f}" for point in ("p50", "p95", "most")) + " ms",
            )
            for part in ("retrieval", "vectors", "words")
            for name in (part, f"{part}, CPU time")
        ),
        ("recall@10 against exact", f"{asked['recall']:.4f}"),
        (
            "resident before opening / after the questions",
            f"{asked['before']:.0f} / {asked['resident']:.0f} MB",
        ),
        ("one article added / removed", f"{changed['add']:.1f} / {changed['remove']:.1f} s"),
        ("most memory while adding", f"{changed['peak']:.0f} MB"),
        *((f"`{name}`", f"{size / 1e6:,.0f} MB") for name, size in sorted(sizes.items())),
    ]
    return "\n".join(["| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


@click.command()
@click.option("--passages", type=click.IntRange(1000), default=1_000_000, show_default=True)
@click.option("--work", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=ROOT.parent / "shared" / "data")
@click.option("--resume", is_flag=True, help="Go on with what lies in the folder.")
@click.option("--part", type=click.Choice(["all", "ask", "change"]), default="all", hidden=True)
def main(passages: int, work: Path, data: Path, resume: bool, part: str) -> None:
    """Print a Markdown table of what a corpus of this size costs."""
    work.mkdir(parents=True, exist_ok=True)
    if not resume:
        for name in ("texts", "vectors", "corpus"):
            shutil.rmtree(work / name, ignore_errors=True)
    set_threads(1)
    encoder = encoder_of(work, data)
    corpus = build(data / "corpora" / "orangesum.jsonl.gz", work, passages, encoder)
    if part == "all":
        figures = [child(work, data, passages, each) for each in ("ask", "change")]
        click.echo(table(passages, corpus, *figures))
    else:
        asked = json.loads((work / "questions.json").read_text(encoding="utf-8"))
        found = measure(corpus, encoder, asked) if part == "ask" else one_more(corpus, encoder)
        click.echo(json.dumps(found))


def child(work: Path, data: Path, passages: int, part: str) -> dict[str, float]:
    """Return the figures of one part, measured in a process that has done nothing else."""
    options = ["--passages", str(passages), "--work", str(work), "--data", str(data), "--part", part]
    environment = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, __file__, *options, "--resume"],
        env=environment, check=True, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    figures: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return figures


if __name__ == "__main__":
    main()
