"""`repondeur evaluate` as scripts call it: real encoder, real corpus, files, streams and exit codes."""

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.corpus import Corpus
from qa.answerer import THRESHOLD
from ui.cli import main

CONTEXTS = [
    (
        "Louise Michel",
        "Louise Michel naît à Vroncourt-la-Côte en 1830. Institutrice, elle prend part à la Commune.",
    ),
    ("Le Havre", "Le port du Havre a reçu 2,4 millions de conteneurs en 2019, un record pour la Normandie."),
    (
        "Abeilles",
        "Les apiculteurs de la Drôme ont perdu la moitié de leurs ruches à cause du frelon asiatique.",
    ),
]
ASKED = [
    ("q1", 0, "Dans quelle commune Louise Michel est-elle née ?", "Vroncourt-la-Côte"),
    ("q2", 1, "Combien de conteneurs le port du Havre a-t-il reçus ?", "2,4 millions"),
    ("q3", 2, "Quel insecte tue les ruches de la Drôme ?", "frelon asiatique"),
    ("q4", 2, "Combien coûte un billet de train pour Tokyo ?", None),
]


def squad():
    data = [{"title": title, "paragraphs": [{"context": text, "qas": []}]} for title, text in CONTEXTS]
    for id_, place, question, answer in ASKED:
        found = [{"text": answer, "answer_start": CONTEXTS[place][1].index(answer)}] if answer else []
        qa = {"id": id_, "question": question, "answers": found, "is_impossible": not found}
        data[place]["paragraphs"][0]["qas"].append(qa)
    return {"version": "2.0", "data": data}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Return a folder with set.json and a corpus made of it."""
    folder = tmp_path_factory.mktemp("evaluate")
    (folder / "set.json").write_text(json.dumps(squad()), encoding="utf-8")
    done = call(folder, "--into", str(folder / "corpus"), "--json", str(folder / "run.json"))
    assert done.exit_code == 0, done.output
    return folder


def call(folder: Path, *options: str):
    fixed = ["evaluate", str(folder / "set.json"), "--reader", "none", "--resamples", "200"]
    return CliRunner().invoke(main, [*fixed, *options])


def run_of(folder: Path, name: str = "run.json"):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_the_files_own_contexts_are_searched(place):
    report = run_of(place)
    assert report["questions"] == 4
    assert report["counts"]["gold_document"]["id"] == 3
    assert report["retrieval"]["recall@1"] == 1.0
    assert report["answers"]["no_answer_f1"] == 1.0
    assert report["about"]["corpus"]["documents"] == 3


def test_a_corpus_that_exists_gives_the_same_report_on_stdout(place):
    done = call(place, "--corpus", str(place / "corpus"), "--json", "-")
    report = json.loads(done.stdout)
    assert report["fingerprint"] == run_of(place)["fingerprint"]
    assert "retrieval.recall@1" in done.stderr
    assert {"at", "machine", "python"} <= report["timing"].keys()


def test_distractors_are_indexed_and_each_text_once(place):
    rows = [
        {"id": "n1", "title": "Pain", "date": "2020-05-01", "text": "Le prix de la baguette monte à Lyon."}
    ]
    rows += [{"id": "twin", "title": "", "date": None, "text": CONTEXTS[0][1]}]
    corpus = place / "corpus.jsonl"
    corpus.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    done = call(place, "--distractors", str(corpus), "--whole-contexts", "--json", str(place / "more.json"))
    assert done.exit_code == 0, done.output
    card = run_of(place, "more.json")["about"]["corpus"]
    assert (card["documents"], card["passages"]) == (4, 4)


def test_reports_and_trec_files_are_written(place):
    names = {"--html": "r.html", "--md": "r.md", "--trec-run": "r.run", "--trec-qrels": "r.qrels"}
    options = [word for option, name in names.items() for word in (option, str(place / name))]
    against = ["--against", str(place / "run.json")]
    assert call(place, "--corpus", str(place / "corpus"), *options, *against).exit_code == 0
    assert (place / "r.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert "identical" in (place / "r.md").read_text(encoding="utf-8")
    assert (place / "r.run").read_text(encoding="utf-8").startswith("q1 Q0 Louise%20Michel:")
    assert " 1\n" in (place / "r.qrels").read_text(encoding="utf-8")


def test_a_missed_floor_exits_1_and_a_held_one_0(place):
    corpus = ["--corpus", str(place / "corpus")]
    held = call(place, *corpus, "--min", "recall@5=0.5", "--max", "coverage=0.5")
    assert (held.exit_code, "FAIL" in held.stdout) == (0, False)
    missed = call(place, *corpus, "--min", "recall@5=0.5", "--min", "answers.f1=0.9")
    assert missed.exit_code == 1
    assert "answers.f1" in missed.stdout
    assert "FAIL" in missed.stdout


def test_published_figures_are_held_against(place):
    path = place / "expected.toml"
    entry = '[runs.set]\n[[figure]]\nrun = "set"\nkey = "retrieval.recall@1"\nvalue = {}\nfloor = {}\n'
    path.write_text(entry.format(1.0, 0.9), encoding="utf-8")
    assert call(place, "--corpus", str(place / "corpus"), "--expected", str(path)).exit_code == 0
    path.write_text(entry.replace("recall@1", "mrr@10").format(2.0, 1.5), encoding="utf-8")
    failed = call(place, "--corpus", str(place / "corpus"), "--expected", f"{path}#set")
    assert failed.exit_code == 1
    assert "FAIL" in failed.stdout


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--min", "recal@5=1"], "did you mean 'recall@5'"),
        (["--normaliser", "de"], "no normaliser 'de'"),
        (["--corpus", "x", "--whole-contexts"], "--corpus is searched as it is"),
        (["--corpus", "nowhere"], "nowhere"),
        (["--write-threshold"], "--write-threshold needs --corpus"),
        (["--against", "missing.json"], "missing.json: cannot be read as the JSON of a run"),
        (["--expected", "missing.toml"], "missing.toml: cannot be read"),
        (["--gold-passages"], "reads nothing: name a reader"),
        (["-k", "0"], "0"),
    ],
)
def test_misuse_exits_2_before_anything_is_asked(place, options, message):
    done = call(place, *options)
    assert done.exit_code == 2, done.output
    assert message in done.stderr


def test_a_broken_file_exits_2_and_names_the_question(tmp_path):
    broken = squad()
    broken["data"][1]["paragraphs"][0]["qas"][0]["answers"][0]["answer_start"] += 1
    (tmp_path / "set.json").write_text(json.dumps(broken), encoding="utf-8")
    done = call(tmp_path)
    assert done.exit_code == 2
    assert "(id 'q2').answers[0].answer_start" in done.stderr


def test_into_a_folder_that_holds_something_is_refused(place):
    done = call(place, "--into", str(place / "corpus"))
    assert done.exit_code == 2
    assert "use --corpus" in done.stderr


def test_no_threshold_is_written_where_none_reaches_the_precision(place):
    done = call(place, "--corpus", str(place / "corpus"), "--write-threshold")
    assert done.exit_code == 1
    assert "no threshold reaches a precision of 0.9" in done.stderr
    assert THRESHOLD not in Corpus.open(place / "corpus").manifest.settings


def test_ctrl_c_reports_on_what_was_asked(place):
    """A real signal in a real process, while it asks 6,004 questions (many seconds on any machine)."""
    many = squad()
    qas = many["data"][0]["paragraphs"][0]["qas"]
    qas += [{**qas[0], "id": f"more-{n}"} for n in range(6000)]
    folder = place / "many"
    folder.mkdir()
    (folder / "set.json").write_text(json.dumps(many), encoding="utf-8")
    words = ["evaluate", str(folder / "set.json"), "--reader", "none", "--corpus", str(place / "corpus")]
    # A run in the background hands its children a SIGINT that is ignored; somebody's terminal does not.
    code = (
        "import signal, sys; signal.signal(signal.SIGINT, signal.default_int_handler); "
        "from ui.cli import main; main(sys.argv[1:])"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, *words, "--resamples", "200", "--json", str(folder / "run.json")],
        env={**os.environ, "OMP_NUM_THREADS": "1"}, stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    for line in process.stderr:
        if line.startswith("repondeur: ") and "questions" in line:
            break
    process.send_signal(signal.SIGINT)
    out, _ = process.communicate(timeout=120)
    assert process.returncode == 1
    report = run_of(folder)
    assert 0 < report["questions"] < report["planned"] == 6004
    assert "(interrupted)" in out


def test_ctrl_c_while_the_figures_are_made_keeps_them(place, monkeypatch):
    """All questions are asked when the signal comes: the report is written whole."""
    import qa.summary

    def interrupted(*args):
        os.kill(os.getpid(), signal.SIGINT)
        return made(*args)

    made = qa.summary.summarise
    monkeypatch.setattr(qa.summary, "summarise", interrupted)
    before = signal.getsignal(signal.SIGINT)
    done = call(place, "--corpus", str(place / "corpus"), "--json", str(place / "late.json"))
    assert done.exit_code == 0
    assert "Ctrl-C again" in done.stderr
    assert run_of(place, "late.json")["complete"]
    assert signal.getsignal(signal.SIGINT) is before
