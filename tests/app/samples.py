"""A stand-in library of four guides over the hand-made index of tests/retrieval, and one answer of the wire."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from app.config import ROOT
from app.content.guide import Guide
from app.facets import FacetCues
from app.library import Library, LiveLibrary
from app.retrieval.artifact import Manifest
from app.retrieval.ranking import Policy
from app.schemas import Action, AskResponse, Candidate, Facet, GuideRef, Status
from ingest.lists import load_texts
from tests.content.samples import GUIDE
from tests.retrieval.samples import CHUNKS, make_searcher

MANIFEST = Manifest(
    version="2026-11-22T00:00:00Z-00001",
    format=1,
    created_at="2026-11-22T00:00:00+00:00",
    input_fingerprint="",
    encoder="counting:1",
    encoder_fingerprint="counting-1",
    dimensions=8,
    store="numpy_flat",
    guides=4,
    chunks=len(CHUNKS),
    weights={},
    policy={},
    files={},
)
CUES: Mapping[str, Sequence[str]] = {"fee": ["lệ phí"], "documents": ["giấy tờ gì"]}


def make_guide(slug: str, title: str) -> Guide:
    return replace(GUIDE, slug=slug, head=GUIDE.head.model_copy(update={"title": title}))


def make_library(answer_score: float = 0.1, choose_margin: float = 0.02) -> Library:
    return Library(
        folder=Path("khong-co"),
        texts=load_texts(ROOT / "knowledge"),
        manifest=MANIFEST,
        guides={chunk.target: make_guide(chunk.target, chunk.title) for chunk in CHUNKS if chunk.title},
        groups={"dinh-danh-dien-tu": "VNeID và định danh điện tử"},
        searcher=make_searcher(),
        facets=FacetCues(CUES),
        policy=Policy(answer_score, choose_margin),
    )


class Shelf(LiveLibrary):
    """A live library that was never on a disk."""

    def __init__(self, library: Library) -> None:
        self.current = library


def make_answer(
    status: Status = "answered",
    guide: str | None = None,
    candidates: Sequence[str] = (),
    options: Sequence[str] = (),
    facet: Facet | None = None,
    text: str = "",
) -> AskResponse:
    """An answer: the guide it shows, the ids it found best first, the guides it lets choose from."""
    return AskResponse(
        status=status,
        text=text,
        speech=None,
        blocks=[],
        facet=facet,
        guide=GuideRef(id=guide, title=guide, kind="guide", url=f"/huong-dan/{guide}", verified_on=None)
        if guide
        else None,
        candidates=[Candidate(id=found, title=found, kind="guide", score=0.5) for found in candidates],
        sources=[],
        actions=[Action(label=option, payload=f"guide:{option}") for option in options],
        step=None,
        ticket=None,
        risk=None,
        masked=[],
        conversation_id="c",
        answer_id="a",
        artifact_version=MANIFEST.version,
    )
