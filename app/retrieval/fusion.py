"""From the scores of three streams to one. Pure functions over arrays; the weights are data in the artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.retrieval.types import Chunk, Hit, Vectors


@dataclass(frozen=True)
class Weights:
    """What each stream counts, as a share of those a question has: one without accents has no words."""

    words: float = 0.35
    syllables: float = 0.35
    dense: float = 0.30
    added: float = 0.5  # what the official terms for lay words count beside the words as typed


def coverage(scores: Vectors, ideal: float) -> Vectors:
    """BM25 scores as a share of the question's ideal, in [0, 1]; zeros for a question without tokens."""
    return np.clip(scores / ideal, 0.0, 1.0) if ideal > 0 else np.zeros_like(scores)


def fuse(streams: Mapping[str, Vectors], weights: Weights) -> Vectors:
    """The weighted mean of the streams given, each an array over all chunks with values in [0, 1]."""
    total = sum(getattr(weights, name) for name in streams)
    fused = sum(getattr(weights, name) * scores for name, scores in streams.items())
    return np.asarray(fused / total, dtype=np.float32)


def best_per_target(chunks: Sequence[Chunk], fused: Vectors, streams: Mapping[str, Vectors]) -> list[Hit]:
    """One hit a guide, by its best section; best first, ties in the order of the chunks."""
    best: dict[str, int] = {}
    for row in np.argsort(-fused, kind="stable"):
        if fused[row] <= 0:
            break
        best.setdefault(chunks[row].target, int(row))
    return [
        Hit(
            id=target,
            kind=chunks[row].kind,
            title=chunks[row].title,
            section=chunks[row].section,
            score=float(fused[row]),
            parts={name: float(scores[row]) for name, scores in streams.items()},
        )
        for target, row in best.items()
    ]
