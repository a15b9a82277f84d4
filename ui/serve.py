"""Run the server: open the corpus, bind the port, answer until told to stop."""

import math
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import click

from index.errors import UsageError
from ui.settings import Settings

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

__all__ = ["bind", "build", "configured", "feedback_place", "origins", "run"]


def origins(given: Sequence[str]) -> tuple[str, ...]:
    """Return the origins as browsers write them; UsageError for what is none."""
    return tuple(_origin(each) for each in given)


def _origin(text: str) -> str:
    """Return one origin, checked."""
    refusal = UsageError(f"--allow-origin {text!r} is not an origin: write it like https://www.example.org")
    try:
        parts = urlsplit(text)
        _ = parts.port
    except ValueError as error:
        raise refusal from error
    if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path.strip("/") or parts.query:
        raise refusal
    return f"{parts.scheme}://{parts.netloc.lower()}"


def feedback_place(corpus: Path, named: Path | None, say: Callable[[str], None], *, off: bool) -> Path | None:
    """Return where opinions are kept, None for nowhere; UsageError where a file named cannot be used."""
    from ui.feedback import FeedbackFile, beside

    if off or str(named) == "off":
        return None
    try:
        return FeedbackFile.open(named or beside(corpus)).path
    except UsageError as error:
        if named:
            raise
        say(f"{error}; nobody is asked for an opinion this time")
        return None


def bind(host: str, port: int) -> socket.socket:
    """Return a listening socket; UsageError when the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=512)
    except (OSError, OverflowError) as error:
        reason = getattr(error, "strerror", None) or error
        raise UsageError(
            f"cannot listen on {host} port {port}: {reason}; pass another --host or --port"
        ) from error


def build(
    corpus: Path, encoder: str, reader: str, settings: Settings, say: Callable[[str], None]
) -> "FastAPI":
    """Return the application over the corpus in a folder; with none, the seed article is indexed first."""
    from qa.answerer import Answerer
    from ui.api import create_app
    from ui.editor import Editor
    from ui.starter import ensure_corpus, examples

    ensure_corpus(corpus, encoder, say)
    answerer = Answerer.open(corpus, encoder=encoder, reader=reader, threads=settings.threads)
    if not settings.examples:
        settings = replace(settings, examples=examples(answerer))
    editor = Editor(corpus, answerer.encoder) if settings.admin_token else None
    return create_app(answerer, settings, editor=editor)


def configured(app: "FastAPI", proxies: str = "") -> "uvicorn.Config":
    """Return how the application is served; told to stop, it finishes the answers it has begun."""
    import uvicorn

    from ui.streams import Streams

    settings: Settings = app.state.service.settings
    return uvicorn.Config(
        Streams(app),
        log_config=None,
        access_log=False,
        server_header=False,
        # Longer than any answer may take, and not for ever: a visitor may never read what is sent.
        timeout_graceful_shutdown=math.ceil(settings.seconds + 1),
        timeout_keep_alive=30,
        h11_max_incomplete_event_size=32 * 1024,
        proxy_headers=bool(proxies),
        forwarded_allow_ips=proxies or None,
    )


def run(app: "FastAPI", listening: socket.socket, *, proxies: str) -> None:
    """Serve until a signal, then finish what was begun."""
    from ui.observe import start_logging
    from ui.streams import LettingGo

    start_logging()
    host, port = listening.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    prefix = app.state.service.settings.root_path
    click.echo(f"repondeur: open http://{shown}:{port}{prefix}/ in a browser; Ctrl+C stops", err=True)
    sys.stderr.flush()
    LettingGo(configured(app, proxies)).run(sockets=[listening])
