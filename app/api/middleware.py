"""Around every request: a limit on its size, and one log line and one count that never hold what was asked."""

from __future__ import annotations

import logging
import time

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.api.problems import problem_response
from app.metrics import REQUESTS

log = logging.getLogger("app.requests")


class BodyTooLarge(Exception):
    pass


class LimitBody:
    """Refuse a request body above `max_bytes` with 413, whatever its Content-Length claims."""

    def __init__(self, app: ASGIApp, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        declared = dict(scope["headers"]).get(b"content-length", b"0")
        if declared.isdigit() and int(declared) > self._max_bytes:
            return await self._refuse(scope, receive, send)
        try:
            await self._app(scope, self._counting(receive), send)
        except BodyTooLarge:
            await self._refuse(scope, receive, send)

    def _counting(self, receive: Receive) -> Receive:
        seen = 0

        async def counted() -> Message:
            nonlocal seen
            message = await receive()
            seen += len(message.get("body", b""))
            if seen > self._max_bytes:
                raise BodyTooLarge
            return message

        return counted

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        detail = f"Yêu cầu lớn quá {self._max_bytes // 1_000_000} MB. Gửi tệp nhỏ hơn."
        await problem_response(413, detail)(scope, receive, send)


class LogRequests:
    """One line a request: method, route template, status, milliseconds."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started = time.perf_counter()
        status = 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            route = getattr(scope.get("route"), "path", "other")
            REQUESTS.labels(route, str(status)).inc()
            took = round((time.perf_counter() - started) * 1000, 1)
            log.info("request", extra={"method": scope["method"], "route": route, "status": status, "ms": took})
