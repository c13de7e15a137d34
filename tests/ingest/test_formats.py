"""Every document format: the same document gives the same values, real files read right, hostile ones are refused."""

from __future__ import annotations

import re
import unicodedata
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

import ingest.formats
from app.errors import DocumentUnreadable
from app.retrieval.plugins import plugin_names
from ingest.formats import convert, outline_rank, suffixes, tidy

TITLE = "Đăng ký thường trú"
DOCUMENTS_HEADING = "Thành phần hồ sơ"
STEPS_HEADING = "Trình tự thực hiện"
PARAGRAPH = (
    "Người dân nộp hồ sơ tại Công an cấp xã nơi mình cư trú, hoặc nộp trên Cổng dịch vụ công quốc gia bằng tài khoản "
    "định danh điện tử mức 2; hồ sơ thiếu thì được hướng dẫn bổ sung một lần duy nhất."
)
BULLETS = ("Tờ khai thay đổi thông tin cư trú, mẫu CT01", "Giấy tờ chứng minh chỗ ở hợp pháp")
STEPS = ("Chuẩn bị hồ sơ", "Nộp hồ sơ và nhận phiếu hẹn", "Nhận kết quả")
TABLE = (("Hình thức nộp", "Lệ phí"), ("Trực tuyến", "10.000 đồng"), ("Trực tiếp", "20.000 đồng"))
FONTS = (
    "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf",
    "/usr/share/fonts/truetype/liberation/LiberationSans-Regular.ttf",
    "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
    "/Library/Fonts/Arial Unicode.ttf",
    "C:/Windows/Fonts/arial.ttf",
)


@dataclass(frozen=True)
class Values:
    """What a reader sees: headings with their level, items, table rows, and the words of the paragraphs."""

    headings: list[tuple[int, str]]
    items: list[str]
    rows: list[list[str]]
    paragraphs: list[str]


def read_values(markdown: str) -> Values:
    values = Values([], [], [], [])
    for line in markdown.splitlines():
        heading = re.fullmatch(r"(#{1,6}) (.+)", line)
        item = re.fullmatch(r"\s*(?:-|\d+\.) (.+)", line)
        if heading:
            values.headings.append((len(heading[1]), heading[2]))
        elif item:
            values.items.append(item[1])
        elif line.startswith("|") and not re.fullmatch(r"[|\s-]+", line):
            values.rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif line.strip() and not line.startswith("|"):
            values.paragraphs.append(line.strip())
    return values


EXPECTED = Values(
    headings=[(1, TITLE), (2, DOCUMENTS_HEADING), (2, STEPS_HEADING)],
    items=[*BULLETS, *STEPS],
    rows=[list(row) for row in TABLE],
    paragraphs=[PARAGRAPH],
)


def vietnamese_font() -> str:
    for font in FONTS:
        if Path(font).is_file():
            return font
    pytest.skip("máy này không có phông chữ tiếng Việt (cài gói fonts-dejavu-core)")


def write_markdown(path: Path) -> None:
    bullets = "\n".join(f"- {bullet}" for bullet in BULLETS)
    steps = "\n".join(f"{number}. {step}" for number, step in enumerate(STEPS, 1))
    head, *rows = [f"| {' | '.join(row)} |" for row in TABLE]
    table = "\n".join([head, "| --- | --- |", *rows])
    text = (
        f"# {TITLE}\n\n{PARAGRAPH}\n\n## {DOCUMENTS_HEADING}\n\n{bullets}\n\n{table}\n\n## {STEPS_HEADING}\n\n{steps}\n"
    )
    path.write_text(text, encoding="utf-8")


def write_html(path: Path) -> None:
    bullets = "".join(f"<li>{bullet}" for bullet in BULLETS)
    steps = "".join(f"<li><p>{step}</p></li>" for step in STEPS)
    rows = "".join(f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in TABLE)
    wrapped = PARAGRAPH.replace(", ", ",\n      ")
    path.write_text(
        f"""<!doctype html><html><head><meta charset="utf-8"><title>Cổng</title><style>p {{}}</style></head><body>
        <nav><a href="/">Trang chủ</a></nav><form id="aspnetForm"><main><h1>{TITLE}</h1><script>alert(1)</script>
        <p>{wrapped}</p><h2>{DOCUMENTS_HEADING}</h2><ul>{bullets}</ul><table>{rows}</table>
        <h2><a href="#x">{STEPS_HEADING}</a></h2><ol>{steps}</ol></main></form>
        <aside>Tin mới</aside><footer>Bản quyền</footer></body></html>""",
        encoding="utf-8",
    )


