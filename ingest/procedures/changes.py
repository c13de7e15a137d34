"""The exact difference between what was stored and what an import brings."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ingest.procedures.links import folded_title
from ingest.procedures.records import Record, texts_of


@dataclass(frozen=True)
class FieldChange:
    code: str
    field: str
    before: Any
    after: Any


@dataclass(frozen=True)
class Renamed:
    """The procedure of code `old` is now found under `new`: same title, agency and level."""

    old: str
    new: str


@dataclass(frozen=True)
class Changes:
    """Codes in order. A renamed procedure is in neither `added` nor `withdrawn`; its other changes are in `changed`."""

    added: tuple[str, ...] = ()
    changed: tuple[FieldChange, ...] = ()
    withdrawn: tuple[str, ...] = ()
    renamed: tuple[Renamed, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.withdrawn or self.renamed)


def compare(before: Mapping[str, Record], after: Mapping[str, Record], absent: frozenset[str]) -> Changes:
    """`absent` are stored codes that this import would have had to hold. Codes of `before` outside `after` and
    `absent` are none of its business."""
    added = sorted(set(after) - set(before))
    withdrawn = sorted(absent & set(before) - set(after))
    renamed = _renamed([before[code] for code in withdrawn], [after[code] for code in added])
    changed = [
        change
        for code in sorted(set(before) & set(after))
        if before[code].digest != after[code].digest
        for change in compare_fields(before[code], after[code])
    ]
    changed += [change for pair in renamed for change in compare_fields(before[pair.old], after[pair.new])]
    moved = {code for pair in renamed for code in (pair.old, pair.new)}
    return Changes(
        tuple(code for code in added if code not in moved),
        tuple(changed),
        tuple(code for code in withdrawn if code not in moved),
        tuple(renamed),
    )


def compare_fields(before: Record, after: Record) -> list[FieldChange]:
    """Field by field. A list (which has only titles) never empties what a full record says."""
    old, new = dict(texts_of(before)), dict(texts_of(after))
    keys = [key for key in old if old[key] != new[key] and (new[key] or not after.listing)]
    if after.listing and not before.listing:
        keys = [key for key in keys if key in ("name",)]
    return [FieldChange(after.code, key, old[key], new[key]) for key in keys if key != "listing" or not after.listing]


def _renamed(withdrawn: list[Record], added: list[Record]) -> list[Renamed]:
    """Pairs of the same title, agency and level, where each side has just one candidate."""
    old: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    new: dict[tuple[str, str, str], list[str]] = defaultdict(list)
    for records, index in ((withdrawn, old), (added, new)):
        for record in records:
            index[folded_title(record.name), record.agency, record.level.lower()].append(record.code)
    pairs = (Renamed(codes[0], new[key][0]) for key, codes in old.items() if len(codes) == len(new.get(key, ())) == 1)
    return sorted(pairs, key=lambda pair: pair.old)
