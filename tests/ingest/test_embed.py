"""Tokens and vectors are made once a content hash, and again when the way of making them changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from app.retrieval.types import Vectors
from ingest import embed
from ingest.embed import (
    Cache,
    Tokens,
    embed_chunks,
    load_cache,
    passage_text,
    save_cache,
    tokenize_chunks,
    tokenizer_fingerprint,
)
from tests.retrieval.samples import CHUNKS, LEXICON, CountingEncoder

FINGERPRINT = tokenizer_fingerprint(LEXICON)


class NotingEncoder(CountingEncoder):
    """Counts syllables, and keeps the batches it was given."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        self.batches.append(list(texts))
        return super().encode_passages(texts)


class Steps:
    """The progress that was told."""

    def __init__(self) -> None:
        self.told: list[int] = []

    def __call__(self, done: int) -> None:
        self.told.append(done)


@pytest.fixture
def cached(tmp_path: Path) -> Path:
    """A folder with the cache of all chunks."""
    tokens = tokenize_chunks(CHUNKS, LEXICON, Cache(), Steps())
    vectors, _ = embed_chunks(CHUNKS, CountingEncoder(), Cache(), Steps())
    save_cache(tmp_path, CHUNKS, tokens, vectors, FINGERPRINT)
    return tmp_path


def test_tokens_of_both_streams_with_the_title_twice() -> None:
    chunk = replace(CHUNKS[0], title="Đăng ký khai sinh", text="Mang giấy.")
    assert tokenize_chunks([chunk], LEXICON, Cache(), Steps()) == [
        Tokens(
            words=("đăng_ký", "khai_sinh", "đăng_ký", "khai_sinh", "mang", "giấy"),
            syllables=(*("dang", "ky", "khai", "sinh", "dang_ky", "ky_khai", "khai_sinh") * 2, "mang", "giay",
                       "mang_giay"),
        )
    ]  # fmt: skip


def test_a_chunk_without_a_title_has_the_tokens_of_its_text() -> None:
    chunk = replace(CHUNKS[0], title="", text="Mang giấy.")
    assert tokenize_chunks([chunk], LEXICON, Cache(), Steps()) == [
        Tokens(("mang", "giấy"), ("mang", "giay", "mang_giay"))
    ]


def test_the_encoder_sees_the_title_before_the_text() -> None:
    assert passage_text(CHUNKS[0]) == "Đăng ký khai sinh. Mang giấy chứng sinh đến xã."
    assert passage_text(CHUNKS[-1]) == "cưới vợ thì làm giấy ở đâu"


def test_all_is_embedded_at_first_in_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "BATCH", 3)
    encoder, steps = NotingEncoder(), Steps()
    vectors, embedded = embed_chunks(CHUNKS, encoder, Cache(), steps)
    assert embedded == len(CHUNKS) == 7
    assert [len(batch) for batch in encoder.batches] == [3, 3, 1]
    assert steps.told == [3, 6, 7]
    np.testing.assert_array_equal(vectors, CountingEncoder().encode_passages([passage_text(c) for c in CHUNKS]))


def test_nothing_is_made_again_from_a_full_cache(cached: Path) -> None:
    cache = load_cache(cached, CHUNKS, FINGERPRINT)
    encoder, steps = NotingEncoder(), Steps()
    vectors, embedded = embed_chunks(CHUNKS, encoder, cache, steps)
    assert (embedded, encoder.batches, steps.told) == (0, [], [])
    np.testing.assert_array_equal(vectors, CountingEncoder().encode_passages([passage_text(c) for c in CHUNKS]))
    assert tokenize_chunks(CHUNKS, LEXICON, cache, Steps()) == tokenize_chunks(CHUNKS, LEXICON, Cache(), Steps())


def test_cached_tokens_are_taken_as_they_are() -> None:
    known = Tokens(("đã", "có"), ("da", "co"))
    cache = Cache(tokens={CHUNKS[0].content_hash: known})
    steps = Steps()
    tokens = tokenize_chunks(CHUNKS[:2], LEXICON, cache, steps)
    assert tokens[0] is known
    assert tokens[1] != known
    assert steps.told == [1, 2]


def test_only_what_is_not_cached_is_embedded_and_rows_keep_their_place(cached: Path) -> None:
    changed = replace(CHUNKS[1], text="Lệ phí mới.", content_hash="mới")
    chunks = [CHUNKS[4], changed, CHUNKS[0]]
    encoder, steps = NotingEncoder(), Steps()
    vectors, embedded = embed_chunks(chunks, encoder, load_cache(cached, CHUNKS, FINGERPRINT), steps)
    assert (embedded, encoder.batches, steps.told) == (1, [["Đăng ký khai sinh. Lệ phí mới."]], [3])
    np.testing.assert_array_equal(vectors, CountingEncoder().encode_passages([passage_text(c) for c in chunks]))


def test_another_tokenizer_cuts_anew_but_keeps_the_vectors(cached: Path) -> None:
    cache = load_cache(cached, CHUNKS, "khác")
    assert cache.tokens == {}
    assert set(cache.vectors) == {chunk.content_hash for chunk in CHUNKS}


def test_the_tokenizer_is_named_by_its_fixed_terms_and_not_by_their_order() -> None:
    assert tokenizer_fingerprint(replace(LEXICON, fixed_terms=LEXICON.fixed_terms[::-1])) == FINGERPRINT
    assert tokenizer_fingerprint(replace(LEXICON, short_forms={})) == FINGERPRINT
    assert tokenizer_fingerprint(replace(LEXICON, fixed_terms=("hộ chiếu",))) != FINGERPRINT


def test_the_weight_of_titles_names_another_tokenizer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embed, "TITLE_WEIGHT", 3)
    assert tokenizer_fingerprint(LEXICON) != FINGERPRINT


def test_no_chunks() -> None:
    vectors, embedded = embed_chunks([], CountingEncoder(), Cache(), Steps())
    assert (vectors.shape, embedded) == ((0, CountingEncoder.dimensions), 0)
