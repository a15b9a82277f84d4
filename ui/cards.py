"""Draw answers as HTML: every character of a question or an article is escaped here, and nowhere else."""

from collections.abc import Sequence
from html import escape
from urllib.parse import quote, urlencode, urlsplit

from index.document import Document
from index.sentences import around
from qa.answer import Answer, Evidence, Reason
from ui.opinions import opinion_form
from ui.problems import Problem
from ui.text import Words
from ui.view import elsewhere, quotation, segments, supporting

__all__ = ["article_body", "problem_card", "read_out", "turn_card", "waiting_card"]

NEAREST = 3
# Characters: what is longer is a passage and no answer, and is marked more quietly.
LONG_MARK = 300


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
    return _card(answer.question, body, words, state=state, permalink=answer.understood)


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
    )


def problem_card(question: str, problem: Problem, words: Words, retry_after: int | None = None) -> str:
    """Return a question that could not be taken, and what to do about it."""
    title, advice = problem.said(words.lang)
    body = (
        f'<p class="rep-none">{escape(title)}</p>'
        f'<p class="rep-why">{escape(advice.format(seconds=retry_after))}</p>'
    )
    return _card(question[:200].strip(), body, words, state="failed")


def read_out(answer: Answer, words: Words) -> str:
    """Return what a screen reader says of an answer: the answer, not the whole card."""
    if answer.answer is None:
        return escape(f"{words.no_answer} {_why(answer, words)}")
    return escape(words.read_out.format(answer=answer.answer, sure=words.sure(answer.confidence)))


def article_body(document: Document, start: int, end: int) -> str:
    """Return the article's text as paragraphs, the span marked and named `passage`."""
    text = document.text
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    if start >= end:
        return f'<div class="rep-text">{escape(text)}</div>'
    left, right = around(text, start, end)
    wide = " class=rep-wide" if end - start > LONG_MARK else ""
    return (
        f'<div class="rep-text">{escape(text[:left])}<span class="rep-sentence">{escape(text[left:start])}'
        f'<mark id="passage"{wide}>{escape(text[start:end])}</mark>{escape(text[end:right])}</span>'
        f"{escape(text[right:])}</div>"
    )


def _card(question: str, body: str, words: Words, *, state: str, permalink: str | None = None) -> str:
    """Return the frame that every turn shares; a follow-up is shared as it was understood."""
    asked = f'<h2 class="rep-asked">{escape(question)}</h2>' if question else ""
    return (
        f'<article class="rep-turn rep-{state}" data-state="{state}" '
        f'data-question="{escape(permalink or question)}" lang="{words.lang}">{asked}{body}</article>'
    )


def _understood(answer: Answer, words: Words) -> str:
    """Return how a follow-up was completed before it was searched."""
    if answer.understood is None:
        return ""
    return f'<p class="rep-understood">{escape(words.understood.format(question=answer.understood))}</p>'


def _answered(answer: Answer, words: Words, prefix: str) -> str:
    """Return the short answer, how sure it is, and its evidence."""
    main = supporting(answer)
    level = words.confidence.index(words.sure(answer.confidence))
    number = words.confidence_number.format(percent=round(answer.confidence * 100))
    size = "rep-short rep-long" if len(answer.answer or "") > 90 else "rep-short"
    short = (
        f'<p class="{size}">{escape(answer.answer or "")}</p>'
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
    hints = "".join(f"<li>{escape(hint)}</li>" for hint in words.rephrase)
    none = f'<p class="rep-none">{escape(words.no_answer)}</p><p class="rep-why">{_why(answer, words)}</p>'
    tips = f'<ul class="rep-hints" aria-label="{escape(words.hints)}">{hints}</ul>'
    if not answer.passages:
        return none + tips
    if answer.abstention and answer.abstention.reason is Reason.NOTHING_CLOSE:
        folded = (
            f"<summary>{escape(words.nearest)}</summary>{_passages(answer.passages[:NEAREST], words, prefix)}"
        )
        return f'{none}{tips}<details class="rep-more">{folded}</details>'
    nearest = f'<h3 class="rep-label">{escape(words.nearest)}</h3>'
    return none + tips + nearest + _passages(answer.passages[:NEAREST], words, prefix)


def _why(answer: Answer, words: Words) -> str:
    """Return the reason in the page's language, escaped."""
    reason = answer.abstention.reason if answer.abstention else Reason.NO_ANSWER_IN_PASSAGES
    return escape(words.abstained[reason])


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
        f'<li class="rep-passage"><blockquote>{shown}</blockquote>'
        f'<div class="rep-foot"><p class="rep-source">{_source(evidence, words)}</p>'
        f'<p class="rep-acts"><a class="rep-act" data-see href="{_article_url(evidence, words, prefix)}">'
        f"{escape(words.see)}</a>"
        f'<button type="button" class="rep-act" data-copy="{escape(quotation(evidence, words))}" '
        f'data-done="{escape(words.copied)}">{escape(words.copy)}</button></p></div></li>'
    )


def _segment(text: str, role: str) -> str:
    """Return a piece of a passage marked as what it is."""
    if role == "answer":
        return f"<mark>{escape(text)}</mark>"
    return f'<span class="rep-sentence">{escape(text)}</span>' if role == "sentence" else escape(text)


def _source(evidence: Evidence, words: Words) -> str:
    """Return title, date and source; the source is a link only where it is a web address."""
    name = escape(evidence.title) or _link(evidence.source) or escape(words.untitled)
    parts = [f"<cite>{name}</cite>"]
    if evidence.date:
        parts.append(f'<time datetime="{escape(evidence.date)}">{escape(words.dated(evidence.date))}</time>')
    if evidence.source and evidence.title:
        parts.append(_link(evidence.source))
    also = elsewhere(evidence, words)
    return " · ".join(parts + ([f'<span class="rep-also">{escape(also)}</span>'] if also else []))


def _link(source: str) -> str:
    """Return a web address as a link to its host, anything else as text."""
    try:
        parts = urlsplit(source)
    except ValueError:
        return escape(source)
    if parts.scheme not in {"http", "https"} or not parts.netloc:
        return escape(source)
    address = escape(quote(source, safe=":/?#[]@!$&'()*+,;=%~"))
    return f'<a href="{address}" rel="noopener noreferrer" target="_blank">{escape(parts.netloc)}</a>'


def _article_url(evidence: Evidence, words: Words, prefix: str) -> str:
    """Return the address of the whole article, opened at the answer or the passage."""
    start = evidence.start if evidence.answer_start is None else evidence.answer_start
    end = evidence.end if evidence.answer_end is None else evidence.answer_end
    query = urlencode({"id": evidence.document_id, "start": start, "end": end, "lang": words.lang})
    return escape(f"{prefix}article?{query}#passage")
