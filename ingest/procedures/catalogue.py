"""The shipped catalogue: `knowledge/procedures/<agency>.jsonl`, a procedure a line, and titles without a record."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import pairwise
from pathlib import Path

from app.content.procedure import Procedure, dump_line, parse_procedure
from app.errors import ContentInvalid, Finding
from ingest.procedures.links import KnownTitle, link_aliases, link_similar
from ingest.procedures.words import clean

FOLDER = "procedures"
TITLES = "known_titles.tsv"


def write_catalogue(
    procedures: Iterable[Procedure], knowledge_dir: Path, titles: Iterable[KnownTitle] = ()
) -> tuple[Procedure, ...]:
    """Link, then write every file anew; equal input gives equal bytes. Returns what was written, by code.

    A file of an agency that no longer has a procedure is removed. Raises ContentInvalid when two share a code.
    """
    ordered = sorted(procedures, key=lambda each: each.code)
    twice = sorted({one.code for one, two in pairwise(ordered) if one.code == two.code})
    if twice:
        raise ContentInvalid([Finding(FOLDER, 1, f"mã {code} có hai bản ghi") for code in twice])
    linked, left = link_aliases(link_similar(ordered), titles)
    folder = knowledge_dir / FOLDER
    folder.mkdir(parents=True, exist_ok=True)
    by_agency: dict[str, list[Procedure]] = defaultdict(list)
    for procedure in linked:
        by_agency[procedure.agency.slug].append(procedure)
    for slug, own in by_agency.items():
        _replace(folder / f"{slug}.jsonl", "".join(f"{dump_line(procedure)}\n" for procedure in own))
    for path in folder.glob("*.jsonl"):
        if path.stem not in by_agency:
            path.unlink()
    rows = (f"{each.code}\t{clean(each.name)}\t{clean(each.agency)}\n" for each in left)
    _replace(folder / TITLES, "".join(rows))
    return linked


def load_catalogue(knowledge_dir: Path) -> tuple[Procedure, ...]:
    """Every shipped procedure, by code. Raises ContentInvalid naming file and line of everything wrong."""
    procedures: list[Procedure] = []
    findings: list[Finding] = []
    for path in sorted((knowledge_dir / FOLDER).glob("*.jsonl")):
        file = f"{knowledge_dir.name}/{FOLDER}/{path.name}"
        for number, line in enumerate(path.read_bytes().splitlines(), 1):
            try:
                procedures.append(_parse_line(line, file, number))
            except ContentInvalid as error:
                findings += error.findings
    findings += _repeated(procedures)
    if findings:
        raise ContentInvalid(findings)
    return tuple(sorted(procedures, key=lambda each: each.code))


def load_known_titles(knowledge_dir: Path) -> tuple[tuple[str, str, str], ...]:
    """(code, title, agency) of every title without a record. Raises ContentInvalid for a line of another shape."""
    path = knowledge_dir / FOLDER / TITLES
    if not path.is_file():
        return ()
    titles = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        cells = line.split("\t")
        if len(cells) != 3 or not all(cells):
            raise ContentInvalid([Finding(f"{FOLDER}/{TITLES}", number, "mỗi dòng phải là: mã, tên, cơ quan")])
        titles.append((cells[0], cells[1], cells[2]))
    return tuple(titles)


def _parse_line(line: bytes, file: str, number: int) -> Procedure:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise ContentInvalid([Finding(file, number, "không phải một bản ghi JSON trên một dòng")]) from error
    if not isinstance(record, dict):
        raise ContentInvalid([Finding(file, number, "phải là một bản ghi { … }")])
    return parse_procedure(record, file, number)


def _repeated(procedures: Sequence[Procedure]) -> list[Finding]:
    owners: dict[str, list[str]] = defaultdict(list)
    for procedure in procedures:
        for code in (procedure.code, *procedure.aliases):
            owners[code].append(procedure.agency.slug)
    return [
        Finding(f"{FOLDER}/{slugs[0]}.jsonl", 1, f"mã {code} thuộc hai thủ tục")
        for code, slugs in owners.items()
        if len(slugs) > 1
    ]


def _replace(path: Path, text: str) -> None:
    beside = path.with_name(f".{path.name}.new")
    beside.write_text(text, encoding="utf-8", newline="\n")
    os.replace(beside, path)
