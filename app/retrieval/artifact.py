"""What a build leaves behind and a service reads: one folder a version, switched by one rename.

DATA_DIR/artifacts/<version>/   manifest.json, content.json, chunks.jsonl, tokens.jsonl, vectors.npy, lexicon.json,
                                words/, syllables/ (BM25), vectors/ (the store), images/<slug>/
DATA_DIR/artifacts/current      one line: the version being served
DATA_DIR/artifacts/held         the inputs that rollbacks turned away from, a line each
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from app.errors import ArtifactCorrupt, ArtifactMismatch, ArtifactMissing, StorageFull
from app.retrieval.lexical import Bm25Index
from app.retrieval.lexicon import Lexicon
from app.retrieval.ranking import Weights
from app.retrieval.searcher import Index
from app.retrieval.stores import store_class
from app.retrieval.types import Chunk

FORMAT = 1
REBUILD = "Chạy: python -m ingest build"
ROLL_BACK = "Chạy: python -m ingest rollback, hoặc build lại"
DISK_REFUSALS = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


@dataclass(frozen=True)
class Manifest:
    """What built a version, and from what.

    `files` maps every other file to its SHA-256; `input_fingerprint` names all that went in, so that an unchanged build
    is seen; `policy` holds the decision's thresholds.
    """

    version: str
    format: int
    created_at: str
    input_fingerprint: str
    encoder: str
    encoder_fingerprint: str
    dimensions: int
    store: str
    guides: int
    chunks: int
    weights: dict[str, float]
    policy: dict[str, float]
    files: dict[str, str]


class ArtifactPaths:
    """Where versions lie under a data folder, which one is current, and how the current one is switched."""

    def __init__(self, data_dir: Path) -> None:
        self.root = data_dir / "artifacts"
        self.current_file = self.root / "current"
        self.held_file = self.root / "held"

    def folder(self, version: str) -> Path:
        return self.root / version

    def versions(self) -> list[str]:
        """Complete versions, oldest first."""
        return sorted(path.parent.name for path in self.root.glob("[0-9]*/manifest.json"))

    def require(self, version: str) -> None:
        """Raise ArtifactMissing, naming those there are, when `version` is not kept."""
        if version not in self.versions():
            raise ArtifactMissing(f"Không còn phiên bản “{version}”. Đang giữ: {', '.join(self.versions())}.")

    def current(self) -> str:
        """The version being served. Raises ArtifactMissing when nothing was built yet, ArtifactCorrupt."""
        try:
            return self.current_file.read_text(encoding="utf-8").strip()
        except FileNotFoundError:
            raise ArtifactMissing(f"Chưa có chỉ mục. {REBUILD}") from None
        except (OSError, UnicodeDecodeError) as error:
            raise ArtifactCorrupt(f"Tệp {self.current_file} bị hỏng. {REBUILD}") from error

    def hold(self, input_fingerprint: str) -> None:
        """Remember inputs that were rolled back from, so that building them again does not undo the rollback."""
        with refusing_full_disk():
            self.held_file.write_text("\n".join(sorted(self.held() | {input_fingerprint})) + "\n", encoding="utf-8")

    def held(self) -> set[str]:
        """The fingerprints of the inputs that were rolled back from; a file that cannot be read holds none."""
        try:
            return set(self.held_file.read_text(encoding="utf-8").split())
        except (OSError, UnicodeDecodeError):
            return set()

    def release(self) -> None:
        """Hold nothing any more: something newer went live."""
        self.held_file.unlink(missing_ok=True)

    def switch(self, version: str) -> None:
        """Make `version` current by one rename: a reader sees the old one or the new one, never neither."""
        self.require(version)
        with refusing_full_disk():
            beside = self.current_file.with_name(f"current.{os.getpid()}")
            beside.write_text(version + "\n", encoding="utf-8")
            _sync(beside)
            os.replace(beside, self.current_file)
            _sync(self.root)

    def previous(self) -> str:
        """The newest version older than the current one. Raises ArtifactMissing when there is none."""
        current = self.current()
        older = [version for version in self.versions() if version < current]
        if not older:
            raise ArtifactMissing("Không có phiên bản cũ hơn để quay về.")
        return older[-1]

    def discard_old(self, keep: int) -> None:
        """Delete all but the newest `keep` versions, never the current one."""
        spare = self.current() if self.current_file.exists() else ""
        for version in self.versions()[:-keep]:
            if version != spare:
                shutil.rmtree(self.folder(version), ignore_errors=True)

    def discard_unfinished(self) -> None:
        """Delete what a killed build left; only the holder of the build lock may."""
        for path in self.root.glob("building-*"):
            shutil.rmtree(path, ignore_errors=True)
        for path in self.root.glob("current.*"):
            path.unlink(missing_ok=True)


@contextmanager
def refusing_full_disk() -> Iterator[None]:
    """Turn the disk's refusals into StorageFull."""
    try:
        yield
    except OSError as error:
        if error.errno in DISK_REFUSALS:
            raise StorageFull(
                f"Đĩa đầy hoặc không ghi được ({error.strerror}). Dọn đĩa rồi chạy lại; chỉ mục đang dùng không đổi."
            ) from error
        raise


