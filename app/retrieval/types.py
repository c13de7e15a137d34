"""The nouns of retrieval, and the one-method protocols its parts are swapped by. Scores: higher is better."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, Self

import numpy as np
import numpy.typing as npt

ASKED = "asked"
"""The section of a chunk that is a way people ask, not a part of a guide."""

Vectors = npt.NDArray[np.float32]


@dataclass(frozen=True)
class Chunk:
    """One section of one guide, as indexed. `section` is a facet of the wire, or ASKED; `content_hash` names title
    and text."""

    target: str
    kind: str
    section: str
    title: str
    text: str
    content_hash: str


@dataclass(frozen=True)
class Query:
    """A prepared question: `text` normalised with short forms written out, `added` official terms for its lay words.

    `words` and `syllables` are the tokens of `text` in the two streams, `added_*` those of `added`.
    """

    raw: str
    text: str
    accented: bool
    words: tuple[str, ...]
    syllables: tuple[str, ...]
    added: tuple[str, ...] = ()
    added_words: tuple[str, ...] = ()
    added_syllables: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A guide found: `score` in [0, 1], `section` the facet that matched best, `parts` what each stream gave."""

    id: str
    kind: str
    title: str
    section: str
    score: float
    parts: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class SearchResult:
    """Hits best first (accepted), those under the asked number (rejected), and milliseconds per stage."""

    query: Query
    hits: tuple[Hit, ...]
    rejected: tuple[Hit, ...]
    timings_ms: Mapping[str, float]


class Encoder(Protocol):
    """Sentences to unit vectors. `fingerprint` changes whenever the vectors would."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimensions(self) -> int: ...

    def encode_questions(self, texts: Sequence[str]) -> Vectors: ...

    def encode_passages(self, texts: Sequence[str]) -> Vectors: ...


class VectorStore(Protocol):
    """Exact or approximate inner-product search over unit vectors; row numbers are the order they were built in."""

    @classmethod
    def build(cls, vectors: Vectors) -> Self: ...

    @classmethod
    def load(cls, folder: Path) -> Self: ...

    def save(self, folder: Path) -> None: ...

    def search(self, vectors: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        """Scores (cosine, best first) and row numbers, each of shape (len(vectors), min(k, rows))."""
        ...
