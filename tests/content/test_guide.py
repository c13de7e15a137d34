"""Reading one guide: every value of a full one, and each thing that can be wrong with its shape."""

from __future__ import annotations

from dataclasses import fields

import pytest

from app.content.guide import FeeCase, FrontMatter, Guide, Image, Passage, fee_cases, parse_guide
from app.content.markdown import Statement
from app.errors import ContentInvalid, Finding
from tests.content.samples import FILE, GUIDE, TEXT, changed


def findings_of(text: str, slug: str = "kich-hoat") -> tuple[Finding, ...]:
    with pytest.raises(ContentInvalid) as caught:
        parse_guide(text, slug, FILE)
    return caught.value.findings


@pytest.mark.parametrize("name", [field.name for field in fields(Guide) if field.compare])
def test_a_full_guide_is_read_field_by_field(name: str) -> None:
    assert getattr(parse_guide(TEXT, "kich-hoat", FILE), name) == getattr(GUIDE, name)


@pytest.mark.parametrize("name", list(FrontMatter.model_fields))
def test_a_full_head_is_read_key_by_key(name: str) -> None:
    assert getattr(parse_guide(TEXT, "kich-hoat", FILE).head, name) == getattr(GUIDE.head, name)


def test_each_key_of_the_head_knows_its_line() -> None:
    guide = parse_guide(TEXT, "kich-hoat", FILE)
    assert [guide.line_of(key) for key in FrontMatter.model_fields] == list(range(2, 15))
    assert guide.line_of("khong-co") == GUIDE.line_of("sources") == 1


def test_absent_sections_are_empty() -> None:
    head = TEXT[: TEXT.index("## Cần chuẩn bị")]
    guide = parse_guide(head + "## Các bước\n\n1. Mở máy.\n2. Tắt máy.\n", "kich-hoat", FILE)
    assert [step.do.text for step in guide.steps] == ["Mở máy.", "Tắt máy."]
    assert guide.prepare == guide.conditions == guide.documents == guide.warnings == guide.legal == ()
    assert guide.fee == guide.time == guide.where == Passage((), ())
    assert guide.troubles == ()


def test_facts_are_the_statements_that_must_cite() -> None:
    assert [fact.line for fact in GUIDE.facts()] == [35, 48, 52, 54, 58, 62, 74]


def test_statements_are_the_whole_body() -> None:
    assert sorted(said.line for said in GUIDE.statements()) == [31, 35, 39, 40, 41, 43, 48, 52, 54, 58, 62, 66, 70, 74]


def test_title_and_summary_are_those_of_the_head() -> None:
    assert (GUIDE.title, GUIDE.summary) == (GUIDE.head.title, GUIDE.head.summary)


@pytest.mark.parametrize(
    ("case", "when", "amount"),
    [
        ("Nộp trực tuyến: 0 đồng", "Nộp trực tuyến", "0 đồng"),
        ("Xe máy: lần đầu: 20.000 đồng", "Xe máy: lần đầu", "20.000 đồng"),
        ("20.000 đồng một bản", "", "20.000 đồng một bản"),
    ],
)
def test_fee_cases(case: str, when: str, amount: str) -> None:
    passage = Passage(cases=(Statement(case, ("nd69",), 54),))
    assert fee_cases(passage) == (FeeCase(when, Statement(amount, ("nd69",), 54)),)


STEPS = TEXT[TEXT.index("1. Mở ứng dụng") : TEXT.index("\n\n## Giấy tờ")]

