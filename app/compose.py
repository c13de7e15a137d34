"""A guide and what was asked of it, as blocks and as plain text. Every word comes from the guide."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from app.content.guide import Guide, Passage, Source, Step, fee_cases
from app.content.markdown import Statement
from app.schemas import (
    Action,
    Block,
    BlockKind,
    Facet,
    FeeBlock,
    FeeCase,
    Image,
    SourceRef,
    StepBlock,
    SummaryBlock,
    TextBlock,
)

TITLES: Mapping[Facet, str] = {
    "overview": "Tóm tắt",
    "steps": "Các bước",
    "documents": "Giấy tờ",
    "fee": "Lệ phí",
    "time": "Thời hạn",
    "place": "Nơi thực hiện",
    "condition": "Điều kiện",
    "problem": "Lỗi thường gặp",
    "safety": "Cảnh báo",
    "legal": "Căn cứ pháp lý",
    "result": "Kết quả",
}


@dataclass(frozen=True)
class Composed:
    """An answer's body. `facet` is what was answered: a guide without the facet asked for answers with its overview."""

    facet: Facet
    blocks: list[Block]
    text: str
    sources: list[SourceRef]
    actions: list[Action]


def compose(guide: Guide, facet: Facet) -> Composed:
    """The answer to a question about one facet of a guide."""
    answered = facet if facet in _READERS and _READERS[facet](guide).statements else "overview"
    section = _READERS[answered](guide)
    return Composed(
        facet=answered,
        blocks=section.blocks,
        text=_as_text(guide, answered, section.blocks, section.sources(guide)),
        sources=section.sources(guide),
        actions=_actions(guide, answered),
    )


def all_blocks(guide: Guide) -> list[Block]:
    """The whole guide, in its own order."""
    order: tuple[Callable[[Guide], _Section], ...] = (
        _prepare, _condition, _steps, _documents, _fee, _time, _place, _problem, _safety, _legal
    )  # fmt: skip
    return [SummaryBlock(text=guide.summary), *(block for read in order for block in read(guide).blocks)]


def source_ref(source: Source) -> SourceRef:
    return SourceRef(**source.model_dump(exclude={"id"}))


@dataclass(frozen=True)
class _Section:
    """Blocks, and the statements they were made of (whose citations become the answer's sources)."""

    blocks: list[Block]
    statements: tuple[Statement, ...]

    def sources(self, guide: Guide) -> list[SourceRef]:
        """The sources cited by what is shown; all of the guide's where nothing shown cites one."""
        cited = {cite for statement in self.statements for cite in statement.cites}
        return [source_ref(source) for source in guide.head.sources if source.id in cited or not cited]


def _overview(guide: Guide) -> _Section:
    """Summary, what to have at hand, the steps, the warnings."""
    parts = [_prepare(guide), _steps(guide), _safety(guide)]
    blocks: list[Block] = [SummaryBlock(text=guide.summary), *(block for part in parts for block in part.blocks)]
    return _Section(blocks, tuple(statement for part in parts for statement in part.statements))


def _steps(guide: Guide) -> _Section:
    blocks: list[Block] = [_step_block(guide, step) for step in guide.steps]
    said = tuple(part for step in guide.steps for part in (step.do, step.expect, step.stuck) if part)
    return _Section(blocks, said)


def _step_block(guide: Guide, step: Step) -> StepBlock:
    image = Image(url=f"/huong-dan/{guide.slug}/{step.image.file}", alt=step.image.alt) if step.image else None
    return StepBlock(
        number=step.number,
        text=step.do.plain,
        expect=step.expect.plain if step.expect else None,
        stuck=step.stuck.plain if step.stuck else None,
        image=image,
    )


def _listing(kind: BlockKind, title: str, statements: tuple[Statement, ...]) -> _Section:
    items = [statement.plain for statement in statements]
    return _Section([TextBlock(kind=kind, title=title, items=items)] if items else [], statements)


def _passage(kind: BlockKind, title: str, passage: Passage) -> _Section:
    block = TextBlock(kind=kind, title=title, text=_joined(passage.text), items=[case.plain for case in passage.cases])
    return _Section([block] if passage.statements() else [], passage.statements())


