"""The ministries' published lists (XLSX): code, name, issuing agency, who carries it out, field; titles only."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.procedures.links import agency_slug
from ingest.procedures.package import read_part
from ingest.procedures.records import UNKNOWN_AGENCY, Record, SourceInvalid
from ingest.procedures.words import clean

SUFFIXES: tuple[str, ...] = (".xlsx",)
CODE = re.compile(r"\d\.\d{6}")
SPACE = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
HEADINGS = {
    "code": ("mã số", "mã thủ tục", "mã tthc", "mã"),
    "name": ("tên", "tên thủ tục", "tên thủ tục hành chính", "tên tthc"),
    "agency": ("cơ quan ban hành", "cơ quan công bố", "bộ, ngành"),
    "authority": ("cơ quan thực hiện", "cơ quan giải quyết"),
    "field": ("lĩnh vực",),
}
MOST_ROWS = 200_000


def read(name: str, data: bytes, as_of: str) -> Iterator[Record | SourceInvalid]:
    """A record a row under the row of headings. Raises SourceInvalid for a workbook without such a row."""
    columns: dict[str, str] = {}
    for number, cells in _rows(name, data):
        if not columns:
            columns = _columns(cells)
            continue
        row = {key: clean(cells.get(column, ""), keep_lines=True) for key, column in columns.items()}
        if not any(row.values()):
            continue
        if not CODE.fullmatch(row["code"]) or not row["name"]:
            yield SourceInvalid(f"{name}:{number}", f"mã “{row['code'][:20]}” không đúng dạng 1.234567, hoặc thiếu tên")
            continue
        yield _record(row, as_of)
    if not columns:
        raise SourceInvalid(name, "không thấy dòng tiêu đề có “Mã số” và “Tên”")


def _record(row: Mapping[str, str], as_of: str) -> Record:
    agency = clean(row.get("agency", ""))
    return Record(
        code=row["code"],
        name=clean(row["name"]),
        agency=agency_slug(agency) or UNKNOWN_AGENCY,
        agency_name=agency,
        field=clean(row.get("field", "")),
        authority=", ".join(row.get("authority", "").split("\n")),
        as_of=as_of,
        listing=True,
    )


def _columns(cells: Mapping[str, str]) -> dict[str, str]:
    """Which column holds what, once both the code's and the name's heading are found."""
    found = {clean(text).lower().rstrip(":"): column for column, text in cells.items()}
    columns = {key: found[word] for key, words in HEADINGS.items() for word in words[::-1] if word in found}
    return columns if {"code", "name"} <= set(columns) else {}


def _rows(name: str, data: bytes) -> Iterator[tuple[int, dict[str, str]]]:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            shared = _shared(name, package)
            sheets = sorted(part for part in package.namelist() if re.fullmatch(r"xl/worksheets/sheet\d+\.xml", part))
            if not sheets:
                raise SourceInvalid(name, "không phải bảng tính Excel")
            sheet = read_part(name, package, sheets[0])
    except (zipfile.BadZipFile, NotImplementedError, EOFError) as error:
        raise SourceInvalid(name, "tệp Excel hỏng hoặc bị cắt giữa chừng") from error
    for number, row in enumerate(sheet.iter(f"{SPACE}row"), 1):
        if number > MOST_ROWS:
            raise SourceInvalid(f"{name}:{number}", "quá nhiều dòng")
        yield number, {_column(cell): _text(cell, shared) for cell in row.iter(f"{SPACE}c")}


def _shared(name: str, package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    items = read_part(name, package, "xl/sharedStrings.xml").iter(f"{SPACE}si")
    return ["".join(text.text or "" for text in item.iter(f"{SPACE}t")) for item in items]


def _column(cell: Any) -> str:
    return re.sub(r"\d", "", cell.get("r") or "")


def _text(cell: Any, shared: list[str]) -> str:
    value = cell.findtext(f"{SPACE}v")
    if cell.get("t") == "s" and value is not None and value.isdigit():
        return shared[int(value)] if int(value) < len(shared) else ""
    return value if value is not None else "".join(text.text or "" for text in cell.iter(f"{SPACE}t"))
