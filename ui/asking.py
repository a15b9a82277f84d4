"""The work of `repondeur ask`: one question, or a stream of them, to JSON lines or to words."""

import json
import sys
from typing import Any, BinaryIO, Protocol

import click

from qa.answer import Abstention, Answer, Reason, Timings
from qa.messages import refusal
from qa.question import Fault, InvalidQuestionError, clean

__all__ = ["Asked", "ask_lines", "show"]


class Asked(Protocol):
    """Answer questions; `qa`'s Answerer does, and so does a test's own."""

    def ask(self, question: str, *, k: int = ..., lang: str = ...) -> Answer:
        """Answer one question, which the answer repeats as it was asked."""
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
    """Answer a question a line as they come, and return how many lines were refused.

    Each line gets its result, a blank one too, so that the nth result is the nth line's.
    """
    refused = 0
    for number, line in enumerate(lines, 1):
        try:
            # Asked as it was sent: its no-break spaces come back, and who sent it can match it.
            question = _decoded(line, first=number == 1)
            clean(question)
        except InvalidQuestionError as error:
            refused += 1
            click.echo(f"repondeur: line {number}: {error}", err=True)
            if as_json:
                _put(_refused(line, number, error, lang))
            continue
        show(answerer.ask(question, k=k, lang=lang), lang, as_json=as_json)
        if not as_json:
            click.echo()
    return refused


def _decoded(line: bytes, *, first: bool, errors: str = "strict") -> str:
    """Return the line as text, without its end and the byte order mark some editors put first in a file."""
    body = line.removesuffix(b"\n").removesuffix(b"\r")
    try:
        return (body.removeprefix(b"\xef\xbb\xbf") if first else body).decode("utf-8", errors)
    except UnicodeDecodeError as error:
        message = f"not UTF-8 at byte {error.start}: save the questions as UTF-8"
        raise InvalidQuestionError(Fault.UNREADABLE, message) from error


def _refused(line: bytes, number: int, error: InvalidQuestionError, lang: str) -> dict[str, Any]:
    """Return a result with the keys of every other one for a line that is no question."""
    asked = _decoded(line, first=number == 1, errors="replace")
    silence = Abstention(Reason.NO_ANSWER_IN_PASSAGES, refusal(error.fault, lang))
    values = Answer(asked, None, 0.0, silence, (), Timings(0.0, 0.0, 0.0)).to_dict()
    # No reason of the reader's: nothing was looked for.
    values["abstention"]["reason"] = "refused"
    return {**values, "error": str(error), "line": number}


def _put(value: object) -> None:
    """Write one JSON line at once: whoever reads may wait for it before asking again."""
    click.echo(json.dumps(value, ensure_ascii=False).encode("utf-8"))
    sys.stdout.flush()
