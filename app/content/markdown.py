"""The strict Markdown of `knowledge/`: front matter, `##` sections, paragraphs and lists, `[^id]` citations.

Built on markdown-it-py; every piece keeps its 1-based line in the file so that a finding can point at it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml
from markdown_it import MarkdownIt
from markdown_it.tree import SyntaxTreeNode

FRONT_MATTER = re.compile(r"\A---\n(.*?\n)---\n", re.DOTALL)
CITATION = re.compile(r"\s*\[\^([a-z0-9-]+)\]")
LISTS = ("bullet_list", "ordered_list")
IMAGE = re.compile(r"!\[([^\]]*)\]\(([^)]+)\)")


@dataclass(frozen=True)
class Statement:
    """One thing said: its text (inline Markdown, bold only), the ids of the sources it cites, its 1-based line."""

    text: str
    cites: tuple[str, ...] = ()
    line: int = 0

    @classmethod
    def parse(cls, raw: str, line: int) -> Statement:
        text = " ".join(CITATION.sub("", raw).split())
        return cls(text, tuple(CITATION.findall(raw)), line)

    @property
    def plain(self) -> str:
        """The text without its bold marks."""
        return self.text.replace("**", "")


@dataclass(frozen=True)
class Item:
    """A list item and, for steps, the lines beneath it."""

    statement: Statement
    children: tuple[Statement, ...] = ()


@dataclass
class Section:
    heading: str
    line: int
    ordered: bool = False
    paragraphs: list[Statement] = field(default_factory=list)
    items: list[Item] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """`meta` as YAML gave it; `key_lines` says where each top-level key stands; `stray` is what has no place
    in our Markdown, its text the kind of node."""

    meta: Mapping[str, Any]
    key_lines: Mapping[str, int]
    sections: tuple[Section, ...]
    stray: tuple[Statement, ...]


class MarkdownInvalid(ValueError):
    """The file's frame is broken, so nothing in it can be read. `line` is 1-based; the message is Vietnamese."""

    def __init__(self, line: int, message: str) -> None:
        super().__init__(message)
        self.line = line


def parse_document(text: str) -> Document:
    """Split `text` into front matter and sections. Raises MarkdownInvalid when the front matter cannot be read."""
    match = FRONT_MATTER.match(text)
    if not match:
        raise MarkdownInvalid(1, "thiếu phần đầu tệp giữa hai dòng ---")
    meta, key_lines = _parse_front_matter(match[1])
    offset = text[: match.end()].count("\n")
    sections, stray = _parse_body(text[match.end() :], offset)
    return Document(meta, key_lines, sections, stray)


def _parse_front_matter(raw: str) -> tuple[dict[str, Any], dict[str, int]]:
    try:
        node = yaml.compose(raw, Loader=yaml.SafeLoader)
        meta = yaml.safe_load(raw)
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise MarkdownInvalid(line, f"phần đầu tệp không đúng YAML ({error.problem})") from error
    # yaml's own constructors let these escape: a date such as 2026-13-40, "!!bool mai", "!!timestamp mai".
    except (yaml.YAMLError, ValueError, KeyError, AttributeError) as error:
        raise MarkdownInvalid(1, f"phần đầu tệp không đọc được ({error})") from error
    if not isinstance(node, yaml.MappingNode) or not isinstance(meta, dict):
        raise MarkdownInvalid(2, "phần đầu tệp phải là các dòng “khoá: giá trị”")
    key_lines: dict[str, int] = {}
    for key, _ in node.value:
        line = key.start_mark.line + 2
        if str(key.value) in key_lines:
            raise MarkdownInvalid(line, f"khoá “{key.value}” viết hai lần")
        key_lines[str(key.value)] = line
    return meta, key_lines


def _parse_body(body: str, offset: int) -> tuple[tuple[Section, ...], tuple[Statement, ...]]:
    sections: list[Section] = []
    stray: list[Statement] = []
    for node in SyntaxTreeNode(MarkdownIt("commonmark").enable("table").parse(body)).children:
        line = _line(node, offset)
        if node.type == "heading" and node.tag == "h2":
            sections.append(Section(_inline(node), line))
        elif node.type == "paragraph" and sections:
            sections[-1].paragraphs.append(Statement.parse(_inline(node), line))
        elif node.type in LISTS and sections:
            ordered = node.type == "ordered_list"
            if sections[-1].items and sections[-1].ordered != ordered:
                stray.append(Statement(node.type, (), line))
            sections[-1].ordered = ordered
            sections[-1].items.extend(_items(node, offset, stray))
        else:
            stray.append(Statement(node.type, (), line))
    return tuple(sections), tuple(stray)


def _items(listing: SyntaxTreeNode, offset: int, stray: list[Statement], depth: int = 1) -> Iterator[Item]:
    """The items of a list; what an item may not hold (a quote, a third level) goes to `stray`."""
    for node in listing.children:
        own: list[str] = []
        children: list[Statement] = []
        for child in node.children:
            if child.type == "paragraph":
                own.append(_inline(child))
            elif child.type in LISTS and depth == 1:
                children.extend(item.statement for item in _items(child, offset, stray, depth + 1))
            else:
                stray.append(Statement(child.type, (), _line(child, offset)))
        yield Item(Statement.parse(" ".join(own), _line(node, offset)), tuple(children))


def _line(node: SyntaxTreeNode, offset: int) -> int:
    return offset + (node.map[0] if node.map else 0) + 1


def _inline(node: SyntaxTreeNode) -> str:
    return node.children[0].content if node.children else ""
