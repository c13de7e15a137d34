"""Any sentence-transformers model by name or folder (full profile: needs torch)."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import EncoderUnavailable
from app.retrieval.types import Vectors


class SentenceTransformerEncoder:
    def __init__(self, model: Any, fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint
        self.dimensions = int(model.get_embedding_dimension())

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._model.encode_query, texts)

    def encode_passages(self, texts: Sequence[str]) -> Vectors:
        return self._unit(self._model.encode_document, texts)

    def _unit(self, encode: Any, texts: Sequence[str]) -> Vectors:
        vectors = encode(list(texts), normalize_embeddings=True, convert_to_numpy=True, show_progress_bar=False)
        # A text without any token has no direction: zeros, as the static encoder gives.
        return np.nan_to_num(np.asarray(vectors, dtype=np.float32)).reshape(len(texts), self.dimensions)


def load(name: str, root: Path) -> SentenceTransformerEncoder:
    """The model in the folder `name` under `root` when there is one, else the hub's model of that name."""
    try:
        from sentence_transformers import SentenceTransformer
    except ImportError as error:
        raise EncoderUnavailable("Bộ mã hoá này cần bản đầy đủ. Chạy: make setup-full") from error
    folder = root / name
    try:
        model = SentenceTransformer(str(folder) if folder.is_dir() else name, device="cpu")
    except Exception as error:  # the hub's client raises errors of many kinds when it cannot be reached
        raise EncoderUnavailable(f"Không tải được bộ mã hoá “{name}”: {error}") from error
    digest = hashlib.sha256()
    for key, tensor in sorted(model.state_dict().items()):
        digest.update(key.encode() + tensor.numpy().tobytes())
    return SentenceTransformerEncoder(model, f"sentence_transformer-{digest.hexdigest()[:16]}")
