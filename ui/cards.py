"""Draw answers as HTML: every character of a question or an article is escaped here, and nowhere else."""

from collections.abc import Sequence
from html import escape

from qa.answer import Answer, Evidence, Reason
from qa.question import LONGEST
from ui.links import article_url, permalink, source_link
from ui.opinions import opinion_form
from ui.problems import Problem
from ui.text import Words
from ui.typography import typeset
from ui.view import elsewhere, quotation, segments, supporting, verdict

__all__ = ["problem_card", "read_out", "turn_card", "waiting_card"]

NEAREST = 3
# Where asking otherwise may help; a corpus that is empty or contradicts itself does not get better by it.
ASK_OTHERWISE = {Reason.NOTHING_CLOSE, Reason.NO_ANSWER_IN_PASSAGES}


def turn_card(answer: Answer, words: Words, prefix: str = "", receipt: str | None = None) -> str:
    """Return one question and its answer, or what was not found; `prefix` leads to the server's root.

    With a receipt, the visitor is asked for an opinion.
    """
    body = _understood(answer, words) + (
        _answered(answer, words, prefix) if answer.answer is not None else _abstained(answer, words, prefix)
    )
    if receipt:
        body += opinion_form(receipt, words.opinion)
    state = "answered" if answer.answer is not None else "abstained"
    return _card(answer.question, body, words, state=state, shared=answer.understood)


def waiting_card(words: Words) -> str:
    """Return the card that the page's script shows while an answer is on its way, or does not come at all."""
    title, advice = words.unreachable
    return (
        f'<div class="rep-turn rep-pending" lang="{words.lang}" hidden><p class="rep-asked"></p>'
        f'<p class="rep-waiting"><span class="rep-dots" aria-hidden="true"><i></i><i></i><i></i></span>'
        f"{escape(words.pending)}</p></div>"
        f'<div class="rep-turn rep-failed rep-unreachable" lang="{words.lang}" role="alert" hidden>'
        f'<p class="rep-asked"></p><p class="rep-none">{escape(title)}</p>'
        f'<p class="rep-why">{escape(advice)}</p></div>'
        # Where the page's script speaks to a screen reader; there from the start, or nothing would be read.
        '<p class="rep-hidden" id="rep-said" role="status"></p>'
    )


def problem_card(question: str, problem: Problem, words: Words, retry_after: int | None = None) -> str:
    """Return a question that could not be taken, and what to do about it."""
    title, advice = problem.said(words.lang)
    body = (
        f'<p class="rep-none">{escape(title)}</p>'
        f'<p class="rep-why">{escape(advice.format(seconds=retry_after))}</p>'
    )
    # Too long by one is too long: its address leads here again, and no further.
    return _card(question[: LONGEST + 1].strip(), body, words, state="failed")


def read_out(answer: Answer, words: Words) -> str:
    """Return what a screen reader says of an answer: the answer, not the whole card."""
    if answer.answer is None:
        return escape(" ".join(verdict(answer, words)).strip())
    # In a language of its own, as in the card.
    said = f'<span lang="">{escape(answer.answer.rstrip("."))}</span>'
    return escape(words.read_out).format(answer=said, sure=escape(words.sure(answer.confidence)))


def _card(question: str, body: str, words: Words, *, state: str, shared: str | None = None) -> str:
    """Return the frame that every turn shares; a follow-up is shared as it was understood."""
    asked = f'<h2 class="rep-asked">{escape(typeset(question))}</h2>' if question else ""
    shared = shared or question
    if state == "answered":
        link = f'<a class="rep-act rep-permalink" href="{permalink(shared)}">{escape(words.permalink)}</a>'
        asked = f'<header class="rep-head">{asked}{link}</header>'
    return (
        f'<article class="rep-turn rep-{state}" data-state="{state}" '
        f'data-question="{escape(shared)}" lang="{words.lang}">{asked}{body}</article>'
    )


def _understood(answer: Answer, words: Words) -> str:
    """Return how a follow-up was completed before it was searched."""
    if answer.understood is None:
        return ""
    understood = words.understood.format(question=typeset(answer.understood))
    return f'<p class="rep-understood">{escape(understood)}</p>'


