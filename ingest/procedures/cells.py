"""The portal's tables whose cells were glued together without any separator, split again by their own grammar."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ingest.procedures.records import MethodRow, PaperRow
from ingest.procedures.words import LOWER, UPPER, clean

METHOD_HEAD = "Hình thức nộpThời gianPhí, lệ phíMô tả"
PAPER_HEAD = re.compile(r"Tên giấy tờ\s*Mẫu đơn, tờ khai\s*Số lượng")
WAYS = {"Trực tiếp": "truc-tiep", "Trực tuyến": "truc-tuyen", "Dịch vụ bưu chính": "buu-chinh"}
UNIT = r"(?:Ngày làm việc|Giờ làm việc|Ngày|Giờ|Phút|Tuần|Tháng|Năm)"
FEE = r"(?:Miễn phí|Không có thông tin|(?:\d[\d,.]* )?(?:VNĐ|Việt Nam Đồng|USD))"
METHOD_ROW = re.compile(
    rf"(?P<way>Trực tuyến|Dịch vụ bưu chính|Trực tiếp)"
    rf"(?P<time>\d{{1,4}}(?:\.\d{{1,2}})? ?{UNIT}|\d{{1,4}}(?=Miễn|Không|VNĐ|Việt|USD)|Không[^\n\d]{{0,80}}?|)"
    rf"(?P<fee>{FEE})"
)
FIRST_ROW = re.compile(rf"(?P<way>Trực tuyến|Dịch vụ bưu chính|Trực tiếp)(?P<time>[^\n]{{0,160}}?)(?P<fee>{FEE})")
GLUED = re.compile(r"(\d{0,4}?)([1-9]\d{0,2}(?:,\d{3})+)")
COUNT = re.compile(r"(?<!\d)(\d+) bản (chính)(?:,(\d+) bản sao)?|(?<!\d)(\d+) bản sao(?=[^\s,.;)]|$)")
FILE_END = re.compile(r"\.(?:docx?|pdf|xlsx?|rar|zip|jpe?g|png|rtf|odt)", re.IGNORECASE)
FILE_START = re.compile(
    rf"(?<=[{LOWER})\];,”/\d.])(?=[{UPPER}])|(?<=[{UPPER}])(?=(?!Tg|[IVX][a-d]\b)[{UPPER}][{LOWER}])"
    rf"|(?<=[{LOWER}][{LOWER}])(?=\d{{1,2}}[._ -])|(?<=[)\]”;])(?=\d)|(?<=[{LOWER})][.,])(?=\d)"
    rf"|(?<=[{LOWER})\d][.;,)])(?=[{LOWER}]{{2}})|(?<=[{LOWER}])(?=mẫu số )"
)
NO_BORDER = re.compile(r"(?:[-/\d]|\d\.)$")


def split_methods(text: str) -> tuple[MethodRow, ...]:
    """The rows of the glued table, each fee with its bracket, each note the description behind it."""
    table = clean(text, keep_lines=True).removeprefix(METHOD_HEAD)
    starts = list(METHOD_ROW.finditer(table))
    first = FIRST_ROW.match(table)
    if first and (not starts or starts[0].start() > 0):
        starts = [first, *(start for start in starts if start.start() >= first.end())]
    ends = [*(start.start() for start in starts[1:]), len(table)][: len(starts)]
    return tuple(_method_row(start, table[start.end() : end]) for start, end in zip(starts, ends, strict=True))


def _method_row(start: re.Match[str], rest: str) -> MethodRow:
    time, fee = start["time"].strip(), start["fee"]
    if not time:
        time, fee = _unglued(fee, rest)
    bracket = _bracket_length(rest)
    return MethodRow(WAYS[start["way"]], time, fee + rest[:bracket], rest[bracket:].strip())


def _unglued(fee: str, rest: str) -> tuple[str, str]:
    """Time and amount that touch ("1100,000 VNĐ"): split only where one reading is possible or the words confirm it."""
    number, space, unit = fee.partition(" ")
    if not space or not number[0].isdigit():
        return "", fee
    readings = [(number[:place], number[place:]) for place in range(len(number)) if GLUED.fullmatch(number[place:])]
    readings = [(time, amount) for time, amount in readings if re.fullmatch(r"[1-9]\d{0,2}(?:,\d{3})+", amount)]
    said = re.sub(r"(?<=\d)[.,](?=\d{3})", "", rest)
    confirmed = [reading for reading in readings if re.search(rf"(?<!\d){reading[1].replace(',', '')}(?!\d)", said)]
    chosen = readings if len(readings) == 1 else confirmed
    if len(chosen) == 1:
        return chosen[0][0], f"{chosen[0][1]} {unit}"
    return "", unit


def _bracket_length(text: str) -> int:
    if not text.startswith("("):
        return 0
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return place + 1
    return text.find("\n") if "\n" in text else len(text)


def split_papers(text: str) -> tuple[PaperRow, ...]:
    """The rows of the glued tables, each under its table's heading. A text that is no table gives no row."""
    parts = PAPER_HEAD.split(clean(text, keep_lines=True))
    rows: list[PaperRow] = []
    group = parts[0]
    for table in parts[1:]:
        end = 0
        for match in _counts(table):
            rows.append(_paper_row(table[end : match.start()], match, group))
            end = match.end()
        group = table[end:]
    return tuple(row for row in rows if row.name)


