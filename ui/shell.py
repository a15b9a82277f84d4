"""Correct the HTML that Gradio sends first: its language, and what it says about itself to other sites."""

import re

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.guard import local_path

__all__ = ["Shell"]

_LANG = re.compile(r"(<html\b[^>]*?\blang=)\"en\"", re.DOTALL)
# Cards for social networks, with Gradio's name and an image on another host.
_CARDS = re.compile(r"<meta\s+(?:property=\"og:|name=\"twitter:)[^>]*?/?>\s*", re.DOTALL)
_PAGES = {"": "fr", "/": "fr", "/en": "en", "/en/": "en"}


class Shell:
    """Wrap an ASGI application; only the pages at `/` and `/en/` are touched."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass everything on, the pages corrected."""
        lang = _PAGES.get(local_path(scope)) if scope["type"] == "http" else None
        if lang is None:
            await self.app(scope, receive, send)
            return
        # Uncompressed, or there would be nothing to correct.
        headers = [pair for pair in scope["headers"] if pair[0] != b"accept-encoding"]
        await self.app({**scope, "headers": headers}, receive, _Corrected(send, lang))


class _Corrected:
    """Hold a response back until it is whole, then send it corrected."""

    def __init__(self, send: Send, lang: str) -> None:
        self._send = send
        self._lang = lang
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Take the next part of the response."""
        if message["type"] == "http.response.start":
            self._start = message
            return
        self._body += message.get("body", b"")
        if message.get("more_body") or self._start is None:
            return
        headers = MutableHeaders(scope=self._start)
        if headers.get("content-type", "").startswith("text/html"):
            self._body = corrected(self._body.decode("utf-8"), self._lang).encode("utf-8")
            headers["content-length"] = str(len(self._body))
        await self._send(self._start)
        await self._send({"type": "http.response.body", "body": self._body})


def corrected(html: str, lang: str) -> str:
    """Return the page with its language, style and icon from the first byte, without social cards."""
    prefix = "" if lang == "fr" else "../"
    ours = (
        f'<link rel="icon" href="{prefix}static/icon.svg">'
        f'<link rel="stylesheet" href="{prefix}static/page.css">'
        f'<link rel="stylesheet" href="{prefix}static/feedback.css">'
        f'<link rel="stylesheet" href="{prefix}static/documents.css"></head>'
    )
    html = _CARDS.sub("", _LANG.sub(rf'\g<1>"{lang}"', html, count=1))
    return html.replace("</head>", ours, 1)
