"""A converted document as a *draft* guide: sections sorted by their headings, every unknown left for a person to fill.

The draft never passes `python -m ingest check` by itself: what only a person can know stands as "?" with a comment.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date

from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

from app.content.guide import SECTIONS
from app.content.markdown import MarkdownInvalid, parse_document

# The first pattern that matches a heading decides.
HEADINGS = (
    (r"mã thủ tục|tên thủ tục|kết quả|đối tượng|thẩm quyền|số (bộ|lượng)|nộp trực tuyến|mức (độ )?trực tuyến", ""),
    (r"lệ phí|\bphí\b", "Lệ phí"),
    (r"thời hạn|thời gian (giải quyết|thực hiện|xử lý)", "Thời hạn"),
    (r"trình tự|các bước|quy trình", "Các bước"),
    (r"điều kiện", "Điều kiện"),
    (r"căn cứ pháp lý|cơ sở pháp lý", "Căn cứ pháp lý"),
    (r"cần chuẩn bị", "Cần chuẩn bị"),
    (r"thành phần hồ sơ|giấy tờ|hồ sơ (gồm|cần)", "Giấy tờ"),
    (r"cách thức|địa điểm|địa chỉ tiếp nhận|nơi (nộp|thực hiện)|cơ quan (thực hiện|tiếp nhận)", "Nơi thực hiện"),
    (r"cảnh báo|lưu ý", "Cảnh báo"),
)
PASSAGES = {"Lệ phí", "Thời hạn", "Nơi thực hiện"}
SOURCE = "nguon"
LABELLED = re.compile(r"([^:]{3,60}):\s+(.+)")
STEP_LABEL = re.compile(r"^bước \d+\s*[:.]\s*", re.IGNORECASE)
PROCEDURE_LABEL = re.compile(r"^thủ tục \d+\s*[:.]\s*", re.IGNORECASE)
PROCEDURE_CODE = re.compile(r"\b\d\.\d{6}\b")
MAX_LEFT_OVER = 20_000
HEAD = """\
---
title: {title}  # SỬA LẠI: việc người dân muốn làm, 5–100 ký tự
group: "?"  # CẦN ĐIỀN: tên thư mục nhóm, xem knowledge/groups.yaml
audience: ["?"]  # CẦN ĐIỀN: nguoi-dan, nguoi-cao-tuoi, phu-huynh, ...
language: vi
place: "?"  # CẦN ĐIỀN: toan-quoc, hoặc mã tỉnh, mã xã
summary: "?"  # CẦN ĐIỀN: câu trả lời ngắn nhất có ích, 1–2 câu
procedures: {procedures}
related: []
valid_from: null
valid_until: null
verified_on: null
verified_by: null
sources:
  - id: {source}
    title: "?"  # CẦN ĐIỀN: tên văn bản hoặc trang đã đọc
    url: "?"  # CẦN ĐIỀN: địa chỉ trang chính thức
    publisher: "?"  # CẦN ĐIỀN: cơ quan ban hành
    published_on: "?"  # CẦN ĐIỀN: ngày ban hành, hoặc null
    read_on: {today}
