"""How `knowledge/procedures/` is made again: `python -m ingest.procedures.shipped REFERENCE_FOLDER KNOWLEDGE_DIR`."""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from app.content.procedure import Procedure
from ingest.procedures.catalogue import write_catalogue
from ingest.procedures.facts import to_procedure
from ingest.procedures.formats import read_document
from ingest.procedures.importer import as_of_name
from ingest.procedures.links import KnownTitle
from ingest.procedures.records import Record, SourceInvalid
from ingest.procedures.sources import open_source

SOURCES = ("portal_json_2026-07.tar.xz", "procedures.jsonl.gz")
TITLES = "catalog_2025.jsonl.gz"


def read_records(sources: Sequence[Path]) -> dict[str, Record]:
    """Records by code; an earlier source goes before a later one. Raises SourceInvalid at the first problem."""
    records: dict[str, Record] = {}
    for source in sources:
        for record in _records(source):
            records.setdefault(record.code, record)
    return dict(sorted(records.items()))


def load_titles(path: Path) -> list[KnownTitle]:
    """The national list of 2025: code, title, agency, who carries it out."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    return [KnownTitle(row["code"], row["name"], row["agency"], row["authority"] or "") for row in rows]


def build_shipped(reference: Path, knowledge_dir: Path) -> tuple[Procedure, ...]:
    """Write the shipped catalogue from the reference folder `data/procedures`."""
    records = read_records([reference / name for name in SOURCES])
    procedures = (to_procedure(record) for record in records.values())
    return write_catalogue(procedures, knowledge_dir, load_titles(reference / TITLES))


def _records(source: Path) -> Iterator[Record]:
    for document in open_source(source):
        if isinstance(document, SourceInvalid):
            raise document
        for record in read_document(document.name, document.data, as_of_name(source, document.name)):
            if isinstance(record, SourceInvalid):
                raise record
            yield record


if __name__ == "__main__":
    written = build_shipped(Path(sys.argv[1]), Path(sys.argv[2]))
    print(f"{len(written)} thủ tục")