def write_docx(path: Path) -> None:
    from docx import Document

    document = Document()
    document.sections[0].header.paragraphs[0].text = "Tiêu đề đầu trang"
    document.add_heading(TITLE, 1)
    document.add_paragraph(PARAGRAPH)
    document.add_heading(DOCUMENTS_HEADING, 2)
    for bullet in BULLETS:
        document.add_paragraph(bullet, style="List Bullet")
    table = document.add_table(len(TABLE), len(TABLE[0]))
    for row, cells in zip(TABLE, table.rows, strict=True):
        for text, cell in zip(row, cells.cells, strict=True):
            cell.text = text
    document.add_heading(STEPS_HEADING, 2)
    for step in STEPS:
        document.add_paragraph(step, style="List Number")
    document.save(str(path))


def write_pdf(path: Path, password: str = "") -> None:
    """The document over three pages, each with a running header and a page number."""
    from fpdf import FPDF
    from fpdf.enums import XPos, YPos

    paper = FPDF()
    paper.set_auto_page_break(False)
    paper.add_font("v", fname=vietnamese_font())
    paper.set_title("thử")

    def write(text: str, size: float) -> None:
        paper.set_font("v", size=size)
        paper.multi_cell(0, size * 0.5, text, new_x=XPos.LMARGIN, new_y=YPos.NEXT, align="L")
        paper.ln(4)

    def start_page() -> None:
        paper.add_page()
        paper.set_font("v", size=9)
        paper.text(60, 8, f"CÔNG BÁO/Số 271/Ngày 12-05-2026 {paper.page_no()}")
        paper.text(100, 290, f"Trang {paper.page_no()}/3")

    start_page()
    write(TITLE, 20)
    write(PARAGRAPH, 12)
    start_page()
    write(DOCUMENTS_HEADING, 16)
    for bullet in BULLETS:
        write(f"• {bullet}", 12)
    with paper.table(first_row_as_headings=False) as table:
        for row in TABLE:
            table.row(row)
    start_page()
    write(STEPS_HEADING, 16)
    for number, step in enumerate(STEPS, 1):
        write(f"{number}. {step}", 12)
    if password:
        paper.set_encryption(owner_password="chu", user_password=password)
    paper.output(str(path))


WRITERS: dict[str, Callable[[Path], None]] = {
    ".md": write_markdown,
    ".html": write_html,
    ".docx": write_docx,
    ".pdf": write_pdf,
}


def test_every_format_has_a_writer_here() -> None:
    written = {suffixes()[suffix] for suffix in WRITERS}
    assert written == set(plugin_names("ingest.formats"))


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_the_same_document_gives_the_same_values(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"thường trú{suffix.upper() if suffix == '.html' else suffix}"
    WRITERS[suffix](path)
    markdown = convert(path)
    assert read_values(markdown) == EXPECTED
    assert unicodedata.is_normalized("NFC", markdown)


def test_decomposed_accents_are_composed(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text(unicodedata.normalize("NFD", "# Lệ phí\n"), encoding="utf-8")
    assert convert(path) == "# Lệ phí\n"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<p>Một<br>Hai</p>", "Một\n\nHai\n"),
        ("<p>Xem <a href='https://dichvucong.gov.vn'>Cổng</a></p>", "Xem [Cổng](https://dichvucong.gov.vn)\n"),
        ("<p>Xem <a href='javascript:alert(1)'>Cổng</a></p>", "Xem Cổng\n"),
        ("<table><tr><td><p>Một ô</p></td></tr></table>", "Một ô\n"),
        ("<p>Có</p><p hidden>Ẩn</p><!-- chú --><iframe src='x'></iframe>", "Có\n"),
        ("<form><p>Tìm</p></form><p>Nội dung dài hơn hẳn biểu mẫu</p>", "Nội dung dài hơn hẳn biểu mẫu\n"),
        ("<ul><li>Một<ul><li>Một rưỡi</li></ul></li><li>Hai</li></ul>", "- Một\n  - Một rưỡi\n- Hai\n"),
    ],
)
def test_html_details(body: str, expected: str, tmp_path: Path) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<html><meta charset=utf-8><body>{body}</body></html>", encoding="utf-8")
    assert convert(path) == expected


