"""`/healthz`: the process is up. `/readyz`: an artifact is loaded and warm."""

from __future__ import annotations

from fastapi import APIRouter
from pydantic import BaseModel

from app.api.dependencies import CurrentLibrary

router = APIRouter(tags=["Tình trạng"])


class Health(BaseModel):
    status: str = "ok"


class Readiness(BaseModel):
    status: str = "ready"
    artifact_version: str
    guides: int
    encoder: str


@router.get("/healthz", summary="Tiến trình đang chạy")
async def healthz() -> Health:
    return Health()


@router.get("/readyz", summary="Sẵn sàng trả lời", responses={503: {"description": "Chưa sẵn sàng; detail nói vì sao"}})
async def readyz(library: CurrentLibrary) -> Readiness:
    return Readiness(
        artifact_version=library.version,
        guides=len(library.guides),
        encoder=library.manifest.encoder_fingerprint,
    )
