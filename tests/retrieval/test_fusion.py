"""From streams to hits: shares of an ideal, their weighted mean, one hit a guide."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.retrieval.fusion import best_per_target, coverage, fuse, length_factor
from app.retrieval.ranking import Weights
from app.retrieval.types import ASKED, Chunk, Hit, Vectors

WEIGHTS = Weights(words=0.5, syllables=0.3, dense=0.2, added=0.5)
TITLES = {"a": "Việc A", "b": "Việc B", "c": "Việc C"}
LAYOUT = [("a", "overview"), ("a", "steps"), ("a", "fee"), ("a", ASKED), ("b", "overview"), ("b", "time"), ("c", ASKED)]
CHUNKS = [
    Chunk(target, "guide", section, "" if section == ASKED else TITLES[target], "", str(row))
    for row, (target, section) in enumerate(LAYOUT)
]


def row(*values: float) -> Vectors:
    return np.asarray(values, dtype=np.float32)


def hits(*fused: float) -> list[Hit]:
    return best_per_target(CHUNKS, TITLES, row(*fused), {"dense": row(*(share / 2 for share in fused))})


@pytest.mark.parametrize(
    ("scores", "ideal", "shares"),
    [((0, 1, 4), 4.0, (0, 0.25, 1)), ((5, 2), 4.0, (1, 0.5)), ((0, 0), 0.0, (0, 0)), ((3,), -1.0, (0,))],
)
def test_coverage(scores: tuple[float, ...], ideal: float, shares: tuple[float, ...]) -> None:
    assert coverage(row(*scores), ideal).tolist() == list(shares)


@pytest.mark.parametrize(
    ("streams", "fused"),
    [
        ({"words": row(1, 0), "syllables": row(1, 0.5), "dense": row(1, 0.5)}, [1, 0.25]),
        ({"syllables": row(1, 0), "dense": row(0, 1)}, [0.6, 0.4]),
        ({"dense": row(0.5, 0.25)}, [0.5, 0.25]),
    ],
)
def test_fuse_is_the_weighted_mean_of_the_streams_given(streams: dict[str, Vectors], fused: list[float]) -> None:
    assert fuse(streams, WEIGHTS).tolist() == pytest.approx(fused)


@pytest.mark.parametrize(
    ("syllables", "factor"),
    [
        (20, 1.0),
        (5, 0.5),
        (10, 0.5**0.5),
        (1, 0.05**0.5),
        (0, 0.05**0.5),
        (30, 1.5**0.25),
        (40, 2**0.25),
        (41, 2**0.25),
        (10_000, 2**0.25),
    ],
)
def test_length_factor(syllables: int, factor: float) -> None:
    assert length_factor(syllables) == pytest.approx(factor)


def test_length_factor_is_one_at_the_usual_length_and_flat_only_past_the_cap() -> None:
    factors = [length_factor(count) for count in range(1, 61)]
    assert length_factor(20) == 1.0
    assert all(shorter < longer for shorter, longer in pairwise(factors[:40]))
    assert set(factors[39:]) == {length_factor(40)}


@given(st.integers(1, 19))
def test_length_factor_falls_faster_below_the_usual_length_than_it_rises_above(away: int) -> None:
    assert 1 - length_factor(20 - away) > length_factor(20 + away) - 1
    assert length_factor(20 - away) < ((20 - away) / 20) ** 0.25


SHARES = st.lists(st.floats(0, 1, width=32), min_size=7, max_size=7)


@given(st.dictionaries(st.sampled_from(["words", "syllables", "dense"]), SHARES, min_size=1))
def test_a_mean_lies_between_its_streams(streams: dict[str, list[float]]) -> None:
    together = np.array(list(streams.values()), dtype=np.float32)
    fused = fuse({name: row(*values) for name, values in streams.items()}, WEIGHTS)
    assert (fused >= together.min(axis=0) - 1e-6).all()
    assert (fused <= together.max(axis=0) + 1e-6).all()


def test_one_hit_a_guide_best_first_with_its_section_and_parts() -> None:
    found = hits(0.1, 0.6, 0, 0, 0.9, 0, 0.3)
    assert [(hit.id, hit.kind, hit.title, hit.section) for hit in found] == [
        ("b", "guide", "Việc B", "overview"),
        ("a", "guide", "Việc A", "steps"),
        ("c", "guide", "Việc C", "overview"),
    ]
    assert [hit.parts["dense"] for hit in found] == pytest.approx([0.45, 0.3, 0.15])


def test_lines_that_agree_count_more_than_one_lucky_line() -> None:
    assert [hit.id for hit in hits(0.6, 0.6, 0.6, 0, 0.7, 0, 0)] == ["a", "b"]


def test_more_agreement_never_lowers_a_score() -> None:
    alone, agreed = hits(0.6, 0, 0, 0, 0, 0, 0), hits(0.6, 0.5, 0.4, 0, 0, 0, 0)
    assert alone[0].score < agreed[0].score <= 0.6 + 1e-6


def test_a_way_of_asking_ranks_a_guide_but_names_no_section() -> None:
    (hit,) = hits(0, 0.2, 0.5, 0.9, 0, 0, 0)
    assert (hit.id, hit.section) == ("a", "fee")
    assert hit.score > hits(0, 0.2, 0.5, 0, 0, 0, 0)[0].score
    assert hit.parts["dense"] == pytest.approx(0.45)


def test_ties_keep_the_order_of_the_chunks() -> None:
    assert [hit.id for hit in hits(0.5, 0, 0, 0, 0.5, 0, 0.5)] == ["a", "b", "c"]


def test_nothing_that_scores_zero_is_a_hit() -> None:
    assert hits(0, 0, 0, 0, 0, 0, 0) == []
    assert [hit.id for hit in hits(0, 0, 0, 0, 0, 0.01, 0)] == ["b"]


@given(SHARES)
def test_scores_are_in_unit_range_and_sorted(fused: list[float]) -> None:
    scores = [hit.score for hit in hits(*fused)]
    assert scores == sorted(scores, reverse=True)
    assert all(0 < score <= 1 + 1e-6 for score in scores)