def test_word_without_heading_styles_has_its_bold_lines_as_headings(tmp_path: Path) -> None:
    from docx import Document

    document = Document()
    for text in ("CHƯƠNG I", "Điều 1. Phạm vi"):
        document.add_paragraph().add_run(text).bold = True
    document.add_paragraph("Luật này quy định về cư trú.")
    path = tmp_path / "luat.docx"
    document.save(str(path))
    assert convert(path) == "# CHƯƠNG I\n\n## Điều 1. Phạm vi\n\nLuật này quy định về cư trú.\n"


@pytest.mark.parametrize(
    ("text", "rank"),
    [
        ("CHƯƠNG II", 0),
        ("THỦ TỤC 12: Đăng ký khai sinh", 0),
        ("Mục 1", 1),
        ("Điều 5. Thẻ bảo hiểm y tế", 2),
        ("QUY ĐỊNH CHUNG", 0),
        ("Trình tự thực hiện", 3),
        ("Lệ phí: Không có", None),
        ("Độc lập - Tự do - Hạnh phúc", None),
        ("https://dichvucong.gov.vn", None),
        ("12/3", None),
    ],
)
def test_outline_rank(text: str, rank: int | None) -> None:
    assert outline_rank(text) == rank


def test_tidy_drops_what_cannot_be_seen() -> None:
    assert tidy("a\u00adb\u200b c\u00a0d \r\n\n\n\n\x07Họ tên: .........\n") == "ab c d\n\nHọ tên: …\n"


# --- what must be refused, in Vietnamese, without a traceback ---


def refusal(path: Path) -> str:
    with pytest.raises(DocumentUnreadable) as caught:
        convert(path)
    return str(caught.value)


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_empty_file(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"")
    assert "trống" in refusal(path)


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_absent_file_and_folder(suffix: str, tmp_path: Path) -> None:
    assert "Không mở được" in refusal(tmp_path / f"khong-co{suffix}")
    (tmp_path / f"thu-muc{suffix}").mkdir()
    assert "Không mở được" in refusal(tmp_path / f"thu-muc{suffix}")


@pytest.mark.parametrize("suffix", sorted(WRITERS))
def test_huge_file(suffix: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingest.formats, "MAX_BYTES", 1024 * 1024)
    path = tmp_path / f"a{suffix}"
    path.write_bytes(b"a" * (1024 * 1024 + 1))
    assert "nặng hơn 1 MB" in refusal(path)


def text_or_refusal(path: Path) -> str:
    """The converted text, or the sentence of the refusal; any other error is a failure."""
    try:
        return convert(path)
    except DocumentUnreadable as error:
        return str(error)


@pytest.mark.parametrize("suffix", [".pdf", ".docx"])
@pytest.mark.parametrize("kept", [0.02, 0.5, 0.9])
def test_cut_off_file_is_refused_or_read_but_never_a_traceback(suffix: str, kept: float, tmp_path: Path) -> None:
    whole, cut = tmp_path / f"whole{suffix}", tmp_path / f"cut{suffix}"
    WRITERS[suffix](whole)
    raw = whole.read_bytes()
    cut.write_bytes(raw[: int(len(raw) * kept)])
    outcome = text_or_refusal(cut)  # pdfminer can rebuild some cut files
    assert TITLE in outcome or f"cut{suffix}" in outcome


