"""Tokens and vectors of chunks, made only for what changed: the previous artifact is the cache, by content hash."""

from __future__ import annotations

import hashlib
import inspect
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

import numpy as np

from app.retrieval import segment
from app.retrieval import text as text_module
from app.retrieval.lexicon import Lexicon
from app.retrieval.segment import Segmenter
from app.retrieval.text import folded_terms, normalize
from app.retrieval.types import Chunk, Encoder, Vectors

TITLE_WEIGHT = 2  # a word of the title counts as if it stood this many times in the section
BATCH = 256

Advance = Callable[[int], None]


@dataclass(frozen=True)
class Tokens:
    words: tuple[str, ...]
    syllables: tuple[str, ...]


@dataclass(frozen=True)
class Cache:
    """What an earlier build computed, by content hash; empty when it was made in another way."""

    tokens: Mapping[str, Tokens] = field(default_factory=dict)
    vectors: Mapping[str, Vectors] = field(default_factory=dict)


def tokenizer_fingerprint(lexicon: Lexicon) -> str:
    """Changes whenever the same text would be cut otherwise."""
    parts = json.dumps([version("underthesea"), TITLE_WEIGHT, sorted(lexicon.fixed_terms)], ensure_ascii=False)
    code = inspect.getsource(segment) + inspect.getsource(text_module)
    return hashlib.sha256((parts + code).encode()).hexdigest()[:16]


def tokenize_chunks(chunks: Sequence[Chunk], lexicon: Lexicon, cache: Cache, advance: Advance) -> list[Tokens]:
    """Both token streams of every chunk, title weighted, in order."""
    segmenter = Segmenter(lexicon.fixed_terms)
    titles: dict[str, Tokens] = {}
    tokens = []
    for done, chunk in enumerate(chunks, 1):
        known = cache.tokens.get(chunk.content_hash)
        if known is None:
            if chunk.title not in titles:
                titles[chunk.title] = _cut(chunk.title, segmenter)
            title = titles[chunk.title]
            body = _cut(chunk.text, segmenter)
            known = Tokens(title.words * TITLE_WEIGHT + body.words, title.syllables * TITLE_WEIGHT + body.syllables)
        tokens.append(known)
        advance(done)
    return tokens


def _cut(text: str, segmenter: Segmenter) -> Tokens:
    text = normalize(text)
    return Tokens(tuple(segmenter.words(text)), tuple(folded_terms(text)))


def embed_chunks(chunks: Sequence[Chunk], encoder: Encoder, cache: Cache, advance: Advance) -> tuple[Vectors, int]:
    """Unit vectors of shape (len(chunks), dimensions), and how many had to be computed."""
    vectors = np.zeros((len(chunks), encoder.dimensions), dtype=np.float32)
    missing = [row for row, chunk in enumerate(chunks) if chunk.content_hash not in cache.vectors]
    for row, chunk in enumerate(chunks):
        if chunk.content_hash in cache.vectors:
            vectors[row] = cache.vectors[chunk.content_hash]
    for start in range(0, len(missing), BATCH):
        rows = missing[start : start + BATCH]
        vectors[rows] = encoder.encode_passages([passage_text(chunks[row]) for row in rows])
        advance(len(chunks) - len(missing) + start + len(rows))
    return vectors, len(missing)


def passage_text(chunk: Chunk) -> str:
    """What the encoder sees of a chunk."""
    return normalize(f"{chunk.title}. {chunk.text}" if chunk.title else chunk.text)


def save_cache(
    folder: Path, chunks: Sequence[Chunk], tokens: Sequence[Tokens], vectors: Vectors, fingerprint: str
) -> None:
    """Keep tokens and vectors beside the index for the next build."""
    lines = [json.dumps({"tokenizer": fingerprint})]
    lines += [
        json.dumps([chunk.content_hash, part.words, part.syllables], ensure_ascii=False)
        for chunk, part in zip(chunks, tokens, strict=True)
    ]
    (folder / "tokens.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    np.save(folder / "vectors.npy", vectors, allow_pickle=False)


def load_cache(folder: Path, chunks: Sequence[Chunk], fingerprint: str) -> Cache:
    """The cache that a version made by the same encoder left; no tokens when another tokenizer made them."""
    tokens: dict[str, Tokens] = {}
    with (folder / "tokens.jsonl").open(encoding="utf-8") as lines:
        if json.loads(next(lines))["tokenizer"] == fingerprint:
            for line in lines:
                content_hash, words, parts = json.loads(line)
                tokens[content_hash] = Tokens(tuple(words), tuple(parts))
    rows = np.load(folder / "vectors.npy", allow_pickle=False)
    vectors = {chunk.content_hash: row for chunk, row in zip(chunks, rows, strict=True)}
    return Cache(tokens, vectors)
