"""Measure how often "mercredi" is told right, on articles that say which day of the month it was.

    python -m tests.benchmarks.dates corpora/orangesum.jsonl.gz [--articles 9000] [--show 10]

"mercredi 10 juin" names its day; cut down to "mercredi", it is what articles mostly say. Counted: such days
without a year, within six days of the article, the day being the only one that fits.
"""

import gzip
import json
import random
import re
from collections import Counter
from datetime import date
from pathlib import Path

import click

from index.sentences import around
from qa.dates import when

DAYS = "lundi mardi mercredi jeudi vendredi samedi dimanche".split()
MONTHS = "janvier février mars avril mai juin juillet août septembre octobre novembre décembre".split()
FULL = re.compile(rf"\b({'|'.join(DAYS)}) (1er|\d{{1,2}}) ({'|'.join(MONTHS)})\b(?! \d{{4}})")


def meant(found: re.Match[str], published: date) -> date | None:
    """Return the day that a full date means; None where that is not certain, or far away."""
    number, month = int(found[2].removesuffix("er")), MONTHS.index(found[3]) + 1
    fits = []
    for year in (published.year - 1, published.year, published.year + 1):
        try:
            day = date(year, month, number)
        except ValueError:
            continue
        if day.weekday() == DAYS.index(found[1]):
            fits.append(day)
    return fits[0] if len(fits) == 1 and abs((fits[0] - published).days) < 7 else None


@click.command()
@click.argument("corpus", type=click.Path(exists=True, path_type=Path))
@click.option("--articles", default=9000, show_default=True)
@click.option("--show", default=0, help="Print as many that are told wrong.")
def main(corpus: Path, articles: int, show: int) -> None:
    """Print how many are told right, wrong and not at all."""
    with gzip.open(corpus, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    counts: Counter[str] = Counter()
    for row in random.Random(5).sample(rows, min(articles, len(rows))):  # noqa: S311
        try:
            published = date.fromisoformat(row["date"][:10])
        except ValueError:
            continue
        for found in FULL.finditer(row["text"]):
            day = meant(found, published)
            if day is None:
                continue
            left, right = around(row["text"], *found.span())
            sentence = row["text"][left : found.end(1)] + row["text"][found.end() : right]
            told = when(found[1], sentence, row["date"])
            verdict = "not told" if told is None else "right" if told.start == day else "wrong"
            counts[verdict] += 1
            if verdict == "wrong" and counts[verdict] <= show:
                click.echo(f"{published}, meant {day}, told {told and told.start}: {sentence}")
    total = counts.total()
    click.echo(", ".join(f"{name} {counts[name]} ({counts[name] / total:.1%})" for name in sorted(counts)))


if __name__ == "__main__":
    main()
