"""BM25: the values of Lucene's formula, always under the question's ideal, unchanged by disk."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.retrieval.lexical import Bm25Index

K1, B = 1.2, 0.75
CORPUS = [
    ["đăng_ký", "khai_sinh", "cho", "con"],
    ["đăng_ký", "kết_hôn", "đăng_ký", "đăng_ký"],
    [],
    ["căn_cước"],
    ["cho", "con", "cho", "mẹ", "căn_cước", "cho", "bố"],
]
QUESTIONS = [
    ["khai_sinh"],
    ["đăng_ký", "căn_cước"],
    ["cho", "cho", "con"],
    ["đăng_ký", "chưa_từng_thấy"],
    ["chưa_từng_thấy"],
    [],
]


def idf(token: str) -> float:
    having = sum(token in document for document in CORPUS)
    return math.log(1 + (len(CORPUS) - having + 0.5) / (having + 0.5))


def lucene_bm25(question: list[str], document: list[str]) -> float:
    mean = sum(max(len(other), 1) for other in CORPUS) / len(CORPUS)  # an empty document is one blank token
    norm = K1 * (1 - B + B * max(len(document), 1) / mean)
    return sum(idf(token) * document.count(token) / (document.count(token) + norm) for token in question)


@pytest.mark.parametrize("question", QUESTIONS)
def test_scores_are_those_of_the_formula(question: list[str]) -> None:
    expected = [lucene_bm25(question, document) for document in CORPUS]
    np.testing.assert_allclose(Bm25Index.build(CORPUS).scores(question), expected, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("question", QUESTIONS)
def test_ideal_is_the_sum_of_idf(question: list[str]) -> None:
    assert Bm25Index.build(CORPUS).ideal(question) == pytest.approx(sum(map(idf, question)))


TOKENS = st.lists(st.sampled_from("abcde"), max_size=12)


@settings(max_examples=60)
@given(st.lists(TOKENS, min_size=1, max_size=6), st.lists(st.sampled_from("abcdexyz"), min_size=1, max_size=5))
def test_scores_stay_below_the_ideal(corpus: list[list[str]], question: list[str]) -> None:
    index = Bm25Index.build(corpus)
    scores = index.scores(question)
    assert scores.shape == (len(corpus),)
    assert ((scores >= 0) & (scores < index.ideal(question))).all()


@pytest.mark.parametrize("question", QUESTIONS)
def test_disk_changes_no_score(question: list[str], tmp_path: Path) -> None:
    built = Bm25Index.build(CORPUS)
    built.save(tmp_path)
    loaded = Bm25Index.load(tmp_path)
    np.testing.assert_array_equal(loaded.scores(question), built.scores(question))
    assert loaded.ideal(question) == built.ideal(question)


@pytest.mark.parametrize("token", ["", "0", "None", "khai sinh", "KHAI_SINH"])
def test_a_token_that_no_document_holds_scores_nothing(token: str) -> None:
    assert Bm25Index.build(CORPUS).scores([token]).tolist() == [0.0] * len(CORPUS)


def test_a_corpus_without_any_token_scores_nothing() -> None:
    index = Bm25Index.build([[], []])
    assert index.scores(["cho"]).tolist() == [0.0, 0.0]
