"""XML parts out of Office packages: limits on what they expand to, no entities, no network."""

from __future__ import annotations

import zipfile
from typing import Any

from ingest.procedures.records import SourceInvalid

MAX_PART = 60 * 1024 * 1024


def read_part(name: str, package: zipfile.ZipFile, part: str) -> Any:
    """The part's root element. Raises SourceInvalid when it expands beyond reason, is absent or no XML."""
    from lxml import etree  # type: ignore[import-untyped]

    try:
        if package.getinfo(part).file_size > MAX_PART:
            raise SourceInvalid(name, "bung ra quá lớn nên bị từ chối")
        with package.open(part) as stream:
            data = stream.read(MAX_PART + 1)  # what the package claims may be a lie
    except (KeyError, RuntimeError, zipfile.BadZipFile) as error:
        raise SourceInvalid(name, f"thiếu hoặc hỏng phần {part}") from error
    if len(data) > MAX_PART:
        raise SourceInvalid(name, "bung ra quá lớn nên bị từ chối")
    if b"<!DOCTYPE" in data[:4096] or b"<!ENTITY" in data[:4096]:
        raise SourceInvalid(name, "chứa khai báo thực thể XML nên bị từ chối")
    try:
        return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=False))
    except etree.XMLSyntaxError as error:
        raise SourceInvalid(name, f"phần {part} không đúng XML") from error
