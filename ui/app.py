"""The Gradio page: a question, its answers as cards, one language a page."""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import TYPE_CHECKING, Any

from qa.answer import Answer
from qa.conversation import Turn
from qa.question import clean
from ui.cards import problem_card, read_out, turn_card, waiting_card
from ui.problems import problem_of
from ui.service import Service
from ui.settings import Settings
from ui.text import Words
from ui.typography import NO_BREAK, typeset

# Read by Gradio and the hub's client when they are imported: no telemetry, nothing fetched.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False", HF_HUB_OFFLINE="1", HF_HUB_DISABLE_TELEMETRY="1", DO_NOT_TRACK="1"
)

if TYPE_CHECKING:
    import gradio as gr

__all__ = ["create_page", "head"]

TURNS = 8
_NUMBERS = count()


@dataclass(frozen=True, slots=True)
class Told:
    """Hold an answer with the receipt to judge it with, None where nobody is asked for opinions."""

    answer: Answer
    receipt: str | None


Turns = tuple[Told, ...]
Shown = tuple[str, str, Turns]


@dataclass(frozen=True, slots=True)
class Conversation:
    """Ask for one visitor of one page, and draw what comes back."""

    service: Service
    words: Words
    prefix: str

    async def ask(self, question: str, turns: Turns, visitor: str) -> Shown:
        """Return (cards, what is read out, turns); a visitor gets a card whatever happens."""
        try:
            asked = clean(question)
            self.service.visitors.take(visitor)
            answer = await self.service.ask(
                asked, lang=self.words.lang, history=[_turn(told.answer) for told in reversed(turns)]
            )
        except Exception as error:
            self.service.failed(error)
            problem, seconds = problem_of(error)
            said = ". ".join(problem.said(self.words.lang)).format(seconds=seconds)
            return (
                self._cards(turns, problem_card(question, problem, self.words, seconds)),
                escape(said),
                turns,
            )
        receipt = self.service.answered(answer, self.words.lang)
        turns = (Told(answer, receipt), *turns)[:TURNS]
        return self._cards(turns), read_out(answer, self.words), turns

    def _cards(self, turns: Sequence[Told], first: str = "") -> str:
        """Return the cards, newest first."""
        cards = first + "".join(
            turn_card(turn.answer, self.words, self.prefix, turn.receipt) for turn in turns
        )
        # Each set of cards is new to the script that hides the waiting card, even where they are equal.
        return f'<div class="rep-turns" data-set="{next(_NUMBERS)}">{cards}</div>'


def _turn(answer: Answer) -> Turn:
    """Return an answer as a turn that a follow-up may be about."""
    return Turn(answer.understood or answer.question, answer.answer)


def head(words: Words, prefix: str, settings: Settings) -> str:
    """Return what the page adds to <head>: its language, its scripts."""
    feedback = f'<script src="{prefix}static/feedback.js" defer></script>' if settings.feedback else ""
    return (
        f'<meta name="rep-lang" content="{words.lang}">'
        f'<meta name="rep-close" content="{escape(words.close)}">'
        f'<meta name="description" content="{escape(words.tagline)}">'
        '<meta name="color-scheme" content="light dark">'
        f'<script src="{prefix}static/page.js" defer></script>{feedback}'
    )


def create_page(service: Service, words: Words, prefix: str, other: str, nav: str = "") -> "gr.Blocks":
    """Build the page in one language.

    `prefix` leads to the server's root, `other` to the other language; `nav` is the HTML of the way to other
    pages.
    """
    import gradio as gr

    talk = Conversation(service, words, prefix)
    settings = service.settings
    with gr.Blocks(title=settings.title, analytics_enabled=False, delete_cache=(3600, 3600)) as page:
        turns = gr.State((), time_to_live=3600)
        gr.HTML(_top(settings.title, words, other, nav), elem_id="rep-top")
        with gr.Row(elem_id="rep-form"):
            box = gr.Textbox(
                placeholder=words.placeholder,
                label=words.question,
                show_label=False,
                container=False,
                autofocus=True,
                lines=1,
                max_lines=1,
                elem_id="rep-box",
            )
            button = gr.Button(words.ask, variant="primary", elem_id="rep-ask")
        examples: list[gr.Button] = []
        if settings.examples:
            with gr.Row(elem_id="rep-examples"):
                examples = [gr.Button(typeset(example), size="sm") for example in settings.examples]
        live = gr.HTML("", elem_id="rep-live")
        gr.HTML(waiting_card(words), elem_id="rep-wait")
        answers = gr.HTML("", elem_id="rep-answers")
        foot = gr.HTML("", elem_id="rep-foot")

        async def ask(question: str, before: Turns, request: gr.Request) -> Shown:
            return await talk.ask(question, before, _visitor(request))

        async def example(question: str, before: Turns, request: gr.Request) -> tuple[Any, ...]:
            question = question.replace(NO_BREAK, " ")
            return (question, *await talk.ask(question, before, _visitor(request)))

        async def arrive(before: Turns, request: gr.Request) -> tuple[Any, ...]:
            question = str(request.query_params.get("q", ""))
            if not question:
                return _foot(service, words), *[gr.skip()] * 4
            shown = await talk.ask(question, before, _visitor(request))
            return _foot(service, words), question[:2000], *shown

        # Past Gradio's queue: the service has a line of its own, bounded, and a plain request cannot be lost
        # between one event stream closing and the next.
        direct: dict[str, Any] = {"show_progress": "hidden", "api_visibility": "private", "queue": False}
        shown = [answers, live, turns]
        gr.on([box.submit, button.click], ask, [box, turns], shown, trigger_mode="always_last", **direct)
        for each in examples:
            each.click(example, [each, turns], [box, *shown], trigger_mode="always_last", **direct)
        page.load(arrive, [turns], [foot, box, *shown], **direct)
    return page


def _visitor(request: "gr.Request") -> str:
    """Return whom a quota counts: the address the request came from."""
    return request.client.host if request.client else ""


def _top(title: str, words: Words, other: str, nav: str) -> str:
    """Return the name, what it does, and the way to the other language."""
    lang = "en" if words.lang == "fr" else "fr"
    return (
        f'<header class="rep-top"><div><h1>{escape(title)}</h1><p>{escape(words.tagline)}</p>{nav}</div>'
        f'<a class="rep-lang" href="{other}" hreflang="{lang}" lang="{lang}">'
        f"{escape(words.other_language)}</a></header>"
    )


def _foot(service: Service, words: Words) -> str:
    """Return what the corpus holds and what is promised."""
    counts = service.shelf().manifest.counts
    return (
        f'<footer class="rep-counted"><p>{escape(words.counted(counts.documents, counts.passages))}</p>'
        f"<p>{escape(words.promise)}</p></footer>"
    )
