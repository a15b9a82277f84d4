"""Write an answer for a person at a terminal."""

import textwrap

import click

from qa.answer import Answer, Evidence
from ui.text import Words
from ui.view import byline, elsewhere, segments, supporting

__all__ = ["render"]


def render(answer: Answer, words: Words) -> str:
    """Return the short answer, the sentence it stands in with the answer marked, and where that is from.

    Marks are `**` around the answer, so that they survive a pipe; click takes colours away off a terminal.
    """
    evidence = supporting(answer)
    if answer.answer is None or evidence is None:
        return _abstained(answer, words)
    percent = words.confidence_number.format(percent=round(answer.confidence * 100))
    head = click.style(answer.answer, bold=True, fg="green")
    lines = [head, click.style(f"{words.sure(answer.confidence)} ({percent})", dim=True)]
    meant = words.meant(answer.when)
    lines += [click.style(meant, dim=True), ""] if meant else [""]
    lines += _passage(evidence, words)
    others = [each for each in answer.passages if each is not evidence]
    return "\n".join(lines + _list(others, words))


def _abstained(answer: Answer, words: Words) -> str:
    """Say what was not found, and what is nearest."""
    message = answer.abstention.message if answer.abstention else words.no_answer
    lines = [click.style(message, bold=True, fg="yellow")]
    return "\n".join(lines + _list(list(answer.passages), words, words.nearest))


def _list(passages: list[Evidence], words: Words, title: str | None = None) -> list[str]:
    """Return one short line of text and one of source for each passage."""
    if not passages:
        return []
    lines = ["", click.style(title or words.evidence, underline=True)]
    for evidence in passages:
        short = textwrap.shorten(evidence.text, 160, placeholder=" …")
        lines += [f"  {short}", click.style(f"  {byline(evidence, words)}", dim=True)]
    return lines


def _passage(evidence: Evidence, words: Words) -> list[str]:
    """Return the answering sentence, the answer marked, and its source below."""
    pieces = (piece for piece in segments(evidence) if piece.role != "plain")
    text = "".join(
        click.style(f"**{piece.text}**", bold=True) if piece.role == "answer" else piece.text
        for piece in pieces
    )
    below = [byline(evidence, words), elsewhere(evidence, words)]
    return [f"  {text}", *(click.style(f"  {line}", dim=True) for line in below if line)]