def _counts(table: str) -> Iterator[re.Match[str]]:
    """Counts that end a row: what follows touches them, or is the end. One that stands apart before a line's end
    belongs to the name."""
    for match in COUNT.finditer(table):
        before, after = table[match.start() - 1 : match.start()], table[match.end() : match.end() + 1]
        if not after or (after == "\n" and not before.isspace()) or (not after.isspace() and after not in ",.;:)/"):
            yield match


def _paper_row(cell: str, match: re.Match[str], group: str) -> PaperRow:
    originals, copies = match[1], match[3] or match[4]
    flags: tuple[str, ...] = ()
    digits = originals or copies
    if len(digits) > 1:
        cell, digits, sure = _unglue_count(cell, digits)
        flags = () if sure else ("count-unclear",)
        originals, copies = (digits, match[3]) if originals else (None, digits)
    name, files = split_files(cell)
    flags += ("form-unsplit",) if name and FILE_END.search(name[-6:]) else ()
    counts = [None if count is None or int(count) > 100 else int(count) for count in (originals, copies)]
    label = re.sub(r"^[-–\s]+$", "", group).strip()
    return PaperRow(name, files, counts[0], counts[1], clean(label), flags)


def _unglue_count(cell: str, digits: str) -> tuple[str, str, bool]:
    """A name's last figure and the count that touch ("29/9/20211"): the name, the count, and whether that is sure."""
    year = re.fullmatch(r"((?:19|20)\d\d)(\d{1,2})", digits)
    if year:
        return cell + year[1], year[2], True
    if len(digits) == 2 and digits[0] == "0" and cell[-1:].isalpha():
        return cell, digits[1], True
    return cell + digits[:-1], digits[-1], False


def split_files(cell: str) -> tuple[str, tuple[str, ...]]:
    """A name and the form files glued behind it, without their endings; no file where the border cannot be seen."""
    ends = list(FILE_END.finditer(cell))
    if not ends or ends[-1].end() < len(cell.rstrip()):
        return clean(cell), ()
    starts = [0, *(end.end() for end in ends[:-1])]
    names = [cell[start : end.start()] for start, end in zip(starts, ends, strict=True)]
    border = _file_border(names[0])
    if border is None:
        return clean(cell), ()
    files = (re.sub(r"^\d+(?=Phụ lục|Mẫu)", "", names[0][border:]), *names[1:])
    return clean(names[0][:border]), tuple(dict.fromkeys(clean(file) for file in files if file.strip()))


def _file_border(head: str) -> int | None:
    """Where the file's name begins: the first place in its last 160 characters where two words touch."""
    for match in FILE_START.finditer(head, max(1, len(head) - 160)):
        if not NO_BORDER.search(head[: match.start()]) or _looks_named(head[match.start() :]):
            return match.start()
    return None


def _looks_named(tail: str) -> bool:
    named = r"(?:m[ẫa]?u|ph[uụ]|bi[eể]u|đơn|don|t[oờ] |gi[aấ]y|v[aă]n b|b[aá]o c|ct\d|ms\d|bm)"
    return re.match(named, tail, re.IGNORECASE) is not None
