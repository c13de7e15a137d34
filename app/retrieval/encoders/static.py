"""Static embeddings (sentence-transformers' StaticEmbedding), read by model2vec: no torch, microseconds a question."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from app.errors import EncoderUnavailable
from app.retrieval.types import Vectors


class StaticEncoder:
    def __init__(self, model: Any, fingerprint: str) -> None:
        self._model = model
        self.fingerprint = fingerprint
        self.dimensions = int(model.dim)

    def encode_questions(self, texts: Sequence[str]) -> Vectors:
        if not texts:
            return np.zeros((0, self.dimensions), dtype=np.float32)
        vectors = self._model.encode(list(texts), use_multiprocessing=False)
        return np.asarray(vectors, dtype=np.float32).reshape(len(texts), self.dimensions)

    encode_passages = encode_questions


def load(name: str, root: Path) -> StaticEncoder:
    """The model in the folder `name`, in sentence-transformers' own layout."""
    from model2vec import StaticModel

    folder = root / name
    files = [path for name in ("model.safetensors", "tokenizer.json") for path in folder.rglob(name)]
    if len(files) != 2:
        raise EncoderUnavailable(f"Không thấy bộ mã hoá ở {folder}. Chạy: python -m ingest train")
    try:
        model = StaticModel.from_pretrained(folder, normalize=True, max_length=None)
    except Exception as error:  # model2vec and safetensors raise errors of many kinds on damaged files
        raise EncoderUnavailable(
            f"Bộ mã hoá ở {folder} bị hỏng ({type(error).__name__}). Lấy lại từ kho mã."
        ) from error
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]
    return StaticEncoder(model, f"static-{digest}")
