"""What is being served: one artifact version in memory, replaced whole when a newer one goes live."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from app.config import ROOT, Settings
from app.content.collection import parse_collection
from app.content.guide import Guide
from app.errors import ArtifactMismatch
from app.facets import FacetCues
from app.retrieval import segment
from app.retrieval.artifact import ArtifactPaths, Manifest, corrupt_if_unreadable, load_index, read_manifest
from app.retrieval.encoders import load_encoder
from app.retrieval.ranking import Policy
from app.retrieval.searcher import Searcher
from app.retrieval.types import Encoder

WARM_UP_QUESTION = "Làm sao kích hoạt định danh điện tử?"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """One version, ready to answer. Immutable: a question keeps the one it began with."""

    folder: Path
    manifest: Manifest
    guides: Mapping[str, Guide]
    groups: Mapping[str, str]
    texts: Mapping[str, str]
    searcher: Searcher
    facets: FacetCues
    policy: Policy

    @property
    def version(self) -> str:
        return self.manifest.version


def load_library(settings: Settings, folder: Path, encoder: Encoder) -> Library:
    """Load the version in `folder` and warm it up with one question.

    Raises ArtifactMissing, ArtifactCorrupt or ArtifactMismatch; what it returns can be served.
    """
    manifest = read_manifest(folder, encoder.fingerprint)
    with corrupt_if_unreadable(folder):
        content = parse_collection((folder / "content.json").read_bytes())
        library = Library(
            folder=folder,
            manifest=manifest,
            guides={guide.slug: guide for guide in content.guides},
            groups=content.groups,
            texts=content.texts,
            searcher=Searcher(load_index(folder, manifest), encoder),
            facets=FacetCues(content.facet_cues),
            policy=Policy(**manifest.policy),
        )
        segment.warm_up()
        library.searcher.search(WARM_UP_QUESTION)
    return library


class LiveLibrary:
    """The current library; `refresh` swaps in a newer version between two questions and refuses a bad one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._paths = ArtifactPaths(settings.data_dir)
        self._refreshing = threading.Lock()
        self._refused = ""
        self._encoder = self._load_encoder()
        self.current = load_library(settings, self._paths.folder(self._paths.current()), self._encoder)

    def refresh(self) -> bool:
        """Load the live version when it is not the one in memory. Returns whether anything changed; never raises."""
        with self._refreshing:
            version = ""
            try:
                version = self._paths.current()
                if version in (self.current.version, self._refused):
                    return False
                self.current = self._load(version)
            except Exception as error:  # whatever is wrong with the new version, the old one goes on answering
                self._refused = version
                log.error("artifact_refused", extra={"version": version, "error": type(error).__name__})
                return False
            log.info("artifact_switched", extra={"version": version})
            return True

    def _load(self, version: str) -> Library:
        try:
            return load_library(self._settings, self._paths.folder(version), self._encoder)
        except ArtifactMismatch:
            self._encoder = self._load_encoder()  # perhaps it was trained anew together with this version
            return load_library(self._settings, self._paths.folder(version), self._encoder)

    def _load_encoder(self) -> Encoder:
        return load_encoder(self._settings.encoder_family, self._settings.encoder_name, ROOT)
