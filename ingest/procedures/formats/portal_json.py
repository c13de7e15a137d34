"""The portal's own JSON as crawled: one procedure a file, table cells glued, the page's interface text behind."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from ingest.procedures.cells import split_methods, split_papers
from ingest.procedures.legal import legal_numbers
from ingest.procedures.records import AGENCIES, UNKNOWN_AGENCY, Record, SourceInvalid
from ingest.procedures.words import LOWER, clean, split_results

SUFFIXES: tuple[str, ...] = (".json",)
CODE = re.compile(r"\d\.\d{6}")
INTERFACE = re.compile(r"(?:Từ khóa|Chọn cơ quan thực hiện\s*Tỉnh/ Thành phố).*$", re.DOTALL)
PAPER_WORDS = re.compile(r"\w+ \w+ \w+")  # "--" or a stray code is no text
NEEDED = ("ma_thu_tuc", "ten_thu_tuc")
HEADS = {
    "trinh_tu_thuc_hien": r"Trình Tự Thực Hiện",
    "cach_thuc_thuc_hien": r"Cách Thức Thực Hiện(?=Hình thức nộp)",
    "thanh_phan_ho_so": r"Thành phần hồ sơ",
    "can_cu_phap_ly": r"Căn cứ pháp lý(?=Tên văn bản pháp lý|Không có thông tin)",
    "co_quan_thuc_hien": r"Cơ quan thực hiện",
    "yeu_cau_dieu_kien": r"Yêu cầu, điều kiện thực hiện",
    "ket_qua_xu_ly": r"Kết quả xử lý",
}


def read(name: str, data: bytes, as_of: str) -> Iterator[Record]:
    """One record. Raises SourceInvalid naming the line where the JSON breaks or the field that is wrong."""
    raw = load_object(name, data)
    yield to_record(name, raw, as_of)


def load_object(name: str, data: bytes) -> Mapping[str, Any]:
    try:
        raw = json.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise SourceInvalid(f"{name}:{line}", "không phải UTF-8") from error
    except json.JSONDecodeError as error:
        raise SourceInvalid(f"{name}:{error.lineno}", f"JSON hỏng hoặc bị cắt giữa chừng ({error.msg})") from error
    except (RecursionError, ValueError) as error:
        raise SourceInvalid(name, "JSON lồng quá sâu hoặc có số quá dài") from error
    if not isinstance(raw, dict):
        raise SourceInvalid(name, "phải là một bản ghi { … }")
    return raw


def to_record(name: str, raw: Mapping[str, Any], as_of: str) -> Record:
    """Raises SourceInvalid when a needed field is absent or any is no text."""
    for key in NEEDED:
        if key not in raw:
            raise SourceInvalid(name, f"thiếu trường “{key}”")
    for key, value in raw.items():
        if value is not None and not isinstance(value, str):
            raise SourceInvalid(name, f"trường “{key}” phải là chữ, không phải {type(value).__name__}")
    fields = {key: value or "" for key, value in raw.items()} | _sections(raw.get("raw_text") or "")
    code = clean(fields["ma_thu_tuc"])
    title = clean(fields["ten_thu_tuc"])
    if not CODE.fullmatch(code):
        raise SourceInvalid(name, f"mã thủ tục “{code[:20]}” không đúng dạng 1.234567")
    if not title:
        raise SourceInvalid(name, "thủ tục không có tên")
    papers_text = clean(fields.get("thanh_phan_ho_so", ""), keep_lines=True)
    papers = split_papers(papers_text)
    legal = clean(fields.get("can_cu_phap_ly", ""), keep_lines=True)
    conditions = INTERFACE.sub("", clean(fields.get("yeu_cau_dieu_kien", ""), keep_lines=True))
    return Record(
        code=code,
        name=title,
        agency=_agency(name),
        field=_said(fields, "linh_vuc"),
        level=_said(fields, "cap_thuc_hien"),
        audience=_said(fields, "doi_tuong_thuc_hien"),
        kind=_said(fields, "loai_thu_tuc"),
        decision=_said(fields, "so_quyet_dinh"),
        authority=_said(fields, "co_quan_thuc_hien") or _said(fields, "co_quan_co_tham_quyen"),
        desk=_said(fields, "dia_chi_tiep_nhan"),
        steps=clean(fields.get("trinh_tu_thuc_hien", ""), keep_lines=True),
        methods=split_methods(fields.get("cach_thuc_thuc_hien", "")),
        documents=papers,
        documents_text="" if papers or not PAPER_WORDS.search(papers_text) else papers_text,
        legal="" if legal == "Không có thông tin" else legal,
        legal_numbers=legal_numbers(legal),
        conditions="" if conditions == "Không có thông tin" else conditions,
        results=split_results(INTERFACE.sub("", clean(fields.get("ket_qua_xu_ly", ""), keep_lines=True))),
        url=_said(fields, "detail_url"),
        as_of=as_of,
    )


def _said(fields: Mapping[str, str], key: str) -> str:
    text = clean(fields.get(key, ""))
    return "" if text.lower() == "không có thông tin" else text


def _agency(name: str) -> str:
    folder = PurePosixPath(name).parent.name
    return folder if folder in AGENCIES else UNKNOWN_AGENCY


def _sections(text: str) -> dict[str, str]:
    """The fields cut again out of the page's whole text: the crawler cut at the first mention of a heading, which may
    stand inside a sentence; a real heading touches what is before and behind it."""
    text = clean(text, keep_lines=True)
    places: dict[str, tuple[int, int]] = {}
    start = 0
    for key, head in HEADS.items():
        pattern = re.compile(rf"(?<=[^ (“\"]){head}(?=[^\s:,;.)”\"{LOWER}])" if key == "thanh_phan_ho_so" else head)
        found = list(pattern.finditer(text, start))
        if not found:
            return {}
        chosen = _chosen(key, found, text)
        places[key] = chosen.span()
        start = chosen.end()
    keys = list(places)
    ends = [places[key][0] for key in keys[1:]] + [len(text)]
    return {key: text[places[key][1] : end] for key, end in zip(keys, ends, strict=True) if key != "trinh_tu_thuc_hien"}


def _chosen(key: str, found: list[re.Match[str]], text: str) -> re.Match[str]:
    if key == "ket_qua_xu_ly":
        keyword = text.rfind("Từ khóa")
        return [match for match in found if match.start() < keyword or keyword < 0][-1:][0] if found else found[0]
    return found[0]
