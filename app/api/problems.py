"""Errors as RFC 9457 problem+json with a Vietnamese `detail`: the one table from error to status."""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.exceptions import HTTPException

from app.errors import ArtifactError, AssistantError, EncoderUnavailable, QuestionInvalid, StorageFull
from app.schemas import AskRequest, Problem

FIELDS = {*AskRequest.model_fields, "q", "k", "kind", "group"}

STATUS_OF_ERROR: dict[type[AssistantError], int] = {
    QuestionInvalid: 422,
    StorageFull: 507,
    EncoderUnavailable: 503,
    ArtifactError: 503,
    AssistantError: 500,
}
TITLES = {
    400: "Yêu cầu không đọc được",
    404: "Không tìm thấy",
    405: "Cách gọi không đúng",
    413: "Yêu cầu quá lớn",
    422: "Yêu cầu chưa đúng",
    500: "Lỗi bên trong",
    503: "Chưa sẵn sàng",
    504: "Quá thời gian",
    507: "Hết chỗ chứa",
}
DETAILS = {
    400: "Nội dung gửi lên không phải JSON viết bằng UTF-8. Kiểm tra bảng mã rồi gửi lại.",
    404: "Không có trang hay mục này.",
    405: "Địa chỉ này không nhận cách gọi đó.",
    422: "Yêu cầu chưa đúng dạng. Xem cách gọi ở /docs.",
    413: "Yêu cầu gửi lên quá lớn. Gửi tệp nhỏ hơn.",
    500: "Có lỗi bên trong dịch vụ. Bạn thử lại sau ít phút.",
}


def problem_response(status: int, detail: str) -> JSONResponse:
    problem = Problem(title=TITLES.get(status, "Không thực hiện được"), status=status, detail=detail)
    return JSONResponse(problem.model_dump(), status, media_type="application/problem+json")


def install_problems(app: FastAPI) -> None:
    """Make every error of `app` a problem."""

    @app.exception_handler(AssistantError)
    async def _ours(request: Request, error: AssistantError) -> JSONResponse:
        kind = next(kind for kind in STATUS_OF_ERROR if isinstance(error, kind))
        return problem_response(STATUS_OF_ERROR[kind], str(error))

    @app.exception_handler(RequestValidationError)
    async def _invalid(request: Request, error: RequestValidationError) -> JSONResponse:
        if any(item["type"] == "json_invalid" for item in error.errors()):
            return problem_response(400, DETAILS[400])
        # Only names that are ours: a field made up by the caller may itself be personal data.
        fields = sorted({str(item["loc"][1]) for item in error.errors() if len(item["loc"]) > 1} & FIELDS)
        return problem_response(422, f"Chưa đúng ở: {', '.join(fields)}." if fields else DETAILS[422])

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> JSONResponse:
        detail = DETAILS.get(error.status_code, str(error.detail))
        return problem_response(error.status_code, detail)
