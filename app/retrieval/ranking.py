"""How streams are weighed and when an answer is sure enough: `knowledge/ranking.yaml`, kept in every artifact."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Weights:
    """What each stream counts, as a share of those a question has: one without accents has no words.

    `added`: what the official terms for lay words count beside the words as typed.
    """

    words: float
    syllables: float
    dense: float
    added: float


@dataclass(frozen=True)
class Policy:
    """Thresholds on a hit's score in [0, 1]: at least `answer_score` to answer; closer than `choose_margin`, ask."""

    answer_score: float
    choose_margin: float


@dataclass(frozen=True)
class Ranking:
    weights: Weights
    policy: Policy
