"""Files nobody should have to read: each is named with its reason or rightly taken, within the caps."""

import json
import os
import re
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from click.testing import CliRunner

from index.document import Document
from index.formats.columns import Columns
from index.formats.items import Article, Unreadable, from_line
from index.formats.limits import Limits
from index.formats.sandbox import Sandbox
from index.loaders import Skipped, load_paths
from index.verify import verify
from tests.format_files import ARTICLE, zipped
from tests.hostile_files import LIMITS, write
from ui.cli import main

ROOT = Path(__file__).parents[1]
SECRETS = ("root:", "un secret")
# What takes markdown-it minutes.
SLOW = "![[]()" * 400_000


def begun(*arguments):
    """Return what the program tests/hostile_files.py prints."""
    made = subprocess.run(
        [sys.executable, "-m", "tests.hostile_files", *arguments],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        check=True,
        cwd=arguments[0],
    )
    return json.loads(made.stdout)


def owner(path, folder, expected):
    """Return the file that a path belongs to: rows, pages and members follow their file."""
    below = path.removeprefix(f"{folder}/")
    # Of the files whose name a path begins with, the longest.
    return max((name for name in expected if re.match(re.escape(name) + r"([/:# ]|$)", below)), key=len)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """Return (what is expected of each name, what came of each, the most memory the parent had)."""
    folder = tmp_path_factory.mktemp("hostile") / "tree"
    folder.mkdir()
    expected = write(folder)
    result = begun(folder)
    came = {name: [] for name in expected}
    for item in result["items"]:
        path = item["path"].removeprefix(f"{folder}/")
        said = f"{path}: {item.get('reason', '')}"
        came[owner(item["path"], folder, expected)].append({**item, "said": said})
    return expected, came, result["peak"], folder


def test_there_are_more_than_sixty(run):
    expected, *_ = run
    assert len(expected) > 100
    assert sum(bool(says) for says, _ in expected.values()) > 80


def test_each_is_named_with_its_reason_or_rightly_taken(run):
    expected, came, *_ = run
    wrong = {}
    for name, (says, taken) in expected.items():
        assert bool(says) != bool(taken), name
        reasons = [item["said"] for item in came[name] if "reason" in item]
        texts = [item["text"] for item in came[name] if "text" in item]
        right = texts and not reasons if taken else any(re.search(says, reason) for reason in reasons)
        if not right:
            wrong[name] = (says or taken, reasons, texts)
    assert not wrong


def test_nothing_outside_the_folder_is_read_and_nothing_is_written(run):
    expected, came, _, folder = run
    for items in came.values():
        for item in items:
            assert not any(secret in item.get("text", "") for secret in SECRETS)
    assert {
        os.fsencode(each.name).decode(errors="backslashreplace") for each in folder.iterdir()
    } == expected.keys() - {"caf\\udce9.txt"} | {"caf\\xe9.txt"}
    assert {each.name for each in folder.parent.iterdir()} == {"tree", "outside.txt"}


def test_reasons_are_one_plain_line(run):
    _, came, *_ = run
    reasons = [item["reason"] for items in came.values() for item in items if "reason" in item]
    assert not [each for each in reasons if not 0 < len(each) < 500 or "\n" in each or "Traceback" in each]


def test_memory_of_the_parent_stays_small(run):
    # Two texts of the largest size allowed here would be more.
    assert run[2] < 400 << 20


def test_what_takes_too_long_costs_itself_alone(tmp_path):
    (tmp_path / "a.md").write_text("# Avant\n", encoding="utf-8")
    (tmp_path / "b.md").write_text(SLOW, encoding="utf-8")
    (tmp_path / "c.md").write_text("# Après\n", encoding="utf-8")
    before, slow, after = load_paths([tmp_path], limits=Limits(seconds=8))
    assert isinstance(before, Document) and isinstance(after, Document)
    assert slow == Skipped(str(tmp_path / "b.md"), "takes more than 8 seconds to read")


