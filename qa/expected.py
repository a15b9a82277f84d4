"""Publish figures and hold new runs to them: one file is the table of the README and the regression test.

    [runs.piaf]
    title = "PIAF, part dev, document = contexte"
    command = "repondeur evaluate dev/piaf.json --distractors train/piaf.json --whole-contexts"

    [[figure]]
    run = "piaf"
    key = "retrieval.recall@5"
    value = 0.912          # what was measured
    floor = 0.895          # a worse one fails; for a figure that is better small, the highest allowed
    tolerance = 0.003      # as good as the same

A figure is OK within its tolerance or better, `about` down to its floor, FAIL below it.

    python -m qa.expected seeds/expected.toml --table
    python -m qa.expected seeds/expected.toml --readme README.md [--check]
    python -m qa.expected seeds/expected.toml --draft piaf=run.json
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Any

import click

from index.errors import UsageError
from qa.figures import FIGURES, HEADLINES
from qa.gate import KNOWN
from qa.summary import lookup

__all__ = ["Expectation", "ExpectedRun", "Verdict", "draft", "read_expected", "table", "verdicts"]

_FIGURE_KEYS = {"run": str, "key": str, "value": float, "floor": float, "tolerance": float}
_RUN_KEYS = {"title": str, "command": str}
BEGIN, END = "<!-- expected:begin -->", "<!-- expected:end -->"


@dataclass(frozen=True, slots=True)
class Expectation:
    """Hold one published figure."""

    run: str
    key: str
    value: float
    floor: float
    tolerance: float = 0.0

    @property
    def lower(self) -> bool:
        """Tell whether the figure is better small."""
        return self.key.startswith("latency_ms.") or FIGURES[self.key].lower


@dataclass(frozen=True, slots=True)
class ExpectedRun:
    """Hold how a set of figures is measured."""

    name: str
    title: str
    command: str
    figures: tuple[Expectation, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """Hold a published figure beside the one found; `word` is OK, about or FAIL."""

    expectation: Expectation
    found: float | None

    @property
    def word(self) -> str:
        """Say how the found figure stands."""
        if self.found is None:
            return "FAIL"
        sign = -1 if self.expectation.lower else 1
        gain = sign * (self.found - self.expectation.value)
        if gain >= -self.expectation.tolerance - 1e-9:
            return "OK"
        return "about" if sign * (self.found - self.expectation.floor) >= -1e-9 else "FAIL"


def read_expected(path: Path) -> dict[str, ExpectedRun]:
    """Read the file; UsageError names the entry and key that are wrong."""
    try:
        root = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UsageError(f"{path}: cannot be read as TOML ({error})") from None
    runs, entries = root.get("runs", {}), root.get("figure", [])
    if not isinstance(runs, dict) or not isinstance(entries, list):
        raise UsageError(f"{path}: expected [runs.NAME] and [[figure]], found other kinds of runs and figure")
    for name, run in runs.items():
        _check(run, _RUN_KEYS, f"{path}: runs.{name}")
    figures = [_expectation(entry, runs, f"{path}: figure {n}") for n, entry in enumerate(entries, 1)]
    made = {}
    for name, run in runs.items():
        own = tuple(each for each in figures if each.run == name)
        made[name] = ExpectedRun(name, run.get("title", name), run.get("command", ""), own)
    return made


def _check(entry: Any, keys: Mapping[str, type], place: str) -> None:
    """Refuse a key that is not known and a value of another kind; a number is finite."""
    if not isinstance(entry, dict):
        raise UsageError(f"{place}: expected a table of keys, found {entry!r:.60}")
    for key, found in entry.items():
        kind = keys.get(key)
        if kind is None:
            raise UsageError(f"{place}: unknown key {key!r:.60}; known are {', '.join(keys)}")
        if kind is str and not isinstance(found, str):
            raise UsageError(f"{place}: {key} is no text but {found!r:.60}; put it in quotes")
        number = isinstance(found, int | float) and not isinstance(found, bool) and isfinite(found)
        if kind is float and not number:
            raise UsageError(f"{place}: {key} is no number but {found!r:.60}; write it without quotes")


def _expectation(entry: Any, runs: Mapping[str, Any], place: str) -> Expectation:
    """Check one entry."""
    _check(entry, _FIGURE_KEYS, place)
    missing = {"run", "key", "value", "floor"} - set(entry)
    if missing:
        raise UsageError(f"{place}: key {min(missing)!r} is missing")
    if entry["run"] not in runs:
        raise UsageError(f"{place}: there is no [runs.{entry['run']}]")
    if entry["key"] not in KNOWN:
        raise UsageError(f"{place}: unknown figure {entry['key']!r}; known are {', '.join(KNOWN)}")
    made = Expectation(**entry)
    if (made.value < made.floor) != made.lower and made.value != made.floor:
        raise UsageError(f"{place}: floor {made.floor} is better than the value {made.value}")
    return made


def verdicts(report: Mapping[str, Any], run: ExpectedRun) -> list[Verdict]:
    """Hold a report against the figures published for this run."""
    return [Verdict(each, lookup(report, each.key)) for each in run.figures]


def table(runs: Mapping[str, ExpectedRun]) -> str:
    """Return the published table as Markdown: one line for each run, one column for each figure."""
    keys = list(dict.fromkeys(each.key for run in runs.values() for each in run.figures))
    head = " | ".join(map(_heading, keys))
    lines = [f"| | {head} |", "|---" * (len(keys) + 1) + "|"]
    for run in runs.values():
        values = {each.key: each for each in run.figures}
        lines.append(f"| {run.title} | " + " | ".join(_cell(values.get(key)) for key in keys) + " |")
    commands = [f"- {run.title}: `{run.command}`" for run in runs.values() if run.command]
    return "\n".join([*lines, "", *commands]).rstrip() + "\n"


def _heading(key: str) -> str:
    """Return a column's name; the same figure is told apart before and after reading."""
    group, _, name = key.partition(".")
    return f"{name} after reading" if group == "after_reading" else name.replace("_", " ")


