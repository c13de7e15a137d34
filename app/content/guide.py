"""A guide: how to do one thing, step by step, each fact with its source. The format is `docs/guide-format.md`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from app.content.markdown import IMAGE, Document, Item, MarkdownInvalid, Section, Statement, parse_document
from app.errors import ContentInvalid, Finding

IMAGE_FILE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*\.(svg|png|jpg|webp)")  # beside the guide, never elsewhere
SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
SECTIONS = (
    "Cần chuẩn bị",
    "Điều kiện",
    "Các bước",
    "Giấy tờ",
    "Lệ phí",
    "Thời hạn",
    "Nơi thực hiện",
    "Lỗi thường gặp",
    "Cảnh báo",
    "Căn cứ pháp lý",
)
EXPECT, STUCK = "Sẽ thấy:", "Nếu không:"
TROUBLE = re.compile(r"\*\*(.+?)\*\*\s*:\s*(.+)", re.DOTALL)

Audience = Literal[
    "nguoi-dan", "nguoi-cao-tuoi", "phu-huynh", "hoc-sinh", "nong-dan", "ho-kinh-doanh", "doanh-nghiep", "can-bo"
]
Place = Annotated[str, Field(pattern=r"^(toan-quoc|\d{2}|\d{5})$")]


class Source(BaseModel):
    """Where a fact was read, and on which day; `published_on` is null when the source states no date."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: Annotated[str, Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")]
    title: Annotated[str, Field(min_length=5)]
    url: Annotated[str, Field(pattern=r"^https?://[^\s]+$")]
    publisher: Annotated[str, Field(min_length=2)]
    published_on: date | None
    read_on: date


class FrontMatter(BaseModel):
    """The head of a guide's file; every key must be there."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: Annotated[str, Field(min_length=5, max_length=100)]
    group: str
    audience: Annotated[tuple[Audience, ...], Field(min_length=1)]
    language: Literal["vi"]
    place: Place
    summary: Annotated[str, Field(min_length=20, max_length=300)]
    procedures: Annotated[tuple[Annotated[str, Field(pattern=r"^\d\.\d{6}$")], ...], Field(max_length=3)]
    related: tuple[str, ...]
    valid_from: date | None
    valid_until: date | None
    verified_on: date | None
    verified_by: str | None
    sources: Annotated[tuple[Source, ...], Field(min_length=1)]


@dataclass(frozen=True)
class Image:
    file: str
    alt: str


@dataclass(frozen=True)
class Step:
    """What to do, what one should then see, what to do if one does not."""

    number: int
    do: Statement
    expect: Statement | None = None
    stuck: Statement | None = None
    image: Image | None = None


@dataclass(frozen=True)
class FeeCase:
    when: str
    amount: Statement


@dataclass(frozen=True)
class Passage:
    """A short answer and its cases: the shape of fee, time limit and place."""

    text: tuple[Statement, ...] = ()
    cases: tuple[Statement, ...] = ()

    def statements(self) -> tuple[Statement, ...]:
        return self.text + self.cases


@dataclass(frozen=True)
class Trouble:
    what: str
    fix: Statement


@dataclass(frozen=True)
class Guide:
    """A whole guide. `file` is its path relative to the repository, `key_lines` where its front matter's keys stand."""

    slug: str
    file: str
    head: FrontMatter
    steps: tuple[Step, ...]
    prepare: tuple[Statement, ...] = ()
    conditions: tuple[Statement, ...] = ()
    documents: tuple[Statement, ...] = ()
    fee: Passage = Passage()
    time: Passage = Passage()
    where: Passage = Passage()
    troubles: tuple[Trouble, ...] = ()
    warnings: tuple[Statement, ...] = ()
    legal: tuple[Statement, ...] = ()
    key_lines: Mapping[str, int] = field(default_factory=dict, compare=False)

    def line_of(self, key: str) -> int:
        """The 1-based line of a key of the front matter; 1 when it is not known."""
        return self.key_lines.get(key, 1)

    @property
    def title(self) -> str:
        return self.head.title

    @property
    def summary(self) -> str:
        return self.head.summary

    def facts(self) -> Iterator[Statement]:
        """Every statement that must cite a source by itself."""
        yield from self.conditions + self.documents
        for passage in (self.fee, self.time, self.where):
            yield from passage.statements()
        yield from self.legal

    def statements(self) -> Iterator[Statement]:
        """Every statement of the body, in no promised order."""
        yield from self.prepare + self.warnings
        yield from (trouble.fix for trouble in self.troubles)
        for step in self.steps:
            yield from (part for part in (step.do, step.expect, step.stuck) if part)
        yield from self.facts()


