"""Serve the widget: its script, the same in a frame, and a sample site."""

import json
import re
from functools import cache
from html import escape
from importlib.resources import files
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from qa.answer import Reason
from qa.question import LONGEST
from ui.pages import static_file
from ui.text import ENGLISH, FRENCH, SURE, Words, words
from ui.view import without_answer

__all__ = ["script", "widget"]

widget = APIRouter(include_in_schema=False)
_COLOUR = re.compile(r"#[0-9a-fA-F]{3}([0-9a-fA-F]{3})?")


@cache
def script() -> str:
    """Return the widget's script, the sentences of `ui.text` put in."""
    source = files("ui.widget").joinpath("widget.js").read_text(encoding="utf-8")
    style = files("ui.widget").joinpath("widget.css").read_text(encoding="utf-8")
    put = {
        '/*STYLE*/ ""': _json(re.sub(r"/\*.*?\*/\s*", "", style, flags=re.DOTALL)),
        "/*WORDS*/ {}": _json({said.lang: _sentences(said) for said in (FRENCH, ENGLISH)}),
        "/*THRESHOLDS*/ [0.75, 0.45]": _json(SURE),
        "/*LONGEST*/ 1000": str(LONGEST),
    }
    for marker, value in put.items():
        if marker not in source:
            raise ValueError(f"widget.js has no {marker}")
        source = source.replace(marker, value)
    return source


def _json(value: object) -> str:
    """Return compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _sentences(said: Words) -> dict[str, Any]:
    """Return what the widget says in one language."""
    return {
        "lang": said.lang,
        "title": said.widget_title,
        "question": said.question,
        "placeholder": said.placeholder,
        "ask": said.ask,
        "pending": said.pending,
        "confidence": said.confidence,
        "number": said.confidence_number,
        "readOut": said.read_out,
        "why": {str(reason): without_answer(reason, said) for reason in Reason},
        "nearest": said.nearest,
        "more": said.other_passages,
        "see": said.see,
        "untitled": said.untitled,
        "promise": said.widget_promise,
        "close": said.close,
        "understood": said.understood,
        "days": said.days,
        "useful": said.opinion.useful,
        "up": said.opinion.up,
        "down": said.opinion.down,
        "remark": said.opinion.remark,
        "send": said.opinion.send,
        "kept": said.opinion.kept,
        "thanks": said.opinion.thanks,
        "unkept": said.opinion.failed,
        "failed": said.unreachable[0],
        "retry": said.unreachable[1],
    }


@widget.get("/widget.js")
def widget_script() -> Response:
    """Serve the script; any site may load it, only listed ones may ask."""
    return Response(
        script(),
        media_type="text/javascript; charset=utf-8",
        headers={"Cache-Control": "public, max-age=3600"},
    )


for _name in ("frame.css", "demo.css"):
    widget.add_api_route(f"/widget/{_name}", static_file("ui.widget", _name), methods=["GET"])


@widget.get("/embed")
def embed(request: Request, lang: str = "fr", title: str = "", accent: str = "") -> HTMLResponse:
    """Show the widget alone, for an iframe."""
    said = words(lang)
    title = title or request.app.state.service.settings.title
    return HTMLResponse(
        f'<!doctype html><html lang="{said.lang}"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="static/icon.svg">'
        '<link rel="stylesheet" href="widget/frame.css"><script src="widget.js" defer></script></head>'
        f"<body><main><h1>{escape(title)}</h1>{_element(said, title, accent, 'inline')}</main></body></html>"
    )


@widget.get("/widget/demo")
def demo(request: Request, lang: str = "fr", accent: str = "#234d36") -> HTMLResponse:
    """Show the widget on a sample site, and the lines that put it there."""
    said = words(lang)
    address = str(request.url_for("widget_script"))
    snippet = (
        f'<script src="{address}" defer></script>\n'
        f'<repondeur-widget lang="{said.lang}" accent="#234d36"></repondeur-widget>'
    )
    frame = (
        f'<iframe src="{address.removesuffix("widget.js")}embed?lang={said.lang}" title="Répondeur"\n'
        '  width="100%" height="480"></iframe>'
    )
    name, line, here, code, framed = said.demo
    return HTMLResponse(
        f'<!doctype html><html lang="{said.lang}"><head><meta charset="utf-8"><title>{escape(name)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<link rel="icon" href="../static/icon.svg">'
        '<link rel="stylesheet" href="demo.css"><script src="../widget.js" defer></script></head><body>'
        f"<header><h1>{escape(name)}</h1><p>{escape(line)}</p></header><main><h2>{escape(here)}</h2>"
        f"{_element(said, '', accent, 'inline')}<h2>{escape(code)}</h2>"
        f'<pre tabindex="0">{escape(snippet)}</pre>'
        f'<h2>{escape(framed)}</h2><pre tabindex="0">{escape(frame)}</pre></main>'
        f"{_element(said, '', accent, 'bubble')}</body></html>"
    )


def _element(said: Words, title: str, accent: str, mode: str) -> str:
    """Return the widget's tag."""
    colour = f' accent="{accent}"' if _COLOUR.fullmatch(accent) else ""
    named = f' title="{escape(title)}"' if title else ""
    return f'<repondeur-widget lang="{said.lang}" mode="{mode}"{named}{colour}></repondeur-widget>'
