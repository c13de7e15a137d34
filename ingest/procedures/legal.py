"""Numbers of legal texts out of glued tables: which are in the column of numbers, and where each ends."""

from __future__ import annotations

import re

from ingest.procedures.words import clean

LEGAL_HEAD = re.compile(r"^Tên văn bản pháp lý\s*Mã văn bản")
KINDS = r"(?:NQLT|NĐ|ND|NQ|TT|TTLT|QĐ|QD|CT|CTr|VBHN|PL|SL|L|CV|KH|HD|QC|QyĐ|BB|TB)"
ORGANS = (
    r"(?:UBTVQH(?:1[0-6]|[89])|QH(?:1[0-6]|[89])|CP|TTg|TTgCP|HĐBT|HĐND|UBND|HĐTP|TANDTC|VKSNDTC|TTCP|VPCP|KTNN|CTN|UBDT|"
    r"BNNPTNT|BNN&PTNT|BNNMT|BNN|BTNMT|BLĐTBXH|BVHTTDL|BVHTT|BGDĐT|BKHĐT|BKHCN|BTTTT|BGTVT|BDTTG|NHNN|TCHQ|BTC|BCA|BTP|BXD|"
    r"UBTƯMTTQVN|BQP|BYT|BNV|BCT|BNG|BTM|BCN|BTS|TW|BTCTW|BCĐ|BHXH|TCT|BCA\([A-Z0-9]+\))"
)
NUMBER = re.compile(
    rf"(?P<digits>\d+)(?P<more>(?:\.\d{{1,2}}(?=/))?[a-z]?)/(?P<year>(?:19|20)\d\d)/"
    rf"(?:(?P<known>(?:{KINDS}\s?[-/]\s?)?{ORGANS}(?:\s?[-,]\s?{ORGANS})*)|(?P<other>[A-ZĐ&]+(?:-[A-ZĐ&]+)*))"
)


# Numbers without a year: decrees of the nineties ("73-CP"), and decisions ("2338/QĐ-BTP").
WITHOUT_YEAR = re.compile(rf"(?<![\d/])(\d{{1,5}})(?:\s?[-/]\s?(CP|HĐBT)(?![A-Za-z])|/(QĐ-{ORGANS}))")
ORDINAL = re.compile(r"\b(?:thứ|khóa|khoá|lần|điều|khoản|nhóm)\s$", re.I)
MENTION = re.compile(r"\s(?:số|định|tư|luật|quyết) $", re.I)
ROW_START = re.compile(
    r"(?:^|(?<=\S))(?:Luật|Bộ luật|Nghị định|Nghị quyết|Thông tư|Thông tư liên tịch|Quyết định|Pháp lệnh)(?: số)?:? $",
    re.I,
)


def legal_numbers(text: str) -> tuple[str, ...]:
    """Numbers that stand in the column of numbers, in order, each once.

    One stands there when the next row touches it or it ends the table; a title that begins with its own number
    ("Thông tư số 08/2026/TT-BNNMT ngày …") tells it too. Numbers that titles only mention do not count.
    """
    table = LEGAL_HEAD.sub("", clean(text))
    numbers: list[str] = []
    everywhere: list[str] = []
    for match in NUMBER.finditer(table):
        number, end = _number(match, table)
        if number is None:
            continue
        everywhere.append(number)
        begins = ROW_START.search(table[max(0, match.start() - 30) : match.start()])
        behind = NUMBER.match(table, end)
        mentioned = (
            behind
            and _number(behind, table)[0] != number
            and MENTION.search(table[max(0, match.start() - 12) : match.start()])
        )
        if begins or (_ends_cell(table[end : end + 3]) and not mentioned):
            numbers.append(number)
    yearless = (match for match in WITHOUT_YEAR.finditer(table) if not table[match.end() :][:1].isspace())
    numbers += (f"{match[1]}/{match[2] or match[3]}" for match in yearless)
    # A table whose every row lost its number still names the texts in its titles.
    return tuple(dict.fromkeys(numbers or everywhere))


def _ends_cell(after: str) -> bool:
    """Whether a new row begins behind: nothing, a letter that touches, a stop that touches, a capital after a space."""
    if not after or (after[0] in ".;" and (len(after) == 1 or not after[1].isspace())):
        return True
    if after[0] == " ":
        return len(after) > 2 and after[1].isupper() and not after[2].isupper()
    return after[0] not in ',.;:)(]”"/-_'


def find_numbers(text: str) -> tuple[str, ...]:
    """Every number that the text names, in order, each once."""
    found = (_number(match, text)[0] for match in NUMBER.finditer(clean(text)))
    return tuple(dict.fromkeys(number for number in found if number))


def _number(match: re.Match[str], table: str) -> tuple[str | None, int]:
    digits, more, end = match["digits"], match["more"], match.end()
    if more and re.fullmatch(r"(?:19|20)\d\d", digits):  # a date before: "15/5/2026.55/2026/TT-BTC"
        digits, more = more.strip("."), ""
    if ORDINAL.search(table[max(0, match.start() - 8) : match.start()]):  # "Kỳ họp thứ 2" and "14/2022/QĐ-TTg" touch
        if len(digits) != 3:
            return None, end
        digits = digits[1:]
    if len(digits) > 4 or (len(digits) > 3 and table[match.start() - 1 : match.start()] == "/"):
        glued = re.fullmatch(r"(?:19|20)\d\d([1-9]\d{0,3}|0\d{1,2})", digits)
        if not glued:
            return None, end
        digits = glued[1]
    organ = re.sub(r"\s", "", match["known"] or match["other"])
    if match["other"] and table[end : end + 1].islower():
        organ, end = organ[:-1], end - 1
    if not organ.rstrip("-") or organ.endswith("-") or (match["other"] and len(organ.split("-")[-1]) < 2):
        return None, end
    return f"{digits}{more}/{match['year']}/{organ}", end
