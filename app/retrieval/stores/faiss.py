"""FAISS, exact inner product: at hundreds of thousands of sections still a few milliseconds on one core."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from app.retrieval.types import Vectors


class Store:
    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def build(cls, vectors: Vectors) -> Store:
        import faiss

        index = faiss.IndexFlatIP(vectors.shape[1])
        index.add(np.ascontiguousarray(vectors, dtype=np.float32))
        return cls(index)

    @classmethod
    def load(cls, folder: Path) -> Store:
        import faiss

        return cls(faiss.read_index(str(folder / "index.faiss")))

    def save(self, folder: Path) -> None:
        import faiss

        faiss.write_index(self._index, str(folder / "index.faiss"))

    def search(self, vectors: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        scores, rows = self._index.search(np.ascontiguousarray(vectors, dtype=np.float32), min(k, self._index.ntotal))
        order = np.lexsort((rows, -scores), axis=1)  # ties in the order they were built, as every store gives them
        return np.take_along_axis(scores, order, axis=1), np.take_along_axis(rows, order, axis=1)
