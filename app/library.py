"""What is being served: one artifact version in memory, replaced whole when a newer one goes live."""

from __future__ import annotations

import logging
import threading
from collections.abc import Mapping
from dataclasses import dataclass

from app.config import ROOT, Settings
from app.content.collection import parse_collection
from app.content.guide import Guide
from app.errors import ArtifactError, AssistantError
from app.facets import FacetCues
from app.policy import Policy
from app.retrieval import segment
from app.retrieval.artifact import ArtifactPaths, Manifest, corrupt_if_unreadable, load_index, read_manifest
from app.retrieval.encoders import load_encoder
from app.retrieval.searcher import Searcher
from app.retrieval.types import Encoder

WARM_UP_QUESTION = "Làm sao kích hoạt định danh điện tử?"

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Library:
    """One version, ready to answer. Immutable: a question keeps the one it began with."""

    manifest: Manifest
    guides: Mapping[str, Guide]
    groups: Mapping[str, str]
    searcher: Searcher
    facets: FacetCues
    policy: Policy

    @property
    def version(self) -> str:
        return self.manifest.version


def load_library(settings: Settings, version: str, encoder: Encoder) -> Library:
    """Load and warm up a version. Raises ArtifactMissing, ArtifactCorrupt or ArtifactMismatch."""
    folder = ArtifactPaths(settings.data_dir).folder(version)
    manifest = read_manifest(folder, encoder.fingerprint)
    with corrupt_if_unreadable(folder):
        content = parse_collection((folder / "content.json").read_bytes())
    searcher = Searcher(load_index(folder, manifest), encoder)
    segment.warm_up()
    searcher.search(WARM_UP_QUESTION)
    return Library(
        manifest=manifest,
        guides={guide.slug: guide for guide in content.guides},
        groups=content.groups,
        searcher=searcher,
        facets=FacetCues(content.facet_cues),
        policy=Policy.from_mapping(manifest.policy),
    )


class LiveLibrary:
    """The current library; `refresh` swaps in a newer version between two questions and refuses a bad one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._paths = ArtifactPaths(settings.data_dir)
        self._encoder = load_encoder(settings.encoder_family, settings.encoder_name, ROOT)
        self._refreshing = threading.Lock()
        self._refused = ""
        self.current = load_library(settings, self._paths.current(), self._encoder)

    def refresh(self) -> bool:
        """Load the live version when it is not the one in memory. Returns whether anything changed; never raises."""
        with self._refreshing:
            version = self._live_version()
            if version in (self.current.version, self._refused):
                return False
            try:
                self.current = load_library(self._settings, version, self._encoder)
            except AssistantError as error:
                self._refused = version
                log.error("artifact_refused", extra={"version": version, "reason": str(error)})
                return False
            log.info("artifact_switched", extra={"version": version})
            return True

    def _live_version(self) -> str:
        try:
            return self._paths.current()
        except (ArtifactError, OSError):
            return self.current.version
