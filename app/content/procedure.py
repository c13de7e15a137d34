"""A procedure of the national catalogue as structured facts: figures, names and numbers, never long official sentences.

None means "the official record does not say, or says it unreadably"; an empty tuple means "it says there is none".
`flags` (keys of FLAGS) tell what a reader should doubt. One line of `knowledge/procedures/*.jsonl` is one procedure.
"""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import groupby
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field, TypeAdapter, ValidationError, with_config
from pydantic.functional_validators import AfterValidator

from app.errors import ContentInvalid, Finding

SHORT = 200
LEVELS = {"bo": "Cấp bộ", "tinh": "Cấp tỉnh", "xa": "Cấp xã", "khac": "Cơ quan khác"}
WAYS = {"truc-tiep": "Trực tiếp", "truc-tuyen": "Trực tuyến", "buu-chinh": "Dịch vụ bưu chính"}
AUDIENCES = {
    "cong-dan": "Công dân Việt Nam",
    "nguoi-viet-o-nuoc-ngoai": "Người Việt Nam định cư ở nước ngoài",
    "nguoi-nuoc-ngoai": "Người nước ngoài",
    "nguoi-nuoc-ngoai-cu-tru": "Người nước ngoài cư trú tại Việt Nam",
    "can-bo": "Cán bộ, công chức, viên chức",
    "dang-vien": "Đảng viên",
    "doanh-nghiep": "Doanh nghiệp",
    "doanh-nghiep-viet-nam": "Doanh nghiệp Việt Nam",
    "doanh-nghiep-von-nuoc-ngoai": "Doanh nghiệp có vốn đầu tư nước ngoài",
    "hop-tac-xa": "Hợp tác xã",
    "to-chuc": "Tổ chức (không bao gồm doanh nghiệp, HTX)",
    "to-chuc-nuoc-ngoai": "Tổ chức nước ngoài",
    "to-chuc-dang": "Tổ chức Đảng",
}
FLAGS = {
    "not-stated": "hồ sơ gốc không nêu",
    "not-a-figure": "hồ sơ gốc nêu bằng lời, không bằng con số",
    "unit-lost": "hồ sơ gốc mất đơn vị thời gian",
    "unit-from-text": "đơn vị lấy từ phần mô tả vì ô thời gian mất đơn vị",
    "from-description": "con số lấy từ phần mô tả, không từ ô chính",
    "more-in-text": "phần mô tả còn con số khác, đọc toàn văn",
    "free-beside-fee": "ghi miễn phí nhưng phần mô tả nêu mức thu",
    "free-doubtful": "ghi miễn phí nhưng dẫn tới văn bản hoặc nơi quy định mức thu",
    "amount-unlikely": "mức thu nhỏ bất thường, có thể mất số không",
    "amount-lost": "có ô tiền nhưng mất con số",
    "partial-free": "chỉ miễn cho một số trường hợp nêu trong mô tả",
    "cut": "tên bị rút gọn, đọc toàn văn",
    "form-unsplit": "tên tệp mẫu dính vào tên giấy tờ",
    "note": "dòng ghi chú hoặc tiêu đề trong bảng giấy tờ, không phải một giấy tờ phải nộp",
    "count-unclear": "số lượng bản không rõ",
    "more": "danh sách bị rút ngắn, đọc toàn văn",
    "documents-in-text": "giấy tờ viết thành văn, không thành bảng, đọc toàn văn",
    "listing-only": "chỉ có trong danh mục, chưa có chi tiết",
    "case-lost": "hồ sơ gốc có nhiều trường hợp nhưng không ghi trường hợp nào",
}


def _is_clean(text: str) -> str:
    if not unicodedata.is_normalized("NFC", text):
        raise ValueError("nfc")
    if text != text.strip() or not text:
        raise ValueError("trim")
    return text


