"""The pages of the server: the Gradio page in both languages, the article view, and their static files."""

from collections.abc import Callable
from importlib.resources import files
from typing import Annotated

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.responses import HTMLResponse
from starlette.exceptions import HTTPException

from ui.api import find, service_of
from ui.article import article_page, gone_page
from ui.documents import tabs
from ui.documents_text import document_words
from ui.service import Service
from ui.text import ENGLISH, FRENCH, words

__all__ = ["mount_gradio", "pages", "static_file"]

pages = APIRouter(include_in_schema=False)
_TYPES = {".svg": "image/svg+xml", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}


def static_file(package: str, name: str) -> Callable[[], Response]:
    """Return a route that serves one file of a package; browsers ask again after an hour."""
    body = files(package).joinpath(name).read_bytes()
    kind = _TYPES[name[name.rindex(".") :]]

    def serve() -> Response:
        return Response(body, media_type=kind, headers={"Cache-Control": "public, max-age=3600"})

    return serve


for _name in (
    "page.js",
    "page.css",
    "feedback.js",
    "feedback.css",
    "documents.js",
    "documents.css",
    "article.js",
    "icon.svg",
):
    pages.add_api_route(f"/static/{_name}", static_file("ui.static", _name), methods=["GET"])


@pages.get("/article")
def article(
    request: Request,
    name: Annotated[str, Query(alias="id")],
    start: int = 0,
    end: int = 0,
    lang: str = "fr",
    sha: str = "",
) -> HTMLResponse:
    """Show a whole article with a passage marked; plain HTML that needs no script."""
    service, said = service_of(request), words(lang)
    try:
        document = find(service, name)
    except HTTPException:
        return HTMLResponse(gone_page(said, service.settings.title), 404)
    return HTMLResponse(article_page(document, (start, end), sha, said, service.settings.title))


def mount_gradio(app: FastAPI, service: Service, *, editable: bool) -> None:
    """Mount the page at `/` in French and at `/en/` in English; `editable`: documents can be changed."""
    from ui.app import create_page, head

    # After `ui.app`, which turns telemetry off before Gradio can read the setting.
    import gradio as gr  # isort: skip

    theme = gr.themes.Base(
        font=["system-ui", "sans-serif"], font_mono=["ui-monospace", "monospace"], primary_hue="blue"
    )
    for path, said, prefix, other in (("/en", ENGLISH, "../", "../"), ("/", FRENCH, "", "en/")):
        nav = tabs(document_words(said.lang), "questions", "", f"{prefix}documents?lang={said.lang}")
        page = create_page(service, said, prefix, other, nav if editable else "")
        gr.mount_gradio_app(
            app,
            page,
            path=path,
            theme=theme,
            head=head(said, prefix, service.settings),
            footer_links=[],
            run_history=False,
            ssr_mode=False,
            show_error=False,
            mcp_server=False,
            enable_monitoring=False,
            pwa=False,
        )
