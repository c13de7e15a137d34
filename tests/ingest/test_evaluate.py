"""Figures over outcomes made by hand, and question files with wrong lines."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path

import pytest

from app.assistant import Assistant
from app.config import Settings
from app.errors import ContentInvalid
from app.schemas import AskResponse
from ingest.evaluate import Figures, Outcome, Question, evaluate, figures, load_questions
from tests.app.samples import MANIFEST, Shelf, make_answer, make_library


def outcome(expected: tuple[str, ...], answer: AskResponse, ms: float, **fields: object) -> Outcome:
    return Outcome(Question(f"q{ms:.0f}", "hỏi", expected, **fields), answer, ms)  # type: ignore[arg-type]


INSIDE = [
    outcome(
        ("a",),
        make_answer("answered", guide="a", candidates=["a", "b"], facet="fee", text="Nộp 10.000 đồng."),
        1,
        facet="fee",
        must_contain=("10.000 đồng", "7 ngày"),
    ),
    outcome(("b", "khác"), make_answer("choose", candidates=["x", "b"], options=["x", "b"]), 2),
    outcome(
        ("c",),
        make_answer("answered", guide="x", candidates=["x", "y", "z", "t", "u", "c"], facet="fee"),
        3,
        facet="steps",
    ),
    outcome(("d",), make_answer("no_guide", candidates=["x"]), 4),
]
OUTSIDE = [
    outcome((), make_answer("no_guide"), 5),
    outcome((), make_answer("answered", guide="a", candidates=["a"]), 6),
    outcome((), make_answer("choose", options=["a", "b"]), 7),
    outcome((), make_answer("privacy_warning"), 8),
]


def test_figures_of_questions_inside_and_outside() -> None:
    assert figures(INSIDE + OUTSIDE) == Figures(
        questions=8,
        hit_at_1=0.25,
        hit_at_5=0.5,
        hit_at_10=0.75,
        mrr_at_10=0.4167,  # (1 + 1/2 + 1/6 + 0) / 4
        answered=0.75,
        choose=0.25,
        wrong=0.25,
        held=0.5,
        facet_accuracy=0.5,
        fact_recall=0.5,
        p50_ms=4.5,
        p95_ms=7.65,
    )


def test_figures_of_nothing_are_not_numbers() -> None:
    none = dict.fromkeys(asdict(figures([])), None)
    assert asdict(figures([])) == {**none, "questions": 0, "p50_ms": 0.0, "p95_ms": 0.0}
    outside = figures(OUTSIDE)
    assert (outside.hit_at_1, outside.answered, outside.wrong, outside.fact_recall, outside.held) == (
        None, None, None, None, 0.5
    )  # fmt: skip


@pytest.mark.parametrize(
    ("answer", "rank", "answered", "wrong"),
    [
        (make_answer("answered", guide="a", candidates=["a"]), 1, True, False),
        (make_answer("step", guide="a", candidates=["b", "a"]), 2, True, False),
        (make_answer("step", guide="b", candidates=["b"]), None, True, True),
        (make_answer("choose", options=["b", "c", "d", "a"]), None, True, False),
        (make_answer("choose", options=["b", "c", "d", "e", "a"]), None, False, False),
        (make_answer("choose", options=["b"]), None, False, False),
        (make_answer("no_guide", candidates=["a"], options=["a"]), 1, False, False),
        (make_answer("answered", guide="a", candidates=[str(n) for n in range(10)] + ["a"]), 11, True, False),
    ],
)
def test_one_outcome(answer: AskResponse, rank: int | None, answered: bool, wrong: bool) -> None:
    told = outcome(("a",), answer, 1)
    assert (told.rank, told.answered, told.wrong) == (rank, answered, wrong)


def test_the_eleventh_place_counts_for_nothing() -> None:
    told = figures([outcome(("a",), make_answer("choose", candidates=[str(n) for n in range(10)] + ["a"]), 1)])
    assert (told.hit_at_10, told.mrr_at_10) == (0.0, 0.0)


def test_evaluation_by_kind_and_the_missed() -> None:
    assistant = Assistant(Settings(), Shelf(make_library()))
    questions = [
        Question("1", "Đăng ký khai sinh", ("khai-sinh",), "sinh"),
        Question("2", "Đăng ký khai sinh", ("ket-hon",), "cưới"),
        Question("3", "xyzt", (), "ngoài"),
        Question("4", "Đăng ký khai sinh", (), "ngoài"),
    ]
    told = evaluate(assistant, questions)
    assert told.artifact_version == MANIFEST.version
    assert list(told.by_kind) == ["cưới", "ngoài", "sinh", "all"]
    assert [told.by_kind[kind].hit_at_1 for kind in told.by_kind] == [0.0, None, 1.0, 0.5]
    assert [told.by_kind[kind].held for kind in told.by_kind] == [None, 0.5, None, 0.5]
    assert [(miss["id"], miss["status"], miss["expected"]) for miss in told.missed] == [
        ("2", "answered", ["ket-hon"]),
        ("4", "answered", []),
    ]
    assert told.missed[0]["found"][0][0] == "khai-sinh"
    assert json.loads(told.to_json())["by_kind"]["all"]["questions"] == 4


def test_questions_are_read_with_their_defaults(tmp_path: Path) -> None:
    path = tmp_path / "hoi.jsonl"
    path.write_text(
        '{"id": "1", "text": "Làm hộ chiếu", "expected": ["lam-ho-chieu"]}\n'
        '{"id": "2", "text": "b", "expected": [], "kind": "khó", "facet": "fee", "must_contain": ["x"], "a": 1}\n',
        encoding="utf-8",
    )
    assert load_questions(path) == [
        Question("1", "Làm hộ chiếu", ("lam-ho-chieu",)),
        Question("2", "b", (), "khó", "fee", ("x",)),
    ]


def test_every_wrong_line_is_named(tmp_path: Path) -> None:
    wrong = [
        "{",
        "",
        "3",
        '"hỏi"',
        "[]",
        '{"text": "a", "expected": []}',
        '{"id": "1", "expected": []}',
        '{"id": "1", "text": "a"}',
        '{"id": "1", "text": "a", "expected": null}',
    ]
    path = tmp_path / "hoi.jsonl"
    path.write_text("\n".join(['{"id": "0", "text": "a", "expected": []}', *wrong]), encoding="utf-8")
    with pytest.raises(ContentInvalid) as caught:
        load_questions(path)
    assert [finding.line for finding in caught.value.findings] == list(range(2, 2 + len(wrong)))
    assert {finding.file for finding in caught.value.findings} == {str(path)}
    assert all(finding.message.startswith("không phải một câu hỏi") for finding in caught.value.findings)


@pytest.mark.parametrize(
    "line",
    [
        '{"id": "1", "text": "a", "expected": "lam-ho-chieu"}',
        '{"id": "1", "text": 5, "expected": []}',
        '{"id": "1", "text": "a", "expected": ["b"], "must_contain": "x"}',
    ],
)
def test_a_line_of_wrong_types_is_not_taken(line: str, tmp_path: Path) -> None:
    path = tmp_path / "hoi.jsonl"
    path.write_text(line, encoding="utf-8")
    with pytest.raises(ContentInvalid):
        load_questions(path)


@pytest.mark.parametrize("raw", [None, b"\xff\xfe{}\n"], ids=["absent", "not UTF-8"])
def test_a_file_that_cannot_be_read_is_named(raw: bytes | None, tmp_path: Path) -> None:
    path = tmp_path / "hoi.jsonl"
    if raw is not None:
        path.write_bytes(raw)
    with pytest.raises(ContentInvalid, match=r"hoi\.jsonl"):
        load_questions(path)


def test_the_shipped_question_files_are_sound() -> None:
    folder = Path(__file__).parents[2] / "knowledge" / "evals"
    for path in folder.glob("*.jsonl"):
        questions = load_questions(path)
        assert len({question.id for question in questions}) == len(questions)
