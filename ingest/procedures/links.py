"""What binds procedures to each other and to older codes: near-duplicates, aliases, titles without a record.

Two procedures are similar when their titles, folded, are
(a) equal; or (b) equal once the words of CHANGES (level, new / renew / change …) are taken out, at least three words
staying; or (c) share at least 85 % of their words (Jaccard over distinct syllables). At most MOST_SIMILAR are kept,
closest first.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from app.content.procedure import Procedure, with_links
from ingest.procedures.records import AGENCIES
from ingest.procedures.words import clean

NEAR = 0.85
MOST_SIMILAR = 12
SYLLABLE = re.compile(r"\w+")
PREFIX = re.compile(r"^thủ tục(?: hành chính)?\s+")
YEAR_MARK = re.compile(r"\s*\((?:20\d\d)\)\s*\.?$")
CHANGES = frozenset(
    [
        "cấp",
        "lại",
        "đổi",
        "mới",
        "gia",
        "hạn",
        "sửa",
        "bổ",
        "sung",
        "điều",
        "chỉnh",
        "thu",
        "hồi",
        "thủ",
        "tục",
        "thực",
        "hiện",
        "tại",
        "ở",
        "tỉnh",
        "xã",
        "huyện",
        "bộ",
        "trung",
        "ương",
        "phường",
        "thẩm",
        "quyền",
        "của",
        "thuộc",
    ]
)
AUTHORITY_LEVELS = (
    ("xa", re.compile(r"cấp xã|\bxã\b|phường", re.I)),
    ("tinh", re.compile(r"cấp tỉnh|\btỉnh\b|^sở\b|\bsở\b|khu vực|thành phố", re.I)),
    ("khac", re.compile(r"huyện", re.I)),
    (
        "bo",
        re.compile(r"\bbộ\b|\bcục\b|\bvụ\b|trung ương|ngân hàng nhà nước việt nam|chính phủ|ủy ban chứng khoán", re.I),
    ),
)


@dataclass(frozen=True)
class KnownTitle:
    """A title of the national list; `agency` is the official name, `authority` who carries it out."""

    code: str
    name: str
    agency: str
    authority: str


def folded_title(name: str) -> str:
    """A title as compared: NFC, lower case, words only, without "Thủ tục" before and a year in brackets behind."""
    lower = YEAR_MARK.sub("", clean(name).lower())
    return PREFIX.sub("", " ".join(SYLLABLE.findall(lower)))


def link_similar(procedures: Sequence[Procedure]) -> tuple[Procedure, ...]:
    """The same procedures with `similar` filled by the rule above; order of input does not matter to the result."""
    titles = [folded_title(procedure.name) for procedure in procedures]
    bags = [frozenset(title.split()) for title in titles]
    near = _jaccard(bags)
    groups = _groups(titles)
    linked = []
    for place, procedure in enumerate(procedures):
        scores = {int(other): float(near[place, other]) for other in np.flatnonzero(near[place] >= NEAR)}
        scores |= {other: max(scores.get(other, 0.0), 0.9) for other in groups[_core(titles[place])]}
        scores |= {other: 1.0 for other, title in enumerate(titles) if title == titles[place]}
        ordered = sorted((-score, procedures[other].code) for other, score in scores.items() if other != place)
        linked.append(with_links(procedure, procedure.aliases, [code for _, code in ordered[:MOST_SIMILAR]]))
    return tuple(linked)


def _groups(titles: Sequence[str]) -> Mapping[str, list[int]]:
    groups: dict[str, list[int]] = defaultdict(list)
    for place, title in enumerate(titles):
        core = _core(title)
        if len(core.split()) >= 3:
            groups[core].append(place)
    return groups


def _core(title: str) -> str:
    return " ".join(word for word in title.split() if word not in CHANGES)


def _jaccard(bags: Sequence[frozenset[str]]) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
    words = {word: number for number, word in enumerate(sorted(set().union(*bags)))}
    matrix = np.zeros((len(bags), max(1, len(words))), dtype=np.float32)
    for row, bag in enumerate(bags):
        matrix[row, [words[word] for word in bag]] = 1
    shared = matrix @ matrix.T
    sizes = matrix.sum(axis=1)
    return np.asarray(shared / np.maximum(1, sizes[:, None] + sizes[None, :] - shared), dtype=np.float32)


def link_aliases(
    procedures: Sequence[Procedure], titles: Iterable[KnownTitle]
) -> tuple[tuple[Procedure, ...], tuple[KnownTitle, ...]]:
    """Old codes become aliases of the one current procedure of the same title, agency and level; the rest come back.

    An old title whose level its authority does not tell, or that fits two current procedures, stays unlinked.
    """
    current = {procedure.code for procedure in procedures}
    by_title: dict[tuple[str, str], list[Procedure]] = defaultdict(list)
    for procedure in procedures:
        by_title[folded_title(procedure.name), procedure.agency.name.lower()].append(procedure)
    aliases: dict[str, list[str]] = defaultdict(list)
    left: list[KnownTitle] = []
    for title in sorted(titles, key=lambda each: each.code):
        if title.code in current:
            continue
        candidates = by_title[folded_title(title.name), title.agency.lower()]
        fitting = [each for each in candidates if _same_level(title, each)]
        if len(fitting) == 1 and len(candidates) == 1:
            aliases[fitting[0].code].append(title.code)
        else:
            left.append(title)
    linked = (with_links(each, sorted({*each.aliases, *aliases[each.code]}), each.similar) for each in procedures)
    return tuple(linked), tuple(left)


def _same_level(title: KnownTitle, procedure: Procedure) -> bool:
    told = set(levels_of(title.authority))
    return bool(told) and told <= set(procedure.level or ())


def levels_of(authority: str) -> Iterator[str]:
    """The levels that the names of authorities tell."""
    for part in re.split(r"[,;\n]", authority):
        level = next((level for level, words in AUTHORITY_LEVELS if words.search(part.strip())), None)
        if level:
            yield level


def agency_slug(name: str) -> str | None:
    """The slug of an agency named as official lists name it (old names in brackets are passed over)."""
    plain = re.sub(r"\s*\(.*\)", "", clean(name)).lower()
    return next((slug for slug, known in AGENCIES.items() if known.lower() == plain), None)
