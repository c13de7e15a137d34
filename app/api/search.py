"""`GET /v1/search`: ranked guides, without an answer."""

from __future__ import annotations

import time
from typing import Annotated, Literal, cast

from fastapi import APIRouter, Query

from app.api.dependencies import CurrentLibrary
from app.safety.personal_data import LABEL, mask
from app.schemas import Kind, SearchHit, SearchResponse

router = APIRouter(prefix="/v1", tags=["Tìm kiếm"])


@router.get("/search", summary="Tìm hướng dẫn")
def search(
    library: CurrentLibrary,
    q: Annotated[str, Query(max_length=1000)],
    k: Annotated[int, Query(ge=1, le=50)] = 10,
    kind: Literal["guide", "procedure"] | None = None,
) -> SearchResponse:
    started = time.perf_counter()
    result = library.searcher.search(LABEL.sub(" ", mask(q).text), k=k, kind=kind)
    hits = [
        SearchHit(id=hit.id, title=hit.title, kind=cast(Kind, hit.kind), score=round(hit.score, 4), section=hit.section)
        for hit in result.hits
    ]
    return SearchResponse(hits=hits, took_ms=round((time.perf_counter() - started) * 1000, 2))