def test_an_archive_of_bombs_is_given_up(tmp_path, monkeypatch):
    monkeypatch.setattr("index.formats.run._MOST_COSTLY", 1)
    files = {"a.md": SLOW, "b.txt": ARTICLE, "c.txt": ARTICLE}
    (tmp_path / "a.zip").write_bytes(zipped(files))
    slow, given_up = load_paths([tmp_path], limits=Limits(seconds=3))
    assert slow.reason == "takes more than 3 seconds to read"
    assert given_up.path == str(tmp_path / "a.zip")
    assert "2 files from 'b.txt' on were not read" in given_up.reason


def test_too_much_text_is_cut_off_by_the_parent_and_nothing_of_it_lost_unsaid(tmp_path):
    (tmp_path / "a.zip").write_bytes(zipped({"a.jsonl": '{"text": "mot"}\n' * 2000, "b.txt": ARTICLE}))
    items = list(load_paths([tmp_path], limits=Limits(output=20_000)))
    said = [item.reason for item in items if isinstance(item, Skipped)]
    assert len(said) == 1 and "MB of text: split it" in said[0]
    assert items[-1].text == ARTICLE


def test_memory_that_an_earlier_file_left_is_not_held_against_the_next(tmp_path):
    (tmp_path / "a.md").write_text("# Avant\n", encoding="utf-8")
    (tmp_path / "b.md").write_bytes(b"mot " * (25 << 20))
    (tmp_path / "c.md").write_text("# Après\n", encoding="utf-8")
    before, bomb, after = load_paths([tmp_path], limits=Limits(memory=192 << 20))
    assert isinstance(before, Document) and isinstance(after, Document)
    assert bomb == Skipped(str(tmp_path / "b.md"), "needs more than 192 MB of memory to read")


def test_a_child_that_dies_between_two_files_is_replaced(tmp_path):
    path = tmp_path / "a.md"
    path.write_text("# Un titre\n\nUn texte.\n", encoding="utf-8")
    with Sandbox(Limits()) as sandbox:
        first = list(sandbox.read(path, (), ".md", Columns()))
        child = sandbox._child
        child.send_signal(signal.SIGINT)
        assert list(sandbox.read(path, (), ".md", Columns())) == first
        assert sandbox._child is child
        sandbox._child.kill()
        sandbox._child.wait()
        assert list(sandbox.read(path, (), ".md", Columns())) == first
        assert isinstance(first[0], Article)
    assert sandbox._child is None


def test_the_child_ends_with_its_parent_s_generator(tmp_path):
    for name in ("a.md", "b.md"):
        (tmp_path / name).write_text("Un texte.", encoding="utf-8")
    threads = threading.active_count()
    items = load_paths([tmp_path])
    next(items)
    (child,) = [each for each in Path("/proc").glob("[0-9]*/cmdline") if _is_worker(each)]
    items.close()
    assert not child.exists()
    assert threading.active_count() == threads


def _is_worker(cmdline):
    """Tell whether a process is a worker of this one."""
    try:
        parent = int(re.search(r"PPid:\s+(\d+)", (cmdline.parent / "status").read_text(encoding="utf-8"))[1])
        return parent == os.getpid() and b"index.formats.worker" in cmdline.read_bytes()
    except (OSError, TypeError):
        return False


CONFINED = """
import os, socket, subprocess, sys
from index.formats.limits import Limits
from index.formats.worker import _confine
_confine(Limits(memory=400 << 20))
def tried(act):
    try:
        act()
    except (OSError, MemoryError) as error:
        return type(error).__name__
    return "done"
print(
    tried(lambda: socket.socket()),
    tried(lambda: socket.getaddrinfo("localhost", 80)),
    tried(lambda: subprocess.run(["true"])),
    tried(lambda: os.system("true")),
    tried(lambda: os.fork()),
    tried(lambda: open("written", "w")),
    tried(lambda: open("there", "r+")),
    tried(lambda: bytearray(500 << 20)),
    tried(lambda: open("there").read()),
)
"""


def test_a_child_has_no_network_and_writes_and_starts_nothing(tmp_path):
    (tmp_path / "there").write_text("a", encoding="utf-8")
    done = subprocess.run(
        [sys.executable, "-c", CONFINED],
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        cwd=tmp_path,
    )
    assert done.stdout.split() == ["PermissionError"] * 7 + ["MemoryError", "done"]
    assert [each.name for each in tmp_path.iterdir()] == ["there"]


