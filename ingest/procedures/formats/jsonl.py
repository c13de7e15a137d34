"""Normalised JSONL, one procedure a line (plain or gzip): code, name, agency, level, …, methods, documents, legal."""

from __future__ import annotations

import gzip
import io
import json
import re
import zlib
from collections.abc import Iterator, Mapping
from typing import Any

from ingest.procedures.cells import split_files
from ingest.procedures.legal import find_numbers
from ingest.procedures.records import AGENCIES, UNKNOWN_AGENCY, MethodRow, PaperRow, Record, SourceInvalid
from ingest.procedures.words import clean, split_results

SUFFIXES: tuple[str, ...] = (".jsonl", ".jsonl.gz")
MAX_EXPANDED = 400 * 1024 * 1024
MAX_LINE = 4 * 1024 * 1024
CODE = re.compile(r"\d\.\d{6}")
WAYS = {"Trực tiếp": "truc-tiep", "Trực tuyến": "truc-tuyen", "Dịch vụ bưu chính": "buu-chinh"}
WAY_START = re.compile(r"(?:^|\n+)(?=(?:Trực tiếp|Trực tuyến|Dịch vụ bưu chính): )")
METHOD = re.compile(r"(?P<way>[^:\n]+): (?P<time>.*?); phí:(?P<fee>.*)", re.DOTALL)
FEE_LINE = re.compile(r"(?:^|\n)(?=(?:Phí|Lệ phí) ?: )")
PIPED_END = re.compile(r"\|\s*Bản chính: (\d+)\s*\n\s*Bản sao: (\d+)\n?")
FILE_END = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|rtf)$", re.IGNORECASE)
COUNTED = re.compile(r"\s*\((\d+) bản (chính|sao)\)$")


def read(name: str, data: bytes, as_of: str) -> Iterator[Record | SourceInvalid]:
    """A record a line, or in its place what is wrong with the line. Raises SourceInvalid for a damaged gzip."""
    for number, line in enumerate(_lines(name, data), 1):
        if not line.strip():
            continue
        place = f"{name}:{number}"
        try:
            yield to_record(place, _load_line(place, line), as_of)
        except SourceInvalid as error:
            yield error


def _lines(name: str, data: bytes) -> Iterator[bytes]:
    stream: Any = gzip.GzipFile(fileobj=io.BytesIO(data)) if data[:2] == b"\x1f\x8b" else io.BytesIO(data)
    total = number = 0
    try:
        while line := stream.readline(MAX_LINE + 1):
            number += 1
            total += len(line)
            if len(line) > MAX_LINE or total > MAX_EXPANDED:
                raise SourceInvalid(f"{name}:{number}", "dòng quá dài hoặc tệp bung ra quá lớn")
            yield line
    except (EOFError, OSError, zlib.error) as error:
        raise SourceInvalid(f"{name}:{number + 1}", "tệp nén hỏng hoặc bị cắt giữa chừng") from error


def _load_line(place: str, line: bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise SourceInvalid(place, "không phải UTF-8") from error
    except (ValueError, RecursionError) as error:
        raise SourceInvalid(place, "JSON hỏng hoặc bị cắt giữa chừng") from error
    if not isinstance(raw, dict):
        raise SourceInvalid(place, "phải là một bản ghi { … }")
    return raw


def to_record(place: str, raw: Mapping[str, Any], as_of: str) -> Record:
    """Raises SourceInvalid when a needed field is absent or one is no text."""
    for key in ("code", "name", "agency"):
        if not isinstance(raw.get(key), str):
            raise SourceInvalid(
                place, f"thiếu trường “{key}”" if raw.get(key) is None else f"trường “{key}” phải là chữ"
            )
    for key, value in raw.items():
        if value is not None and not isinstance(value, str):
            raise SourceInvalid(place, f"trường “{key}” phải là chữ, không phải {type(value).__name__}")
    code, title = clean(raw["code"]), clean(raw["name"])
    if not CODE.fullmatch(code) or not title:
        raise SourceInvalid(place, f"mã “{code[:20]}” không đúng dạng 1.234567, hoặc thiếu tên")
    texts = {key: clean(value or "", keep_lines=True) for key, value in raw.items()}
    return Record(
        code=code,
        name=title,
        agency=texts["agency"] if texts["agency"] in AGENCIES else UNKNOWN_AGENCY,
        field=_said(texts, "field"),
        level=_said(texts, "level"),
        audience=_said(texts, "audience"),
        kind=_said(texts, "kind"),
        decision=_said(texts, "decision"),
        authority=_said(texts, "authority"),
        desk=_said(texts, "receive_at"),
        steps=texts.get("steps", ""),
        methods=tuple(_methods(texts.get("methods", ""))),
        documents=tuple(_papers(texts.get("documents", ""))),
        legal=texts.get("legal", ""),
        legal_numbers=_legal(texts.get("legal", "")),
        conditions=texts.get("conditions", ""),
        results=split_results(texts.get("result", "")),
        url=texts.get("url", ""),
        as_of=texts.get("as_of", "") or as_of,
    )


def _said(texts: Mapping[str, str], key: str) -> str:
    text = clean(texts.get(key, ""))
    return "" if text.lower() == "không có thông tin" else text


def _methods(text: str) -> Iterator[MethodRow]:
    for part in WAY_START.split(text):
        match = METHOD.fullmatch(part.strip())
        if match and match["way"] in WAYS:
            yield from _fee_rows(WAYS[match["way"]], match["time"].strip(), match["fee"].strip())


def _fee_rows(way: str, time: str, said: str) -> Iterator[MethodRow]:
    """A row for each fee line; the description stands behind "; " of the last one, or behind a bracket."""
    fees = [part for part in FEE_LINE.split(said) if part.strip()]
    if not fees or not re.match(r"(?:Phí|Lệ phí) ?:", fees[0]):
        yield MethodRow(way, time, "" if said.startswith(";") else said, said.lstrip("; "))
        return
    for part in fees:
        fee, _, note = part.partition("; ")
        yield MethodRow(way, time, re.sub(r"\nFile đính kèm:[^\n]*", "", fee).strip(), note.strip())


def _papers(text: str) -> Iterator[PaperRow]:
    """Rows "name | files | Bản chính: 1, Bản sao: 0", or "name (1 bản chính)" where the table had been re-split."""
    start = 0
    for end in PIPED_END.finditer(text):
        cells = [cell.strip() for cell in text[start : end.start()].split("|")]
        files = tuple(FILE_END.sub("", clean(file)) for cell in cells[1:] for file in cell.split("\n") if file.strip())
        yield PaperRow(clean(cells[0]), tuple(dict.fromkeys(files)), int(end[1]), int(end[2]))
        start = end.end()
    for line in text[start:].split("\n"):
        counted = COUNTED.search(line)
        if counted and counted.start() > 0:
            name, files = split_files(line[: counted.start()])
            count = int(counted[1])
            yield PaperRow(name, files, *((count, None) if counted[2] == "chính" else (None, count)))


def _legal(text: str) -> tuple[str, ...]:
    """The first cell of each row, or the number its title begins with; a glued table gives every number."""
    numbers: list[str] = []
    for line in text.split("\n"):
        first, bar, rest = line.partition("|")
        found = find_numbers(first) or (find_numbers(rest)[:1] if bar else ())
        numbers += found
    return tuple(dict.fromkeys(numbers))
