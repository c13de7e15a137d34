"""Every vector store, found by file name, gives the ids and the scores of numpy_flat, before and after disk."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from app.retrieval.plugins import plugin_names
from app.retrieval.stores import store_class
from app.retrieval.types import Vectors, VectorStore

DIMENSIONS = 32
STORES = plugin_names("app.retrieval.stores")


def unit_vectors(rows: int, seed: int) -> Vectors:
    vectors = np.random.default_rng(seed).standard_normal((rows, DIMENSIONS))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), dtype=np.float32)


def ties(rows: int) -> Vectors:
    """Unit vectors of only five directions, so that equal scores abound and are equal to the last bit."""
    return np.eye(DIMENSIONS, dtype=np.float32)[np.arange(rows) % 5]


ROWS = {"many": unit_vectors(500, seed=1), "few": unit_vectors(3, seed=2), "one": unit_vectors(1, seed=3)}
QUESTIONS = {
    "random": unit_vectors(20, seed=4),
    "the rows themselves": unit_vectors(500, seed=1)[:7],
}


@pytest.fixture(params=["built", "loaded"])
def loaded(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "loaded")


def make(name: str, vectors: Vectors, folder: Path, loaded: bool) -> VectorStore:
    store = store_class(name).build(vectors)
    if not loaded:
        return store
    store.save(folder)
    return store_class(name).load(folder)


@pytest.mark.parametrize("k", [1, 5, 60, 1000])
@pytest.mark.parametrize("questions", QUESTIONS)
@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("name", STORES)
def test_ids_and_scores_are_those_of_numpy_flat(
    name: str, rows: str, questions: str, k: int, tmp_path: Path, loaded: bool
) -> None:
    expected_scores, expected_rows = store_class("numpy_flat").build(ROWS[rows]).search(QUESTIONS[questions], k)
    scores, found = make(name, ROWS[rows], tmp_path, loaded).search(QUESTIONS[questions], k)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    np.testing.assert_array_equal(found, expected_rows)


@pytest.mark.parametrize("k", [5, 40, 60])
@pytest.mark.parametrize("name", STORES)
def test_equal_scores_come_in_the_order_of_the_rows(name: str, k: int, tmp_path: Path, loaded: bool) -> None:
    questions = np.vstack([ties(2), np.zeros((1, DIMENSIONS), dtype=np.float32)])
    expected_scores, expected_rows = store_class("numpy_flat").build(ties(60)).search(questions, k)
    scores, found = make(name, ties(60), tmp_path, loaded).search(questions, k)
    np.testing.assert_allclose(scores, expected_scores, atol=1e-5)
    # Which of equally good rows are cut off at k is the store's choice; their order is not.
    for ours, theirs, score in zip(found, expected_rows, expected_scores, strict=True):
        certain = score > score[-1] + 1e-6
        np.testing.assert_array_equal(ours[certain], theirs[certain])
        assert list(ours[~certain]) == sorted(ours[~certain])


@pytest.mark.parametrize("name", STORES)
def test_scores_are_inner_products_best_first(name: str, tmp_path: Path, loaded: bool) -> None:
    rows = np.eye(DIMENSIONS, dtype=np.float32)[:4]
    question = np.zeros((1, DIMENSIONS), dtype=np.float32)
    question[0, :4] = [0.1, 0.7, -0.5, 0.5]
    scores, found = make(name, rows, tmp_path, loaded).search(question, 3)
    assert found.tolist() == [[1, 3, 0]]
    assert scores.tolist() == [pytest.approx([0.7, 0.5, 0.1])]
    assert (scores.dtype.name, found.dtype.name) == ("float32", "int64")
