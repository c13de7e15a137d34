"""The web service: `create_app(settings)` and nothing global."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.staticfiles import StaticFiles

from app.api import ask, guides, health, search
from app.api.middleware import LimitBody, LogRequests, SecurityHeaders
from app.api.problems import install_problems
from app.config import Settings
from app.service import Service
from app.site import pages


def create_app(settings: Settings) -> FastAPI:
    """The application; its artifact is loaded in the background once it starts, and `/readyz` says when."""
    service = Service(settings)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service.start()
        yield
        service.stop()

    app: FastAPI = FastAPIOffline(
        title="Trợ lý Bình dân học vụ số",
        description="Hỏi đáp từ các hướng dẫn có nguồn chính thức.",
        version="0.1.0",
        redoc_url=None,
        lifespan=lifespan,
        telemetry={"tracing": False, "metrics": False, "logs": False, "auto_configure": False},
    )
    app.state.service = service
    app.add_middleware(LimitBody, max_bytes=settings.max_body_bytes)
    app.add_middleware(LogRequests)
    app.add_middleware(SecurityHeaders)
    install_problems(app)
    for module in (ask, search, guides, health, pages):
        app.include_router(module.router)
    app.mount("/static", StaticFiles(directory=pages.STATIC_DIR))
    app.mount("/widget", StaticFiles(directory=pages.WIDGET_DIR))
    return app
