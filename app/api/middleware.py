"""Around every request: one log line and one count, which never hold what was asked; a last resort for errors."""

from __future__ import annotations

import logging
import time
import traceback

from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import DETAILS, problem_response
from app.metrics import REQUESTS

log = logging.getLogger("app.requests")


class LimitBody:
    """Answer 413 to a body above `max_bytes`, declared or not.

    Our own, because FastAPI's `max_body_size` answers in English plain text where every error here is a problem.
    """

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        declared = dict(scope.get("headers", ())).get(b"content-length", b"")
        if declared.isdigit() and int(declared) > self._max_bytes:
            await problem_response(413, DETAILS[413])(scope, receive, send)
        else:
            await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        received = 0

        async def counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise HTTPException(413)
            return message

        return counted


class LogRequests:
    """One line a request: method, route template, status, milliseconds. An unexpected error becomes a 500 problem.

    Its message is not logged, only its type and where it arose: a message may quote what a person typed.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status = 0

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        except Exception as error:
            frames = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
            log.error("unexpected", extra={"error": type(error).__name__, "frames": frames[-8:]})
            if not status:
                await problem_response(500, DETAILS[500])(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            REQUESTS.labels(route, str(status)).inc()
            took = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", extra={"method": scope["method"], "route": route, "status": status, "ms": took})


class SecurityHeaders:
    """What every reply says to browsers: no foreign content, no framing of pages, no guessing of types, /v1 not stored.

    `/docs` starts its viewer by an inline script of FastAPI's; there alone inline code is let through.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def adding(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in _headers_for(scope["path"]).items():
                    headers.setdefault(name, value)
            await send(message)

        await self._app(scope, receive, adding if scope["type"] == "http" else send)


def _headers_for(path: str) -> dict[str, str]:
    inline = " 'unsafe-inline'" if path.startswith("/docs") else ""
    policy = f"default-src 'self'; script-src 'self'{inline}; style-src 'self'{inline}; img-src 'self' data:; "
    return {
        "content-security-policy": f"{policy}object-src 'none'; base-uri 'none'; frame-ancestors 'self'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "strict-origin-when-cross-origin",
        "cache-control": "no-store" if path.startswith("/v1/") else "no-cache",
    }
