"""`GET /v1/search`: ranked guides, without an answer."""

from __future__ import annotations

import time
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from app.api.dependencies import CurrentLibrary
from app.safety.personal_data import mask
from app.schemas import SearchHit, SearchResponse

router = APIRouter(prefix="/v1", tags=["Tìm kiếm"])


@router.get("/search", summary="Tìm hướng dẫn")
def search(
    library: CurrentLibrary,
    q: Annotated[str, Query(max_length=1000)],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
    kind: Literal["guide", "procedure"] | None = None,
) -> SearchResponse:
    started = time.perf_counter()
    result = library.searcher.search(mask(q).text, k=k)
    hits = [
        SearchHit(id=hit.id, title=hit.title, kind="guide", score=round(hit.score, 4), section=hit.section)
        for hit in result.hits
        if kind in (None, hit.kind)
    ]
    return SearchResponse(hits=hits, took_ms=round((time.perf_counter() - started) * 1000, 2))
