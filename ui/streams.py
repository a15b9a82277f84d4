"""The page's open stream, which by itself never ends: let go of it when the server stops."""

import asyncio
from contextlib import suppress
from typing import Any

import uvicorn

__all__ = ["LettingGo", "Streams"]

# Gradio keeps this request open for as long as a page is; nothing but signs of life goes over it.
_STREAM = "/gradio_api/heartbeat/"


class Streams:
    """Pass every request on, and remember the tasks of those that never end."""

    def __init__(self, app: Any) -> None:
        self.app = app
        self.open: set[asyncio.Task[Any]] = set()

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request, as ASGI says."""
        task = asyncio.current_task() if _STREAM in scope.get("path", "") else None
        if task is None:
            await self.app(scope, receive, send)
            return
        self.open.add(task)
        try:
            # Called off by `end`, it is done: an error here would be logged as one.
            with suppress(asyncio.CancelledError):
                await self.app(scope, receive, send)
        finally:
            self.open.discard(task)

    def end(self) -> None:
        """Call off every stream that is open."""
        for task in list(self.open):
            task.cancel()


class LettingGo(uvicorn.Server):
    """Stop as uvicorn does, but without waiting for open pages to be closed."""

    async def shutdown(self, sockets: Any = None) -> None:
        """End the streams, then finish what was begun."""
        if isinstance(self.config.app, Streams):
            self.config.app.end()
        await super().shutdown(sockets)