def _answered(answer: Answer, words: Words, prefix: str) -> str:
    """Return the short answer, how sure it is, and its evidence."""
    main = supporting(answer)
    level = words.confidence.index(words.sure(answer.confidence))
    number = words.confidence_number.format(percent=round(answer.confidence * 100))
    size = "rep-short rep-long" if len(answer.answer or "") > 90 else "rep-short"
    short = (
        f'<p class="{size}" lang="">{escape(answer.answer or "")}</p>'
        f'<p class="rep-sure" data-level="{level}" title="{escape(number)}">'
        f'<span class="rep-meter" aria-hidden="true"></span>{escape(words.sure(answer.confidence))}'
        f'<span class="rep-hidden">, {escape(number)}</span></p>{_meant(answer, words)}'
    )
    if main is None:
        return short + _passages(answer.passages, words, prefix)
    others = [each for each in answer.passages if each is not main]
    return short + _passages([main], words, prefix) + _folded(others, words, prefix)


def _meant(answer: Answer, words: Words) -> str:
    """Return which day a relative date is, by the article's own."""
    meant = words.meant(answer.when)
    return f'<p class="rep-when">{escape(meant)}</p>' if meant else ""


def _abstained(answer: Answer, words: Words, prefix: str) -> str:
    """Return what was not found, what is nearest, and how to ask otherwise."""
    title, why = verdict(answer, words)
    none = f'<p class="rep-none">{escape(title)}</p>'
    if why:
        none += f'<p class="rep-why">{escape(why)}</p>'
    reason = answer.abstention.reason if answer.abstention else None
    tips = _tips(words) if reason in ASK_OTHERWISE else ""
    if not answer.passages:
        return none + tips
    if reason is Reason.NOTHING_CLOSE:
        folded = (
            f"<summary>{escape(words.nearest)}</summary>{_passages(answer.passages[:NEAREST], words, prefix)}"
        )
        return f'{none}{tips}<details class="rep-more">{folded}</details>'
    # Without a reader the sentence above announces them.
    label = "" if reason is Reason.NO_READER else f'<h3 class="rep-label">{escape(words.nearest)}</h3>'
    return none + tips + label + _passages(answer.passages[:NEAREST], words, prefix)


def _tips(words: Words) -> str:
    """Return how to ask otherwise."""
    hints = "".join(f"<li>{escape(hint)}</li>" for hint in words.rephrase)
    return (
        f'<div class="rep-tips"><h3 class="rep-label">{escape(words.hints)}</h3>'
        f'<ul class="rep-hints">{hints}</ul></div>'
    )


def _folded(passages: Sequence[Evidence], words: Words, prefix: str) -> str:
    """Return further passages, folded away."""
    if not passages:
        return ""
    summary = words.more[0] if len(passages) == 1 else words.more[1].format(count=len(passages))
    return (
        f'<details class="rep-more"><summary>{escape(summary)}</summary>'
        f"{_passages(passages, words, prefix)}</details>"
    )


def _passages(passages: Sequence[Evidence], words: Words, prefix: str) -> str:
    """Return passages as a list."""
    return f'<ol class="rep-passages">{"".join(_passage(each, words, prefix) for each in passages)}</ol>'


def _passage(evidence: Evidence, words: Words, prefix: str) -> str:
    """Return one passage, its answer marked, its source and what can be done with it."""
    shown = "".join(_segment(piece.text, piece.role) for piece in segments(evidence))
    return (
        f'<li class="rep-passage"><blockquote lang="">{shown}</blockquote>'
        f'<div class="rep-foot"><p class="rep-source">{_source(evidence, words)}</p>'
        f'<p class="rep-acts"><a class="rep-act" data-see href="{article_url(evidence, words, prefix)}">'
        f"{escape(words.see)}</a>"
        f'<button type="button" class="rep-act" data-copy="{escape(quotation(evidence, words))}" '
        f'data-done="{escape(words.copied)}" data-failed="{escape(words.uncopied)}">'
        f"{escape(words.copy)}</button></p></div></li>"
    )


def _segment(text: str, role: str) -> str:
    """Return a piece of a passage marked as what it is."""
    if role == "answer":
        return f"<mark>{escape(text)}</mark>"
    return f'<span class="rep-sentence">{escape(text)}</span>' if role == "sentence" else escape(text)


def _source(evidence: Evidence, words: Words) -> str:
    """Return title, date and source; the source is a link only where it is a web address."""
    name = escape(evidence.title) or source_link(evidence.source)
    parts = [f'<cite lang="">{name}</cite>' if name else f"<cite>{escape(words.untitled)}</cite>"]
    if evidence.date:
        parts.append(f'<time datetime="{escape(evidence.date)}">{escape(words.dated(evidence.date))}</time>')
    if evidence.source and evidence.title:
        parts.append(source_link(evidence.source))
    also = elsewhere(evidence, words)
    return " · ".join(parts + ([f'<span class="rep-also">{escape(also)}</span>'] if also else []))
