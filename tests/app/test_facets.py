"""Which part of a guide is asked for: the shipped cues on questions as people type them, the rules on small ones."""

from __future__ import annotations

import pytest

from app.config import ROOT
from app.facets import FacetCues
from app.retrieval.text import fold_diacritics
from app.schemas import Facet
from ingest.lists import load_facet_cues

SHIPPED = FacetCues(load_facet_cues(ROOT / "knowledge"))
QUESTIONS: list[tuple[str, Facet]] = [
    ("Đăng ký tạm trú lệ phí thế nào", "fee"),
    ("Làm hộ chiếu hết bao nhiêu", "fee"),
    ("Đi làm căn cước cần mang theo những gì", "documents"),
    ("Đăng ký kết hôn cần giấy tờ gì", "documents"),
    ("Đổi bằng lái bao lâu", "time"),
    ("Khai sinh mấy ngày xong", "time"),
    ("Mất thẻ căn cước làm lại ở đâu", "place"),
    ("Bao nhiêu tuổi nhận trợ cấp hưu trí", "condition"),
    ("Cài VNeID bị lỗi", "problem"),
    ("Tạm trú căn cứ pháp lý", "legal"),
    ("Làm sao cài VNeID", "steps"),
    ("Cài VNeID làm răng", "steps"),
    ("Nhận cuộc gọi công an là thật hay giả", "safety"),
    ("Khai sinh", "overview"),
    ("", "overview"),
]


@pytest.mark.parametrize(("question", "facet"), QUESTIONS)
def test_as_typed_with_accents(question: str, facet: Facet) -> None:
    assert SHIPPED.facet_of(question) == facet


@pytest.mark.parametrize(("question", "facet"), QUESTIONS)
def test_as_typed_without_accents_and_shouted(question: str, facet: Facet) -> None:
    assert SHIPPED.facet_of(fold_diacritics(question)) == facet
    assert SHIPPED.facet_of(question.upper()) == facet


def test_the_longest_cue_wins_wherever_it_stands() -> None:
    cues = FacetCues({"fee": ["bao nhiêu"], "condition": ["bao nhiêu tuổi"], "place": ["ở đâu"]})
    assert cues.facet_of("bao nhiêu tuổi") == "condition"
    assert cues.facet_of("ở đâu, bao nhiêu tuổi") == "condition"
    assert cues.facet_of("bao nhiêu tiền") == "fee"


def test_of_equally_long_cues_the_first_listed_wins() -> None:
    assert FacetCues({"fee": ["lệ phí"], "place": ["ở đâu"]}).facet_of("nộp lệ phí ở đâu") == "fee"
    assert FacetCues({"place": ["ở đâu"], "fee": ["lệ phí"]}).facet_of("nộp lệ phí ở đâu") == "place"


def test_a_cue_of_one_syllable_matches_only_as_written() -> None:
    cues = FacetCues({"fee": ["phí"]})
    assert [cues.facet_of(text) for text in ("mất phí", "đi phi trường", "PHÍ?")] == ["fee", "overview", "fee"]


@pytest.mark.parametrize(
    ("text", "facet"),
    [
        ("giá bao nhiêu", "fee"),
        ("gia bao nhieu", "fee"),
        ("giá bao nhieu", "fee"),
        ("ông già bao nhiêu năm", "overview"),
    ],
)
def test_an_accent_that_is_written_must_be_the_right_one(text: str, facet: Facet) -> None:
    assert FacetCues({"fee": ["giá bao nhiêu"]}).facet_of(text) == facet


def test_cues_stand_side_by_side() -> None:
    cues = FacetCues({"place": ["ở đâu"]})
    assert cues.facet_of("ở xã thì đâu có") == "overview"
    assert cues.facet_of("làm ở, đâu?") == "place"


def test_facets_are_named_as_on_the_wire() -> None:
    assert [SHIPPED.named(name) for name in ("fee", "result", "phi", "")] == ["fee", "result", "overview", "overview"]
