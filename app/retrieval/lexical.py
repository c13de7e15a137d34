"""BM25 over one token stream, scored as a share of the best score the question could get."""

from __future__ import annotations

import json
import logging
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.retrieval.types import Vectors

K1, B = 1.2, 0.75


class Bm25Index:
    """Okapi BM25 in Lucene's form (bm25s): a score is always below the sum of the question's IDF, its ideal."""

    def __init__(self, model: Any, document_frequency: Mapping[str, int], documents: int) -> None:
        self._model = model
        self._document_frequency = document_frequency
        self._documents = documents

    @classmethod
    def build(cls, tokens: Sequence[Sequence[str]]) -> Bm25Index:
        import bm25s

        logging.getLogger("bm25s").setLevel(logging.WARNING)  # it logs its progress to the terminal
        model = bm25s.BM25(method="lucene", k1=K1, b=B)
        model.index([list(document) or [""] for document in tokens], show_progress=False)
        frequency = Counter(token for document in tokens for token in set(document))
        return cls(model, frequency, len(tokens))

    @classmethod
    def load(cls, folder: Path) -> Bm25Index:
        import bm25s

        terms = json.loads((folder / "terms.json").read_text(encoding="utf-8"))
        return cls(bm25s.BM25.load(str(folder)), terms["document_frequency"], terms["documents"])

    def save(self, folder: Path) -> None:
        self._model.save(str(folder), show_progress=False)
        terms = {"documents": self._documents, "document_frequency": dict(self._document_frequency)}
        (folder / "terms.json").write_text(json.dumps(terms, ensure_ascii=False), encoding="utf-8")

    def ideal(self, tokens: Sequence[str]) -> float:
        """The score no document can reach: the sum of IDF, words never seen counted as the rarest."""
        return sum(self._idf(token) for token in tokens)

    def scores(self, tokens: Sequence[str]) -> Vectors:
        """The BM25 score of every document, in the order they were built."""
        known = [token for token in tokens if token in self._document_frequency]
        if not known:
            return np.zeros(self._documents, dtype=np.float32)
        return np.asarray(self._model.get_scores(known), dtype=np.float32)

    def _idf(self, token: str) -> float:
        frequency = self._document_frequency.get(token, 0)
        return math.log(1 + (self._documents - frequency + 0.5) / (frequency + 0.5))