@pytest.mark.parametrize("suffix", [".pdf", ".docx", ".html", ".md"])
def test_noise(suffix: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(bytes(range(256)) * 50)
    assert "a" + suffix in refusal(path)


@pytest.mark.parametrize("written", sorted(WRITERS))
@pytest.mark.parametrize("named", [".pdf", ".docx"])
def test_wrong_suffix(written: str, named: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{named}"
    if written == named:
        return
    WRITERS[written](path)
    assert "a" + named in refusal(path)


@pytest.mark.parametrize(
    ("name", "start", "advice"),
    [
        ("luat.docx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Lưu thành (Save As) dạng .docx"),
        ("luat.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Lưu thành (Save As) dạng .docx"),
        ("luat.md", b"%PDF-1.7\n", "Đổi đuôi tệp thành .pdf"),
        ("luat.html", b"PK\x03\x04abc", "Đổi đuôi tệp thành .docx"),
        ("luat.xyz", b"abc", "chưa hỗ trợ đuôi “.xyz”"),
        ("luat", b"abc", "chưa hỗ trợ đuôi “trống”"),
    ],
)
def test_refusals_say_what_to_do(name: str, start: bytes, advice: str, tmp_path: Path) -> None:
    path = tmp_path / name
    path.write_bytes(start + b"\0" * 100)
    assert advice in refusal(path)


def test_pdf_with_a_password(tmp_path: Path) -> None:
    path = tmp_path / "khoa.pdf"
    write_pdf(path, password="bi-mat")
    assert "có mật khẩu" in refusal(path)


def test_pdf_without_text(tmp_path: Path) -> None:
    from fpdf import FPDF

    paper = FPDF()
    paper.add_page()
    path = tmp_path / "quet.pdf"
    paper.output(str(path))
    assert "nhận dạng chữ" in refusal(path)


def zip_with(path: Path, parts: dict[str, bytes]) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)


def test_word_bomb(tmp_path: Path) -> None:
    path = tmp_path / "bom.docx"
    zip_with(path, {"word/document.xml": b"<w/>", "word/media/a.png": b"\0" * (301 * 1024 * 1024)})
    assert path.stat().st_size < 1024 * 1024
    assert "bung ra quá lớn" in refusal(path)


def test_word_xml_that_no_memory_could_hold(tmp_path: Path) -> None:
    path = tmp_path / "bom.docx"
    zip_with(path, {"word/document.xml": b" " * (61 * 1024 * 1024)})
    assert "bung ra quá lớn" in refusal(path)


def test_word_with_exploding_entities(tmp_path: Path) -> None:
    levels = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 12))
    document = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e0 "a">{levels}]><d>&e11;</d>'
    path = tmp_path / "no.docx"
    whole = tmp_path / "whole.docx"
    write_docx(whole)
    with zipfile.ZipFile(whole) as package:
        parts = {name: package.read(name) for name in package.namelist()}
    zip_with(path, parts | {"word/document.xml": document.encode()})
    assert "no.docx" in refusal(path)


def test_spreadsheet_named_as_word(tmp_path: Path) -> None:
    path = tmp_path / "bang.docx"
    zip_with(path, {"xl/workbook.xml": b"<x/>"})
    assert "không phải tài liệu Word" in refusal(path)


def test_deeply_nested_page_is_read_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "sau.html"
    path.write_text("<html><body>" + "<div>" * 50_000 + "Xin chào" + "</div>" * 50_000, encoding="utf-8")
    outcome = text_or_refusal(path)
    assert "Xin chào" in outcome or "sau.html" in outcome


def test_old_fonts(tmp_path: Path) -> None:
    path = tmp_path / "cu.html"
    path.write_text("<meta charset=utf-8><p>Céng hoµ x· héi chñ nghÜa ViÖt Nam, ®éc lËp tù do</p>", encoding="utf-8")
    assert "TCVN3" in refusal(path)


# --- real files ---


def real(reference_data: Path, name: str) -> str:
    return convert(reference_data / "documents" / name)


