"""`POST /v1/ask`: one message, one answer."""

from __future__ import annotations

import asyncio
import logging
import time

from fastapi import APIRouter
from fastapi.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from app.api.dependencies import CurrentAssistant, CurrentService
from app.metrics import ANSWER_SECONDS, ANSWERS, MASKED
from app.schemas import AskRequest, AskResponse

router = APIRouter(prefix="/v1", tags=["Hỏi đáp"])
log = logging.getLogger("app.answers")


@router.post("/ask", summary="Hỏi một câu")
async def ask(question: AskRequest, service: CurrentService, assistant: CurrentAssistant) -> AskResponse:
    started = time.perf_counter()
    try:
        answer = await asyncio.wait_for(
            run_in_threadpool(assistant.ask, question), timeout=service.settings.answer_timeout_s
        )
    except TimeoutError:
        raise HTTPException(504, "Máy đang bận, chưa trả lời kịp. Bạn gửi lại câu hỏi nhé.") from None
    took = time.perf_counter() - started
    _observe(answer, took)
    return answer


def _observe(answer: AskResponse, took_s: float) -> None:
    """Count and log what happened; nothing of what was typed."""
    ANSWERS.labels(answer.status).inc()
    ANSWER_SECONDS.observe(took_s)
    for kind in answer.masked:
        MASKED.labels(kind).inc()
    log.info(
        "answer",
        extra={
            "status": answer.status,
            "guide": answer.guide.id if answer.guide else None,
            "facet": answer.facet,
            "masked": answer.masked,
            "ms": round(took_s * 1000, 1),
            "version": answer.artifact_version,
        },
    )
