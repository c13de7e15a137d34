"""The public pages: home with the chat, and every guide readable without JavaScript."""

from __future__ import annotations

import mimetypes
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Group:
    name: str
    guides: list[GuideSummary]


@router.get("/", response_class=HTMLResponse)
def home(request: Request, service: CurrentService) -> HTMLResponse:
    """The page is there even before an artifact is; it then says why there are no guides yet."""
    groups: list[Group] = []
    if service.assistant:
        library = service.assistant.library.current
        guides = list_guides(library)
        groups = [Group(name, [g for g in guides if g.group == key]) for key, name in library.groups.items()]
    context = {"groups": [group for group in groups if group.guides], "obstacle": service.obstacle}
    return templates.TemplateResponse(request, "home.html", context)


@router.get("/huong-dan/{slug}", response_class=HTMLResponse)
def guide_page(request: Request, slug: str, library: CurrentLibrary) -> HTMLResponse:
    guide = library.guides.get(slug)
    if guide is None:
        context = {"title": "Không có hướng dẫn này", "detail": "Hướng dẫn có thể đã đổi tên. Bạn hỏi ở trang chủ nhé."}
        return templates.TemplateResponse(request, "error.html", context, status_code=404)
    return templates.TemplateResponse(request, "guide.html", {"guide": detail(guide, library).model_dump()})


@router.get("/huong-dan/{slug}/{image:path}")
def guide_image(slug: str, image: str, service: CurrentService, library: CurrentLibrary) -> FileResponse:
    """An image that a step of this guide names; no other file can be reached."""
    guide = library.guides.get(slug)
    named = {step.image.file for step in guide.steps if step.image} if guide else set()
    if guide is None or image not in named:
        raise HTTPException(404)
    folder = service.settings.knowledge_dir.parent / Path(guide.file).parent
    return FileResponse(folder / image, media_type=mimetypes.guess_type(image)[0])
