"""A question in, ranked guides out. Everything it needs is handed in; it reads no disk and changes nothing."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from app.retrieval.fusion import best_per_target, coverage, fuse, length_factor
from app.retrieval.lexical import Bm25Index
from app.retrieval.lexicon import Lexicon
from app.retrieval.ranking import Weights
from app.retrieval.segment import Segmenter
from app.retrieval.text import folded_terms, is_accented, normalize
from app.retrieval.types import Chunk, Encoder, Query, SearchResult, Vectors, VectorStore

DENSE_POOL = 1000  # nearest chunks that the dense stream scores; sorting all of a large index would cost most


@dataclass(frozen=True)
class Index:
    """What an artifact holds for searching: the chunks, and each stream over them in the same order."""

    chunks: Sequence[Chunk]
    words: Bm25Index
    syllables: Bm25Index
    vectors: VectorStore
    lexicon: Lexicon
    weights: Weights

    @cached_property
    def kinds(self) -> npt.NDArray[np.str_]:
        """The kind of every chunk."""
        return np.array([chunk.kind for chunk in self.chunks])

    @cached_property
    def titles(self) -> dict[str, str]:
        """The title of every target."""
        return {chunk.target: chunk.title for chunk in self.chunks if chunk.title}


class Searcher:
    """Thread-safe: all state is read-only after construction."""

    def __init__(self, index: Index, encoder: Encoder) -> None:
        self._index = index
        self._encoder = encoder
        self._segmenter = Segmenter(index.lexicon.fixed_terms)

    def prepare(self, question: str) -> Query:
        """Normalise, write out short forms, find the official terms for lay words, cut into both token streams."""
        lexicon = self._index.lexicon
        text = lexicon.write_out(normalize(question))
        added = lexicon.meanings_of(text)
        beside = " . ".join(added)
        accented = is_accented(text)
        return Query(
            raw=question,
            text=text,
            accented=accented,
            words=tuple(self._segmenter.words(text)) if accented else (),
            syllables=tuple(folded_terms(text)),
            added=added,
            added_words=tuple(self._segmenter.words(beside)) if beside else (),
            added_syllables=tuple(term for part in added for term in folded_terms(part)),
        )

    def search(self, question: str, k: int = 10, kind: str | None = None) -> SearchResult:
        """The `k` best of one kind, or of all; the next `k` are kept as rejected. An empty question finds nothing."""
        started = time.perf_counter()
        query = self.prepare(question)
        prepared = time.perf_counter()
        streams = {"syllables": self._lexical(self._index.syllables, query.syllables, query.added_syllables)}
        if query.words:
            streams["words"] = self._lexical(self._index.words, query.words, query.added_words)
        lexical_done = time.perf_counter()
        if query.syllables:
            streams["dense"] = self._dense(query)
        dense_done = time.perf_counter()
        asked = sum("_" not in term for term in query.syllables)
        fused = np.minimum(fuse(streams, self._index.weights) * length_factor(asked), 1.0)
        if kind:
            fused = np.where(self._index.kinds == kind, fused, 0.0)
        hits = best_per_target(self._index.chunks, self._index.titles, fused, streams)
        ranked = time.perf_counter()
        return SearchResult(
            query=query,
            hits=tuple(hits[:k]),
            rejected=tuple(hits[k : 2 * k]),
            timings_ms={
                "prepare": (prepared - started) * 1000,
                "lexical": (lexical_done - prepared) * 1000,
                "dense": (dense_done - lexical_done) * 1000,
                "rank": (ranked - dense_done) * 1000,
            },
        )

    def _lexical(self, index: Bm25Index, tokens: Sequence[str], added: Sequence[str]) -> Vectors:
        own = index.scores(tokens)
        beside = index.scores(added) * self._index.weights.added
        return coverage(own + beside, index.ideal(tokens))

    def _dense(self, query: Query) -> Vectors:
        vector = self._encoder.encode_questions([" ".join((query.text, *query.added))])
        scores, rows = self._index.vectors.search(vector, k=DENSE_POOL)
        by_chunk = np.zeros(len(self._index.chunks), dtype=np.float32)
        by_chunk[rows[0]] = np.clip(scores[0], 0.0, 1.0)
        return by_chunk
