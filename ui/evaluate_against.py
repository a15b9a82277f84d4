"""The run that `repondeur evaluate --against` names: found comparable before anything is asked."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from index.errors import UsageError

if TYPE_CHECKING:
    from qa.questions import Question

__all__ = ["read_other"]


def read_other(path: Path, questions: "Sequence[Question]", normaliser: str) -> dict[str, Any]:
    """Return the JSON of another run; UsageError where this run could not be compared with it."""
    try:
        report = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{path}: cannot be read as the JSON of a run ({error})") from None
    if not isinstance(report, dict) or not {"records", "settings", "dataset"} <= report.keys():
        raise UsageError(f"{path}: not what `repondeur evaluate --json` writes: no records in it")
    try:
        _check(report, path, questions, normaliser)
    except (LookupError, TypeError) as error:
        raise UsageError(f"{path}: not what `repondeur evaluate --json` writes ({error!r})") from None
    return report


def _check(report: dict[str, Any], path: Path, questions: "Sequence[Question]", normaliser: str) -> None:
    """Refuse a run over other questions, other gold answers or another normaliser (as `qa.compare` does)."""
    theirs = {each["id"]: (each["question"], list(each["answers"])) for each in report["records"]}
    shared = [each for each in questions if each.id in theirs]
    changed = next((each.id for each in shared if theirs[each.id] != (each.text, list(each.answers))), None)
    if not shared or changed is not None:
        what = "shares no question with this one" if not shared else f"differs in question {changed!r}"
        raise UsageError(f"{path}: that run {what}; compare runs over the same file")
    if report["settings"]["normaliser"] != normaliser:
        other = report["settings"]["normaliser"]
        raise UsageError(f"{path}: that run used the normaliser {other!r}; add --normaliser {other}")
