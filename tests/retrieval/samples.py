"""Four small guides, indexed by hand, and an encoder whose vectors can be worked out on paper."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from app.retrieval.lexical import Bm25Index
from app.retrieval.lexicon import Lexicon
from app.retrieval.ranking import Weights
from app.retrieval.searcher import Index, Searcher
from app.retrieval.segment import Segmenter
from app.retrieval.stores import store_class
from app.retrieval.text import fold_diacritics, folded_terms, syllables
from app.retrieval.types import ASKED, Chunk, Vectors

WEIGHTS = Weights(words=0.4, syllables=0.4, dense=0.2, added=0.5)
LEXICON = Lexicon(
    short_forms={"ko": "không", "dk": "đăng ký"},
    meanings={"bằng lái": ("giấy phép lái xe",)},
    fixed_terms=("giấy phép lái xe", "định danh điện tử"),
)
TOLD = [
    ("khai-sinh", "Đăng ký khai sinh", "steps", "Mang giấy chứng sinh đến xã."),
    ("khai-sinh", "Đăng ký khai sinh", "fee", "Không thu lệ phí khi làm đúng hạn."),
    ("lai-xe", "Đổi giấy phép lái xe", "steps", "Chụp ảnh rồi nộp hồ sơ trực tuyến."),
    ("lai-xe", "Đổi giấy phép lái xe", "fee", "Lệ phí 135.000 đồng."),
    ("muc-2", "Kích hoạt định danh điện tử mức 2", "steps", "Mở ứng dụng, nhập mã."),
    ("ket-hon", "Đăng ký kết hôn", "documents", "Tờ khai theo mẫu."),
    ("ket-hon", "", ASKED, "cưới vợ thì làm giấy ở đâu"),
]
CHUNKS = tuple(
    Chunk(target, "guide", section, title, text, str(n)) for n, (target, title, section, text) in enumerate(TOLD)
)
VOCABULARY = sorted({part for chunk in CHUNKS for part in syllables(fold_diacritics(f"{chunk.title} {chunk.text}"))})


class CountingEncoder:
    """A text is the counts of its unaccented syllables, at length one; without any it is the zero vector."""

    fingerprint = "counting-1"
    dimensions = len(VOCABULARY)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        parts = [syllables(fold_diacritics(text)) for text in texts]
        counts = np.array([[part.count(word) for word in VOCABULARY] for part in parts], dtype=np.float32)
        return np.asarray(counts / np.maximum(np.linalg.norm(counts, axis=1, keepdims=True), 1e-9), dtype=np.float32)

    encode_passages = encode_questions


def make_index(store: str = "numpy_flat", weights: Weights = WEIGHTS) -> Index:
    texts = [f"{chunk.title} {chunk.text}" for chunk in CHUNKS]
    segmenter = Segmenter(LEXICON.fixed_terms)
    return Index(
        chunks=CHUNKS,
        words=Bm25Index.build([segmenter.words(text) for text in texts]),
        syllables=Bm25Index.build([folded_terms(text) for text in texts]),
        vectors=store_class(store).build(CountingEncoder().encode_passages(texts)),
        lexicon=LEXICON,
        weights=weights,
    )


def make_searcher(index: Index | None = None) -> Searcher:
    return Searcher(index or make_index(), CountingEncoder())
