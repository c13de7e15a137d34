"""The files of a source: one file, a folder, or the portal's crawl packed as .tar.xz; never more than the limits."""

from __future__ import annotations

import gzip
import hashlib
import lzma
import tarfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from ingest.procedures.formats import suffixes
from ingest.procedures.records import SourceInvalid

MAX_FILE = 50 * 1024 * 1024
MAX_ALL = 2 * 1024**3
MAX_FILES = 100_000
PACKED = (".tar.xz", ".tar.gz")


@dataclass(frozen=True)
class Document:
    """A file's name within the source, and its bytes."""

    name: str
    data: bytes

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.name.encode() + b"\0" + self.data).hexdigest()


def open_source(source: Path) -> Iterator[Document | SourceInvalid]:
    """Every document in the order of names (of the pack, in its own), or what is wrong with one in its place.

    Raises SourceInvalid when there is nothing to read at all.
    """
    if source.is_dir():
        yield from _folder(source)
    elif source.name.lower().endswith(PACKED):
        yield from _pack(source)
    elif source.is_file():
        yield _file(source, source.name)
    else:
        raise SourceInvalid(str(source), "không có tệp hay thư mục này")


def count_files(source: Path) -> int:
    """How many files will be looked at; 0 when it cannot be known beforehand."""
    return sum(1 for _ in _paths(source)) if source.is_dir() else 0


def _paths(source: Path) -> Iterator[Path]:
    known = (*suffixes(), ".doc", ".rtf")
    root = source.resolve()
    for path in sorted(source.rglob("*")):
        if path.name.lower().endswith(known) and path.is_file() and path.resolve().is_relative_to(root):
            yield path


def _folder(source: Path) -> Iterator[Document | SourceInvalid]:
    empty = True
    for number, path in enumerate(_paths(source), 1):
        empty = False
        if number > MAX_FILES:
            raise SourceInvalid(str(source), f"quá {MAX_FILES} tệp")
        yield _file(path, _name_within(source, path))
    if empty:
        raise SourceInvalid(str(source), f"thư mục không có tệp nào thuộc {', '.join(sorted(suffixes()))}")


def _name_within(source: Path, path: Path) -> str:
    relative = path.relative_to(source)
    return (Path(source.name) / relative if len(relative.parts) == 1 else relative).as_posix()


def _file(path: Path, name: str) -> Document | SourceInvalid:
    try:
        size = path.stat().st_size
        if size > MAX_FILE:
            return SourceInvalid(name, f"nặng {size // 1024**2} MB, quá {MAX_FILE // 1024**2} MB")
        return Document(name, path.read_bytes())
    except OSError as error:
        return SourceInvalid(name, f"không mở được ({error.strerror})")


def _pack(source: Path) -> Iterator[Document | SourceInvalid]:
    count = 0
    try:
        _check_whole(source)
        with tarfile.open(source) as pack:
            for member in pack:
                if not member.isfile():
                    continue
                count += 1
                if count > MAX_FILES:
                    raise SourceInvalid(source.name, "tệp nén bung ra quá lớn nên dừng lại")
                if member.size > MAX_FILE:
                    yield SourceInvalid(member.name, f"nặng quá {MAX_FILE // 1024**2} MB")
                    continue
                stream = pack.extractfile(member)
                yield Document(member.name.removeprefix("./"), stream.read() if stream else b"")
    except (tarfile.TarError, lzma.LZMAError, zlib.error, EOFError, OSError) as error:
        raise SourceInvalid(source.name, "tệp nén hỏng hoặc bị cắt giữa chừng") from error
    if not count:
        raise SourceInvalid(source.name, "tệp nén không có tệp nào")


def _check_whole(source: Path) -> None:
    """Unpack once without keeping anything: tarfile takes a cut pack for a short one, which would withdraw the rest."""
    opener = lzma.open if source.name.lower().endswith(".xz") else gzip.open
    total = 0
    with opener(source) as stream:
        while chunk := stream.read(1 << 20):
            total += len(chunk)
            if total > MAX_ALL:
                raise SourceInvalid(source.name, "tệp nén bung ra quá lớn nên dừng lại")