Text = Annotated[str, Field(max_length=1200), AfterValidator(_is_clean)]
Short = Annotated[str, Field(max_length=SHORT), AfterValidator(_is_clean)]
Code = Annotated[str, Field(pattern=r"^\d\.\d{6}$")]
Level = Literal["bo", "tinh", "xa", "khac"]
Way = Literal["truc-tiep", "truc-tuyen", "buu-chinh"]
Unit = Literal["phút", "giờ", "giờ làm việc", "ngày", "ngày làm việc", "tuần", "tháng", "năm"]


def _is_known(flag: str) -> str:
    if flag not in FLAGS:
        raise ValueError("flag")
    return flag


def _is_audience(slug: str) -> str:
    if slug not in AUDIENCES:
        raise ValueError("audience")
    return slug


Flags = tuple[Annotated[str, AfterValidator(_is_known)], ...]
Audience = Annotated[str, AfterValidator(_is_audience)]
_STRICT = ConfigDict(extra="forbid", strict=True)


@with_config(_STRICT)
@dataclass(frozen=True)
class Agency:
    """Who issued the procedure."""

    slug: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    name: Short


@with_config(_STRICT)
@dataclass(frozen=True)
class TimeLimit:
    """How long it takes; `when` is the case it holds for, None when it is not tied to one."""

    value: Annotated[float, Field(gt=0, le=10000)] | None
    unit: Unit | None
    when: Short | None = None
    flags: Flags = ()


@with_config(_STRICT)
@dataclass(frozen=True)
class Fee:
    """What is paid: an amount in `currency` for each `per`, or `free`. Both None: unknown."""

    amount: Annotated[int, Field(ge=0, le=10**12)] | Annotated[float, Field(gt=0, le=10**6)] | None
    free: bool | None
    currency: Literal["VND", "USD"] = "VND"
    per: Short | None = None
    when: Short | None = None
    flags: Flags = ()


@with_config(_STRICT)
@dataclass(frozen=True)
class Method:
    """One way of handing in, with every case of its time limit and fee."""

    way: Way
    times: tuple[TimeLimit, ...]
    fees: tuple[Fee, ...]


@with_config(_STRICT)
@dataclass(frozen=True)
class Paper:
    """A document of the file; `when` is the case it is asked in. Counts are None when not stated."""

    name: Short
    originals: Annotated[int, Field(ge=0, le=100)] | None = None
    copies: Annotated[int, Field(ge=0, le=100)] | None = None
    when: Short | None = None
    flags: Flags = ()


@with_config(_STRICT)
@dataclass(frozen=True)
class Procedure:
    """`authority` carries it out, `desk` receives it. `similar` holds codes of duplicates and near-duplicates."""

    code: Code
    name: Text
    agency: Agency
    aliases: tuple[Code, ...] = ()
    field: Short | None = None
    level: tuple[Level, ...] | None = None
    audience: tuple[Audience, ...] | None = None
    authority: Short | None = None
    desk: Short | None = None
    methods: tuple[Method, ...] | None = None
    documents: tuple[Paper, ...] | None = None
    conditions: tuple[Short, ...] | None = None
    results: tuple[Short, ...] | None = None
    forms: tuple[Short, ...] | None = None
    legal: tuple[Short, ...] | None = None
    decision: Short | None = None
    url: Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=SHORT)] | None = None
    as_of: Annotated[str, Field(pattern=r"^\d{4}(-\d{2}(-\d{2})?)?$")] | None = None
    similar: tuple[Code, ...] = ()
    flags: Flags = ()


_ADAPTER = TypeAdapter(Procedure)


def parse_procedure(record: Mapping[str, Any], file: str = "procedures", line: int = 1) -> Procedure:
    """Read what `dump_procedure` gives. Raises ContentInvalid with every problem, each naming its field."""
    try:
        return _ADAPTER.validate_json(json.dumps(_expanded(record), ensure_ascii=False))
    except ValidationError as error:
        findings = [Finding(file, line, _in_vietnamese(problem)) for problem in error.errors()]
        raise ContentInvalid(findings) from error
    except (TypeError, ValueError, RecursionError) as error:
        raise ContentInvalid([Finding(file, line, f"bản ghi không đọc được ({type(error).__name__})")]) from error


