"""Draw what asks for an opinion of an answer; static/feedback.js brings it to life."""

from html import escape

from ui.schemas import LONGEST_REMARK
from ui.text import OpinionWords

__all__ = ["opinion_form"]

_THUMB = (
    '<svg viewBox="0 0 24 24" width="18" height="18" aria-hidden="true" focusable="false">'
    '<path d="M3 11h4v9H3zM9 11l4-8c1.6 0 2.6 1.2 2.4 2.7L15 9h4.2c1.2 0 2 1.1 1.7 2.2l-2 '
    '7.2A2.2 2.2 0 0 1 16.8 20H9z"/>'
    "</svg>"
)


def opinion_form(receipt: str, said: OpinionWords) -> str:
    """Return two buttons and a remark that is shown once one of them was pressed."""
    name = escape(receipt)
    buttons = "".join(
        f'<button type="button" class="rep-thumb rep-thumb-{way}" data-opinion="{way}" aria-pressed="false">'
        f"{_THUMB}<span>{escape(word)}</span></button>"
        for way, word in (("up", said.up), ("down", said.down))
    )
    return (
        f'<div class="rep-judge" data-receipt="{name}" data-thanks="{escape(said.thanks)}" '
        f'data-thanks-again="{escape(said.thanks_again)}" data-failed="{escape(said.failed)}">'
        f'<div class="rep-thumbs" role="group" aria-label="{escape(said.useful)}">'
        f'<span class="rep-useful" aria-hidden="true">{escape(said.useful)}</span>{buttons}</div>'
        f'<form class="rep-remark" hidden><label for="remark-{name}">{escape(said.remark)}</label>'
        f'<textarea id="remark-{name}" name="remark" rows="2" maxlength="{LONGEST_REMARK}"></textarea>'
        f'<div class="rep-remark-foot"><p>{escape(said.kept)}</p>'
        f'<button type="submit">{escape(said.send)}</button></div></form>'
        '<p class="rep-judged" role="status"></p></div>'
    )
