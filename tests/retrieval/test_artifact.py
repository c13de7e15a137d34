"""Artifacts: what is written comes back, what is damaged or foreign is refused, the current one is never lost."""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.errors import ArtifactCorrupt, ArtifactError, ArtifactMismatch, ArtifactMissing, StorageFull
from app.retrieval.artifact import (
    ArtifactPaths,
    Manifest,
    load_chunks,
    load_index,
    read_manifest,
    refusing_full_disk,
    save_index,
    write_manifest,
)
from app.retrieval.ranking import Weights
from app.retrieval.types import Chunk
from tests.retrieval.samples import CHUNKS, LEXICON, CountingEncoder, make_index, make_searcher

ENCODER = CountingEncoder.fingerprint
WEIGHTS = {"words": 0.5, "syllables": 0.25, "dense": 0.25, "added": 0.5}
FIELDS: dict[str, Any] = {
    "version": "2026-11-23T02:10:00Z-3f2a",
    "created_at": "2026-11-23T02:10:00+00:00",
    "input_fingerprint": "abc",
    "encoder": "counting:x",
    "encoder_fingerprint": ENCODER,
    "dimensions": CountingEncoder.dimensions,
    "guides": 4,
    "chunks": len(CHUNKS),
    "weights": WEIGHTS,
    "policy": {"answer_score": 0.3},
}


def build(folder: Path, store: str = "numpy_flat") -> Manifest:
    folder.mkdir(parents=True)
    save_index(folder, make_index(store, Weights(**WEIGHTS)))
    (folder / "content.json").write_text("{}", encoding="utf-8")
    return write_manifest(folder, {**FIELDS, "store": store})


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    build(tmp_path / "built")
    return tmp_path / "built"


def rewrite_manifest(folder: Path, **changes: Any) -> None:
    path = folder / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text(encoding="utf-8")) | changes), encoding="utf-8")


@pytest.mark.parametrize("store", ["faiss", "numpy_flat"])
def test_round_trip(tmp_path: Path, store: str) -> None:
    written = build(tmp_path / "built", store)
    manifest = read_manifest(tmp_path / "built", ENCODER)
    index = load_index(tmp_path / "built", manifest)
    assert manifest == written
    assert (index.chunks, index.lexicon, index.weights) == (CHUNKS, LEXICON, Weights(**WEIGHTS))
    for question in ("đăng ký khai sinh", "doi bang lai ko", "lệ phí"):
        before = make_searcher(make_index(store, Weights(**WEIGHTS))).search(question)
        assert make_searcher(index).search(question).hits == before.hits


