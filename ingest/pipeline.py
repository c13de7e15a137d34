"""The whole ingest in one function: knowledge/ in, a new artifact live, or the old one untouched."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from app.config import ROOT, Settings
from app.content.collection import Collection, dump_collection
from app.errors import ArtifactError, BuildBusy, ContentInvalid
from app.library import load_library
from app.retrieval.artifact import (
    ArtifactPaths,
    Manifest,
    load_chunks,
    read_manifest,
    refusing_full_disk,
    save_index,
    write_manifest,
)
from app.retrieval.encoders import load_encoder
from app.retrieval.lexical import Bm25Index
from app.retrieval.lexicon import Lexicon
from app.retrieval.ranking import Ranking
from app.retrieval.searcher import Index
from app.retrieval.stores import store_class
from app.retrieval.types import Encoder
from ingest.chunk import chunk_guide
from ingest.corpus import Corpus, load_corpus
from ingest.embed import Cache, embed_chunks, load_cache, save_cache, tokenize_chunks, tokenizer_fingerprint
from ingest.lists import load_facet_cues, load_lexicon, load_phrasings, load_ranking, load_texts

STAGES = ("read", "tokenize", "embed", "index", "write", "verify", "rename", "switch", "clean")

Progress = Callable[[str, int, int], None]
"""Called with a stage of STAGES, how much of it is done, and how much there is; (stage, 0, n) when it begins."""


@dataclass(frozen=True)
class BuildReport:
    """What a build did. `embedded` counts the chunks whose vectors had to be computed; `seconds` is wall time.

    `changed`: a new version went live. `held`: these inputs were rolled back from, so the older version stays.
    """

    version: str
    guides: int
    chunks: int
    embedded: int
    changed: bool
    held: bool
    seconds: float


def build_index(
    settings: Settings, progress: Progress = lambda stage, done, total: None, force: bool = False
) -> BuildReport:
    """Build from `settings.knowledge_dir` and make it live; with `force` even what was rolled back from.

    Raises ContentInvalid (the guides hold errors), BuildBusy, StorageFull, EncoderUnavailable, PluginUnknown; in every
    case, and if the process is killed at any moment, the index that was live before stays live.
    """
    started = time.monotonic()
    paths = ArtifactPaths(settings.data_dir)
    with refusing_full_disk(), _build_lock(paths):
        paths.discard_unfinished()
        progress("read", 0, 1)
        corpus = load_corpus(settings.knowledge_dir)
        if corpus.errors():
            raise ContentInvalid(corpus.errors())
        inputs = _Inputs(settings, corpus)
        live = _live_manifest(paths, inputs.encoder)
        unchanged = live is not None and live.input_fingerprint == inputs.fingerprint
        held = not force and not unchanged and inputs.fingerprint in paths.held()
        if live and (held or unchanged):
            seconds = time.monotonic() - started
            return BuildReport(live.version, live.guides, live.chunks, 0, False, held, seconds)
        version, embedded = _build(inputs, paths, live, progress)
        progress("switch", 0, 1)
        paths.switch(version)
        paths.release()
        progress("clean", 0, 1)
        paths.discard_old(settings.keep_versions)
    seconds = time.monotonic() - started
    return BuildReport(version, len(corpus.guides), len(inputs.chunks), embedded, True, False, seconds)


def roll_back(settings: Settings, version: str | None = None) -> str:
    """Make `version`, or the one before the live one, live again, and hold the inputs of the one turned away from.

    Raises BuildBusy, ArtifactMissing, and ArtifactCorrupt or ArtifactMismatch when that version cannot be served; then
    nothing changes.
    """
    paths = ArtifactPaths(settings.data_dir)
    encoder = load_encoder(settings.encoder_family, settings.encoder_name, ROOT)
    with refusing_full_disk(), _build_lock(paths):
        target = version or paths.previous()
        paths.require(target)
        load_library(settings, paths.folder(target), encoder)
        live = _live_manifest(paths, encoder)
        if live and live.version != target:
            paths.hold(live.input_fingerprint)
        paths.switch(target)
    return target


class _Inputs:
    """Everything a build depends on, and one fingerprint over it."""

    def __init__(self, settings: Settings, corpus: Corpus) -> None:
        knowledge = settings.knowledge_dir
        self.settings = settings
        self.store = store_class(settings.vector_store)
        self.content = dump_collection(
            Collection(corpus.guides, dict(corpus.rules.groups), load_facet_cues(knowledge), load_texts(knowledge))
        )
        self.guides = len(corpus.guides)
        self.images = {
            f"{guide.slug}/{step.image.file}": knowledge.parent / Path(guide.file).parent / step.image.file
            for guide in corpus.guides
            for step in guide.steps
            if step.image
        }
        asked = load_phrasings(knowledge, "guides")
        self.chunks = [chunk for guide in corpus.guides for chunk in chunk_guide(guide, asked.get(guide.slug, ()))]
        self.lexicon: Lexicon = load_lexicon(knowledge)
        self.ranking: Ranking = load_ranking(knowledge)
        self.encoder: Encoder = load_encoder(settings.encoder_family, settings.encoder_name, ROOT)
        self.tokenizer = tokenizer_fingerprint(self.lexicon)
        self.fingerprint = self._fingerprint()

    def _fingerprint(self) -> str:
        images = {name: hashlib.sha256(path.read_bytes()).hexdigest() for name, path in self.images.items()}
        chunks = [chunk.content_hash for chunk in self.chunks]
        lists = [asdict(self.ranking), asdict(self.lexicon)]
        how = [self.encoder.fingerprint, self.tokenizer, self.settings.vector_store]
        described = json.dumps([images, chunks, lists, how], ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(self.content + described.encode()).hexdigest()[:24]


def _build(inputs: _Inputs, paths: ArtifactPaths, live: Manifest | None, progress: Progress) -> tuple[str, int]:
    now = datetime.now(UTC)
    version = f"{now:%Y-%m-%dT%H:%M:%SZ}-{now.microsecond:05x}"  # names sort by age
    cache = _load_cache(inputs, paths, live)
    total = len(inputs.chunks)
    progress("tokenize", 0, total)
    tokens = tokenize_chunks(inputs.chunks, inputs.lexicon, cache, lambda done: progress("tokenize", done, total))
    progress("embed", 0, total)
    vectors, embedded = embed_chunks(inputs.chunks, inputs.encoder, cache, lambda done: progress("embed", done, total))
    progress("index", 0, 1)
    index = Index(
        chunks=inputs.chunks,
        words=Bm25Index.build([part.words for part in tokens]),
        syllables=Bm25Index.build([part.syllables for part in tokens]),
        vectors=inputs.store.build(vectors),
        lexicon=inputs.lexicon,
        weights=inputs.ranking.weights,
    )
    progress("write", 0, 1)
    beside = paths.root / f"building-{version}"
    beside.mkdir()
    save_index(beside, index)
    save_cache(beside, inputs.chunks, tokens, vectors, inputs.tokenizer)
    (beside / "content.json").write_bytes(inputs.content)
    for name, path in inputs.images.items():
        (beside / "images" / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, beside / "images" / name)
    write_manifest(beside, _manifest_fields(inputs, version, now))
    progress("verify", 0, 1)
    load_library(inputs.settings, beside, inputs.encoder)
    progress("rename", 0, 1)
    os.replace(beside, paths.folder(version))
    return version, embedded


def _manifest_fields(inputs: _Inputs, version: str, now: datetime) -> dict[str, Any]:
    return {
        "version": version,
        "created_at": now.isoformat(timespec="seconds"),
        "input_fingerprint": inputs.fingerprint,
        "encoder": inputs.settings.encoder,
        "encoder_fingerprint": inputs.encoder.fingerprint,
        "dimensions": inputs.encoder.dimensions,
        "store": inputs.settings.vector_store,
        "guides": inputs.guides,
        "chunks": len(inputs.chunks),
        "weights": asdict(inputs.ranking.weights),
        "policy": asdict(inputs.ranking.policy),
    }


def _live_manifest(paths: ArtifactPaths, encoder: Encoder) -> Manifest | None:
    """The live version's manifest, or None when there is none that this encoder and format can use."""
    try:
        return read_manifest(paths.folder(paths.current()), encoder.fingerprint)
    except ArtifactError:
        return None


def _load_cache(inputs: _Inputs, paths: ArtifactPaths, live: Manifest | None) -> Cache:
    if live is None:
        return Cache()
    folder = paths.folder(live.version)
    return load_cache(folder, load_chunks(folder), inputs.tokenizer)


@contextmanager
def _build_lock(paths: ArtifactPaths) -> Iterator[None]:
    """One build at a time; the kernel frees the lock when its holder dies. Raises BuildBusy."""
    paths.root.mkdir(parents=True, exist_ok=True)
    with Path(paths.root / "build.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildBusy("Đang có một lần dựng chỉ mục khác chạy. Đợi nó xong rồi chạy lại.") from error
        yield