def _prepare(guide: Guide) -> _Section:
    return _listing("prepare", "Cần chuẩn bị", guide.prepare)


def _condition(guide: Guide) -> _Section:
    return _listing("condition", TITLES["condition"], guide.conditions)


def _documents(guide: Guide) -> _Section:
    return _listing("documents", TITLES["documents"], guide.documents)


def _fee(guide: Guide) -> _Section:
    cases = [FeeCase(when=case.when.replace("**", ""), amount=case.amount.plain) for case in fee_cases(guide.fee)]
    block = FeeBlock(title=TITLES["fee"], text=_joined(guide.fee.text), cases=cases)
    return _Section([block] if guide.fee.statements() else [], guide.fee.statements())


def _time(guide: Guide) -> _Section:
    return _passage("time", TITLES["time"], guide.time)


def _place(guide: Guide) -> _Section:
    return _passage("place", TITLES["place"], guide.where)


def _problem(guide: Guide) -> _Section:
    items = [f"{trouble.what}: {trouble.fix.plain}" for trouble in guide.troubles]
    block = TextBlock(kind="problem", title=TITLES["problem"], items=items)
    return _Section([block] if items else [], tuple(trouble.fix for trouble in guide.troubles))


def _safety(guide: Guide) -> _Section:
    blocks: list[Block] = [TextBlock(kind="warning", title="Lưu ý", text=warning.plain) for warning in guide.warnings]
    return _Section(blocks, guide.warnings)


def _legal(guide: Guide) -> _Section:
    return _listing("legal", TITLES["legal"], guide.legal)


_READERS: Mapping[Facet, Callable[[Guide], _Section]] = {
    "overview": _overview,
    "steps": _overview,
    "documents": _documents,
    "fee": _fee,
    "time": _time,
    "place": _place,
    "condition": _condition,
    "problem": _problem,
    "safety": _safety,
    "legal": _legal,
}


def _joined(statements: Iterable[Statement]) -> str:
    return " ".join(statement.plain for statement in statements)


def _actions(guide: Guide, answered: Facet) -> list[Action]:
    """Buttons to the other facets that this guide has something to say on."""
    shown: tuple[Facet, ...] = ("steps", "documents", "fee", "time", "place", "condition", "problem", "legal")
    same = {"steps"} if answered == "overview" else {answered}
    return [
        Action(label=TITLES[facet], payload=f"facet:{facet}")
        for facet in shown
        if facet not in same and _READERS[facet](guide).statements
    ]


def _as_text(guide: Guide, facet: Facet, blocks: list[Block], sources: list[SourceRef]) -> str:
    title = guide.title if facet in ("overview", "steps") else f"{guide.title} – {TITLES[facet]}"
    return "\n".join([title, *(line for block in blocks for line in _block_lines(block)), *_source_lines(sources)])


def _block_lines(block: Block) -> Iterator[str]:
    if isinstance(block, StepBlock):
        yield f"{block.number}. {block.text}"
        if block.expect:
            yield f"   Sẽ thấy: {block.expect}"
        if block.stuck:
            yield f"   Nếu không được: {block.stuck}"
    elif isinstance(block, FeeBlock):
        yield from [block.text] if block.text else []
        yield from (f"- {case.when}: {case.amount}" if case.when else f"- {case.amount}" for case in block.cases)
    elif isinstance(block, SummaryBlock):
        yield block.text
    else:
        heading = f"{block.title}: " if block.kind in ("prepare", "warning") else ""
        if heading or block.text:
            yield f"{heading}{block.text}".strip()
        yield from (f"- {item}" for item in block.items)


def _source_lines(sources: list[SourceRef]) -> Iterator[str]:
    """Each source once, with the date it bears, or the day it was read where it bears none."""
    for source in sources:
        dated = f"ngày {source.published_on:%d/%m/%Y}" if source.published_on else f"đọc ngày {source.read_on:%d/%m/%Y}"
        yield f"Nguồn: {source.title} ({source.publisher}, {dated}) {source.url}"
