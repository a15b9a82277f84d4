"""The work of `repondeur ask`: one question, or a stream of them, to JSON lines or to words."""

import json
import sys
from typing import BinaryIO, Protocol

import click

from index.errors import QuestionError
from qa.answer import Answer
from qa.question import LONGEST, clean

__all__ = ["Asked", "ask_lines", "show"]


class Asked(Protocol):
    """Answer questions; `qa`'s Answerer does, and so does a test's own."""

    def ask(self, question: str, *, k: int = ..., lang: str = ...) -> Answer:
        """Answer one clean question."""
        ...


def show(answer: Answer, lang: str, *, as_json: bool) -> None:
    """Write one answer to stdout."""
    if as_json:
        _put(answer.to_dict())
    else:
        from ui.terminal import render
        from ui.text import words

        click.echo(render(answer, words(lang)))


def ask_lines(answerer: Asked, lines: BinaryIO, *, k: int, lang: str, as_json: bool) -> int:
    """Answer a question a line as they come, one result for each line, and return how many were refused."""
    refused = 0
    for number, line in enumerate(lines, 1):
        try:
            question = clean(_decoded(line))
        except QuestionError as error:
            refused += 1
            click.echo(f"repondeur: line {number}: {error}", err=True)
            if as_json:
                _put({"question": _echoed(line), "error": str(error), "line": number})
            continue
        show(answerer.ask(question, k=k, lang=lang), lang, as_json=as_json)
        if not as_json:
            click.echo()
    return refused


def _decoded(line: bytes) -> str:
    """Return the line as text, without the byte order mark some editors put first."""
    try:
        return line.removeprefix(b"\xef\xbb\xbf").decode("utf-8")
    except UnicodeDecodeError as error:
        raise QuestionError(f"not UTF-8 at byte {error.start}: save the questions as UTF-8") from error


def _echoed(line: bytes) -> str | None:
    """Return the refused line where it is text of a sane length, so that a program can match it."""
    text = line.decode("utf-8", errors="replace").strip()
    return text if len(text) <= LONGEST else None


def _put(value: object) -> None:
    """Write one JSON line at once: whoever reads may wait for it before asking again."""
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8"))
    sys.stdout.flush()