def fee_cases(passage: Passage) -> tuple[FeeCase, ...]:
    """The cases of a fee, each written "when: amount"; one without a colon has an empty `when`."""
    cases = []
    for case in passage.cases:
        when, colon, amount = case.text.rpartition(": ")
        cases.append(FeeCase(when if colon else "", Statement(amount, case.cites, case.line)))
    return tuple(cases)


def parse_guide(text: str, slug: str, file: str = "") -> Guide:
    """Read one guide. Raises ContentInvalid with *every* problem of the file's shape (not of its relations)."""
    try:
        document = parse_document(text)
    except MarkdownInvalid as error:
        raise ContentInvalid([Finding(file, error.line, str(error))]) from error
    reader = _Reader(document, file)
    guide = reader.read(slug)
    if reader.findings or guide is None:
        raise ContentInvalid(reader.findings)
    return guide


class _Reader:
    """Turns a Document into a Guide, collecting findings as it goes."""

    def __init__(self, document: Document, file: str) -> None:
        self.document = document
        self.file = file
        self.findings: list[Finding] = []
        self.sections: dict[str, Section] = {}

    def read(self, slug: str) -> Guide | None:
        if not SLUG.fullmatch(slug):
            self._report(1, f"tên tệp “{slug}” phải là chữ thường không dấu, nối bằng gạch ngang")
        head = self._head()
        self._collect_sections()
        body = {
            "prepare": self._items("Cần chuẩn bị"),
            "conditions": self._items("Điều kiện"),
            "steps": self._steps(),
            "documents": self._items("Giấy tờ"),
            "fee": self._passage("Lệ phí"),
            "time": self._passage("Thời hạn"),
            "where": self._passage("Nơi thực hiện"),
            "troubles": self._troubles(),
            "warnings": self._items("Cảnh báo"),
            "legal": self._items("Căn cứ pháp lý"),
        }
        if head is None:
            return None
        guide = Guide(slug=slug, file=self.file, head=head, key_lines=self.document.key_lines, **body)  # type: ignore[arg-type]
        for statement in guide.statements():
            if not statement.text:
                self._report(statement.line, "dòng trống, chỉ có nguồn: viết nội dung hoặc bỏ dòng")
        return guide

    def _report(self, line: int, message: str) -> None:
        self.findings.append(Finding(self.file, line, message))

    def _head(self) -> FrontMatter | None:
        try:
            return FrontMatter.model_validate(self.document.meta)
        except ValidationError as error:
            for problem in error.errors():
                key = str(problem["loc"][0])
                where = ".".join(str(part) for part in problem["loc"])
                line = self.document.key_lines.get(key, 1)
                self._report(line, f"“{where}”: {_in_vietnamese(problem['type'], problem.get('ctx', {}))}")
            return None

    def _collect_sections(self) -> None:
        for stray in self.document.stray:
            self._report(stray.line, "nội dung nằm ngoài các mục ##, hoặc thuộc kiểu không dùng (bảng, mã, trích dẫn)")
        order = -1
        for section in self.document.sections:
            if section.heading not in SECTIONS:
                self._report(section.line, f"không có mục “{section.heading}”; chỉ dùng: {', '.join(SECTIONS)}")
                continue
            if section.heading in self.sections:
                self._report(section.line, f"mục “{section.heading}” viết hai lần")
                continue
            place = SECTIONS.index(section.heading)
            if place < order:
                self._report(section.line, f"mục “{section.heading}” sai thứ tự")
            order = max(order, place)
            if not (section.items or section.paragraphs):
                self._report(section.line, f"mục “{section.heading}” trống: hãy viết hoặc bỏ hẳn mục")
            self.sections[section.heading] = section

    def _steps(self) -> tuple[Step, ...]:
        section = self.sections.get("Các bước")
        if section is None or len(section.items) < 2 or not section.ordered:
            self._report(section.line if section else 1, "phải có mục “Các bước” là danh sách đánh số, từ 2 bước")
            return ()
        self._no_paragraphs(section)
        return tuple(self._step(number, item) for number, item in enumerate(section.items, 1))

    def _step(self, number: int, item: Item) -> Step:
        parts: dict[str, Any] = {}
        for child in item.children:
            name, value = self._step_part(child)
            if name in parts:
                self._report(child.line, "một bước chỉ có một dòng “Sẽ thấy”, một dòng “Nếu không”, một hình")
            parts[name] = value
        parts.pop("", None)
        return Step(number, item.statement, **parts)

    def _step_part(self, child: Statement) -> tuple[str, Statement | Image | None]:
        """The field of Step that a line beneath a step fills; an empty name for a line that fills none."""
        image = IMAGE.fullmatch(child.text)
        if image and image[1].strip() and IMAGE_FILE.fullmatch(image[2]) and not child.cites:
            return "image", Image(image[2], image[1].strip())
        for name, label in (("expect", EXPECT), ("stuck", STUCK)):
            if child.text.startswith(label):
                return name, Statement(child.text.removeprefix(label).strip(), child.cites, child.line)
        self._report(
            child.line, f"dòng dưới một bước phải là “{EXPECT} …”, “{STUCK} …” hoặc ![chữ thay hình](ten-hinh.svg)"
        )
        return "", None

    def _items(self, heading: str) -> tuple[Statement, ...]:
        section = self.sections.get(heading)
        if section is None:
            return ()
        self._no_paragraphs(section)
        self._no_children(section)
        return tuple(item.statement for item in section.items)

    def _passage(self, heading: str) -> Passage:
        section = self.sections.get(heading)
        if section is None:
            return Passage()
        self._no_children(section)
        return Passage(tuple(section.paragraphs), tuple(item.statement for item in section.items))

    def _troubles(self) -> tuple[Trouble, ...]:
        troubles = []
        for statement in self._items("Lỗi thường gặp"):
            match = TROUBLE.fullmatch(statement.text)
            if match:
                troubles.append(Trouble(match[1], Statement(match[2], statement.cites, statement.line)))
            else:
                self._report(statement.line, "viết theo mẫu “- **Điều gặp phải**: cách xử lý”")
        return tuple(troubles)

    def _no_paragraphs(self, section: Section) -> None:
        for paragraph in section.paragraphs:
            self._report(paragraph.line, f"mục “{section.heading}” chỉ gồm danh sách, không có đoạn văn")

    def _no_children(self, section: Section) -> None:
        for item in section.items:
            for child in item.children:
                self._report(child.line, f"mục “{section.heading}” không dùng danh sách lồng nhau")


def _in_vietnamese(kind: str, context: Mapping[str, Any]) -> str:
    """A pydantic error type as a Vietnamese sentence (types: https://docs.pydantic.dev/latest/errors/validation_errors/)."""
    limit = context.get("max_length", context.get("min_length", ""))
    sentences = {
        "missing": "thiếu khoá này",
        "extra_forbidden": "khoá lạ, hãy bỏ đi",
        "string_too_long": f"dài quá {limit} ký tự",
        "string_too_short": f"phải có ít nhất {limit} ký tự",
        "too_long": f"nhiều nhất {limit} mục",
        "too_short": f"ít nhất {limit} mục",
        "string_pattern_mismatch": "không đúng dạng quy định",
        "string_type": "phải là chữ (số thì đặt trong ngoặc kép)",
        "literal_error": f"chỉ nhận {context.get('expected', '')}",
        "tuple_type": "phải là danh sách",
        "model_type": "phải gồm đủ các khoá của một nguồn",
    }
    if kind.startswith("date"):
        return "ngày phải viết dạng 2026-11-22"
    return sentences.get(kind, f"không hợp lệ ({kind})")
