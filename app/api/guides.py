"""`GET /v1/guides` and `/v1/guides/{id}`: what can be answered."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.exceptions import HTTPException

from app.api.dependencies import CurrentLibrary
from app.compose import all_blocks, source_ref
from app.content.guide import Guide
from app.library import Library
from app.schemas import GuideDetail, GuideSummary

router = APIRouter(prefix="/v1/guides", tags=["Hướng dẫn"])


@router.get("", summary="Mọi hướng dẫn")
def list_guides(library: CurrentLibrary, group: str | None = None) -> list[GuideSummary]:
    """All guides in the order of their groups, then by title."""
    order = list(library.groups)
    chosen = [guide for guide in library.guides.values() if group in (None, guide.head.group)]
    chosen.sort(key=lambda guide: (order.index(guide.head.group), guide.title))
    return [summarize(guide, library) for guide in chosen]


@router.get("/{slug}", summary="Một hướng dẫn", responses={404: {"description": "Không có hướng dẫn này"}})
def get_guide(slug: str, library: CurrentLibrary) -> GuideDetail:
    guide = library.guides.get(slug)
    if guide is None:
        raise HTTPException(404)
    return detail(guide, library)


def summarize(guide: Guide, library: Library) -> GuideSummary:
    return GuideSummary(
        id=guide.slug,
        title=guide.title,
        summary=guide.summary,
        group=guide.head.group,
        group_name=library.groups[guide.head.group],
        url=f"/huong-dan/{guide.slug}",
    )


def detail(guide: Guide, library: Library) -> GuideDetail:
    return GuideDetail(
        **summarize(guide, library).model_dump(),
        blocks=all_blocks(guide),
        sources=[source_ref(source) for source in guide.head.sources],
        related=[summarize(library.guides[slug], library) for slug in guide.head.related],
        procedures=list(guide.head.procedures),
        verified_on=guide.head.verified_on,
    )
