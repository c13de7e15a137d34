"""A guide cut into the sections people ask for, one chunk a facet, and the ways they ask, one chunk each."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from app.content.guide import Guide, Step
from app.content.markdown import Statement
from app.retrieval.types import ASKED, Chunk


def chunk_guide(guide: Guide, phrasings: Sequence[str] = ()) -> list[Chunk]:
    """The chunks of a guide; sections without text give none. `section` is a facet of the wire, or "asked"."""
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
    told = [_chunk(guide, section, "\n".join(lines)) for section, lines in sections.items() if lines]
    return told + [_chunk(guide, ASKED, phrasing) for phrasing in phrasings]


def _plain(statements: Iterable[Statement]) -> list[str]:
    return [statement.plain for statement in statements]


def _step_lines(step: Step) -> Iterator[str]:
    yield from (part.plain for part in (step.do, step.expect, step.stuck) if part)


def _chunk(guide: Guide, section: str, text: str) -> Chunk:
    title = "" if section == ASKED else guide.title
    digest = hashlib.sha256(f"{title}\n{text}".encode()).hexdigest()[:24]
    return Chunk(guide.slug, "guide", section, title, text, digest)
