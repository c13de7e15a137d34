"""The wire: what `/v1` takes and gives. A field without a value is null or empty, never missing."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

Status = Literal[
    "answered",
    "choose",
    "step",
    "lesson",
    "no_guide",
    "out_of_scope",
    "refused",
    "small_talk",
    "privacy_warning",
    "scam_check",
    "emergency",
    "unreadable",
    "handoff",
]
Facet = Literal[
    "overview", "steps", "documents", "fee", "time", "place", "condition", "result", "legal", "problem", "safety"
]
Kind = Literal["guide", "procedure", "lesson"]
BlockKind = Literal["prepare", "condition", "documents", "time", "place", "problem", "warning", "legal"]


class Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Attachment(Wire):
    """A picture or sound, never stored. `data` is base64 of at most 5 MB."""

    kind: Literal["image", "audio"]
    media_type: str
    data: Annotated[str, Field(max_length=7_000_000)]


class AskRequest(Wire):
    """A question. The same `message_id` in the same conversation gets the same answer again.

    Unknown fields are ignored: a newer channel may talk to an older service.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    text: str
    conversation_id: Annotated[str, Field(max_length=100)] | None = None
    message_id: Annotated[str, Field(max_length=200)] | None = None
    channel: Annotated[str, Field(max_length=40)] = "web"
    locale: Annotated[str, Field(max_length=20)] = "vi"
    place: Annotated[str, Field(max_length=100)] | None = None
    attachments: Annotated[list[Attachment], Field(max_length=5)] = []


class Image(Wire):
    url: str
    alt: str


class SummaryBlock(Wire):
    kind: Literal["summary"] = "summary"
    text: str


class StepBlock(Wire):
    """What to do; what one should then see; what to do if one does not."""

    kind: Literal["step"] = "step"
    number: int
    text: str
    expect: str | None = None
    stuck: str | None = None
    image: Image | None = None


class FeeCase(Wire):
    when: str
    amount: str


class FeeBlock(Wire):
    kind: Literal["fee"] = "fee"
    title: str
    text: str
    cases: list[FeeCase] = []


class TextBlock(Wire):
    """A titled passage: a sentence or two, a list, or both."""

    kind: BlockKind
    title: str
    text: str = ""
    items: list[str] = []


Block = SummaryBlock | StepBlock | FeeBlock | TextBlock


class GuideRef(Wire):
    id: str
    title: str
    kind: Kind
    url: str
    verified_on: date | None


class Candidate(Wire):
    id: str
    title: str
    kind: Kind
    score: float


class SourceRef(Wire):
    title: str
    url: str
    publisher: str
    published_on: date | None
    read_on: date


class Action(Wire):
    """A button: its `payload` is sent as the `text` of the next question."""

    label: str
    payload: str


class StepPosition(Wire):
    number: int
    of: int


class Risk(Wire):
    level: Literal["high", "medium", "low"]
    reasons: list[str]


class AskResponse(Wire):
    status: Status
    text: str
    speech: str | None
    blocks: list[Block]
    facet: Facet | None
    guide: GuideRef | None
    candidates: list[Candidate]
    sources: list[SourceRef]
    actions: list[Action]
    step: StepPosition | None
    ticket: str | None
    risk: Risk | None
    masked: list[str]
    conversation_id: str
    answer_id: str
    artifact_version: str


class SearchHit(Wire):
    id: str
    title: str
    kind: Kind
    score: float
    section: str


class SearchResponse(Wire):
    hits: list[SearchHit]
    took_ms: float


class GuideSummary(Wire):
    id: str
    title: str
    summary: str
    group: str
    group_name: str
    url: str


class GuideDetail(GuideSummary):
    """A whole guide: every block, in the order of the guide."""

    blocks: list[Block]
    sources: list[SourceRef]
    related: list[GuideSummary]
    procedures: list[str]
    verified_on: date | None


class Problem(BaseModel):
    """An error, RFC 9457; `detail` is Vietnamese and may be shown."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