@pytest.mark.parametrize(
    "text",
    [
        "Mở ứng dụng.\u2028Nhập mã.\u2029Xong.",
        "\u2028",
        "một\x85hai\x0bba\x0cbốn\x1cnăm\x1dsáu\x1ebảy",
        'dòng\nmới\r\nnữa\rvà\ttab, "nháy", \\',
    ],
)
def test_a_line_separator_in_a_chunk_survives(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "built"
    folder.mkdir()
    chunks = (replace(CHUNKS[0], text=text, title=f"Tên{text}"), *CHUNKS[1:])
    save_index(folder, replace(make_index(), chunks=chunks))
    (folder / "content.json").write_text("{}", encoding="utf-8")
    manifest = write_manifest(folder, {**FIELDS, "store": "numpy_flat"})
    loaded: tuple[Chunk, ...] = load_chunks(folder)
    assert loaded == chunks
    assert load_index(folder, manifest).chunks == chunks


def test_the_manifest_hashes_every_other_file(folder: Path) -> None:
    files = read_manifest(folder, ENCODER).files
    there = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert set(files) == there - {"manifest.json"}
    assert {"chunks.jsonl", "content.json", "lexicon.json", "vectors/flat.npy", "words/terms.json"} <= set(files)


def replace_by_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


DAMAGES: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "emptied": lambda path: path.write_bytes(b""),
    "cut": lambda path: path.write_bytes(path.read_bytes()[:-1]),
    "one bit turned": lambda path: path.write_bytes(path.read_bytes()[:-1] + bytes([path.read_bytes()[-1] ^ 1])),
    "replaced by a folder": replace_by_folder,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_any_damaged_file_is_named(tmp_path: Path, damage: str) -> None:
    for name in build(tmp_path / "first").files:
        folder = tmp_path / name.replace("/", "_")
        build(folder)
        DAMAGES[damage](folder / name)
        with pytest.raises(ArtifactCorrupt, match=rf"Tệp {name} của chỉ mục {FIELDS['version']} bị hỏng"):
            read_manifest(folder, ENCODER)


@pytest.mark.parametrize(
    "name",
    ["chunks.jsonl", "lexicon.json", "words/terms.json", "words/params.index.json", "vectors/flat.npy"]
    + [f"syllables/{part}.csc.index.npy" for part in ("data", "indices", "indptr")],
)
@pytest.mark.parametrize("raw", [None, b"\xff\x00{", b"[1]\n"])
def test_a_file_damaged_after_verification_is_corrupt(folder: Path, name: str, raw: bytes | None) -> None:
    manifest = read_manifest(folder, ENCODER)
    (folder / name).unlink()
    if raw is not None:
        (folder / name).write_bytes(raw)
    with pytest.raises(ArtifactCorrupt, match="bị hỏng"):
        load_index(folder, manifest)


@pytest.mark.parametrize("raw", [b"", b"{", b"{}", b"[]", b"null", b"\xff", b'{"format": 1}', b'{"format": 1, "x": 2}'])
def test_a_damaged_manifest_is_corrupt(folder: Path, raw: bytes) -> None:
    (folder / "manifest.json").write_bytes(raw)
    with pytest.raises(ArtifactCorrupt, match="bị hỏng"):
        read_manifest(folder, ENCODER)


@pytest.mark.parametrize("files", [None, [], {"chunks.jsonl": None}, {"khong-co": "0"}])
def test_a_manifest_with_damaged_hashes_is_corrupt(folder: Path, files: object) -> None:
    rewrite_manifest(folder, files=files)
    with pytest.raises(ArtifactCorrupt, match="bị hỏng"):
        read_manifest(folder, ENCODER)


@pytest.mark.parametrize(
    "weights",
    [{}, {"words": 1.0, "la": 2.0}, {**WEIGHTS, "la": 2.0}]
    + [{name: share for name, share in WEIGHTS.items() if name != missing} for missing in WEIGHTS],
)
def test_weights_of_another_make_are_corrupt(folder: Path, weights: dict[str, float]) -> None:
    manifest = replace(read_manifest(folder, ENCODER), weights=weights)
    with pytest.raises(ArtifactCorrupt, match="bị hỏng"):
        load_index(folder, manifest)


@pytest.mark.parametrize("number", [0, 2, "1"])
def test_another_format_is_a_mismatch(folder: Path, number: object) -> None:
    rewrite_manifest(folder, format=number, a_key_of_the_future=1)
    with pytest.raises(ArtifactMismatch, match=f"theo dạng {number}, bản này đọc dạng 1. Chạy: python -m ingest build"):
        read_manifest(folder, ENCODER)


def test_another_encoder_is_a_mismatch_naming_both(folder: Path) -> None:
    with pytest.raises(ArtifactMismatch, match=f"bộ mã hoá {ENCODER}, đang cài static-1"):
        read_manifest(folder, "static-1")


def test_no_manifest_is_missing(tmp_path: Path) -> None:
    with pytest.raises(ArtifactMissing, match="Chạy: python -m ingest build"):
        read_manifest(tmp_path / "khong-co", ENCODER)


OLD, MIDDLE, NEW = "2026-11-21T00:00:00Z-aaaa", "2026-11-22T00:00:00Z-0000", "2026-11-23T00:00:00Z-ffff"


@pytest.fixture
def paths(tmp_path: Path) -> ArtifactPaths:
    """Three versions, newest made first, none current."""
    paths = ArtifactPaths(tmp_path)
    for version in (NEW, OLD, MIDDLE):
        paths.folder(version).mkdir(parents=True)
        (paths.folder(version) / "manifest.json").touch()
    return paths


def test_versions_are_the_complete_ones_oldest_first(paths: ArtifactPaths) -> None:
    paths.folder("2026-11-24T00:00:00Z-cccc").mkdir()
    paths.folder("building-2026-11-24T00:00:00Z-dddd").mkdir()
    (paths.folder("building-2026-11-24T00:00:00Z-dddd") / "manifest.json").touch()
    assert paths.versions() == [OLD, MIDDLE, NEW]


def test_nothing_built_is_missing(tmp_path: Path) -> None:
    paths = ArtifactPaths(tmp_path)
    assert paths.versions() == []
    for ask in (paths.current, paths.previous):
        with pytest.raises(ArtifactMissing, match=r"Chưa có chỉ mục\. Chạy: python -m ingest build"):
            ask()


def test_switch_and_previous(paths: ArtifactPaths) -> None:
    for version, older in ((NEW, MIDDLE), (MIDDLE, OLD), (NEW, MIDDLE)):
        paths.switch(version)
        assert (paths.current(), paths.previous()) == (version, older)
    paths.switch(OLD)
    with pytest.raises(ArtifactMissing, match="Không có phiên bản cũ hơn"):
        paths.previous()


@pytest.mark.parametrize("version", ["2020-01-01T00:00:00Z-0000", "khong-co"])
def test_switch_to_what_is_not_kept_changes_nothing(paths: ArtifactPaths, version: str) -> None:
    paths.switch(MIDDLE)
    with pytest.raises(ArtifactMissing, match=f"“{version}”. Đang giữ: {OLD}, {MIDDLE}, {NEW}"):
        paths.switch(version)
    assert paths.current() == MIDDLE


def test_a_full_disk_leaves_the_current_version(paths: ArtifactPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    paths.switch(OLD)
    monkeypatch.setattr(os, "replace", refuse)
    with pytest.raises(StorageFull, match="Dọn đĩa rồi chạy lại"):
        paths.switch(NEW)
    assert paths.current() == OLD


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"", b"\n"])
def test_a_damaged_current_file_is_an_artifact_error(paths: ArtifactPaths, raw: bytes) -> None:
    paths.current_file.write_bytes(raw)
    with pytest.raises(ArtifactError):
        read_manifest(paths.folder(paths.current()), ENCODER)