def _cell(each: Expectation | None) -> str:
    if each is None:
        return ""
    if each.key.startswith("latency_ms."):
        return f"{each.value:.0f} ms"
    return f"{each.value:.3f}".removeprefix("0")


def draft(name: str, report: Mapping[str, Any], keys: Sequence[str] = HEADLINES) -> str:
    """Return a report's figures as entries for the file, each floor the worse end of its interval."""
    lines = []
    for key in keys:
        value, bounds = lookup(report, key), report["intervals"].get(key)
        if value is None or bounds is None:
            continue
        floor = bounds[1] if FIGURES[key].lower else bounds[0]
        lines += ["[[figure]]", f'run = "{name}"', f'key = "{key}"', f"value = {value:.4f}",
                  f"floor = {floor:.4f}", "tolerance = 0.003", ""]  # fmt: skip
    return "\n".join(lines)


def _with_table(readme: str, text: str) -> str:
    """Return the README with the table between its two markers."""
    before, begin, rest = readme.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise UsageError(f"the README has no {BEGIN} … {END} to put the table between")
    return f"{before}{BEGIN}\n{text}{END}{after}"


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--table", "show", is_flag=True, help="Print the Markdown table.")
@click.option("--readme", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Put it there.")
@click.option("--check", is_flag=True, help="With --readme: change nothing, exit 1 where it differs.")
@click.option("--draft", "drafted", metavar="RUN=JSON", help="Print a run's figures as entries.")
def main(file: Path, show: bool, readme: Path | None, check: bool, drafted: str | None) -> None:
    """Print, publish or check the table of expected figures."""
    if drafted:
        name, _, path = drafted.partition("=")
        click.echo(draft(name, json.loads(Path(path).read_text(encoding="utf-8"))))
        return
    text = table(read_expected(file))
    if show or readme is None:
        click.echo(text, nl=False)
    if readme is not None:
        old = readme.read_text(encoding="utf-8")
        new = _with_table(old, text)
        if check and new != old:
            raise click.ClickException(f"{readme} differs from {file}: run python -m qa.expected --readme")
        if not check:
            readme.write_text(new, encoding="utf-8")


if __name__ == "__main__":
    main()
