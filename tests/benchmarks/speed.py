"""Time what people wait for: the first answer of a cold process, the encoder, a question.

    python -m tests.benchmarks.speed [--repeat 5] [--reader bundled]

One thread each. The machine's own noise is shown beside each figure (smallest and largest of the repeats).
"""

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import click

ROOT = Path(__file__).parents[2]
QUESTION = "Pourquoi Amazon a-t-il suspendu Rekognition pendant un an ?"
PASSAGES = 40
HEAVY = ("torch", "sentence_transformers", "gradio", "transformers")
LOAD = """
import time
start = time.perf_counter()
from index.encoder import load_encoder
load_encoder()
print(time.perf_counter() - start)
"""
COLD = """
import sys
from ui.cli import main
main(sys.argv[1:], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""
Row = tuple[str, list[float], str]


def seconds(act: Callable[[], object]) -> float:
    """Return how long a call takes."""
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a process of its own, with the tree on its path."""
    environment = os.environ | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    return subprocess.run(
        [sys.executable, *arguments], env=environment, capture_output=True, text=True, check=True
    )


def cold(corpus: Path, reader: str, repeat: int) -> Row:
    """Time `repondeur ask` from the start of its process to its end."""
    words = ("-c", COLD, "ask", QUESTION, "--json", "--corpus", str(corpus), "--reader", reader)
    modules = set(run(*words).stderr.split())
    heavy = [name for name in HEAVY if name in modules]
    name = f"`repondeur ask`, cold process (imports {', '.join(heavy) or 'none of ' + ', '.join(HEAVY)})"
    return name, [1000 * seconds(lambda: run(*words)) for _ in range(repeat)], "ms"


def encoder(repeat: int) -> Iterator[Row]:
    """Time the bundled encoder: loading, a question, passages."""
    from index.encoder import load_encoder

    yield (
        "encoder loaded in a new process",
        [1000 * float(run("-c", LOAD).stdout) for _ in range(repeat)],
        "ms",
    )
    model = load_encoder()
    tokens = model.count_tokens([QUESTION])[0]
    model.encode_query([QUESTION])
    times = [1000 * seconds(lambda: model.encode_query([QUESTION])) for _ in range(20 * repeat)]
    yield f"a question of {tokens} tokens encoded", times, "ms"
    text = (ROOT / "seeds" / "000_7f12f659eab9b7eb.txt").read_text(encoding="utf-8")[:700]
    size = model.count_tokens([text])[0]
    rates = [PASSAGES / seconds(lambda: model.encode_document([text] * PASSAGES)) for _ in range(repeat)]
    yield f"passages of {size} tokens encoded", rates, "a second"


def answering(corpus: Path, reader: str, repeat: int) -> Iterator[Row]:
    """Time the seed's questions in a process that is warm."""
    from qa.answerer import Answerer

    answerer = Answerer.open(corpus, reader=reader)
    data = json.loads((ROOT / "seeds" / "questions.json").read_text(encoding="utf-8"))["data"]
    asked = [qa["question"] for qa in data[0]["paragraphs"][0]["qas"]]
    answerer.ask(asked[0])
    timings = [answerer.ask(question).timings_ms for _ in range(repeat) for question in asked]
    yield f"a question answered, seed corpus, reader {reader}", [each.total for each in timings], "ms"
    yield "… of which retrieval", [each.retrieve for each in timings], "ms"
    yield "… of which reading", [each.read for each in timings], "ms"


@click.command()
@click.option("--repeat", default=5, show_default=True, type=click.IntRange(1))
@click.option("--reader", default="bundled", show_default=True)
def main(repeat: int, reader: str) -> None:
    """Print a Markdown table of what was timed."""
    from index.encoder import load_encoder
    from index.writer import add_documents
    from qa.evaluation_session import machine
    from ui.starter import seed_documents

    click.echo(f"{machine()}\n\n| what | median | p95 | least – most | |\n|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder:
        corpus = Path(folder) / "corpus"
        add_documents(corpus, seed_documents(), load_encoder())
        rows = [cold(corpus, reader, repeat), *encoder(repeat), *answering(corpus, reader, repeat)]
    for name, values, unit in rows:
        p95 = statistics.quantiles(values, n=20)[-1] if len(values) >= 20 else max(values)
        middle = statistics.median(values)
        click.echo(f"| {name} | {middle:.1f} | {p95:.1f} | {min(values):.1f} – {max(values):.1f} | {unit} |")


if __name__ == "__main__":
    main()
