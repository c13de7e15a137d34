"""Decisions, pure: is there a question at all, and are the guides found sure enough to answer with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from app.retrieval.ranking import Policy
from app.retrieval.text import syllables
from app.retrieval.types import Hit

MAX_OPTIONS = 4


@dataclass(frozen=True)
class Decision:
    """`hits`: the one guide to answer with, the options to choose from, or the nearest ones when there is no guide."""

    status: Literal["answered", "choose", "no_guide"]
    hits: tuple[Hit, ...]


def is_readable(text: str) -> bool:
    """Whether `text` holds at least one letter or digit."""
    return bool(syllables(text))


def decide(hits: Sequence[Hit], policy: Policy) -> Decision:
    """Answer when the best guide is sure and clearly ahead; ask when others are as close; else say there is none."""
    sure = [hit for hit in hits if hit.score >= policy.answer_score]
    if not sure:
        return Decision("no_guide", tuple(hits[:3]))
    close = [hit for hit in sure if sure[0].score - hit.score < policy.choose_margin]
    if len(close) > 1:
        return Decision("choose", tuple(close[:MAX_OPTIONS]))
    return Decision("answered", (sure[0],))
