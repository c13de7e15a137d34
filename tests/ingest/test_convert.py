"""Drafts of guides: sections found by their headings, unknowns left for a person, nothing lost in silence."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from app.content.guide import parse_guide
from app.content.markdown import parse_document
from app.errors import ContentInvalid
from ingest.convert import draft_guide

TODAY = date(2026, 11, 22)
PROCEDURE = """\
# THỦ TỤC 7: Đăng ký thường trú

Mã thủ tục: 1.004222

## Trình tự thực hiện

- Bước 1: Chuẩn bị hồ sơ.
- Bước 2: Nộp hồ sơ:
  - trực tuyến
  - trực tiếp

## Cách thức thực hiện

| Hình thức nộp | Thời hạn giải quyết | Phí, lệ phí | Mô tả |
| --- | --- | --- | --- |
| Trực tiếp | 7 ngày làm việc | 20.000 đồng | Công an cấp xã |
| Trực tuyến | 7 ngày làm việc | 10.000 đồng | [Cổng](https://dichvucong.gov.vn) |

## Thành phần hồ sơ

**Tờ khai** mẫu CT01

### Trường hợp thuê nhà

- Hợp đồng thuê

## Yêu cầu, điều kiện

Có chỗ ở hợp pháp

## Kết quả thực hiện

Thông báo --> kết quả

## Căn cứ pháp lý

1. Luật Cư trú 2020

# THỦ TỤC 8: Đăng ký tạm trú

## Lệ phí

15.000 đồng
"""


def statements(draft: str) -> dict[str, list[str]]:
    document = parse_document(draft)
    return {
        section.heading: [
            *(paragraph.text for paragraph in section.paragraphs),
            *(item.statement.text for item in section.items),
        ]
        for section in document.sections
    }


def test_sections_are_found_by_their_headings() -> None:
    assert statements(draft_guide(PROCEDURE, "dang-ky-thuong-tru", TODAY)) == {
        "Điều kiện": ["Có chỗ ở hợp pháp"],
        "Các bước": ["Chuẩn bị hồ sơ.", "Nộp hồ sơ: trực tuyến; trực tiếp"],
        "Giấy tờ": ["Tờ khai mẫu CT01", "Trường hợp thuê nhà", "Hợp đồng thuê"],
        "Lệ phí": ["Trực tiếp: 20.000 đồng", "Trực tuyến: 10.000 đồng"],
        "Thời hạn": ["Trực tiếp: 7 ngày làm việc", "Trực tuyến: 7 ngày làm việc"],
        "Nơi thực hiện": ["Trực tiếp: Công an cấp xã", "Trực tuyến: Cổng"],
        "Căn cứ pháp lý": ["Luật Cư trú 2020"],
    }


def test_head_has_every_key_and_what_is_known() -> None:
    meta = parse_document(draft_guide(PROCEDURE, "dang-ky-thuong-tru", TODAY)).meta
    assert meta["title"] == "Đăng ký thường trú"
    assert meta["procedures"] == ["1.004222"]
    assert meta["verified_on"] is None
    assert meta["sources"][0]["read_on"] == TODAY


def test_a_second_procedure_and_the_unplaced_are_kept_aside_and_counted() -> None:
    draft = draft_guide(PROCEDURE, "dang-ky-thuong-tru", TODAY)
    comment = draft[draft.index("<!--") :]
    assert "15.000 đồng" in comment
    assert "15.000 đồng" not in draft[: draft.index("<!--")]
    assert "THỦ TỤC 8: Đăng ký tạm trú" in comment
    assert "## Lệ phí" in comment
    assert "CÒN LẠI 6 đoạn" in comment
    assert comment.count("-->") == 1
    assert comment.endswith("-->\n")


def test_check_complains_of_every_unknown() -> None:
    with pytest.raises(ContentInvalid) as caught:
        parse_guide(draft_guide(PROCEDURE, "dang-ky-thuong-tru", TODAY), "dang-ky-thuong-tru", "a.md")
    complaints = str(caught.value)
    for key in ("audience", "place", "summary", "sources.0.title", "sources.0.url", "sources.0.published_on"):
        assert f"“{key}" in complaints
    assert "ngoài các mục" in complaints


def test_once_filled_in_a_draft_is_a_guide() -> None:
    draft = draft_guide(PROCEDURE, "dang-ky-thuong-tru", TODAY)
    filled = draft[: draft.index("<!--")]
    for unknown, known in (
        ('group: "?"', "group: cu-tru"),
        ('audience: ["?"]', "audience: [nguoi-dan]"),
        ('place: "?"', "place: toan-quoc"),
        ('summary: "?"', "summary: Nộp hồ sơ ở Công an xã hoặc trên mạng."),
        ('title: "?"', "title: Luật Cư trú"),
        ('url: "?"', "url: https://vanban.chinhphu.vn/"),
        ('publisher: "?"', "publisher: Quốc hội"),
        ('published_on: "?"', "published_on: 2020-11-13"),
    ):
        assert filled.count(unknown) == 1
        filled = filled.replace(unknown, known)
    guide = parse_guide(filled, "dang-ky-thuong-tru", "a.md")
    assert next(step.do.text for step in guide.steps) == "Chuẩn bị hồ sơ."
    assert all(fact.cites == ("nguon",) for fact in guide.facts())


def test_long_remainder_is_cut_and_said() -> None:
    draft = draft_guide("# Việc\n\n" + "Câu không thuộc mục nào.\n\n" * 2000, "viec", TODAY)
    assert "CÒN LẠI 2000 đoạn" in draft
    assert "bỏ 31998 ký tự" in draft
    assert len(draft) < 23_000


@pytest.mark.parametrize("markdown", ["", "Chỉ một câu.\n", "## Lệ phí\n\nKhông thu\n", "| a | b |\n| --- | --- |\n"])
def test_odd_documents_still_give_a_draft(markdown: str) -> None:
    assert parse_document(draft_guide(markdown, "viec-gi-do", TODAY)).meta["title"] == "viec gi do"


def test_quotes_in_a_title_keep_the_head_readable() -> None:
    draft = draft_guide('# Cấp "sổ đỏ": lần đầu #1\n', "so-do", TODAY)
    assert parse_document(draft).meta["title"] == 'Cấp "sổ đỏ": lần đầu #1'


def test_a_guide_passes_through_unchanged() -> None:
    guides = sorted((Path(__file__).parents[2] / "knowledge" / "guides").glob("*/*.md"))[:20]
    for path in guides:
        text = path.read_text(encoding="utf-8")
        assert draft_guide(text, path.stem, TODAY) == text
    own = '---\ntitle: "Việc"\nsources: []\n---\n\n## Các bước\n'
    assert draft_guide(own, "viec", TODAY) == own
