"""Small procedures in the shapes of the sources, made for tests."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

METHODS = (
    "Hình thức nộpThời gianPhí, lệ phíMô tảTrực tuyến7 Ngày làm việc10,000 VNĐ(10.000 đồng/lần)Trực tiếp7 NgàyMiễn phí"
)
PAPERS = "--Tên giấy tờMẫu đơn, tờ khaiSố lượngTờ khai thay đổi thông tin cư trúCT01.docx1 bản chính"
LEGAL = "Tên văn bản pháp lýMã văn bảnLuật Cư trú68/2020/QH14"
INTERFACE = "Từ khóaKhông có thông tinMô tảKhông có thông tinChọn cơ quan thực hiệnNộp hồ sơ"
RESULT = f"Thông báo kết quả đăng kýMã: KQ.G01.000001{INTERFACE}"


def portal(code: str, name: str = "", **changes: Any) -> dict[str, Any]:
    """A record as the portal's page was crawled."""
    record: dict[str, Any] = {
        "ma_thu_tuc": code,
        "ten_thu_tuc": name or f"Thủ tục thử số {code}",
        "detail_url": f"https://dichvucong.gov.vn/thu-tuc-hanh-chinh/{code}",
        "so_quyet_dinh": "1/QĐ-BCA",
        "cap_thuc_hien": "Cấp xã",
        "linh_vuc": "Cư trú",
        "doi_tuong_thuc_hien": "Công dân Việt Nam, Cán bộ, công chức, viên chức",
        "co_quan_thuc_hien": "Công an cấp xã",
        "trinh_tu_thuc_hien": "Bước 1: nộp hồ sơ.",
        "cach_thuc_thuc_hien": METHODS,
        "thanh_phan_ho_so": PAPERS,
        "can_cu_phap_ly": LEGAL,
        "yeu_cau_dieu_kien": "Không có thông tin",
        "ket_qua_xu_ly": RESULT,
    }
    return {**record, **changes}


def write_portal(folder: Path, records: list[dict[str, Any]], agency: str = "bo-cong-an") -> Path:
    """A crawl: one file a record under the agency's folder."""
    for record in records:
        path = folder / agency / f"{record['ma_thu_tuc']}.json"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(record, ensure_ascii=False), encoding="utf-8")
    return folder


def many(count: int) -> list[dict[str, Any]]:
    return [
        portal(f"1.{number:06d}", f"Cấp giấy phép loại {chr(97 + number % 26)} {number}") for number in range(count)
    ]


SHEET = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>{}</sheetData></worksheet>'
)


def write_xlsx(path: Path, rows: list[list[str]]) -> Path:
    """A workbook with inline strings."""
    cells = (
        f'<c r="{chr(65 + place)}{number}" t="inlineStr"><is><t>{text}</t></is></c>'
        for number, row in enumerate(rows, 1)
        for place, text in enumerate(row)
    )
    lines = []
    for row in rows:
        lines.append("<row>" + "".join(next(cells) for _ in row) + "</row>")
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("xl/worksheets/sheet1.xml", SHEET.format("".join(lines)))
    return path


def write_docx(path: Path, code: str = "1.013196") -> Path:
    """The detail of one procedure, laid out as the portal's download."""
    import docx

    document = docx.Document()
    for line in (
        f"Mã thủ tục: {code}",
        "Số quyết định: 5132/QĐ-BQP",
        "Tên thủ tục: Xác nhận bệnh binh",
        "Cấp thực hiện: Cấp Bộ, Cấp Xã",
        "Lĩnh vực: Chính sách",
        "Trình tự thực hiện:",
        "Bước 1. Làm đơn.",
        "Bước 2. Nộp hồ sơ.",
        "Cách thức thực hiện:",
    ):
        document.add_paragraph(line)
    _add_table(
        document,
        ["Hình thức nộp", "Thời hạn giải quyết", "Phí, lệ phí", "Mô tả"],
        [["Trực tiếp", "60 Ngày làm việc", "Phí : 0 Đồng", "60 ngày làm việc"]],
    )
    document.add_paragraph("Thành phần hồ sơ:")
    _add_table(
        document,
        ["Tên giấy tờ", "Mẫu đơn, tờ khai", "Số lượng"],
        [["Đơn đề nghị", "Mẫu BB2.doc", "Bản chính: 1\nBản sao: 2"]],
    )
    document.add_paragraph("Cơ quan ban hành: Bộ Quốc phòng")
    document.add_paragraph("Căn cứ pháp lý:")
    _add_table(document, ["Số ký hiệu", "Trích yếu"], [["31/2013/NĐ-CP", "Hướng dẫn Pháp lệnh"]])
    document.add_paragraph("Yêu cầu, điều kiện thực hiện: Không")
    document.save(str(path))
    return path


def _add_table(document: Any, heads: list[str], rows: list[list[str]]) -> None:
    table = document.add_table(rows=0, cols=len(heads))
    for row in (heads, *rows):
        for cell, text in zip(table.add_row().cells, row, strict=True):
            cell.text = text
