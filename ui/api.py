"""The HTTP API, and the application that the page, the widget and the metrics hang on."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from itertools import islice
from typing import Annotated, Any

from fastapi import APIRouter, FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware

from index.document import Document
from index.errors import FileError, RepondeurError
from qa.conversation import Turn
from qa.coverage import plain
from qa.question import clean
from ui.editor import Editor
from ui.field_errors import field_errors
from ui.guard import Guard
from ui.limits import OverloadedError, QuotaError, TooSlowError
from ui.problems import MEDIA_TYPE, PROBLEMS, RefusedError, body_of, problem_of, response
from ui.receipts import UnknownReceiptError
from ui.schemas import (
    AnswerOut,
    AskIn,
    DocumentOut,
    FeedbackIn,
    Listing,
    ProblemOut,
    Summary,
    TurnIn,
)
from ui.service import Answering, Service
from ui.settings import Settings
from ui.shell import Shell
from ui.text import Lang, lang_of

__all__ = ["NO_ID", "create_app", "declared", "find", "language", "service_of"]

_STATUSES = {400: "malformed", 404: "not-found", 405: "method", 401: "unauthorized", 413: "too-large"}


_QUESTION = ("empty-question", "long-question", "unreadable-question")
# What a status most often means here; a route that means something else names it.
_USUAL = {
    400: "malformed", 401: "unauthorized", 403: "origin", 404: "not-found", 409: "conflict", 413: "too-large",
    415: "format", 422: "invalid-request", 429: "quota", 500: "failed", 503: "busy", 504: "slow",
}  # fmt: skip
NO_ID = ("path.document_id", "string_type", "Input should be a valid string")
_TOO_MANY = ("query.limit", "less_than_equal", "Input should be less than or equal to 100")
_NO_BODY = ("body", "missing", "Field required")


def declared(*problems: int | str, wrong: Sequence[str] = _NO_BODY) -> dict[int | str, dict[str, Any]]:
    """Return the OpenAPI entries of the problems a route may answer with, by status or by name.

    `wrong` is an example of what may be wrong with a request: its field, type and message.
    """
    more: dict[str, dict[str, Any]] = {
        "invalid-request": {"errors": [dict(zip(("field", "type", "message"), wrong, strict=True))]},
        "unreadable-file": {"reason": "empty: no text in it"},
    }
    entries: dict[int | str, dict[str, Any]] = {}
    for each in (*problems, 400, 413, 500):
        problem = PROBLEMS[_USUAL[each] if isinstance(each, int) else each]
        content = {MEDIA_TYPE: {"schema": ProblemOut.model_json_schema(), "examples": {}}}
        entry = entries.setdefault(problem.status, {"description": problem.en[0], "content": content})
        example = {**body_of(problem, "en", retry_after=2), **more.get(problem.name, {})}
        entry["content"][MEDIA_TYPE]["examples"][problem.name] = {"value": example}
    return entries


api = APIRouter(prefix="/api/v1")
opinions = APIRouter(prefix="/api/v1", tags=["feedback"])


def service_of(request: Request) -> Service:
    """Return the service of the application a request came to."""
    service: Service = request.app.state.service
    return service


def language(request: Request) -> Lang:
    """Return the language a problem is told in."""
    return lang_of(request.headers.get("accept-language"), getattr(request.state, "lang", None))


@api.post("/ask", responses=declared(403, 422, *_QUESTION, 429, 503, 504), tags=["questions"])
async def ask(body: AskIn, request: Request) -> AnswerOut:
    """Answer a question with the exact words of the articles, or say why not."""
    service, lang = service_of(request), lang_of(request.headers.get("accept-language"), body.lang)
    request.state.lang = lang
    # Asked as it was sent: its no-break spaces come back, and who sent it can match it.
    question, history = body.question, [_turn(each) for each in body.history]
    clean(question)
    # The visitor first: what one asks beyond their own share must not use up the share of a whole site.
    service.visitors.take(request.client.host if request.client else "")
    if site := _site(request, service.settings):
        service.sites.take(site)
    answer = await service.ask(question, k=body.k, lang=lang, history=history)
    receipt = service.answered(answer, lang)
    return AnswerOut.model_validate({**answer.to_dict(), "receipt": receipt})


def _site(request: Request, settings: Settings) -> str | None:
    """Return the listed site that a question comes through; None for our own pages and other programs."""
    # From the frame the origin is ours; the widget in it says where the frame stands, if the browser tells.
    told = (request.headers.get(name) for name in ("origin", "repondeur-site"))
    return next((site for site in told if site in settings.allow_origins), None)


def _turn(given: str | TurnIn) -> Turn:
    """Return an earlier turn; what cannot be read in it is refused as in a question."""
    if isinstance(given, str):
        return Turn(clean(given))
    answer = given.answer if given.answer and given.answer.strip() else None
    return Turn(clean(given.question), clean(answer) if answer else None)


@opinions.post(
    "/feedback", status_code=204, responses=declared(403, "unknown-answer", 422, 429, "feedback-full")
)
def feedback(body: FeedbackIn, request: Request) -> None:
    """Judge an answer; kept on this server without anything about who judged."""
    service = service_of(request)
    service.judges.take(request.client.host if request.client else "")
    service.judge(body.receipt, body.opinion, body.remark)


@api.get("/documents", responses=declared(422, wrong=_TOO_MANY), tags=["documents"])
def documents(
    request: Request,
    offset: Annotated[int, Query(ge=0, le=10**9)] = 0,
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
    q: Annotated[str, Query(max_length=200, description="Words of a title, an id or a source.")] = "",
) -> Listing:
    """List the documents of the corpus, a page at a time."""
    shelf, words = service_of(request).shelf(), plain(q).split()
    if words:
        found = [_summary(each) for each in shelf.documents() if _called(each, words)]
        total, page = len(found), found[offset : offset + limit]
    else:
        total = shelf.manifest.counts.documents
        page = [_summary(each) for each in islice(shelf.documents(), offset, offset + limit)]
    return Listing(total=total, offset=offset, documents=[Summary.model_validate(each) for each in page])


def _called(document: Document, words: Sequence[str]) -> bool:
    """Tell whether all words stand in what a document is called."""
    name = plain(f"{document.title} {document.id} {document.source}")
    return all(word in name for word in words)


@api.get("/documents/{document_id:path}", responses=declared(404, 422, wrong=NO_ID), tags=["documents"])
def document(document_id: str, request: Request) -> DocumentOut:
    """Return a document with the text that answers are cut from."""
    found = find(service_of(request), document_id)
    return DocumentOut.model_validate({**_summary(found), "text": found.text})


def find(service: Service, document_id: str) -> Document:
    """Return a document, or 404."""
    try:
        document_id.encode("utf-8")
        return service.shelf().document(document_id)
    except (KeyError, UnicodeEncodeError):
        raise HTTPException(404) from None


def _summary(document: Document) -> dict[str, Any]:
    """Return what is told of a document without its text."""
    names = ("id", "title", "source", "date", "sha256")
    return {name: getattr(document, name) for name in names} | {"characters": len(document.text)}


def _health(app: FastAPI) -> None:
    """Add what a supervisor asks for."""

    @app.get("/healthz", include_in_schema=False)
    def healthz() -> dict[str, str]:
        return {"status": "ok"}

    @app.get("/readyz", include_in_schema=False)
    def readyz(request: Request) -> JSONResponse:
        ready = service_of(request).ready
        return JSONResponse({"status": "ready" if ready else "busy"}, 200 if ready else 503)

    @app.get("/metrics", include_in_schema=False)
    def metrics(request: Request) -> Response:
        service = service_of(request)
        return Response(service.watched(), media_type="text/plain; version=0.0.4; charset=utf-8")


def _explain(app: FastAPI) -> None:
    """Turn every error into a problem in the visitor's language."""

    async def ours(request: Request, error: Exception) -> JSONResponse:
        service_of(request).failed(error)
        problem, seconds = problem_of(error)
        # Why a file cannot be read is known to the program that reads it, in English.
        more = {"reason": str(error)} if isinstance(error, FileError) else {}
        return response(problem, language(request), retry_after=seconds, **more)

    async def theirs(request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, HTTPException):
            raise error
        problem = PROBLEMS[
            _STATUSES.get(error.status_code, "failed" if error.status_code >= 500 else "invalid-request")
        ]
        told = response(problem, language(request))
        told.headers.update(error.headers or {})
        return told

    async def invalid(request: Request, error: Exception) -> JSONResponse:
        if not isinstance(error, RequestValidationError):
            raise error
        lang = language(request)
        return response(PROBLEMS["invalid-request"], lang, errors=field_errors(error.errors(), lang))

    for kind in (
        RepondeurError,
        OverloadedError,
        QuotaError,
        TooSlowError,
        UnknownReceiptError,
        RefusedError,
    ):
        app.add_exception_handler(kind, ours)
    app.add_exception_handler(HTTPException, theirs)
    app.add_exception_handler(RequestValidationError, invalid)


