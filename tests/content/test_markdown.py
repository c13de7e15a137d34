"""The frame of a file: front matter, sections, lists, citations, and the line each stands on."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.markdown import MarkdownInvalid, Statement, parse_document

HEAD = "---\ntitle: Một\nsources:\n  - id: a\nread: 2026-11-22\n---\n"


@pytest.mark.parametrize(
    ("raw", "text", "cites"),
    [
        ("Không thu phí. [^nd69]", "Không thu phí.", ("nd69",)),
        ("Không thu phí.[^a][^b-2]", "Không thu phí.", ("a", "b-2")),
        ("Mã [^a] gửi về\nđiện   thoại. [^b]", "Mã gửi về điện thoại.", ("a", "b")),
        ("Không nguồn", "Không nguồn", ()),
        ("Dấu [^Sai] không phải nguồn", "Dấu [^Sai] không phải nguồn", ()),
        ("", "", ()),
    ],
)
def test_statement_parse(raw: str, text: str, cites: tuple[str, ...]) -> None:
    assert Statement.parse(raw, 7) == Statement(text, cites, 7)


def test_plain_has_no_bold_marks() -> None:
    assert Statement("Bấm **Gửi lại** rồi **Xong**.").plain == "Bấm Gửi lại rồi Xong."


def test_front_matter_keeps_values_and_lines() -> None:
    document = parse_document(HEAD)
    assert document.meta["title"] == "Một"
    assert document.meta["sources"] == [{"id": "a"}]
    assert document.key_lines == {"title": 2, "sources": 3, "read": 5}
    assert (document.sections, document.stray) == ((), ())


def test_sections_keep_paragraphs_items_and_lines() -> None:
    document = parse_document(f"{HEAD}\n## Lệ phí\n\nKhông thu. [^a]\n\n- Lần đầu: 0 đồng\n- Lần sau: 5 đồng\n")
    (section,) = document.sections
    assert (section.heading, section.line, section.ordered) == ("Lệ phí", 8, False)
    assert section.paragraphs == [Statement("Không thu.", ("a",), 10)]
    assert [item.statement for item in section.items] == [
        Statement("Lần đầu: 0 đồng", (), 12),
        Statement("Lần sau: 5 đồng", (), 13),
    ]


@pytest.mark.parametrize(("indent", "marker"), [("   ", "1."), ("    ", "10.")])
def test_numbered_items_keep_what_is_under_them(indent: str, marker: str) -> None:
    (section,) = parse_document(f"{HEAD}## Các bước\n\n{marker} Mở.\n{indent}- Sẽ thấy: A. [^a]\n").sections
    (item,) = section.items
    assert section.ordered
    assert item.statement == Statement("Mở.", (), 9)
    assert item.children == (Statement("Sẽ thấy: A.", ("a",), 10),)


def test_text_outside_sections_is_stray() -> None:
    document = parse_document(f"{HEAD}Lời đầu.\n\n# To\n\n## Mục\n\n---\n")
    assert [(stray.text, stray.line) for stray in document.stray] == [("paragraph", 7), ("heading", 9), ("hr", 13)]


@pytest.mark.parametrize(
    ("text", "line", "part"),
    [
        ("", 1, "thiếu phần đầu tệp"),
        ("\n---\ntitle: a\n---\n", 1, "thiếu phần đầu tệp"),
        ("---\ntitle: a\n", 1, "thiếu phần đầu tệp"),
        ("---\ntitle: a\n  b: c\n---\n", 3, "không đúng YAML"),
        ("---\na: *x\n---\n", 2, "không đúng YAML"),
        ("---\na: 2026-02-30\n---\n", 1, "không đọc được"),
        ("---\na: \x01\n---\n", 1, "không đọc được"),
        ("---\nchỉ chữ\n---\n", 2, "khoá: giá trị"),
        ("---\n\n---\n", 2, "khoá: giá trị"),
    ],
)
def test_a_broken_frame_is_refused_with_its_line(text: str, line: int, part: str) -> None:
    with pytest.raises(MarkdownInvalid, match=part) as caught:
        parse_document(text)
    assert caught.value.line == line


@pytest.mark.parametrize("value", ["!!bool mai", "!!timestamp mai", "!!int mai", "!!float mai"])
def test_a_tag_that_does_not_fit_is_refused(value: str) -> None:
    with pytest.raises(MarkdownInvalid, match="phần đầu tệp"):
        parse_document(f"---\na: {value}\n---\n")


@given(st.text(st.sampled_from("ab1 \n-#>`*[]^!().:|đ\t"), max_size=80))
def test_any_body_is_read_and_every_line_is_in_the_file(body: str) -> None:
    document = parse_document(HEAD + body)
    last = (HEAD + body).count("\n") + 1
    lines = [section.line for section in document.sections] + [stray.line for stray in document.stray]
    for section in document.sections:
        lines += [paragraph.line for paragraph in section.paragraphs]
        lines += [said.line for item in section.items for said in (item.statement, *item.children)]
    assert all(7 <= line <= last for line in lines)
