"""Stand before every route: sizes, origins, headers that browsers obey."""

from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ui.problems import PROBLEMS, response
from ui.settings import Settings
from ui.text import lang_of

__all__ = ["Guard", "foreign"]

# Of Gradio's routes a page needs few; those that take files, read files or run components are not among them.
_CLOSED = (
    "/gradio_api/upload",
    "/gradio_api/file",
    "/gradio_api/proxy",
    "/gradio_api/component_server",
    "/gradio_api/custom_component",
    "/gradio_api/stream",
    "/gradio_api/deep_link",
    "/gradio_api/call",
    "/gradio_api/api",
    "/gradio_api/queue/join",
    "/login",
    "/monitoring",
    "/pwa_icon",
)
_OWN = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; frame-src 'self'; base-uri 'none'; form-action 'self'; "
)
# Gradio starts with inline scripts and compiles its templates.
_PAGE = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self'; worker-src 'self' blob:; "
    "frame-src 'self'; object-src 'none'; base-uri 'self'; form-action 'self'; "
)
_STRICT_PATHS = (
    "/article",
    "/embed",
    "/widget",
    "/api/",
    "/metrics",
    "/healthz",
    "/readyz",
    "/static/page",
    "/static/feedback",
    "/static/documents",
    "/documents",
    "/static/icon",
)
_FIXED = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), browsing-topics=()",
    "Cross-Origin-Opener-Policy": "same-origin",
}


class Guard:
    """Wrap an ASGI application."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self.app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse what must not pass, and mark what goes out."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        scope = prefixed(scope, self._settings.root_path)
        path, headers = local_path(scope), Headers(scope=scope)
        refusal = self._refusal(scope, path, headers)
        marked = self._marked(path, send)
        if refusal:
            lang = lang_of(headers.get("accept-language"))
            await response(PROBLEMS[refusal], lang)(scope, receive, marked)
            return
        limit = self._limit(path)
        body = _Body(receive, limit)
        told = _Once(self._told(marked, body, headers))
        try:
            await self.app(scope, body, told)
        except Exception as error:
            if body.exceeded:
                if not told.started:
                    await told({"type": "http.response.start", "status": 413, "headers": []})
                return
            scope["app"].state.service.failed(error)
            if told.started:
                raise
            await response(PROBLEMS["failed"], lang_of(headers.get("accept-language")))(
                scope, receive, marked
            )

    def _refusal(self, scope: Scope, path: str, headers: Headers) -> str | None:
        """Name the problem of a request that goes no further."""
        if any(path.removeprefix("/en").startswith(closed) for closed in _CLOSED):
            return "not-found"
        if scope["method"] not in {"GET", "HEAD", "OPTIONS"} and foreign(headers, self._settings):
            return "origin"
        length = headers.get("content-length", "0")
        return "too-large" if length.isdigit() and int(length) > self._limit(path) else None

    def _limit(self, path: str) -> int:
        """Return how many bytes a body may have here."""
        documents = path.startswith("/api/v1/documents")
        return self._settings.document_bytes if documents else self._settings.body_bytes

    def _marked(self, path: str, send: Send) -> Callable[[Message], Awaitable[None]]:
        """Return `send` with the headers every response carries."""
        ancestors = " ".join(("'self'", *self._settings.allow_origins)) if path == "/embed" else "'self'"
        policy = (_OWN if path.startswith(_STRICT_PATHS) else _PAGE) + f"frame-ancestors {ancestors}"

        async def marked(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                # Gradio answers any origin with its own name; who may read what is the operator's to say.
                for name in [name for name in headers if name.lower().startswith("access-control-")]:
                    del headers[name]
                headers.update(_FIXED)
                headers["Content-Security-Policy"] = policy
                if path == "/widget.js":
                    headers["Cross-Origin-Resource-Policy"] = "cross-origin"
                elif path != "/embed":
                    headers["X-Frame-Options"] = "SAMEORIGIN"
            await send(message)

        return marked

    @staticmethod
    def _told(send: Send, body: "_Body", headers: Headers) -> Callable[[Message], Awaitable[None]]:
        """Return `send` that says 413 in place of whatever an application makes of a body cut off."""
        state = {"replaced": False}

        async def told(message: Message) -> None:
            if body.exceeded and message["type"] == "http.response.start":
                state["replaced"] = True
                refusal = response(PROBLEMS["too-large"], lang_of(headers.get("accept-language")))
                await refusal({"type": "http"}, body, send)
            elif not state["replaced"]:
                await send(message)

        return told


class _Once:
    """Send, and remember whether anything was."""

    def __init__(self, send: Callable[[Message], Awaitable[None]]) -> None:
        self._send = send
        self.started = False

    async def __call__(self, message: Message) -> None:
        """Send the next message."""
        self.started = True
        await self._send(message)


class _Body:
    """Pass a request's body on until it is longer than allowed; then the client is gone."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive = receive
        self._left = limit
        self.exceeded = False

    async def __call__(self) -> Message:
        """Receive the next message."""
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                self.exceeded = True
                # Not as an end of the body: what was cut off must not be taken for the whole.
                return {"type": "http.disconnect"}
        return message


def prefixed(scope: Scope, root: str) -> Scope:
    """Return the scope as ASGI wants it under a prefix, whether the proxy took the prefix away or not."""
    if not root:
        return scope
    path = scope["path"]
    return {**scope, "root_path": root, "path": path if path.startswith(root + "/") else root + path}


def local_path(scope: Scope) -> str:
    """Return the path below the prefix a proxy serves us under."""
    root = scope.get("root_path", "")
    path: str = scope["path"]
    return path[len(root) :] if root and path.startswith(root + "/") else path


def foreign(headers: Headers, settings: Settings) -> bool:
    """Tell whether a browser sent this from a page of another, unlisted origin."""
    origin = headers.get("origin")
    if origin is None or origin in settings.allow_origins:
        return False
    hosts = {headers.get("host", ""), headers.get("x-forwarded-host", "")} - {""}
    try:
        return urlsplit(origin).netloc not in hosts
    except ValueError:
        # "http://[": no browser sends that.
        return True
