"""The detail of one procedure as the portal gives it for download (DOCX): labels in paragraphs, three tables."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Any

from ingest.procedures.legal import find_numbers
from ingest.procedures.links import agency_slug
from ingest.procedures.package import read_part
from ingest.procedures.records import UNKNOWN_AGENCY, MethodRow, PaperRow, Record, SourceInvalid
from ingest.procedures.words import clean, is_nothing

SUFFIXES: tuple[str, ...] = (".docx",)
SPACE = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
CODE = re.compile(r"\d\.\d{6}")
LABELS = {
    "mã thủ tục": "code",
    "tên thủ tục": "name",
    "số quyết định": "decision",
    "cấp thực hiện": "level",
    "loại thủ tục": "kind",
    "lĩnh vực": "field",
    "trình tự thực hiện": "steps",
    "cách thức thực hiện": "methods",
    "thành phần hồ sơ": "documents",
    "đối tượng thực hiện": "audience",
    "cơ quan thực hiện": "authority",
    "cơ quan có thẩm quyền": "competent",
    "cơ quan ban hành": "agency",
    "địa chỉ tiếp nhận hs": "desk",
    "địa chỉ tiếp nhận hồ sơ": "desk",
    "cơ quan được ủy quyền": "delegate",
    "cơ quan phối hợp": "partner",
    "kết quả thực hiện": "result",
    "căn cứ pháp lý": "legal",
    "yêu cầu, điều kiện thực hiện": "conditions",
    "từ khóa": "keywords",
    "mô tả": "description",
}
WAYS = {"trực tiếp": "truc-tiep", "trực tuyến": "truc-tuyen", "dịch vụ bưu chính": "buu-chinh"}
COUNT = re.compile(r"bản (chính|sao)\s*:\s*(\d{1,2})", re.IGNORECASE)
FILE_END = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|rtf)$", re.IGNORECASE)
Rows = list[list[str]]


def read(name: str, data: bytes, as_of: str) -> Iterator[Record]:
    """One record. Raises SourceInvalid for a file that is no Word document or names no procedure."""
    texts, tables = _sections(_body(name, data))
    code, title = texts.get("code", ""), clean(texts.get("name", ""))
    if not CODE.fullmatch(code) or not title:
        raise SourceInvalid(name, "không thấy “Mã thủ tục:” và “Tên thủ tục:”, không phải bản chi tiết của Cổng")
    agency = texts.get("agency", "")
    yield Record(
        code=code,
        name=title,
        agency=agency_slug(agency) or UNKNOWN_AGENCY,
        agency_name=agency,
        field=_said(texts, "field"),
        level=_said(texts, "level"),
        audience=_said(texts, "audience"),
        kind=_said(texts, "kind"),
        decision=_said(texts, "decision"),
        authority=_said(texts, "authority") or _said(texts, "competent"),
        desk=_said(texts, "desk"),
        steps=texts.get("steps", ""),
        methods=tuple(_methods(tables.get("methods", []))),
        documents=tuple(_papers(tables.get("documents", []))),
        legal="\n".join(" | ".join(row) for row in tables.get("legal", [])),
        legal_numbers=_legal(tables.get("legal", [])),
        conditions="" if texts.get("conditions") == "Không có thông tin" else texts.get("conditions", ""),
        results=tuple(line for line in texts.get("result", "").split("\n") if line and not is_nothing(line)),
        as_of=as_of,
    )


def _said(texts: dict[str, str], key: str) -> str:
    text = clean(texts.get(key, ""))
    return "" if text.lower() == "không có thông tin" else text


def _body(name: str, data: bytes) -> Any:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            root = read_part(name, package, "word/document.xml")
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise SourceInvalid(name, "tệp Word hỏng hoặc bị cắt giữa chừng") from error
    body = root.find(f"{SPACE}body")
    if body is None:
        raise SourceInvalid(name, "tài liệu Word không có nội dung")
    return body


def _sections(body: Any) -> tuple[dict[str, str], dict[str, Rows]]:
    """Texts and tables by the label they stand under."""
    texts: dict[str, str] = {}
    tables: dict[str, Rows] = {}
    current = ""
    for element in body:
        if element.tag == f"{SPACE}tbl":
            tables.setdefault(current, []).extend(_table(element))
            continue
        line = _paragraph(element)
        label, _, rest = line.partition(":")
        key = LABELS.get(clean(label).lower())
        if key:
            current, line = key, rest
        line = clean(line)
        if current and line:
            texts[current] = f"{texts[current]}\n{line}" if texts.get(current) else line
    return texts, tables


def _table(element: Any) -> Rows:
    rows = [[_cell(cell) for cell in row.findall(f"{SPACE}tc")] for row in element.findall(f"{SPACE}tr")]
    return rows[1:]


def _cell(cell: Any) -> str:
    return clean("\n".join(_paragraph(paragraph) for paragraph in cell.iter(f"{SPACE}p")), keep_lines=True)


def _paragraph(element: Any) -> str:
    parts = (each.text or "" if each.tag == f"{SPACE}t" else "\n" for each in element.iter(f"{SPACE}t", f"{SPACE}br"))
    return "".join(parts)


def _methods(rows: Rows) -> Iterator[MethodRow]:
    for row in rows:
        way, time, fee, note = (*row, "", "", "", "")[:4]
        slug = WAYS.get(clean(way).lower())
        if slug:
            yield from (MethodRow(slug, clean(time), each, note) for each in _fee_lines(fee))


def _fee_lines(fee: str) -> Sequence[str]:
    lines = [line for line in fee.split("\n") if not line.lower().startswith("file đính kèm")]
    return lines or [""]


def _papers(rows: Rows) -> Iterator[PaperRow]:
    for row in rows:
        name, files, counts = (*row, "", "", "")[:3]
        counted = {kind.lower(): int(number) for kind, number in COUNT.findall(counts)}
        forms = tuple(FILE_END.sub("", line) for line in files.split("\n") if line)
        if name:
            yield PaperRow(clean(name), forms, counted.get("chính"), counted.get("sao"))


def _legal(rows: Rows) -> tuple[str, ...]:
    numbers = [number for row in rows for number in (find_numbers(row[0]) or find_numbers(" ".join(row[1:2]))[:1])]
    return tuple(dict.fromkeys(numbers))
