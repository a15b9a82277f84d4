"""The documents page, for whoever has the administration token: add, search, read, remove.

A page of its own and not a part of the Gradio one: the token is typed where no inline script may run.
"""

import json
from dataclasses import asdict
from html import escape

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from index.loaders import SUFFIXES
from ui.api import service_of
from ui.documents_text import DocumentWords, document_words
from ui.text import lang_of, words

__all__ = ["documents_page", "tabs"]

documents_page = APIRouter(include_in_schema=False)


def tabs(said: DocumentWords, current: str, questions: str, documents: str) -> str:
    """Return the way between the two pages; `current` is `questions` or `documents`."""
    links = (("questions", questions, said.questions), ("documents", documents, said.documents))
    drawn = (
        f'<a href="{escape(href)}"{" aria-current=page" if name == current else ""}>{escape(word)}</a>'
        for name, href, word in links
    )
    return f'<nav class="rep-tabs">{"".join(drawn)}</nav>'


@documents_page.get("/documents")
def show(request: Request, lang: str | None = None) -> HTMLResponse:
    """Show the page; it holds no document before the token was given."""
    language = lang_of(request.headers.get("accept-language"), lang)
    said, common = document_words(language), words(language)
    settings = service_of(request).settings
    title = escape(settings.title)
    other = "fr" if language == "en" else "en"
    back = "en/" if language == "en" else "./"
    known = {"lang": language, "months": common.months.split(), "largest": settings.document_bytes}
    store = escape(json.dumps({**asdict(said), **known}))
    return HTMLResponse(
        f'<!doctype html><html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{escape(said.documents)} — {title}</title>"
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="color-scheme" content="light dark"><link rel="icon" href="static/icon.svg">'
        '<link rel="stylesheet" href="static/page.css"><link rel="stylesheet" href="static/documents.css">'
        '<script src="static/article.js"></script>'
        '<script src="static/documents.js" defer></script></head>'
        f'<body><main class="rep-article rep-desk" data-words="{store}">'
        f'<header class="rep-top"><div><p class="rep-name">{title}</p>'
        f"<p>{escape(common.tagline)}</p>"
        f"{tabs(said, 'documents', back, '')}</div>"
        f'<a class="rep-lang" href="?lang={other}" hreflang="{other}" lang="{other}">'
        f"{escape(common.other_language)}</a></header>"
        f'<h1>{escape(said.documents)}</h1><p class="rep-meta">{escape(said.intro)}</p>'
        f"{_door(said)}{_desk(said)}</main></body></html>"
    )


def _door(said: DocumentWords) -> str:
    """Return where the token is given."""
    return (
        f'<form id="door"><label for="token">{escape(said.token)}</label><div class="rep-line">'
        '<input id="token" type="password" autocomplete="off" required aria-describedby="hint refusal">'
        f"<button>{escape(said.open)}</button></div>"
        f'<p id="hint">{escape(said.token_hint)}</p><p id="refusal" role="alert"></p></form>'
    )


def _desk(said: DocumentWords) -> str:
    """Return what is shown behind the door."""
    accept, known = escape(",".join(SUFFIXES)), escape(said.formats.format(formats=" ".join(SUFFIXES)))
    return (
        f'<section id="desk" hidden><div id="drop"><p>{escape(said.drop)}</p>'
        f'<label class="rep-pick">{escape(said.choose)}'
        f'<input id="files" type="file" multiple accept="{accept}"></label>'
        f'<p class="rep-formats">{known}</p></div><ul id="queue"></ul>'
        '<p class="rep-hidden" id="said" role="status"></p>'
        '<div class="rep-line rep-find"><h2 id="count" tabindex="-1" aria-live="polite"></h2>'
        f'<input id="search" type="search" '
        f'aria-label="{escape(said.search)}" placeholder="{escape(said.search)}"></div>'
        '<ul id="list" aria-labelledby="count"></ul><div id="pages" hidden>'
        f'<button type="button" id="previous" aria-label="{escape(said.previous)}">←</button><span></span>'
        f'<button type="button" id="next" aria-label="{escape(said.next)}">→</button></div>'
        '<p id="told" role="status"></p><dialog id="sure" aria-labelledby="sure-title">'
        '<h2 id="sure-title"></h2>'
        f'<p>{escape(said.sure_detail)}</p><form method="dialog">'
        f'<button value="no">{escape(said.cancel)}</button>'
        f'<button value="yes" class="rep-remove">{escape(said.remove)}</button></form></dialog></section>'
    )
