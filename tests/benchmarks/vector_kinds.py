"""Measure kinds of FAISS indexes on the vectors of `scale`: the table that docs/choices.md chooses by.

    python tests/benchmarks/vector_kinds.py --passages 100000 --work DIR [--kind PQ192x4fs+1000 …]

A kind is FAISS's own name for an index, after it `/n` for so many lists looked into (IVF) or links followed
(HNSW), and `+n` where the n best are ranked again by their exact vectors. Processor time, one thread.
"""

import json
import re
import statistics
import sys
import time
from pathlib import Path

import click
import numpy as np

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from index.vectors import set_threads  # noqa: E402
from tests.benchmarks.scale import encoder_of  # noqa: E402

_K, _ASKED, _BLOCK, _TRAINED = 10, 125, 50_000, 20_000
KINDS = (
    "Flat",
    "IVF512,Flat/64",
    "IVF512,Flat/256",
    "IVF512,SQ8/64",
    "IVF512,SQ8/256+100",
    "HNSW32,SQ8/512+100",
    "RaBitQ+1000",
    "PQ128x4fs+1000",
    "PQ192x4fs+200",
    "PQ192x4fs+1000",
)
_KIND = re.compile(r"(?P<made>[^/+]+)(?:/(?P<looked>\d+))?(?:\+(?P<again>\d+))?")


def vectors_of(encoder, passages: int) -> np.ndarray:
    """Return so many vectors (n, d), each a function of its number."""
    rows = np.empty((passages, encoder.dimension), np.float32)
    for start in range(0, passages, _BLOCK):
        numbers = range(start, min(start + _BLOCK, passages))
        rows[start : start + len(numbers)] = encoder.of_hashes([n.to_bytes(16, "big") for n in numbers])
    return rows


def built(kind: str, vectors: np.ndarray):
    """Return (index, candidates ranked again or 0, seconds of processor time)."""
    import faiss

    parts = _KIND.fullmatch(kind)
    if parts is None:
        raise click.BadParameter(f"{kind!r}: write it as FAISS does, then /n and +n (IVF512,SQ8/64+100)")
    began = time.process_time()
    try:
        index = faiss.index_factory(vectors.shape[1], parts["made"], faiss.METRIC_INNER_PRODUCT)
    except RuntimeError as error:
        raise click.BadParameter(f"FAISS knows no index {parts['made']!r}") from error
    index.train(vectors[:: max(1, len(vectors) // _TRAINED)])
    index.add(vectors)
    took = time.process_time() - began
    if looked := parts["looked"]:
        name = "nprobe" if parts["made"].startswith("IVF") else "efSearch"
        faiss.ParameterSpace().set_index_parameter(index, name, int(looked))
    return index, int(parts["again"] or 0), took


def search(index, again: int, vectors: np.ndarray, query: np.ndarray) -> np.ndarray:
    """Return the numbers of the nearest passages."""
    found = index.search(query[None], again or _K)[1][0]
    if not again:
        return found
    found = found[found >= 0]
    return found[np.argsort(-(vectors[found] @ query), kind="stable")[:_K]]


def row(kind: str, vectors: np.ndarray, queries: np.ndarray, exact: np.ndarray) -> str:
    """Return what a kind costs and finds, as a row of the table."""
    import faiss

    index, again, took = built(kind, vectors)
    size = faiss.serialize_index(index).nbytes
    times, found = [], 0
    for query, right in zip(queries, exact, strict=True):
        began = time.process_time()
        near = search(index, again, vectors, query)
        times.append(1000 * (time.process_time() - began))
        found += len(set(near.tolist()) & set(right.tolist()))
    cuts = statistics.quantiles(times, n=20)
    cells = [
        f"{len(vectors):,}",
        kind,
        f"{took:.1f} s",
        f"{size / 1e6:.0f} MB{' + exact' if again else ''}",
        f"{cuts[9]:.1f} / {cuts[-1]:.1f} ms",
        f"{found / exact.size:.3f}",
    ]
    return f"| {' | '.join(cells)} |"


@click.command()
@click.option("--passages", type=click.IntRange(2 * _TRAINED), default=100_000, show_default=True)
@click.option("--work", type=click.Path(path_type=Path, file_okay=False), required=True)
@click.option("--data", type=click.Path(path_type=Path, exists=True), default=ROOT.parent / "shared" / "data")
@click.option("--kind", "kinds", multiple=True, default=KINDS, help="These kinds alone; repeat.")
def main(passages: int, work: Path, data: Path, kinds: tuple[str, ...]) -> None:
    """Print a Markdown table."""
    set_threads(1)
    work.mkdir(parents=True, exist_ok=True)
    encoder = encoder_of(work, data)
    asked = json.loads((work / "questions.json").read_text(encoding="utf-8"))
    vectors = vectors_of(encoder, passages)
    queries = encoder.encode_query(asked[:: max(1, len(asked) // _ASKED)][:_ASKED])
    exact = np.argsort(-(queries @ vectors.T), axis=1)[:, :_K]
    click.echo("| vectors | index | CPU to build | size | p50 / p95 | recall@10 |\n|---|---|---|---|---|---|")
    for kind in kinds:
        click.echo(row(kind, vectors, queries, exact))


if __name__ == "__main__":
    main()
