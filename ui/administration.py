"""What the administrator may do over HTTP: add documents, as JSON or as files, and remove them."""

import asyncio
import hmac
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException

from index.document import Document
from index.formats.registry import SUFFIXES, suffix_of
from qa.question import unreadable
from ui.api import NO_ID, declared, find, service_of
from ui.editor import Editor
from ui.problems import RefusedError
from ui.schemas import DocumentIn, ReportOut

__all__ = ["admin"]

LONGEST_NAME = 200
_NO_NAME = ("query.name", "missing", "Field required")


_bearer = HTTPBearer(auto_error=False, description="The operator's REPONDEUR_ADMIN_TOKEN.")


def administrator(
    request: Request, _: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)]
) -> None:
    """Let pass whoever sends the administration token; who guesses at it must soon wait."""
    service = service_of(request)
    given = request.headers.get("authorization", "").removeprefix("Bearer ").encode()
    if not hmac.compare_digest(given, service.settings.admin_token.encode()):
        service.strangers.take(request.client.host if request.client else "")
        raise HTTPException(401, headers={"WWW-Authenticate": "Bearer"})


admin = APIRouter(prefix="/api/v1", tags=["administration"], dependencies=[Depends(administrator)])


def editor_of(request: Request) -> Editor:
    """Return what changes the corpus of the application a request came to."""
    editor: Editor = request.app.state.editor
    return editor


@admin.post("/documents", responses=declared(401, 403, 409, 422, 429))
def add(body: list[DocumentIn], request: Request) -> ReportOut:
    """Add documents, or replace those of the same ids; answers see them at once."""
    given = [Document(each.id, each.text, each.title, each.source, each.date) for each in body]
    return ReportOut.model_validate(editor_of(request).add(given))


@admin.post(
    "/documents/file",
    responses=declared(401, 403, 409, 415, 422, "file-name", "unreadable-file", 429, wrong=_NO_NAME),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    },
)
async def add_file(
    request: Request, name: Annotated[str, Query(min_length=1, max_length=LONGEST_NAME)]
) -> ReportOut:
    """Add what is in a file, sent as it is; its name is the document's id, its suffix says how it is read."""
    if name.startswith(".") or any(each in "/\\" or unreadable(each) for each in name):
        raise RefusedError("file-name")
    if suffix_of(name) not in SUFFIXES:
        raise RefusedError("format")
    data = await request.body()
    return ReportOut.model_validate(await asyncio.to_thread(editor_of(request).add_file, name, data))


@admin.delete("/documents/{document_id:path}", responses=declared(401, 403, 404, 409, 422, 429, wrong=NO_ID))
def remove(document_id: str, request: Request) -> ReportOut:
    """Remove a document; it is gone from answers at once."""
    find(service_of(request), document_id)
    return ReportOut.model_validate(editor_of(request).remove(document_id))