def dump_procedure(procedure: Procedure) -> dict[str, Any]:
    """The compact record: every top-level key stands (null is unknown), optional keys of items only when they say
    something, ways with equal times and fees share one item under `ways`."""
    record: dict[str, Any] = {key: _dumped(value) for key, value in _fields(procedure)}
    if procedure.methods is not None:
        record["methods"] = [
            {"ways": [method.way for method in group], **{k: v for k, v in _dumped(group[0]).items() if k != "way"}}
            for group in _grouped(procedure.methods)
        ]
    return record


def dump_line(procedure: Procedure) -> str:
    """One line of the catalogue, without its line end; equal procedures give equal lines."""
    return json.dumps(dump_procedure(procedure), ensure_ascii=False, separators=(",", ":"))


def with_links(procedure: Procedure, aliases: Sequence[str], similar: Sequence[str]) -> Procedure:
    """The same facts under these further codes and beside these others."""
    return replace(procedure, aliases=tuple(aliases), similar=tuple(similar))


def _fields(item: Any) -> Iterator[tuple[str, Any]]:
    return ((each.name, getattr(item, each.name)) for each in fields(item))


_ALWAYS = frozenset({"value", "unit", "amount", "free", "originals", "copies"})


def _dumped(value: Any) -> Any:
    if isinstance(value, tuple):
        return [_dumped(each) for each in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if not isinstance(value, Agency | TimeLimit | Fee | Method | Paper):
        return value
    kept = ((key, each) for key, each in _fields(value) if key in _ALWAYS or (each not in (None, ())))
    plain = {key: _dumped(each) for key, each in kept if not (key == "currency" and each == "VND")}
    return {"times": [], "fees": [], **plain} if isinstance(value, Method) else plain


def _grouped(methods: Sequence[Method]) -> Iterator[list[Method]]:
    for _, group in groupby(methods, key=lambda method: (method.times, method.fees)):
        yield list(group)


def _expanded(record: Mapping[str, Any]) -> dict[str, Any]:
    expanded = dict(record)
    methods = expanded.get("methods")
    if isinstance(methods, list):
        expanded["methods"] = [each for method in methods for each in _each_way(method)]
    return expanded


def _each_way(method: Any) -> list[Any]:
    if not (isinstance(method, dict) and isinstance(method.get("ways"), list)):
        return [method]
    rest = {key: value for key, value in method.items() if key != "ways"}
    return [{"way": way, **rest} for way in method["ways"]]


_SENTENCES = {
    "missing": "thiếu khoá này",
    "extra_forbidden": "khoá lạ, hãy bỏ đi",
    "unexpected_keyword_argument": "khoá lạ, hãy bỏ đi",
    "string_pattern_mismatch": "không đúng dạng quy định",
    "string_type": "phải là chữ",
    "int_type": "phải là số nguyên",
    "float_type": "phải là số",
    "bool_type": "phải là true hoặc false",
    "tuple_type": "phải là danh sách",
    "dataclass_type": "phải là một nhóm khoá",
}
_REASONS = {
    "nfc": "chưa ở dạng Unicode NFC",
    "trim": "trống, hoặc thừa khoảng trắng ở đầu cuối",
    "flag": "cờ lạ",
    "audience": "đối tượng lạ",
}


def _in_vietnamese(problem: Any) -> str:
    where = ".".join(str(part) for part in problem["loc"] if not str(part).startswith("function-"))
    kind, context = problem["type"], problem.get("ctx", {})
    if kind == "string_too_long":
        return f"“{where}”: dài quá {context.get('max_length')} ký tự"
    if kind == "literal_error":
        return f"“{where}”: chỉ nhận {context.get('expected', '')}"
    if kind == "value_error":
        return f"“{where}”: {_REASONS.get(str(context.get('error')), 'không hợp lệ')}"
    return f"“{where}”: {_SENTENCES.get(kind, f'không hợp lệ ({kind})')}"
