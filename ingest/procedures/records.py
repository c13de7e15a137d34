"""A procedure as its source tells it: whole texts, table cells apart, nothing judged yet."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import TypeAdapter, ValidationError

from app.errors import AssistantError

AGENCIES = {
    "bo-cong-an": "Bộ Công an",
    "bo-cong-thuong": "Bộ Công Thương",
    "bo-dan-toc-ton-giao": "Bộ Dân tộc và Tôn giáo",
    "bo-giao-duc-dao-tao": "Bộ Giáo dục và Đào tạo",
    "bo-khoa-hoc-cong-nghe": "Bộ Khoa học và Công nghệ",
    "bo-ngoai-giao": "Bộ Ngoại giao",
    "bo-noi-vu": "Bộ Nội vụ",
    "bo-nong-nghiep-mt": "Bộ Nông nghiệp và Môi trường",
    "bo-quoc-phong": "Bộ Quốc phòng",
    "bo-tai-chinh": "Bộ Tài chính",
    "bo-tu-phap": "Bộ Tư pháp",
    "bo-van-hoa-the-thao-du-lich": "Bộ Văn hóa, Thể thao và Du lịch",
    "bo-xay-dung": "Bộ Xây dựng",
    "bo-y-te": "Bộ Y tế",
    "ngan-hang-nha-nuoc": "Ngân hàng Nhà nước Việt Nam",
    "toa-an-nhan-dan": "Tòa án nhân dân",
}
UNKNOWN_AGENCY = "chua-ro"


@dataclass(frozen=True)
class MethodRow:
    """A row of "Cách thức thực hiện"; `fee` and `note` are apart only where the source kept them apart."""

    way: str
    time: str
    fee: str
    note: str = ""


@dataclass(frozen=True)
class PaperRow:
    """A row of "Thành phần hồ sơ"; `group` is the heading of its table, `glued` that the count touched a figure."""

    name: str
    files: tuple[str, ...] = ()
    originals: int | None = None
    copies: int | None = None
    group: str = ""
    flags: tuple[str, ...] = ()


@dataclass(frozen=True)
class Record:
    """Texts are NFC; an empty one means the source does not say. `listing` marks one that holds only a title row."""

    code: str
    name: str
    agency: str
    field: str = ""
    level: str = ""
    audience: str = ""
    kind: str = ""
    decision: str = ""
    authority: str = ""
    desk: str = ""
    steps: str = ""
    methods: tuple[MethodRow, ...] = ()
    documents: tuple[PaperRow, ...] = ()
    documents_text: str = ""
    legal: str = ""
    legal_numbers: tuple[str, ...] = ()
    conditions: str = ""
    results: tuple[str, ...] = ()
    url: str = ""
    as_of: str = ""
    listing: bool = False
    agency_name: str = ""

    @property
    def digest(self) -> str:
        """Changes when, and only when, something of the record but its date changes."""
        content = {key: value for key, value in asdict(self).items() if key != "as_of"}
        return hashlib.sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


class SourceInvalid(AssistantError):
    """A source, or a part of one, cannot be read. `place` is the file (and row); the message is Vietnamese."""

    def __init__(self, place: str, reason: str) -> None:
        self.place, self.reason = place, reason
        super().__init__(f"{place}: {reason}")


_ADAPTER = TypeAdapter(Record)


def dump_record(record: Record) -> str:
    return _ADAPTER.dump_json(record).decode()


def parse_stored(raw: str) -> Record:
    """Read back what `dump_record` wrote. Raises SourceInvalid when the store is damaged."""
    try:
        return _ADAPTER.validate_json(raw)
    except ValidationError as error:
        raise SourceInvalid("kho thủ tục", "bản ghi đã lưu bị hỏng, xoá thư mục procedures rồi nạp lại") from error


def texts_of(record: Record) -> Iterator[tuple[str, Any]]:
    """Field by field, as the change list compares them (the date is not a change)."""
    return ((key, value) for key, value in asdict(record).items() if key not in ("as_of", "code"))
