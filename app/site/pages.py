"""The public pages: home with the chat, and every guide readable without JavaScript."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse
from fastapi.templating import Jinja2Templates
from starlette.exceptions import HTTPException

from app.api.dependencies import CurrentLibrary, CurrentService
from app.api.guides import detail, list_guides
from app.schemas import GuideSummary

HERE = Path(__file__).parent
STATIC_DIR = HERE / "static"
WIDGET_DIR = HERE.parent.parent / "bots" / "widget"

router = APIRouter(include_in_schema=False)
templates = Jinja2Templates(HERE / "templates")
page = partial(router.api_route, methods=["GET", "HEAD"])


@dataclass(frozen=True)
class Group:
    name: str
    guides: list[GuideSummary]


@page("/", response_class=HTMLResponse)
def home(request: Request, service: CurrentService) -> HTMLResponse:
    """The page is there even before an artifact is; it then says why there are no guides yet."""
    groups: list[Group] = []
    if service.assistant:
        library = service.assistant.library.current
        guides = list_guides(library)
        groups = [Group(name, [g for g in guides if g.group == key]) for key, name in library.groups.items()]
    context = {"groups": [group for group in groups if group.guides], "obstacle": service.obstacle}
    return templates.TemplateResponse(request, "home.html", context)


@page("/huong-dan/{slug}", response_class=HTMLResponse)
def guide_page(request: Request, slug: str, library: CurrentLibrary) -> HTMLResponse:
    guide = library.guides.get(slug)
    if guide is None:
        context = {"title": "Không có hướng dẫn này", "detail": "Hướng dẫn có thể đã đổi tên. Bạn hỏi ở trang chủ nhé."}
        return templates.TemplateResponse(request, "error.html", context, status_code=404)
    return templates.TemplateResponse(request, "guide.html", {"guide": detail(guide, library).model_dump()})


@page("/huong-dan/{slug}/{image}")
def guide_image(slug: str, image: str, library: CurrentLibrary) -> FileResponse:
    """An image that a step of this guide names, from the artifact being served; no other file can be reached."""
    guide = library.guides.get(slug)
    if guide is None or image not in {step.image.file for step in guide.steps if step.image}:
        raise HTTPException(404)
    return FileResponse(library.folder / "images" / slug / image, media_type=mimetypes.guess_type(image)[0])
