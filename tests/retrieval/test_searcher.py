"""A question in, ranked guides out: however it is typed, the right guide comes first, and its score says how sure."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from app.retrieval.fusion import length_factor
from app.retrieval.searcher import Searcher
from tests.retrieval.samples import CHUNKS, WEIGHTS, make_index, make_searcher


@pytest.fixture(scope="module")
def searcher() -> Searcher:
    return make_searcher()


@pytest.mark.parametrize(
    ("question", "target", "section"),
    [
        ("Đăng ký khai sinh cần mang gì?", "khai-sinh", "steps"),
        ("dang ky khai sinh", "khai-sinh", "steps"),
        ("DK KHAI SINH KO MẤT LỆ PHÍ?", "khai-sinh", "fee"),
        ("đổi bằng lái trực tuyến", "lai-xe", "steps"),
        ("doi bang lai, chup anh", "lai-xe", "steps"),
        ("lệ phí đổi giấy phép lái xe", "lai-xe", "fee"),
        ("kích hoạt định danh điện tử", "muc-2", "steps"),
        ("kich hoat dinh danh", "muc-2", "steps"),
        ("cưới vợ", "ket-hon", "overview"),
        ("cuoi vo lam giay to khai", "ket-hon", "documents"),
    ],
)
def test_the_right_guide_and_section_come_first(searcher: Searcher, question: str, target: str, section: str) -> None:
    best = searcher.search(question).hits[0]
    assert (best.id, best.kind, best.section) == (target, "guide", section)


@pytest.mark.parametrize("question", ["", "   ", "\u200b", "?!…", "\ud800", "xyzzy"])
def test_a_question_without_anything_known_finds_nothing(searcher: Searcher, question: str) -> None:
    result = searcher.search(question)
    assert (result.hits, result.rejected, result.query.raw) == ((), (), question)


def test_prepare_keeps_every_form_of_the_question(searcher: Searcher) -> None:
    query = searcher.prepare("  Đổi bằng lái\u200b ko? ")
    assert query.raw == "  Đổi bằng lái\u200b ko? "
    assert (query.text, query.accented) == ("Đổi bằng lái không?", True)
    assert "".join(query.words).replace("_", "") == "đổibằngláikhông"
    assert query.syllables == ("doi", "bang", "lai", "khong", "doi_bang", "bang_lai", "lai_khong")
    assert query.added == ("giấy phép lái xe",)
    assert query.added_words == ("giấy_phép_lái_xe",)
    assert query.added_syllables == ("giay", "phep", "lai", "xe", "giay_phep", "phep_lai", "lai_xe")


def test_a_question_without_accents_has_no_words(searcher: Searcher) -> None:
    query = searcher.prepare("dang ky khai sinh")
    assert (query.accented, query.words) == (False, ())
    assert set(searcher.search("dang ky khai sinh").hits[0].parts) == {"syllables", "dense"}
    assert set(searcher.search("đăng ký khai sinh").hits[0].parts) == {"words", "syllables", "dense"}


@pytest.mark.parametrize("question", ["đăng ký", "lệ phí lệ phí lệ phí", "giấy " * 500, "Đăng ký khai sinh"])
def test_scores_are_shares_best_first(searcher: Searcher, question: str) -> None:
    hits = searcher.search(question).hits
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)
    assert all(0 < hit.score <= 1 and all(0 <= part <= 1 for part in hit.parts.values()) for hit in hits)
    assert len({hit.id for hit in hits}) == len(hits) > 1


def test_rejected_are_the_next_k(searcher: Searcher) -> None:
    every = searcher.search("đăng ký giấy lệ phí mã", k=10)
    assert (len(every.hits), every.rejected) == (4, ())
    assert searcher.search("đăng ký giấy lệ phí mã", k=1).hits == every.hits[:1]
    assert searcher.search("đăng ký giấy lệ phí mã", k=1).rejected == every.hits[1:2]
    assert searcher.search("đăng ký giấy lệ phí mã", k=3).rejected == every.hits[3:]


EVERYTHING = "đăng ký giấy lệ phí mã"


def test_a_kind_that_is_not_indexed_is_not_found(searcher: Searcher) -> None:
    result = searcher.search(EVERYTHING, kind="procedure")
    assert (result.hits, result.rejected) == ((), ())
    every = searcher.search(EVERYTHING)
    assert len(every.hits) == 4
    assert searcher.search(EVERYTHING, kind="guide").hits == searcher.search(EVERYTHING, kind=None).hits == every.hits


def test_the_k_best_are_counted_among_the_kind_asked_for() -> None:
    procedures = {"lai-xe", "ket-hon"}
    mixed = [replace(chunk, kind="procedure") if chunk.target in procedures else chunk for chunk in CHUNKS]
    searcher = make_searcher(replace(make_index(), chunks=tuple(mixed)))
    every = searcher.search(EVERYTHING).hits
    assert {hit.id for hit in every if hit.kind == "procedure"} == procedures
    for kind in ("guide", "procedure"):
        best, next_best = (hit for hit in every if hit.kind == kind)
        result = searcher.search(EVERYTHING, k=1, kind=kind)
        assert (result.hits, result.rejected) == ((best,), (next_best,))


@pytest.mark.parametrize("times", [1, 2, 5])
def test_no_score_passes_the_factor_of_the_question_s_length(searcher: Searcher, times: int) -> None:
    best = searcher.search("đăng ký khai sinh " * times).hits[0]
    assert best.score <= length_factor(4 * times)
    shares = [getattr(WEIGHTS, name) * part for name, part in best.parts.items()]
    total = sum(getattr(WEIGHTS, name) for name in best.parts)
    assert best.score <= sum(shares) / total * length_factor(4 * times) + 1e-6


def test_each_stage_is_timed(searcher: Searcher) -> None:
    assert set(searcher.search("đăng ký").timings_ms) == {"prepare", "lexical", "dense", "rank"}


def test_added_terms_count_by_their_weight() -> None:
    def syllables_part(added: float) -> float:
        hits = make_searcher(make_index(weights=replace(WEIGHTS, added=added))).search("bằng lái").hits
        return next(hit.parts["syllables"] for hit in hits if hit.id == "lai-xe")

    assert 0 < syllables_part(0.0) < syllables_part(0.2) < syllables_part(0.5)


@pytest.mark.parametrize("store", ["numpy_flat", "faiss"])
def test_the_store_changes_no_answer(searcher: Searcher, store: str) -> None:
    found = make_searcher(make_index(store)).search("đăng ký kết hôn").hits
    expected = searcher.search("đăng ký kết hôn").hits
    assert [(hit.id, hit.section) for hit in found] == [(hit.id, hit.section) for hit in expected]
    assert [hit.score for hit in found] == pytest.approx([hit.score for hit in expected], abs=1e-5)


def test_many_threads_get_the_same_answers(searcher: Searcher) -> None:
    questions = ["đăng ký khai sinh", "doi bang lai", "lệ phí", "kích hoạt định danh điện tử"] * 10
    with ThreadPoolExecutor(8) as threads:
        together = [result.hits for result in threads.map(searcher.search, questions)]
    assert together == [searcher.search(question).hits for question in questions]
