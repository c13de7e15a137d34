"""A guide cut into the sections people ask for: one chunk a facet."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator

from app.content.guide import Guide, Step
from app.content.markdown import Statement
from app.retrieval.types import Chunk


def chunk_guide(guide: Guide) -> list[Chunk]:
    """The chunks of a guide; sections without text give none. `section` is a facet of the wire."""
    sections = {
        "overview": [guide.summary, *_plain(guide.prepare)],
        "steps": [line for step in guide.steps for line in _step_lines(step)],
        "documents": _plain(guide.documents),
        "fee": _plain(guide.fee.statements()),
        "time": _plain(guide.time.statements()),
        "place": _plain(guide.where.statements()),
        "condition": _plain(guide.conditions),
        "problem": [f"{trouble.what}: {trouble.fix.plain}" for trouble in guide.troubles],
        "safety": _plain(guide.warnings),
        "legal": _plain(guide.legal),
    }
    return [_chunk(guide, section, "\n".join(lines)) for section, lines in sections.items() if lines]


def _plain(statements: Iterable[Statement]) -> list[str]:
    return [statement.plain for statement in statements]


def _step_lines(step: Step) -> Iterator[str]:
    yield from (part.plain for part in (step.do, step.expect, step.stuck) if part)


def _chunk(guide: Guide, section: str, text: str) -> Chunk:
    digest = hashlib.sha256(f"{guide.title}\n{text}".encode()).hexdigest()[:24]
    return Chunk(guide.slug, "guide", section, guide.title, text, digest)
