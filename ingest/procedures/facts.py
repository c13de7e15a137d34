"""A record's texts as the catalogue's facts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from app.content.procedure import AUDIENCES, Agency, Fee, Level, Method, Paper, Procedure, TimeLimit
from ingest.procedures.normalise import read_fees, read_time
from ingest.procedures.records import AGENCIES, MethodRow, PaperRow, Record
from ingest.procedures.words import BULLET, LOWER, clean, is_nothing, short_name, shorten

_Case = TypeVar("_Case", TimeLimit, Fee)
MOST_CONDITIONS, CONDITION_CHARS = 8, 140
PAPER_CHARS = 160
MOST_CASES, MOST_FEES = 8, 12
MOST_FORMS = 40
BETWEEN = re.compile(r",\s*(?![^(]*\))")
ORDER: tuple[Level, ...] = ("bo", "tinh", "xa", "khac")
LEVEL_WORDS: dict[str, Level] = {"cấp bộ": "bo", "cấp tỉnh": "tinh", "cấp xã": "xa", "cơ quan khác": "khac"}
AUDIENCE_WORDS = {words.lower(): slug for slug, words in AUDIENCES.items()}
ONE_AUDIENCE = "cán bộ, công chức, viên chức"
BROKEN_LINE = re.compile(rf"(?<=[{LOWER},])\n(?=[{LOWER}]{{2}})")
HOW = re.compile(r"(?:cách thức|nộp|trực t|qua |gửi|thông qua|người|tổ chức)", re.I)
FORM_IN_NAME = re.compile(r"\b([Mm]ẫu (?:số )?[A-Z]{0,4}\d{1,3}[A-Za-z]?(?:[-–./]\w{1,12})*)")


def to_procedure(record: Record) -> Procedure:
    """The record's facts; texts that cannot be read as facts stay unknown. Links are made later, over all."""
    conditions, more = _conditions(record.conditions)
    papers = tuple(dict.fromkeys(_paper(row) for row in record.documents))
    flags = (("more",) if more else ()) + (("listing-only",) if record.listing else ())
    flags += ("documents-in-text",) if record.documents_text else ()
    return Procedure(
        code=record.code,
        name=record.name,
        agency=Agency(
            record.agency, AGENCIES.get(record.agency) or shorten(record.agency_name)[0] or "Chưa rõ cơ quan"
        ),
        field=_short(record.field),
        level=_levels(record.level),
        audience=_audiences(record.audience),
        authority=_short(record.authority),
        desk=_short(record.desk),
        methods=_methods(record.methods) or None,
        documents=papers or None,
        conditions=conditions,
        results=_results(record.results),
        forms=_forms(record.documents) if papers else None,
        legal=tuple(shorten(number)[0] for number in record.legal_numbers) or None,
        decision=_short(record.decision),
        url=record.url if re.fullmatch(r"https://\S+", record.url) and len(record.url) <= 200 else None,
        as_of=record.as_of if re.fullmatch(r"\d{4}(-\d{2}(-\d{2})?)?", record.as_of) else None,
        flags=flags,
    )


def _short(text: str) -> str | None:
    return shorten(text)[0] or None


def _levels(text: str) -> tuple[Level, ...] | None:
    found = {LEVEL_WORDS.get(clean(part).lower()) for part in BETWEEN.split(text)}
    return tuple(level for level in ORDER if level in found) or None


def _audiences(text: str) -> tuple[str, ...] | None:
    text = clean(text).lower()
    parts = [ONE_AUDIENCE] if ONE_AUDIENCE in text else []
    parts += BETWEEN.split(text.replace(ONE_AUDIENCE, ""))
    found = {AUDIENCE_WORDS.get(part.strip()) for part in parts}
    return tuple(slug for slug in AUDIENCES if slug in found) or None


def _methods(rows: Sequence[MethodRow]) -> tuple[Method, ...]:
    """One method a way, in order of appearance, its rows' cases kept apart."""
    ways = dict.fromkeys(row.way for row in rows)
    return tuple(_method(way, [row for row in rows if row.way == way]) for way in ways)


def _method(way: str, rows: Sequence[MethodRow]) -> Method:
    times: list[TimeLimit] = []
    fees: list[Fee] = []
    distinct = len({(row.time, row.fee) for row in rows}) > 1
    for row in rows:
        case = _case(row.note) if len(rows) > 1 else None
        lost = ("case-lost",) if distinct and case is None else ()
        for time in read_time(row.time, row.note):
            first = (time.when is None and not time.flags) or "more-in-text" in time.flags
            times.append(replace(time, when=case, flags=(*time.flags, *lost)) if first else time)
        fees += (replace(fee, when=case) if fee.when is None and case else fee for fee in read_fees(row.fee))
    return Method(way, _limited(times, MOST_CASES), _limited(fees, MOST_FEES))  # type: ignore[arg-type]


def _case(note: str) -> str | None:
    first = BULLET.sub("", clean(note.split("\n")[0])).strip(" .;:,")
    return shorten(first, 160)[0] if first and not is_nothing(first) and not HOW.match(first) else None


def _limited(items: Iterable[_Case], most: int) -> tuple[_Case, ...]:
    unique: tuple[_Case, ...] = tuple(dict.fromkeys(items))
    if len(unique) <= most:
        return unique
    last: _Case = replace(unique[most - 1], flags=(*unique[most - 1].flags, "more"))
    return unique[: most - 1] + (last,)  # noqa: RUF005 - mypy loses the type of a starred tuple


def _paper(row: PaperRow) -> Paper:
    name, cut = short_name(row.name, PAPER_CHARS)
    none_asked = row.originals == 0 and row.copies is None
    unclear = row.originals == row.copies == 0
    flags = (
        *row.flags,
        *(("cut",) if cut else ()),
        *(("note",) if none_asked else ()),
        *(("count-unclear",) if unclear else ()),
    )
    when = shorten(BULLET.sub("", row.group).strip(" :;.,"), 160)[0] or None
    return Paper(name, row.originals, row.copies, when, tuple(dict.fromkeys(flags)))


def _conditions(text: str) -> tuple[tuple[str, ...] | None, bool]:
    """In short: the first points, each cut at a clause; and whether something was left out."""
    if not text:
        return None, False
    if is_nothing(text):
        return (), False
    points = [BULLET.sub("", line).strip(" ;.,") for line in BROKEN_LINE.sub(" ", text).split("\n")]
    points = [point for point in points if point and not is_nothing(point)]
    short = [shorten(point, CONDITION_CHARS) for point in points[:MOST_CONDITIONS]]
    return tuple(dict.fromkeys(each for each, _ in short)), len(points) > MOST_CONDITIONS


def _results(names: Sequence[str]) -> tuple[str, ...] | None:
    return tuple(dict.fromkeys(short_name(name)[0] for name in names)) or None


def _forms(rows: Sequence[PaperRow]) -> tuple[str, ...]:
    named = [shorten(file)[0] for row in rows for file in row.files]
    told = [clean(found) for row in rows if not row.files for found in FORM_IN_NAME.findall(row.name)]
    return tuple(form for form in dict.fromkeys(named + told) if form)[:MOST_FORMS]
