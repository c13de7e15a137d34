"""Settings, read once from the environment (or `.env`) and handed down; nothing reads them at import time."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from app.errors import SettingsInvalid

ROOT = Path(__file__).resolve().parent.parent


class Settings(BaseSettings):
    """Every setting, with its default. The README's table is tested against this class."""

    model_config = SettingsConfigDict(frozen=True, env_file=".env", extra="ignore")

    host: str = Field("127.0.0.1", description="địa chỉ máy chủ lắng nghe; `0.0.0.0` để máy khác vào được")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(8000, description="cổng của dịch vụ")
    metrics_port: Annotated[int, Field(ge=0, le=65535)] = Field(
        0, description="cổng riêng cho `/metrics`, chỉ nghe trên 127.0.0.1; 0 là tắt"
    )
    data_dir: Path = Field(Path("var"), description="nơi giữ mọi thứ bản cài này làm ra (chỉ mục, cơ sở dữ liệu)")
    knowledge_dir: Path = Field(ROOT / "knowledge", description="thư mục hướng dẫn và dữ liệu kèm theo")
    encoder: str = Field(
        "static:knowledge/models/bdhvs-static",
        description="`họ:tên` của bộ mã hoá câu; bản đầy đủ nhận `sentence_transformer:<tên hay thư mục>`",
    )
    vector_store: str = Field("faiss", description="kho véc-tơ: `faiss` hoặc `numpy_flat`")
    keep_versions: Annotated[int, Field(ge=2, le=100)] = Field(5, description="số phiên bản chỉ mục giữ lại để quay về")
    max_question_chars: Annotated[int, Field(ge=100, le=20000)] = Field(
        4000, description="số ký tự tối đa của một câu hỏi"
    )
    max_body_bytes: Annotated[int, Field(ge=1000)] = Field(8_000_000, description="cỡ tối đa của một yêu cầu gửi lên")
    answer_timeout_s: Annotated[float, Field(gt=0)] = Field(
        10.0, description="thời gian tối đa cho một câu trả lời (giây)"
    )
    reload_every_s: Annotated[float, Field(gt=0)] = Field(
        1.0, description="bao lâu xem lại có chỉ mục mới không (giây)"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="mức ghi nhật ký: DEBUG, INFO, WARNING, ERROR"
    )

    @property
    def encoder_family(self) -> str:
        return self.encoder.partition(":")[0]

    @property
    def encoder_name(self) -> str:
        return self.encoder.partition(":")[2]


def load_settings() -> Settings:
    """The settings of this process. Raises SettingsInvalid naming each wrong one."""
    try:
        return Settings()
    except ValidationError as error:
        lines = (f"{'.'.join(str(part) for part in item['loc']).upper()}: {item['msg']}" for item in error.errors())
        raise SettingsInvalid("Cài đặt chưa đúng:\n" + "\n".join(lines)) from error