def create_app(
    answerer: Answering, settings: Settings | None = None, *, editor: Editor | None = None, page: bool = True
) -> FastAPI:
    """Return the whole application over an answerer.

    Documents can be changed where there are both an editor and a token; without `page`, the Gradio pages
    are left out.
    """
    settings = settings or Settings()
    service = Service(answerer, settings)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        service.close()

    app = FastAPI(
        title="Répondeur",
        version="1",
        lifespan=lifespan,
        openapi_url="/api/v1/openapi.json",
        docs_url=None,
        redoc_url=None,
    )
    app.state.service = service
    app.state.editor = editor
    app.include_router(api)
    if settings.feedback:
        app.include_router(opinions)
    _health(app)
    _explain(app)
    _mount(app, service, page=page, editable=settings.admin_token != "" and editor is not None)
    app.add_middleware(Shell)
    app.add_middleware(Guard, settings=settings)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.allow_origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Content-Type"],
        expose_headers=["Retry-After"],
        max_age=600,
    )
    return app


def _mount(app: FastAPI, service: Service, *, page: bool, editable: bool) -> None:
    """Hang the administration, the article view, the widget and the pages on the application."""
    from ui.administration import admin
    from ui.documents import documents_page
    from ui.pages import mount_gradio, pages
    from ui.widget.routes import widget

    if editable:
        app.include_router(admin)
        app.include_router(documents_page)
    app.include_router(pages)
    app.include_router(widget)
    if page:
        mount_gradio(app, service, editable=editable)