---
"""


@dataclass
class _Draft:
    title: str = ""
    sections: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    codes: list[str] = field(default_factory=list)
    left_over: list[str] = field(default_factory=list)


def draft_guide(markdown: str, slug: str, today: date) -> str:
    """A draft in the guide format from converted Markdown; a text already in that format comes back unchanged.

    What fits no section stands in a comment at the end, with a count. `slug` is the title where the document has none.
    """
    if _is_guide(markdown):
        return markdown
    draft = _sort(markdown)
    title = draft.title or slug.replace("-", " ")
    head = HEAD.format(
        title=json.dumps(title[:100].strip(), ensure_ascii=False),
        procedures=json.dumps(list(dict.fromkeys(draft.codes))[:3]),
        source=SOURCE,
        today=today,
    )
    body = [_write(name, draft.sections[name]) for name in SECTIONS if draft.sections.get(name)]
    return "\n".join([head, *body, *_comment(draft.left_over)])


def _is_guide(markdown: str) -> bool:
    try:
        return {"title", "sources"} <= set(parse_document(markdown).meta)
    except MarkdownInvalid:
        return False


def _sort(markdown: str) -> _Draft:
    """Put each block under the section its nearest telling heading names; a second procedure is left over whole."""
    draft = _Draft()
    lines = markdown.splitlines()
    section, depth, title_depth, ended = "", 0, 0, False
    for node in SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(markdown)).children:
        source = "\n".join(lines[slice(*node.map)]) if node.map else ""
        if node.type == "heading":
            text, level = _plain(node), int(node.tag[1])
            named = _section_of(text)
            ended = ended or (not named and level <= title_depth and bool(draft.sections))
            if not draft.title and not named:
                draft.title, title_depth = PROCEDURE_LABEL.sub("", text), level
                continue
            if ended:
                draft.left_over.append(source)
                continue
            if named or level <= depth:
                section, depth = named or "", level
                if named:
                    continue
        if not ended:
            draft.codes += PROCEDURE_CODE.findall(source)
        if ended or not _take(draft, section, node):
            draft.left_over.append(source)
    return draft


def _take(draft: _Draft, section: str, node: SyntaxTreeNode) -> bool:
    """Add a block to its section. False when it belongs to none."""
    if node.type == "table":
        return _take_table(draft, section, node)
    taken = True
    for kind, text in _statements(node):
        label = LABELLED.fullmatch(text)
        named = _section_of(label[1]) if label and not section else None
        if section:
            draft.sections[section].append((kind, text))
        elif label and named:
            draft.sections[named].append((kind, label[2]))
        else:
            taken = False
    return taken


def _take_table(draft: _Draft, section: str, node: SyntaxTreeNode) -> bool:
    """Portals give time and fee as columns of a table about ways to submit: each column goes where its head says."""
    head, *rows = [[_plain(cell) for cell in row.children] for part in node.children for row in part.children]
    targets = [_section_of(name) or section for name in head]
    for row in rows:
        for target in dict.fromkeys(targets):
            cells = [cell for cell, where in zip(row, targets, strict=True) if where == target and cell]
            if target and cells:
                first = [row[0]] if targets[0] != target and row[0] else []
                draft.sections[target].append(("item", ": ".join(first + cells)))
    return any(targets)


def _statements(node: SyntaxTreeNode) -> Iterator[tuple[str, str]]:
    """The paragraphs and items of a block. A step keeps what is listed beneath it."""
    if node.type in ("paragraph", "heading"):
        yield "paragraph", _plain(node)
    elif node.type in ("bullet_list", "ordered_list"):
        for item in node.children:
            own = " ".join(_plain(child) for child in item.children if child.type == "paragraph")
            below = [text for child in item.children if child.type.endswith("_list") for _, text in _statements(child)]
            yield "item", f"{own.rstrip('.:;')}: {'; '.join(below)}" if below else own


def _plain(node: SyntaxTreeNode) -> str:
    """Inline text without links, pictures and emphasis."""
    raw = node.children[0].content if node.children else ""
    raw = re.sub(r"!\[[^\]]*\]\([^)]*\)", "", raw)
    raw = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", raw)
    return " ".join(re.sub(r"\*+", "", raw).replace("\\|", "|").split())


def _section_of(heading: str) -> str | None:
    for pattern, section in HEADINGS:
        if re.search(pattern, heading, re.IGNORECASE):
            return section or None
    return heading if heading in SECTIONS else None


def _write(section: str, statements: list[tuple[str, str]]) -> str:
    paragraphs: list[str] = []
    items: list[str] = []
    for kind, text in dict.fromkeys(statements):
        if section == "Các bước":
            items.append(f"{len(items) + 1}. {STEP_LABEL.sub('', text)} [^{SOURCE}]")
        elif section in PASSAGES and kind == "paragraph":
            paragraphs.append(f"{text} [^{SOURCE}]\n")
        else:
            items.append(f"- {text.removeprefix('- ')} [^{SOURCE}]")
    return "\n".join([f"## {section}\n", *paragraphs, *items]).rstrip("\n") + "\n"


def _comment(left_over: list[str]) -> Iterator[str]:
    if not left_over:
        return
    text = "\n\n".join(left_over).replace("-->", "→")
    kept = text[:MAX_LEFT_OVER]
    yield f"<!-- CÒN LẠI {len(left_over)} đoạn chưa xếp được vào mục nào: đọc, dùng chỗ cần rồi xoá cả phần này."
    if len(text) > len(kept):
        yield f"Chỉ chép {len(kept)} ký tự đầu, bỏ {len(text) - len(kept)} ký tự: xem tiếp trong tài liệu gốc."
    yield f"\n{kept}\n-->\n"