def test_circular(reference_data: Path) -> None:
    markdown = real(reference_data, "thong-tu-so-81-2025-tt-bca-46273.pdf")
    headings = read_values(markdown).headings
    assert (1, "CHƯƠNG I QUY ĐỊNH CHUNG") in headings
    articles = [text for level, text in headings if level == 2]
    assert [text.split(".")[0] for text in articles] == [f"Điều {number}" for number in range(1, 25)]
    assert articles[4] == "Điều 5. Thẻ bảo hiểm y tế"
    assert articles[19] == "Điều 20. Trách nhiệm của Cục Cảnh sát quản lý hành chính về trật tự xã hội"
    assert "CÔNG BÁO" not in markdown
    assert (
        "d) Học viên công an hưởng sinh hoạt phí là người nước ngoài (không bao gồm học sinh người nước ngoài "
        "đang học tại Trường văn hóa Công an nhân dân)."
    ) in markdown


def test_resolution_reads_on_over_the_page(reference_data: Path) -> None:
    markdown = real(reference_data, "nghi-quyet-so-113-nq-cp-469448.pdf")
    assert "CÔNG BÁO" not in markdown
    items = read_values(markdown).items
    assert "Nghị quyết này có hiệu lực kể từ ngày ký ban hành." in items
    assert any(item.startswith("Giao Bộ Y tế, Bộ Tài chính") and item.endswith("lãng phí, tiêu cực.") for item in items)


def test_circular_with_a_form(reference_data: Path) -> None:
    values = read_values(real(reference_data, "thong-tu-so-21-2026-tt-btc-469148.pdf"))
    assert ["2.1", "- Giá vốn của bất động sản, tài sản khác chuyển nhượng", "[18]", ""] in values.rows
    assert (2, "Điều 2. Điều khoản chuyển tiếp") in values.headings


def test_procedures_of_408_pages(reference_data: Path) -> None:
    markdown = real(reference_data, "thu_tuc_hanh_chinh.pdf")
    headings = read_values(markdown).headings
    titles = [text for level, text in headings if level == 1]
    numbers = [int(found[1]) for title in titles if (found := re.match(r"THỦ TỤC (\d+)", title))]
    assert titles[0] == "THỦ TỤC 1: Cấp mới/cấp lại Giấy chứng nhận số nhà"
    assert numbers == sorted(numbers)
    assert len(set(numbers)) == 174
    assert sum("Trình tự thực hiện" in text for level, text in headings if level == 2) > 140
    assert (
        "- Bước 1: UBND cấp xã lập hồ sơ gửi Bộ phận Tiếp nhận và Trả kết quả UBND cấp huyện\n"
        "- Bước 2: Bộ phận Tiếp nhận và Trả kết quả UBND cấp huyện tiếp nhận, chuyển Phòng Quản lý đô thị "
        "hoặc Phòng Kinh tế - Hạ tầng giải quyết\n"
    ) in markdown
    assert "https://csdl.dichvucong.gov.vn/web/jsp/download_file.jsp?ma=3fdfd09cfa78891c" in markdown


def test_question_base_in_word(reference_data: Path) -> None:
    values = read_values(real(reference_data, "faq_commune_police.docx"))
    assert [text for level, text in values.headings if level == 1][1] == "2. QUY TẮC TRẢ LỜI TOÀN CỤC CHO CHATBOT"
    assert sum(level == 2 for level, _ in values.headings) == 106
    assert (2, "A. THỦ TỤC CƯ TRÚ") in values.headings
    assert "Đăng ký thường trú có nộp trực tuyến được không?" in values.items


@pytest.mark.parametrize("name", ["mau-dc01.docx", "mau-dc01.pdf"])
def test_form(name: str, reference_data: Path) -> None:
    values = read_values(real(reference_data, name))
    assert (1, "PHIẾU THU THẬP THÔNG TIN DÂN CƯ") in values.headings
    assert any(item.startswith("Họ, chữ đệm và tên khai sinh") for item in values.items)


@pytest.mark.parametrize(
    ("name", "advice"),
    [
        ("fire_safety_guidance.pdf", "nhận dạng chữ"),
        ("law_fire.docx", "Word 97–2003"),
        ("mau-ct01.doc", "Lưu thành (Save As) dạng .docx"),
    ],
)
def test_real_files_that_cannot_be_read(name: str, advice: str, reference_data: Path) -> None:
    assert advice in refusal(reference_data / "documents" / name)
