"""From the scores of three streams to one. Pure functions over arrays; the weights are data in the artifact."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from app.retrieval.ranking import Weights
from app.retrieval.types import ASKED, Chunk, Hit, Vectors

POOL = 400  # chunks looked at, best first
EVIDENCE = 3  # chunks of one guide that count
USUAL_SYLLABLES, MAX_SYLLABLES = 20, 40


def coverage(scores: Vectors, ideal: float) -> Vectors:
    """BM25 scores as a share of the question's ideal, in [0, 1]; zeros for a question without tokens."""
    return np.clip(scores / ideal, 0.0, 1.0) if ideal > 0 else np.zeros_like(scores)


def length_factor(syllables: int) -> float:
    """What a score is multiplied by so that it means the same for short and long questions; 1 at USUAL_SYLLABLES.

    The longer a story, the smaller the share of its words that any guide can hold: on the first development questions,
    scores fall about with the fourth root of the length. In a question of a few words, two shared with a guide on
    another matter are already a large share, so there the factor falls faster.
    """
    share = min(max(syllables, 1), MAX_SYLLABLES) / USUAL_SYLLABLES
    return float(share**0.25 if share > 1 else share**0.5)


def fuse(streams: Mapping[str, Vectors], weights: Weights) -> Vectors:
    """The weighted mean of the streams given, each an array over all chunks with values in [0, 1]."""
    total = sum(getattr(weights, name) for name in streams)
    fused = sum(getattr(weights, name) * scores for name, scores in streams.items())
    return np.asarray(fused / total, dtype=np.float32)


def best_per_target(
    chunks: Sequence[Chunk], titles: Mapping[str, str], fused: Vectors, streams: Mapping[str, Vectors]
) -> list[Hit]:
    """One hit a guide, best first, ties in the order of the chunks.

    A guide's score is the mean of its best chunk and the mean of its best EVIDENCE chunks: one lucky line counts less
    than several that agree. Its section is that of its best chunk that is a part of the guide.
    """
    rows_of: dict[str, list[int]] = {}
    for row in np.argsort(-fused, kind="stable")[:POOL]:
        if fused[row] <= 0:
            break
        rows_of.setdefault(chunks[row].target, []).append(int(row))
    hits = [_hit(target, rows, chunks, titles, fused, streams) for target, rows in rows_of.items()]
    return sorted(hits, key=lambda hit: -hit.score)


def _hit(
    target: str,
    rows: Sequence[int],
    chunks: Sequence[Chunk],
    titles: Mapping[str, str],
    fused: Vectors,
    streams: Mapping[str, Vectors],
) -> Hit:
    best, evidence = rows[0], rows[:EVIDENCE]
    agreed = float(fused[evidence].sum()) / EVIDENCE
    section = next((chunks[row].section for row in rows if chunks[row].section != ASKED), "overview")
    return Hit(
        id=target,
        kind=chunks[best].kind,
        title=titles[target],
        section=section,
        score=(float(fused[best]) + agreed) / 2,
        parts={name: float(scores[best]) for name, scores in streams.items()},
    )
