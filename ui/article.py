"""Draw the view of a whole article: its text with the passage marked, or what became of it since."""

import re
from html import escape

from index.document import Document
from index.sentences import around
from ui.links import source_link
from ui.text import Words

__all__ = ["article_body", "article_page", "gone_page"]

# Characters: what is longer is a passage and no answer, and is marked more quietly.
LONG_MARK = 300
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")


def article_page(document: Document, span: tuple[int, int], sha: str, words: Words, site: str) -> str:
    """Return the page of an article.

    `sha` begins the sha256 of the text that `span` was found in: in another text nothing is marked, and the
    visitor is told so. Without one the span is taken as it is.
    """
    title = escape(document.title or document.source or words.untitled)
    known = (escape(words.dated(document.date)), source_link(document.source) if document.title else "")
    meta = " · ".join(part for part in known if part)
    same = document.sha256.startswith(sha)
    note = "" if same else f'<p class="rep-note" role="note">{escape(words.changed)}</p>'
    lang = language(document)
    return _page(
        title,
        f'<h1 lang="{lang}">{title}</h1><p class="rep-meta">{meta}</p>{note}'
        f"{article_body(document, *(span if same else (0, 0)))}",
        words,
        site,
    )


def gone_page(words: Words, site: str) -> str:
    """Return the page in the place of an article that is no longer in the corpus."""
    title, advice = map(escape, words.gone)
    return _page(title, f"<h1>{title}</h1><p>{advice}</p>", words, site)


def article_body(document: Document, start: int, end: int) -> str:
    """Return the article's text as paragraphs, the span marked and named `passage`."""
    text = document.text
    start, end = max(0, min(start, len(text))), max(0, min(end, len(text)))
    shown = f'<div class="rep-text" lang="{language(document)}">'
    if start >= end:
        return f"{shown}{escape(text)}</div>"
    left, right = around(text, start, end)
    wide = " class=rep-wide" if end - start > LONG_MARK else ""
    return (
        f'{shown}{escape(text[:left])}<span class="rep-sentence">{escape(text[left:start])}'
        f'<mark id="passage"{wide}>{escape(text[start:end])}</mark>{escape(text[end:right])}</span>'
        f"{escape(text[right:])}</div>"
    )


def language(document: Document) -> str:
    """Return the language a document says it is in, empty for unknown: never the page's by mistake."""
    said = document.meta.get("language", "").replace("_", "-")
    return said if _LANGUAGE.fullmatch(said) else ""


def _page(title: str, body: str, words: Words, site: str) -> str:
    """Return a page that needs no script; `title` and `body` are HTML."""
    back = "./" if words.lang == "fr" else "en/"
    return (
        f'<!doctype html><html lang="{words.lang}"><head><meta charset="utf-8">'
        f"<title>{title} — {escape(site)}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="stylesheet" href="static/page.css">'
        '<link rel="icon" href="static/icon.svg">'
        '<script src="static/article.js"></script></head><body><main class="rep-article">'
        f'<a class="rep-back" href="{back}">← {escape(words.back)}</a>{body}</main></body></html>'
    )