def test_a_child_sees_no_tokens_and_no_modules_beside_the_articles(tmp_path, monkeypatch):
    monkeypatch.setenv("REPONDEUR_ADMIN_TOKEN", "secret")
    monkeypatch.chdir(tmp_path)
    # Were the working folder on the child's path, this would be its json.
    (tmp_path / "json.py").write_text("raise SystemExit(3)", encoding="utf-8")
    (tmp_path / "a.md").write_text("Un texte.", encoding="utf-8")
    with Sandbox(Limits()) as sandbox:
        assert list(sandbox.read(tmp_path / "a.md", (), ".md", Columns()))
        environment = Path(f"/proc/{sandbox._child.pid}/environ").read_bytes()
    assert b"secret" not in environment and b"PYTHONHASHSEED=0" in environment


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"kind": "Popen", "args": "true"},
        {"kind": "Member", "name": "a", "size": "9", "url": "", "date": ""},
        {"kind": "Problem", "place": "", "reason": None},
        {"kind": "Note", "message": "a", "other": "b"},
        {
            "kind": "Article",
            "text": "a",
            "title": "",
            "date": "",
            "url": "",
            "id": "",
            "part": "",
            "meta": {"a": 1},
        },
    ],
)
def test_an_answer_that_is_none_is_refused(values):
    with pytest.raises(ValueError, match=r"item"):
        from_line(values)


def test_a_child_that_answers_nonsense_is_ended(tmp_path, monkeypatch):
    nonsense = [sys.executable, "-c", "import sys; sys.stdin.readline(); print('{}'); sys.stdin.readline()"]
    with Sandbox(Limits()) as sandbox:
        sandbox._child = subprocess.Popen(nonsense, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        monkeypatch.setattr(sandbox, "_started", lambda: subprocess.Popen(nonsense, stdin=-1, stdout=-1))
        with pytest.raises(Unreadable, match="an answer that is none"):
            list(sandbox.read(tmp_path / "a.md", (), ".md", Columns()))
        assert sandbox._child is None


def test_the_command_ends_with_0_and_names_whatever_it_could_not_take(run, tmp_path):
    expected, _, _, folder = run
    came = begun(folder, tmp_path / "corpus")
    assert came["code"] == 0, came["stderr"]
    report = json.loads(came["stdout"])
    said = {}
    for each in report["skipped"]:
        below = each["path"].removeprefix(f"{folder}/")
        said.setdefault(owner(each["path"], folder, expected), []).append(f"{below}: {each['reason']}")
        assert f"skipped {each['path']}: {each['reason']}" in came["stderr"]
    refused = {name: says for name, (says, _) in expected.items() if says}
    assert len(refused) > 80
    unsaid = {
        name: (says, said.get(name))
        for name, says in refused.items()
        if not any(re.search(says, each) for each in said.get(name, []))
    }
    assert not unsaid
    assert report["added"] > len(expected) - len(refused) - 20
    assert verify(tmp_path / "corpus").problems == ()
    # There were children, and none had more than they may.
    assert 20 << 20 < came["children"] < LIMITS["memory"]


def test_a_run_of_bad_files_alone_is_no_failure(run, tmp_path, toy_encoder, monkeypatch):
    monkeypatch.setattr("index.encoder.load_encoder", lambda _: toy_encoder)
    bad = tmp_path / "bad" / "garbage.pdf"
    bad.parent.mkdir()
    bad.write_bytes((run[3] / "garbage.pdf").read_bytes())
    command = ["--corpus", str(tmp_path / "corpus"), "--json"]
    result = CliRunner().invoke(main, ["index", str(bad.parent), *command])
    assert result.exit_code == 0
    assert [each["path"] for each in json.loads(result.stdout)["skipped"]] == [str(bad)]
    # The one file that was asked for by its name, and could not be taken, is another matter.
    assert CliRunner().invoke(main, ["index", str(bad), *command]).exit_code == 2