@pytest.mark.parametrize("raw", [b"\xff\xfe", b"2026\xff", None])
def test_an_unreadable_current_file_is_corrupt_and_says_what_to_run(paths: ArtifactPaths, raw: bytes | None) -> None:
    if raw is None:
        paths.current_file.mkdir()
    else:
        paths.current_file.write_bytes(raw)
    for ask in (paths.current, paths.previous):
        with pytest.raises(ArtifactCorrupt, match=r"current bị hỏng\. Chạy: python -m ingest build"):
            ask()
    assert paths.versions() == [OLD, MIDDLE, NEW]


def test_a_switch_heals_a_damaged_current_file(paths: ArtifactPaths) -> None:
    paths.current_file.write_bytes(b"\xff\xfe")
    paths.switch(MIDDLE)
    assert paths.current() == MIDDLE


def test_what_was_rolled_back_from_is_held_until_released(paths: ArtifactPaths) -> None:
    assert paths.held() == set()
    paths.hold("abc")
    assert (paths.held(), ArtifactPaths(paths.root.parent).held()) == ({"abc"}, {"abc"})
    paths.hold("def")
    assert paths.held() == {"abc", "def"}
    paths.release()
    assert (paths.held(), paths.held_file.exists()) == (set(), False)
    paths.release()
    assert paths.held() == set()


def test_holding_changes_neither_the_versions_nor_the_current_one(paths: ArtifactPaths) -> None:
    paths.switch(MIDDLE)
    paths.hold("abc")
    paths.discard_unfinished()
    paths.discard_old(3)
    assert (paths.versions(), paths.current(), paths.previous()) == ([OLD, MIDDLE, NEW], MIDDLE, OLD)
    paths.switch(OLD)
    assert paths.held() == {"abc"}


def test_nothing_is_held_before_anything_is_built(tmp_path: Path) -> None:
    paths = ArtifactPaths(tmp_path / "khong-co")
    assert paths.held() == set()
    paths.release()
    assert not paths.root.exists()


def test_a_full_disk_refuses_to_hold(paths: ArtifactPaths, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, text: str, encoding: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", refuse)
    with pytest.raises(StorageFull, match="Dọn đĩa rồi chạy lại"):
        paths.hold("abc")
    assert paths.held() == set()


@pytest.mark.parametrize(
    ("current", "keep", "left"),
    [
        (NEW, 2, [MIDDLE, NEW]),
        (OLD, 2, [OLD, MIDDLE, NEW]),
        (OLD, 1, [OLD, NEW]),
        (NEW, 1, [NEW]),
        (NEW, 9, [OLD, MIDDLE, NEW]),
    ],
)
def test_discard_old_keeps_the_newest_and_the_current(
    paths: ArtifactPaths, current: str, keep: int, left: list[str]
) -> None:
    paths.switch(current)
    paths.discard_old(keep)
    assert (paths.versions(), paths.current()) == (left, current)


def test_discard_unfinished_touches_only_what_a_killed_build_left(paths: ArtifactPaths) -> None:
    paths.switch(NEW)
    paths.folder("building-2026-11-24T00:00:00Z-dddd").mkdir()
    paths.current_file.with_name("current.4242").touch()
    paths.discard_unfinished()
    assert sorted(path.name for path in paths.root.iterdir()) == [OLD, MIDDLE, NEW, "current"]
    assert paths.current() == NEW


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS])
def test_refusals_of_the_disk_are_storage_full(number: int) -> None:
    with pytest.raises(StorageFull, match="chỉ mục đang dùng không đổi"), refusing_full_disk():
        raise OSError(number, os.strerror(number))


def test_other_disk_errors_stay_what_they_are() -> None:
    with pytest.raises(PermissionError), refusing_full_disk():
        raise OSError(errno.EACCES, "Permission denied")


def test_a_held_file_that_says_nothing_holds_nothing(paths: ArtifactPaths) -> None:
    paths.held_file.write_bytes(b"\xff\xfe")
    assert paths.held() == set()
