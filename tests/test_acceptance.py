"""The 30 questions that were committed before the first build: the right guide first in at least 27."""

from __future__ import annotations

from collections import Counter

import pytest

from app.assistant import create_assistant
from app.config import ROOT, Settings
from ingest.evaluate import Evaluation, evaluate, load_questions

QUESTIONS = ROOT / "knowledge/evals/acceptance.jsonl"


@pytest.fixture(scope="module")
def evaluation(built_settings: Settings) -> Evaluation:
    return evaluate(create_assistant(built_settings), load_questions(QUESTIONS))


def test_ten_of_each_writing() -> None:
    kinds = Counter(question.kind for question in load_questions(QUESTIONS))
    assert kinds == {"plain": 10, "unaccented": 10, "noisy": 10}


def test_right_guide_first_in_27_of_30(evaluation: Evaluation) -> None:
    hit_at_1 = evaluation.by_kind["all"].hit_at_1
    assert hit_at_1 is not None
    assert round(hit_at_1 * 30) >= 27, evaluation.missed


def test_right_guide_among_the_first_five_always(evaluation: Evaluation) -> None:
    assert evaluation.by_kind["all"].hit_at_5 == 1.0, evaluation.missed
