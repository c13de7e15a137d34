"""How streams are weighed and when an answer is sure enough: `knowledge/ranking.yaml`, kept in every artifact."""

from __future__ import annotations

from typing import Annotated

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass as checked

Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False, strict=True)]
Threshold = Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]  # above 1: never
Counted = Annotated[
    float, Field(gt=0, le=1, allow_inf_nan=False, strict=True)
]  # a question without accents has only these streams


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class Weights:
    """What each stream counts, as a share of those a question has: one without accents has no words.

    `added`: what the official terms for lay words count beside the words as typed.
    """

    words: Share
    syllables: Counted
    dense: Share
    added: Share


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class Policy:
    """Thresholds on a hit's score in [0, 1]: at least `answer_score` to answer; closer than `choose_margin`, ask."""

    answer_score: Threshold
    choose_margin: Threshold


@checked(frozen=True, config=ConfigDict(extra="forbid"))
class Ranking:
    weights: Weights
    policy: Policy
