"""Exact search with numpy: the oracle that every other store is compared with."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import numpy.typing as npt

from app.retrieval.types import Vectors


class Store:
    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    @classmethod
    def build(cls, vectors: Vectors) -> Store:
        return cls(np.ascontiguousarray(vectors, dtype=np.float32))

    @classmethod
    def load(cls, folder: Path) -> Store:
        return cls(np.load(folder / "flat.npy", allow_pickle=False))

    def save(self, folder: Path) -> None:
        np.save(folder / "flat.npy", self._vectors, allow_pickle=False)

    def search(self, vectors: Vectors, k: int) -> tuple[Vectors, npt.NDArray[np.int64]]:
        scores = vectors @ self._vectors.T
        rows = np.argsort(-scores, axis=1, kind="stable")[:, : min(k, len(self._vectors))]
        return np.take_along_axis(scores, rows, axis=1), rows.astype(np.int64)
