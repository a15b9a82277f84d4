"""`repondeur ask -`: a line in, a result out, in the keys of the contract."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ui_support import FakeAnswerer
from ui.asking import ask_lines

KEYS = {"question", "answer", "confidence", "abstention", "passages", "timings_ms"}


@pytest.fixture
def asked(capsys):
    """Return a function from the bytes of stdin to how many were refused, the JSON lines and stderr."""

    def ask(sent, **more):
        options = {"k": 5, "lang": "fr", "as_json": True} | more
        refused = ask_lines(FakeAnswerer(), io.BytesIO(sent), **options)
        shown = capsys.readouterr()
        return refused, [json.loads(line) for line in shown.out.splitlines()], shown.err

    return ask


def test_each_line_gets_its_result_and_bad_ones_are_told(asked):
    long = "x" * 2000
    sent = b"\xef\xbb\xbfQui ?\r\n\n" + b"\xff\xfe\n" + long.encode() + b"\n \t\nQui\0 ?\nCombien ?"
    refused, rows, said = asked(sent)
    assert [row["question"] for row in rows] == [
        "Qui ?",
        "",
        "\ufffd\ufffd",
        long,
        " \t",
        "Qui\0 ?",
        "Combien ?",
    ]
    assert [row.get("line") for row in rows] == [None, 2, 3, 4, 5, 6, None]
    assert refused == 5 and "line 4: the question has 2000 characters" in said and "line 3: not UTF-8" in said


def test_a_refused_line_has_the_keys_of_an_answered_one(asked):
    _, (answered, refused), _ = asked(b"combien ?\n\n")
    assert answered.keys() >= KEYS and refused.keys() == answered.keys() | {"error", "line"}
    assert (refused["answer"], refused["confidence"], refused["passages"]) == (None, 0.0, [])
    assert refused["timings_ms"] == {"retrieve": 0.0, "read": 0.0, "total": 0.0}
    message = "La question est vide\u00a0: écrivez au moins un mot."
    assert refused["abstention"] == {"reason": "refused", "message": message}
    assert "write at least one word" in refused["error"]


@pytest.mark.parametrize(
    "question", ["Qui est Brad\u00a0Smith\u202f?", "  Qui\u2009?  ", "\ufeffQui ?", "Qui\v?"]
)
def test_a_question_comes_back_as_it_was_sent(asked, question):
    _, (first, second), _ = asked(f"Quand ?\n{question}\r\n".encode())
    assert (first["question"], second["question"]) == ("Quand ?", question)


def test_lines_without_json_are_for_people(capsys):
    assert ask_lines(FakeAnswerer(), [b"combien ?\n", b"qui ?\n"], k=5, lang="fr", as_json=False) == 0
    shown = capsys.readouterr().out
    assert "un an" in shown and "Rien." in shown


def command(tmp_path, *words):
    """Run `repondeur ask` with a shell's own redirections, over the seed."""
    code = f'"{sys.executable}" -c "from ui.cli import main; main()" ask --corpus "{tmp_path / "c"}"'
    env = {**os.environ, "REPONDEUR_READER": "none", "PYTHONPATH": str(Path.cwd())}
    done = subprocess.run(["bash", "-c", " ".join((code, *words))], capture_output=True, env=env, check=False)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_a_closed_stdin_is_misuse_and_nothing_is_indexed_for_it(tmp_path):
    code, out, said = command(tmp_path, "-", "<&-")
    assert (code, out) == (2, "") and "stdin is closed" in said and "Traceback" not in said
    assert not (tmp_path / "c").exists()


def test_the_command_repeats_questions_as_sent_and_exits_2_where_one_was_none(tmp_path):
    question = "Qui est Brad\u00a0Smith\u202f?"
    code, out, _ = command(tmp_path, f"'{question}'", "--json")
    assert code == 0 and json.loads(out)["question"] == question
    code, out, _ = command(tmp_path, "-", "--json", f"<<< '{question}\n'")
    assert code == 2 and [json.loads(line)["question"] for line in out.splitlines()] == [question, ""]
