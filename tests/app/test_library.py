"""The live library follows the artifact on disk, and keeps what it has when the new one is no good."""

from __future__ import annotations

import logging
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from app.config import Settings
from app.errors import ArtifactCorrupt, ArtifactMissing
from app.library import LiveLibrary, load_library
from app.retrieval.artifact import ArtifactPaths
from app.retrieval.encoders import load_encoder
from app.retrieval.ranking import Policy
from ingest.pipeline import build_index
from tests.conftest import SMALL
from tests.ingest.test_pipeline import change

NEWER = "2999-01-01T00:00:00Z-00000"


def build_newer(settings: Settings) -> str:
    change(settings, "\n## Các bước\n\n1. ", "\n## Các bước\n\n1. Nhờ người nhà đứng cạnh giúp. ")
    return build_index(settings).version


def damage_chunks(folder: Path) -> None:
    (folder / "chunks.jsonl").write_text("{}\n", encoding="utf-8")


def damage_content(folder: Path) -> None:
    (folder / "content.json").unlink()


DAMAGES: dict[str, Callable[[Path], None]] = {
    "chunks": damage_chunks,
    "content": damage_content,
    "gone": shutil.rmtree,
}


def put_bad_version(paths: ArtifactPaths, damage: Callable[[Path], None]) -> None:
    shutil.copytree(paths.folder(paths.current()), paths.folder(NEWER))
    paths.switch(NEWER)
    damage(paths.folder(NEWER))


def test_everything_of_a_version_is_loaded(small_settings: Settings) -> None:
    version = build_index(small_settings).version
    library = LiveLibrary(small_settings).current
    assert library.version == version
    assert sorted(library.guides) == sorted(SMALL)
    assert all(library.guides[slug].slug == slug for slug in SMALL)
    assert next(iter(library.groups.items())) == ("dinh-danh-dien-tu", "VNeID và định danh điện tử")
    assert library.facets.facet_of("lệ phí") == "fee"
    assert library.policy == Policy(**library.manifest.policy)
    assert library.searcher.search("cai vneid").hits[0].id == "cai-dat-vneid"


def test_refresh_says_whether_anything_changed(small_settings: Settings) -> None:
    first = build_index(small_settings).version
    live = LiveLibrary(small_settings)
    assert (live.refresh(), live.current.version) == (False, first)
    second = build_newer(small_settings)
    assert (live.refresh(), live.current.version) == (True, second)
    assert (live.refresh(), live.current.version) == (False, second)
    ArtifactPaths(small_settings.data_dir).switch(first)
    assert (live.refresh(), live.current.version) == (True, first)


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_bad_version_is_refused_once_and_the_next_good_one_taken(
    small_settings: Settings, caplog: pytest.LogCaptureFixture, damage: str
) -> None:
    first = build_index(small_settings).version
    live = LiveLibrary(small_settings)
    paths = ArtifactPaths(small_settings.data_dir)
    put_bad_version(paths, DAMAGES[damage])
    kept = live.current
    with caplog.at_level(logging.INFO, logger="app.library"):
        assert [live.refresh() for _ in range(3)] == [False] * 3
    assert live.current is kept
    assert [(record.message, getattr(record, "version", "")) for record in caplog.records] == [
        ("artifact_refused", NEWER)
    ]
    paths.switch(first)
    assert live.refresh() is False
    second = build_newer(small_settings)
    assert (live.refresh(), live.current.version) == (True, second)


def test_a_current_file_that_says_nothing_keeps_what_is_live(small_settings: Settings) -> None:
    first = build_index(small_settings).version
    live = LiveLibrary(small_settings)
    current = ArtifactPaths(small_settings.data_dir).current_file
    for raw in (b"", b"\xff\xfe"):
        current.write_bytes(raw)
        assert (live.refresh(), live.current.version) == (False, first)
    current.unlink()
    assert (live.refresh(), live.current.version) == (False, first)


def test_refresh_never_raises_at_thresholds_that_are_missing(small_settings: Settings) -> None:
    first = build_index(small_settings).version
    live = LiveLibrary(small_settings)
    ranking = small_settings.knowledge_dir / "ranking.yaml"
    ranking.write_text(ranking.read_text(encoding="utf-8").replace("choose_margin", "choose_margn"), encoding="utf-8")
    try:
        build_index(small_settings)
    except Exception as error:  # refusing such a build is as good
        assert type(error).__name__ == "ContentInvalid"  # noqa: PT017
    assert (live.refresh(), live.current.version) == (False, first)


def test_a_version_that_cannot_be_loaded_says_why(small_settings: Settings) -> None:
    encoder = load_encoder("static", small_settings.encoder_name, Path(__file__).parents[2])
    paths = ArtifactPaths(small_settings.data_dir)
    with pytest.raises(ArtifactMissing, match="python -m ingest build"):
        load_library(small_settings, paths.folder(NEWER), encoder)
    version = build_index(small_settings).version
    damage_chunks(paths.folder(version))
    with pytest.raises(ArtifactCorrupt, match=r"Tệp chunks\.jsonl của chỉ mục .* bị hỏng"):
        load_library(small_settings, paths.folder(version), encoder)