# (what to replace in the full guide, by what, the line of the only finding, a part of its message)
BROKEN: dict[str, tuple[str, str, int, str]] = {
    # The frame
    "no front matter": (TEXT, "## Các bước\n", 1, "thiếu phần đầu tệp giữa hai dòng ---"),
    "not YAML": ("place: ", "place: [", 7, "không đúng YAML"),
    "impossible date": ("valid_until: null", "valid_until: 2026-13-40", 1, "phần đầu tệp không đọc được"),
    "not a mapping": (TEXT, "---\n- a\n---\n", 2, "phải là các dòng “khoá: giá trị”"),
    "YAML tag that does not fit": ("valid_until: null", "valid_until: !!timestamp mai", 1, "phần đầu tệp"),
    # The head
    "missing key": ('place: "79"\n', "", 1, "“place”: thiếu khoá này"),
    "missing key of a source": ("    published_on: null\n", "", 14, "“sources.1.published_on”: thiếu khoá này"),
    "unknown key": ("language: vi", "language: vi\ntags: a", 6, "“tags”: khoá lạ"),
    "title too long": ("Kích hoạt tài khoản mức 2", "a" * 101, 2, "“title”: dài quá 100 ký tự"),
    "title too short": ("Kích hoạt tài khoản mức 2", "Thẻ", 2, "“title”: phải có ít nhất 5 ký tự"),
    "title a number": ("Kích hoạt tài khoản mức 2", "2026", 2, "“title”: phải là chữ"),
    "summary too long": ("Mở ứng dụng, nhập", "a" * 300, 7, "“summary”: dài quá 300 ký tự"),
    "unknown audience": ("[nguoi-dan, nguoi", "[ai-do, nguoi", 4, "“audience.0”: chỉ nhận 'nguoi-dan'"),
    "no audience": ("[nguoi-dan, nguoi-cao-tuoi]", "[]", 4, "“audience”: ít nhất 1 mục"),
    "other language": ("language: vi", "language: en", 5, "“language”: chỉ nhận 'vi'"),
    "unknown place": ('"79"', '"7"', 6, "“place”: không đúng dạng quy định"),
    "bad procedure code": ("3.000228", "3.228", 8, "“procedures.0”: không đúng dạng quy định"),
    "too many procedures": (
        '["3.000228"]',
        '["1.000001", "1.000002", "1.000003", "1.000004"]',
        8,
        "“procedures”: nhiều nhất 3 mục",
    ),
    "related not a list": ("[cai-dat]", "cai-dat", 9, "“related”: phải là danh sách"),
    "not a date": ("valid_until: null", "valid_until: hôm qua", 11, "“valid_until”: ngày phải viết dạng 2026-11-22"),
    "source not a mapping": (
        "sources:\n",
        "sources:\n  - chữ\n",
        14,
        "“sources.0”: phải gồm đủ các khoá của một nguồn",
    ),
    "source id": ("id: nd69", "id: NĐ69", 14, "“sources.0.id”: không đúng dạng quy định"),
    "source address": ("https://vanban", "ftp://vanban", 14, "“sources.0.url”: không đúng dạng quy định"),
    # Sections
    "unknown section": ("## Cảnh báo", "## Lưu ý", 68, "không có mục “Lưu ý”; chỉ dùng: Cần chuẩn bị, Điều kiện"),
    "section twice": ("## Căn cứ pháp lý", "## Cảnh báo", 72, "mục “Cảnh báo” viết hai lần"),
    "section out of order": ("## Cần chuẩn bị", "## Điều kiện\n\n- A. [^nd69]\n\n## Cần chuẩn bị", 33, "sai thứ tự"),
    "empty section": ("- Không đọc mã cho ai. [^nd69]\n", "", 68, "mục “Cảnh báo” trống"),
    "text before the sections": ("## Cần chuẩn bị", "Lời đầu.\n\n## Cần chuẩn bị", 29, "nằm ngoài các mục ##"),
    "third-level heading": ("- Công dân", "### Ai\n\n- Công dân", 35, "thuộc kiểu không dùng"),
    "block quote": ("Không thu phí.", "> Không thu phí.", 52, "thuộc kiểu không dùng"),
    "code block": ("7 ngày làm việc. [^nd69]", "```\n7 ngày\n```\n\n7 ngày.", 58, "thuộc kiểu không dùng"),
    # Steps
    "steps not numbered": (STEPS, "- Mở máy. [^so-tay]\n- Tắt máy.", 37, "danh sách đánh số, từ 2 bước"),
    "one step": ("2. Nhập mã vừa nhận\n   trong hai phút.\n", "", 37, "danh sách đánh số, từ 2 bước"),
    "no steps": ("## Các bước\n\n", "", 1, "phải có mục “Các bước”"),
    "paragraph among steps": (
        "## Các bước\n",
        "## Các bước\n\nLàm lần lượt.\n",
        39,
        "mục “Các bước” chỉ gồm danh sách",
    ),
    "unknown line of a step": ("Nếu không: cập", "Nếu lỗi: cập", 41, "dòng dưới một bước phải là “Sẽ thấy: …”"),
    "image without words": ("![Nút Kích hoạt ở giữa màn hình]", "![ ]", 42, "![chữ thay hình](ten-hinh.svg)"),
    # Other sections
    "paragraph among items": ("- Công dân từ", "Công dân từ", 35, "mục “Điều kiện” chỉ gồm danh sách"),
    "nested items": ("để xem. [^nd69]", "để xem. [^nd69]\n  - Bản sao.", 49, "mục “Giấy tờ” không dùng danh sách lồng"),
    "nested cases": ("0 đồng [^nd69]", "0 đồng [^nd69]\n  - Miễn.", 55, "mục “Lệ phí” không dùng danh sách lồng"),
    "trouble without a name": ("**Không nhận được mã**:", "Không nhận được mã:", 66, "- **Điều gặp phải**: cách xử lý"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_named_with_its_line(name: str) -> None:
    old, new, line, part = BROKEN[name]
    text = new if old == TEXT else changed(old, new)
    found = [finding for finding in findings_of(text) if part in finding.message]
    assert [(finding.file, finding.line, finding.level) for finding in found] == [(FILE, line, "error")]


# What the format has no place for, put into the full guide: it must be refused, not dropped or taken for prose.
LOST: dict[str, tuple[str, str]] = {
    "table": ("Không thu phí. [^nd69]", "| Việc | Phí |\n|---|---|\n| Cấp mới | 0 đồng |"),
    "quote in a step": ("   - Nếu không: cập", "\n   > Lời trích bị mất.\n\n   - Nếu không: cập"),
    "code in an item": ("đưa bản chính để xem. [^nd69]", "đưa bản chính. [^nd69]\n\n  ```\n  bị mất\n  ```"),
    "third-level list": ("số định danh. [^so-tay]", "số định danh. [^so-tay]\n     - Dòng cháu bị mất."),
    "bullet among steps": ("1. Mở ứng dụng", "- Mở ứng dụng"),
    "key twice": ("language: vi", "language: vi\ntitle: Tên thứ hai đó"),
    "item without words": ("- Không đọc mã cho ai. [^nd69]", "- [^nd69]"),
    "expected twice": ("   - Nếu không: cập", "   - Sẽ thấy: dòng thứ hai.\n   - Nếu không: cập"),
    "image twice": ("   - Nếu không: cập", "   - ![Hình khác](khac.svg)\n   - Nếu không: cập"),
}


@pytest.mark.parametrize("name", LOST)
def test_nothing_written_is_dropped_or_taken_for_prose_in_silence(name: str) -> None:
    assert [finding.level for finding in findings_of(changed(*LOST[name]))] == ["error"]


@pytest.mark.parametrize("image", ["nut.svg", "nut-2.png", "2.jpg", "man-hinh-1.webp"])
def test_an_image_is_a_plain_file_beside_the_guide(image: str) -> None:
    step = parse_guide(changed("(nut.svg)", f"({image})"), "kich-hoat", FILE).steps[0]
    assert step.image == Image(image, "Nút Kích hoạt ở giữa màn hình")


IMAGES_REFUSED = {
    "in a folder": ["hinh/nut.svg", "./nut.svg", "a/b/nut.svg", "hinh\\nut.svg", "hinh%2fnut.svg"],
    "above the guide": ["..", "../nut.svg", "../../.env", "a/../nut.svg", "..nut.svg", "nut..svg", "..\\nut.svg"],
    "absolute": ["/nut.svg", "/etc/passwd", "C:nut.svg", "//xa.vn/nut.svg", "https://xa.vn/nut.svg", "data:nut.svg"],
    "upper case": ["Nut.svg", "NUT.svg", "nut.SVG", "nut.Png"],
    "another suffix": ["nut", ".svg", "nut.", "nut.gif", "nut.jpeg", "nut.svgz", "nut.svg.html", "nut.html", "nut.js"],
    "other characters": ["nút.svg", "nut_2.svg", "nut 2.svg", "nut.svg?a=1", "nut.svg#a", 'nut.svg "Nút"', "<nut.svg>"],
    "stray hyphens": ["-nut.svg", "nut-.svg", "nut--2.svg"],
}


@pytest.mark.parametrize("image", [image for images in IMAGES_REFUSED.values() for image in images])
def test_an_image_anywhere_else_or_of_another_kind_is_refused_with_its_line(image: str) -> None:
    (finding,) = findings_of(changed("(nut.svg)", f"({image})"))
    assert (finding.file, finding.line, finding.level) == (FILE, 42, "error")
    assert "![chữ thay hình](ten-hinh.svg)" in finding.message


@pytest.mark.parametrize("slug", ["Kich-hoat", "kích-hoạt", "kich_hoat", "kich--hoat", "-kich", ""])
def test_a_slug_is_plain_lower_case(slug: str) -> None:
    assert [(finding.line, slug in finding.message) for finding in findings_of(TEXT, slug)] == [(1, True)]


def test_every_problem_is_told_at_once_in_order() -> None:
    text = TEXT
    for name in ("other language", "not a date", "steps not numbered", "trouble without a name", "unknown section"):
        old, new, *_ = BROKEN[name]
        assert old in text
        text = text.replace(old, new)
    found = findings_of(text, "Sai Tên")
    assert [finding.line for finding in found] == [1, 5, 11, 37, 62, 64]
    with pytest.raises(ContentInvalid) as caught:
        parse_guide(text, "Sai Tên", FILE)
    assert str(caught.value).splitlines() == [str(finding) for finding in found]
    assert str(found[1]) == f"{FILE}:5: LỖI: “language”: chỉ nhận 'vi'"
