"""The whole reference crawl read once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest.procedures.importer import ImportReport, import_procedures
from ingest.procedures.records import Record
from ingest.procedures.shipped import SOURCES, read_records


@pytest.fixture(scope="session")
def reference_records(reference_data: Path) -> dict[str, Record]:
    return read_records([reference_data / "procedures" / name for name in SOURCES])


@pytest.fixture(scope="session")
def reference_import(reference_data: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, ImportReport]:
    """A data folder into which the crawl was imported; read-only by convention."""
    data_dir = tmp_path_factory.mktemp("procedures")
    return data_dir, import_procedures(reference_data / "procedures" / SOURCES[0], data_dir)
