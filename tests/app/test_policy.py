"""Decisions on scores alone."""

from __future__ import annotations

import pytest

from app.policy import MAX_OPTIONS, Decision, decide, is_readable
from app.retrieval.ranking import Policy
from app.retrieval.types import Hit

POLICY = Policy(answer_score=0.5, choose_margin=0.1)


def hits(*scores: float) -> list[Hit]:
    return [Hit(f"g{place}", "guide", f"Việc {place}", "steps", score) for place, score in enumerate(scores, 1)]


@pytest.mark.parametrize(
    ("scores", "status", "chosen"),
    [
        ((), "no_guide", ()),
        ((0.49, 0.48), "no_guide", ("g1", "g2")),
        ((0.4, 0.3, 0.2, 0.1), "no_guide", ("g1", "g2", "g3")),
        ((0.5,), "answered", ("g1",)),
        ((0.9, 0.75), "answered", ("g1",)),
        ((0.75, 0.625), "answered", ("g1",)),
        ((0.9, 0.85), "choose", ("g1", "g2")),
        ((0.9, 0.85, 0.7), "choose", ("g1", "g2")),
        ((0.52, 0.49), "answered", ("g1",)),  # what is not sure is no option
        ((0.9,) * 6, "choose", ("g1", "g2", "g3", "g4")),
    ],
)
def test_decide(scores: tuple[float, ...], status: str, chosen: tuple[str, ...]) -> None:
    decision = decide(hits(*scores), POLICY)
    assert (decision.status, tuple(hit.id for hit in decision.hits)) == (status, chosen)


def test_a_lead_of_exactly_the_margin_is_enough() -> None:
    found = hits(0.75, 0.5)
    assert decide(found, Policy(0.5, 0.25)) == Decision("answered", (found[0],))


def test_without_a_margin_equal_guides_are_still_answered_with_the_first() -> None:
    found = hits(0.75, 0.75)
    assert decide(found, Policy(0.5, 0.0)) == Decision("answered", (found[0],))


def test_there_are_never_more_than_four_options() -> None:
    assert MAX_OPTIONS == 4


@pytest.mark.parametrize(
    ("text", "readable"),
    [("", False), ("  \n", False), ("?!…", False), ("😀", False), ("___", False), ("ơ", True), ("7", True)],
)
def test_is_readable(text: str, readable: bool) -> None:
    assert is_readable(text) is readable
