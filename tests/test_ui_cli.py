"""The command as scripts use it: stdout, stderr, exit codes, and how fast it starts."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.document import Document
from index.encoder import load_encoder
from index.writer import add_documents
from tests.ui_support import AMAZON, FakeAnswerer
from ui.cli import main
from ui.serve import bind, origins
from ui.terminal import render
from ui.text import ENGLISH, FRENCH

KEYS = {"question", "answer", "confidence", "abstention", "passages", "timings_ms"}
PASSAGE = {
    "document_id",
    "sha256",
    "title",
    "source",
    "date",
    "start",
    "end",
    "text",
    "score",
    "answer_start",
    "answer_end",
}
REPORT = {
    "documents",
    "passages",
    "added",
    "updated",
    "unchanged",
    "removed",
    "duplicates",
    "skipped",
    "seconds",
    "generation",
}


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cli") / "corpus"
    add_documents(
        folder, [Document("amazon", AMAZON, "Amazon et la police", "Le Monde", "2020-06-11")], load_encoder()
    )
    return folder


def run(*arguments, corpus=None, stdin=None):
    """Run the command in this process, without the reader, which other tests are about."""
    env = {"REPONDEUR_READER": "none"} | ({"REPONDEUR_CORPUS": str(corpus)} if corpus else {})
    return CliRunner().invoke(main, list(arguments), input=stdin, env=env)


def command(*arguments, **more):
    """Run the command as a process of its own, as a script does."""
    code = "from ui.cli import main; main(prog_name='repondeur')"
    env = {**os.environ, "REPONDEUR_READER": "none", "PYTHONPATH": str(Path.cwd()), **more.pop("env", {})}
    return subprocess.run(
        [sys.executable, "-c", code, *arguments], capture_output=True, env=env, check=False, **more
    )


def test_index_adds_then_finds_nothing_to_do_then_updates(tmp_path):
    article, corpus = tmp_path / "a.txt", tmp_path / "corpus"
    article.write_text(AMAZON, encoding="utf-8")
    first = json.loads(run("index", str(article), "--json", corpus=corpus).stdout)
    assert set(first) >= REPORT and first["added"] == 1 and first["generation"] == 1
    assert json.loads(run("index", str(article), "--json", corpus=corpus).stdout)["unchanged"] == 1
    article.write_text(AMAZON + " Apple se tait.", encoding="utf-8")
    assert json.loads(run("index", str(article), "--json", corpus=corpus).stdout)["updated"] == 1
    assert "nothing to do" not in run("remove", "a.txt", corpus=corpus).stdout
    assert json.loads(run("status", "--json", corpus=corpus).stdout)["documents"] == 0


def test_what_is_skipped_is_said_and_alone_is_misuse(tmp_path):
    (tmp_path / "photo.png").write_bytes(b"\x89PNG\0")
    result = run("index", str(tmp_path / "photo.png"), "--json", corpus=tmp_path / "corpus")
    assert result.exit_code == 2
    assert "photo.png" in result.stderr and json.loads(result.stdout)["skipped"][0]["reason"]
    (tmp_path / "a.txt").write_text(AMAZON, encoding="utf-8")
    result = run("index", str(tmp_path), corpus=tmp_path / "corpus2")
    assert result.exit_code == 0 and "photo.png" in result.stderr and "1 added" in result.stdout


def test_status_tells_what_is_there(corpus):
    status = json.loads(run("status", "--json", corpus=corpus).stdout)
    assert (status["documents"], status["encoder"]["name"], status["generation"]) == (1, "bundled", 1)
    assert "bundled" in run("status", corpus=corpus).stdout


def test_ask_writes_the_json_of_the_contract(corpus):
    answer = json.loads(run("ask", "Pendant combien de temps ?", "--json", "-k", "3", corpus=corpus).stdout)
    assert set(answer) >= KEYS and set(answer["passages"][0]) >= PASSAGE
    assert answer["passages"][0]["text"] in AMAZON and answer["passages"][0]["date"] == "2020-06-11"


def test_lines_are_answered_as_they_come(corpus):
    code = "from ui.cli import main; main()"
    env = {**os.environ, "REPONDEUR_READER": "none"}
    talk = subprocess.Popen(
        [sys.executable, "-c", code, "ask", "-", "--json", "--corpus", str(corpus)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=env,
    )
    for question in ("Un ?", "Deux ?"):
        talk.stdin.write(f"{question}\n".encode())
        talk.stdin.flush()
        assert json.loads(talk.stdout.readline())["question"] == question
    talk.stdin.close()
    assert talk.wait(20) == 0


@pytest.mark.parametrize(
    "arguments",
    [
        ("ask", ""),
        ("ask", "x" * 10_000),
        ("ask", "Qui\x00 ?"),
        ("ask", "Qui \udcff ?"),
        ("ask", "Qui ?", "-k", "0"),
        ("ask",),
        ("index",),
        ("index", "/nulle/part"),
        ("remove", "nulle-part"),
        ("bogus",),
        ("serve", "--allow-origin", "pas une origine"),
        ("serve", "--allow-origin", "http://["),
        ("serve", "--allow-origin", "https://a.example:99999"),
    ],
)
def test_misuse_exits_2_with_one_clear_line_and_nothing_on_stdout(corpus, arguments):
    before = sorted(path.name for path in corpus.rglob("*"))
    result = run(*arguments, corpus=corpus)
    assert result.exit_code == 2 and result.stdout == ""
    assert len(result.stderr.strip().splitlines()) <= 4 and "Traceback" not in result.stderr
    assert sorted(path.name for path in corpus.rglob("*")) == before


def test_the_heaviest_question_is_answered(corpus):
    assert run("ask", "\ufdfa" * 1000, "--json", corpus=corpus).exit_code == 0


def test_other_commands_do_not_make_a_corpus_up(tmp_path):
    for arguments in (("status",), ("remove", "a")):
        result = run(*arguments, corpus=tmp_path / "none")
        assert result.exit_code == 2 and "no corpus" in result.stderr
    assert not (tmp_path / "none" / "CURRENT").exists()


def test_a_damaged_corpus_exits_1_and_is_left_alone(tmp_path):
    (tmp_path / "CURRENT").write_text("../../etc", encoding="ascii")
    result = run("ask", "Qui ?", corpus=tmp_path)
    assert result.exit_code == 1 and "CURRENT" in result.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["CURRENT"]


def test_a_folder_of_something_else_is_not_taken_for_a_corpus(tmp_path):
    (tmp_path / "lettre.txt").write_text("…", encoding="utf-8")
    result = run("ask", "Qui ?", corpus=tmp_path)
    assert result.exit_code == 2 and [path.name for path in tmp_path.iterdir()] == ["lettre.txt"]


def test_without_a_corpus_the_seed_is_indexed_first_and_asking_is_light(tmp_path):
    code = (
        "import sys, atexit\n"
        "from ui.cli import main\n"
        "heavy = {'torch', 'sentence_transformers', 'transformers', 'gradio', 'fastapi', 'pandas'}\n"
        "atexit.register(lambda: print(sorted(heavy & set(sys.modules)), file=sys.stderr))\n"
        "main()"
    )
    env = {
        **os.environ,
        "REPONDEUR_READER": "none",
        "XDG_DATA_HOME": str(tmp_path),
        "PYTHONPATH": str(Path.cwd()),
    }
    env.pop("REPONDEUR_CORPUS", None)
    done = subprocess.run(
        [sys.executable, "-c", code, "ask", "Qui est le patron de Google ?", "--json"],
        capture_output=True,
        env=env,
        cwd=tmp_path,
        text=True,
        check=True,
    )
    assert "indexing the example article first" in done.stderr
    assert done.stderr.splitlines()[-1] == "[]"
    assert "Sundar Pichai" in json.loads(done.stdout)["passages"][0]["text"]
    assert (tmp_path / "repondeur" / "corpus" / "CURRENT").exists()


def test_help_imports_nothing_heavy():
    done = command("--help", env={"PYTHONPROFILEIMPORTTIME": "1"}, text=True)
    imported = {line.rsplit("|", 1)[-1].strip() for line in done.stderr.splitlines() if "|" in line}
    assert done.returncode == 0 and "evaluate" in done.stdout
    assert not imported & {
        "numpy",
        "onnxruntime",
        "faiss",
        "tantivy",
        "fastapi",
        "gradio",
        "torch",
        "uvicorn",
    }


def test_a_reader_that_leaves_early_is_no_traceback(corpus):
    code = f'"{sys.executable}" -c "from ui.cli import main; main()" ask - --json --corpus "{corpus}"'
    done = subprocess.run(
        ["bash", "-c", f"yes Qui | head -50 | {code} | head -1"],
        capture_output=True,
        text=True,
        env={**os.environ, "REPONDEUR_READER": "none"},
        check=False,
    )
    assert json.loads(done.stdout)["question"] == "Qui" and "Traceback" not in done.stderr


def test_people_read_the_answer_first_then_its_sentence_then_its_source():
    shown = render(FakeAnswerer().ask("combien ?"), FRENCH).splitlines()
    assert "un an" in shown[0] and "sûre" in shown[1] and "87" in shown[1]
    assert (
        "un an" in shown[3] and "**" in shown[3] and "Mercredi, Amazon" in shown[3] and "IBM" not in shown[3]
    )
    assert "Amazon et la police · 11 juin 2020" in shown[4]
    abstained = render(FakeAnswerer().ask("qui ?", lang="en"), ENGLISH)
    assert abstained.startswith("\x1b") and "Nothing." in abstained and ENGLISH.nearest in abstained


def test_origins_are_checked_and_written_as_browsers_do():
    assert origins(["https://Exemple.FR/", "http://localhost:8080"]) == (
        "https://exemple.fr",
        "http://localhost:8080",
    )


def test_a_taken_port_is_named():
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--port", str(port))
    assert result.exit_code == 2 and str(port) in result.stderr and "--port" in result.stderr
