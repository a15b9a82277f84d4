"""A finished evaluation is never thrown away, and stdout carries one thing."""

import json
import os

import pytest

import ui.evaluate_reports as reports
from index.corpus import Corpus
from qa.answerer import THRESHOLD
from tests.test_ui_evaluate import call, run_of, squad


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with set.json, a corpus made of it and the JSON of a run."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "set.json").write_text(json.dumps(squad()), encoding="utf-8")
    done = call(folder, "--into", str(folder / "corpus"), "--json", str(folder / "run.json"))
    assert done.exit_code == 0, done.output
    return folder


def again(place, *options):
    return call(place, "--corpus", str(place / "corpus"), *options)


@pytest.fixture
def unasked(monkeypatch):
    """Fail where a question is asked at all."""
    monkeypatch.setattr("qa.evaluation_session.evaluate", lambda *_, **__: pytest.fail("asked"))


@pytest.mark.parametrize("option", ["--json", "--html", "--md", "--trec-run", "--trec-qrels"])
def test_a_folder_that_is_not_there_is_named_before_anything_is_asked(place, unasked, option):
    done = again(place, option, str(place / "nowhere" / "out"))
    assert done.exit_code == 2
    assert f"there is no folder {place / 'nowhere'}" in done.stderr


def test_a_folder_that_may_not_be_written_is_named_before_anything_is_asked(place, unasked, monkeypatch):
    monkeypatch.setattr(reports.os, "access", lambda path, _mode: path != place)
    done = again(place, "--html", str(place / "out.html"))
    assert done.exit_code == 2
    assert f"nothing may be written in {place}" in done.stderr


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda run: [each.update(id="x" + each["id"]) for each in run["records"]], "shares no question"),
        (lambda run: run["records"][0].update(answers=["Paris"]), "differs in question 'q1'"),
        (lambda run: run["records"][1].update(question="Quoi ?"), "differs in question 'q2'"),
        (lambda run: run["settings"].update(normaliser="en"), "the normaliser 'en'; add --normaliser en"),
        (lambda run: run["records"][0].pop("answers"), "not what `repondeur evaluate --json` writes"),
        (lambda run: run.update(records=[3]), "not what `repondeur evaluate --json` writes"),
    ],
)
def test_a_run_that_cannot_be_compared_with_is_refused_first(place, unasked, change, message):
    run = run_of(place)
    change(run)
    (place / "other.json").write_text(json.dumps(run), encoding="utf-8")
    done = again(place, "--against", str(place / "other.json"))
    assert done.exit_code == 2
    assert message in done.stderr


def test_only_the_questions_that_will_be_asked_are_compared(place):
    run = run_of(place)
    run["records"] = run["records"][-1:]
    (place / "last.json").write_text(json.dumps(run), encoding="utf-8")
    assert "shares no question" in again(place, "--against", str(place / "last.json"), "--limit", "2").stderr
    assert again(place, "--against", str(place / "last.json")).exit_code == 0


def test_a_comparison_that_fails_after_all_leaves_the_reports(place):
    run = run_of(place)
    del run["records"][0]["f1"]
    (place / "torn.json").write_text(json.dumps(run), encoding="utf-8")
    done = again(place, "--against", str(place / "torn.json"), "--json", str(place / "kept.json"))
    assert done.exit_code == 1 and "torn.json: no comparison" in done.stderr
    assert run_of(place, "kept.json")["questions"] == 4
    assert "retrieval.recall@1" in done.stdout


def test_a_threshold_that_nothing_reaches_leaves_the_reports(place):
    done = again(place, "--write-threshold", "--json", str(place / "thresholdless.json"))
    assert done.exit_code == 1 and "no threshold reaches" in done.stderr
    assert run_of(place, "thresholdless.json")["complete"] and "retrieval.recall@1" in done.stdout
    assert THRESHOLD not in Corpus.open(place / "corpus").manifest.settings


def test_a_report_that_cannot_be_written_does_not_keep_the_others_from_it(place):
    (place / ".first.json.part").mkdir()
    done = again(place, "--json", str(place / "first.json"), "--md", str(place / "second.md"))
    assert done.exit_code == 1 and f"{place / 'first.json'}: cannot be written" in done.stderr
    assert (place / "second.md").read_text(encoding="utf-8")


def test_a_device_is_written_into_and_not_replaced(place, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    reading = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    assert again(place, "--trec-qrels", str(pipe)).exit_code == 0
    assert os.read(reading, 65536).startswith(b"q1 0 ") and pipe.is_fifo()


@pytest.mark.parametrize(
    ("option", "begins"),
    [("--trec-run", "q1 Q0 "), ("--trec-qrels", "q1 0 "), ("--md", "#"), ("--html", "<!doctype html>")],
)
def test_stdout_carries_the_output_that_was_asked_for_and_nothing_else(place, option, begins):
    done = again(place, option, "-")
    assert done.exit_code == 0 and done.stdout.startswith(begins)
    assert "retrieval.recall@1" in done.stderr
    if option.startswith("--trec"):
        assert all(line.startswith("q") for line in done.stdout.splitlines())
    else:
        assert not done.stdout.rstrip().endswith(done.stderr.rstrip().splitlines()[-1])