def save_index(folder: Path, index: Index) -> None:
    """Write the searchable part of an artifact into `folder`."""
    chunks = "".join(json.dumps(asdict(chunk), ensure_ascii=False) + "\n" for chunk in index.chunks)
    (folder / "chunks.jsonl").write_text(chunks, encoding="utf-8")
    (folder / "lexicon.json").write_text(json.dumps(asdict(index.lexicon), ensure_ascii=False), encoding="utf-8")
    for name, part in (("words", index.words), ("syllables", index.syllables), ("vectors", index.vectors)):
        (folder / name).mkdir()
        part.save(folder / name)


def load_index(folder: Path, manifest: Manifest) -> Index:
    """Read back what `save_index` wrote. Raises ArtifactCorrupt."""
    with corrupt_if_unreadable(folder):
        lexicon = json.loads((folder / "lexicon.json").read_text(encoding="utf-8"))
        return Index(
            chunks=load_chunks(folder),
            words=Bm25Index.load(folder / "words"),
            syllables=Bm25Index.load(folder / "syllables"),
            vectors=store_class(manifest.store).load(folder / "vectors"),
            lexicon=Lexicon(
                lexicon["short_forms"],
                {key: tuple(terms) for key, terms in lexicon["meanings"].items()},
                tuple(lexicon["fixed_terms"]),
            ),
            weights=Weights(**manifest.weights),
        )


def load_chunks(folder: Path) -> tuple[Chunk, ...]:
    with (folder / "chunks.jsonl").open(encoding="utf-8") as lines:
        return tuple(Chunk(**json.loads(line)) for line in lines)


def write_manifest(folder: Path, fields: dict[str, Any]) -> Manifest:
    """Seal `folder`: hash every file in it, write the manifest last, and sync all of it to disk."""
    names = sorted(path for path in folder.rglob("*") if path.is_file())
    files = {path.relative_to(folder).as_posix(): _sha256(path) for path in names}
    manifest = Manifest(format=FORMAT, files=files, **fields)
    (folder / "manifest.json").write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1), encoding="utf-8")
    for path in [*names, folder / "manifest.json", folder]:
        _sync(path)
    return manifest


def read_manifest(folder: Path, encoder_fingerprint: str) -> Manifest:
    """The manifest of a version, its files verified.

    Raises ArtifactMissing, ArtifactCorrupt, or ArtifactMismatch when another format or encoder built it.
    """
    path = folder / "manifest.json"
    if not path.is_file():
        raise ArtifactMissing(f"Không thấy chỉ mục ở {folder}. {REBUILD}")
    with corrupt_if_unreadable(folder):
        fields = json.loads(path.read_text(encoding="utf-8"))
        if fields["format"] != FORMAT:
            raise ArtifactMismatch(f"Chỉ mục theo dạng {fields['format']}, bản này đọc dạng {FORMAT}. {REBUILD}")
        manifest = Manifest(**fields)
    if manifest.encoder_fingerprint != encoder_fingerprint:
        raise ArtifactMismatch(
            f"Chỉ mục làm bằng bộ mã hoá {manifest.encoder_fingerprint}, đang cài {encoder_fingerprint}. {REBUILD}"
        )
    with corrupt_if_unreadable(folder):
        for name, digest in manifest.files.items():
            if not (folder / name).is_file() or _sha256(folder / name) != digest:
                raise ArtifactCorrupt(f"Tệp {name} của chỉ mục {manifest.version} bị hỏng. {ROLL_BACK}")
    return manifest


@contextmanager
def corrupt_if_unreadable(folder: Path) -> Iterator[None]:
    """Whatever a damaged file makes its reader raise, tell it as ArtifactCorrupt."""
    try:
        yield
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError) as error:
        raise ArtifactCorrupt(f"Chỉ mục ở {folder} bị hỏng ({type(error).__name__}). {ROLL_BACK}") from error


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
