"""Personal data in a citizen's free text, replaced by Vietnamese labels before it is stored, logged or searched.

Formats: Luật Căn cước 2023 (identity number: 12 digits, a province code from 0 first); the old 9-digit identity card;
social-insurance number: 10 digits, health card: 2 letters + 13 digits; passport: a letter + 7 or 8 digits; the national
numbering plan (mobiles 03/05/07/08/09 + 8 digits, landlines 02 + 9); bank cards: 13-19 digits closed by Luhn's check;
tax code: 10 digits, or 10-3 for a branch. Every repeat below is bounded, every look-around short: the work is linear.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple


@dataclass(frozen=True)
class Masked:
    """`text` with labels in place of personal data; `kinds` found, once each, in order of appearance."""

    text: str
    kinds: tuple[str, ...]


class Number(NamedTuple):
    """A candidate: as written, its digits, whether a word of its topic stands next to it, the folded words before."""

    raw: str
    digits: str
    adjacent: bool
    before: str


class Rule(NamedTuple):
    """`topic`: the words that must stand near (a key of TOPICS), None when the digits say it by themselves."""

    kind: str
    topic: str | None
    digits: re.Pattern[str]
    check: Callable[[Number], bool] = lambda number: True


LABELS = {
    "cccd": "[số căn cước]", "cmnd": "[số chứng minh]", "bhxh": "[số bảo hiểm]", "passport": "[số hộ chiếu]",
    "phone": "[số điện thoại]", "card": "[số thẻ]", "account": "[số tài khoản]", "otp": "[mã bí mật]",
    "email": "[email]", "tax": "[mã số thuế]",
}  # fmt: skip
HOLE = "\0"  # stands for what is masked already: no pattern reaches across it
LABEL = re.compile("|".join(map(re.escape, LABELS.values())))

# All patterns read folded text: lower case, no accents, ASCII digits. Of near topics the nearest is tried first;
# `other` says the number is public, and hides the topics before it.
TOPICS = {
    "otp": r"otp|ma xac (?:nhan|thuc|minh)|ma (?:pin|bao mat|dang nhap|kich hoat)|passcode|password|mat ?khau",
    "secret": r"mk|pass|pin",  # also "mình", "đỗ", "battery": only next to the number
    "account": r"stk|so ?tai ?khoan|so tk|tknh|tai khoan (?:ngan hang|nhan tien|nhan luong)",
    "wallet": r"tai ?khoan|tk|vcb|vietcombank|bidv|agribank|vietinbank|techcombank|mb ?bank|sacombank|tpbank|momo",
    "insurance": r"bhxh|bhyt|bhtn|bao ?hiem",
    "tax": r"ma so thue|ma thue|mst",
    "identity": r"cccd|cmnd|cmtnd|cmt|can ?cuoc|chung ?minh(?! thu nhap)|dinh danh",
    "phone": r"sdt|so dt|dt|dien ?thoai|di dong|phone|zalo|lien he|lh|goi|tel|nhan tin",
    "card": r"so the|the (?:atm|ngan hang|tin dung|ghi no|napas)|visa|mastercard|atm|napas",
    "other": r"thu tuc|ho so|quyet dinh|nghi dinh|thong tu|cong van|so tien|le phi|muc phi|so du|bi tru|tong dai"
    r"|hotline|duong day nong|can ho|so nha|nha so|phong so|van don",
}
TOPIC = re.compile("(?<![a-z])(?:" + "|".join(f"(?P<{name}>{words})" for name, words in TOPICS.items()) + ")(?![a-z])")
ADJACENT = re.compile(r"[ \n:=#-]{0,4}(?:(?:la|nay|cua|toi|em|minh|mk|ban|moi|cu|so|ma|con|me|e)[ :=]{1,3}){0,5}")
SAID_AFTER = re.compile(r" {0,2}(?:day |nay |chinh )?la [a-z ]{0,16}")
NEW_SENTENCE = re.compile(r"[.?!;]\s(?=[^.?!;]{0,48}[a-z])")

GROUP = re.compile(r"\d+")
SEPARATOR = re.compile(r"[ .()_-]{1,3}")
THOUSANDS = re.compile(r"[1-9]\d{0,2}(?:\.\d{3}){1,6}")
AMOUNT_UNIT = re.compile(  # reads the text with its accents: "đồng" is money, "đóng" and "Đồng Nai" are not
    r"(?:k|tr|m)(?!\w)| ?(?:(?:đồng|dong)(?! (?:nai|tháp|thap|hới|hoi|xoài|xoai|anh|da|bh|bao|tien|phi|thue))"
    r"|[đd](?![/.]?\w)|₫|vnđ|vnd|triệu|trieu|nghìn|nghin|ngàn|ngan(?! hang)|tỷ|ty|usd|mah|ký tự|ky tu"
    r"|phút|phut|giây|giay)(?!\w)"
)
PUBLIC = re.compile(  # dates, procedure codes, page addresses, hotlines
    r"(?<!\d)(?<!\d[.-])(?:(?:0?[1-9]|[12]\d|3[01])[.-](?:0?[1-9]|1[0-2])[.-](?:19|20)\d\d"
    r"|(?:19|20)\d\d[.-](?:0?[1-9]|1[0-2])[.-](?:0?[1-9]|[12]\d|3[01])|[1-3]\.0\d{5})(?![.-]?\d)"
    r"|(?<=-)\d{6,18}(?=\.html?(?!\w))"
    r"|(?<!\d)(?<!\d[ .-])(?<!\d[ .-]{2})(?<!\d[ .-]{3})(?:1[89]00(?:\d{4}|[ .-]\d{4,6}|[ .-]\d{2,3}[ .-]\d{2,3})"
    r"|11[1-5]|1022|156|5656)(?![ .-]{0,3}\d)"
)


def _luhn(number: Number) -> bool:
    """A card as printed (one run, or groups of four), closed by its check digit, and not all zeros."""
    doubled = (int(d) * (1 + i % 2) for i, d in enumerate(reversed(number.digits)))
    shape = re.fullmatch(r"\d{13,19}|(?:\d{4}[ .-]{1,3}){3,4}\d{1,4}|\d{4}[ .-]\d{6}[ .-]\d{5}", number.raw)
    return bool(shape) and number.digits.strip("0") != "" and sum(n - 9 * (n > 9) for n in doubled) % 10 == 0


def _code(number: Number) -> bool:
    """A one-time code: one run or equal groups, and, when its word is not next to it, no year and no round sum."""
    sizes = [len(group) for group in GROUP.findall(number.raw)]
    grouped = len(sizes) == 1 or (len(set(sizes)) == 1 and len(number.digits) > 4) or len(sizes) == len(number.digits)
    plain = re.fullmatch(r"(?:19|20)\d\d|[1-9]\d*000", number.digits)
    return grouped and (number.adjacent or not plain)


def _held(number: Number) -> bool:
    """An account named loosely: not a sum, a hotline, a procedure code ("mã 1013225") or an identity number."""
    sums = THOUSANDS.fullmatch(number.raw) or re.fullmatch(r"[1-9]\d{2,8}000|1[89]00\d{6}", number.digits)
    coded = re.search(r"(?<![a-z])ma(?: so)?[ :]{0,3}$", number.before)
    return not (sums or coded or re.fullmatch(r"0\d{11}", number.digits) or ". " in number.raw)


def _old_card(number: Number) -> bool:
    """Nine digits are an old identity card unless a round sum or hotlines ("113 114 115"); in groups only as 3-3-3."""
    shape = re.fullmatch(r"\d{9}|\d{3}[ -]\d{3}[ -]\d{3}", number.raw)
    public = re.search(r"0{6}$|^(?:11[1-5]){3}$", number.digits) or re.search(r"so tien|ho so", number.before)
    return bool(shape) and not public


RULES = (
    Rule("otp", "otp", re.compile(r"\d{4,8}"), _code),
    Rule("otp", "secret", re.compile(r"\d{4,8}"), lambda number: number.adjacent and _code(number)),
    Rule("account", "account", re.compile(r"\d{6,19}"), lambda number: ". " not in number.raw),
    Rule("account", "wallet", re.compile(r"\d{6,19}"), _held),
    Rule("bhxh", "insurance", re.compile(r"\d{10}")),
    Rule("tax", "tax", re.compile(r"\d{10}(?:\d{3})?")),
    Rule("cmnd", "identity", re.compile(r"\d{9}")),
    Rule("cccd", "identity", re.compile(r"\d{12}")),
    Rule("phone", "phone", re.compile(r"(?!(?:11[1-5]){3})[1-9]\d{8}|0[1-9]\d{7,9}")),
    Rule("card", "card", re.compile(r"\d{12,19}")),
    Rule("cccd", None, re.compile(r"0\d{11}")),
    Rule("phone", None, re.compile(r"(?:0|84|0084|840)(?:[35789]\d{8}|2\d{9})|01[2689]\d{8}")),
    Rule("card", None, re.compile(r"\d{13,19}"), _luhn),
    Rule("cmnd", None, re.compile(r"\d{9}"), _old_card),
)
BY_TOPIC = {topic: [rule for rule in RULES if rule.topic == topic] for topic in [*TOPICS, None]}

# What is not a plain number; `value` is the part to mask.
TEXT_RULES = (
    ("email", re.compile(
        r"(?P<value>[a-z0-9._%+-]{1,64}(?:@[a-z0-9.-]{1,64}\.[a-z]{2,10}"
        r"| ?@ ?(?:gmail|yahoo|outlook|hotmail|icloud)(?:\.com)?(?:\.vn)?))")),
    ("bhxh", re.compile(
        r"(?<![a-z0-9\0])(?P<value>[a-z]{2}(?:[ -]?[1-5][ .-]\d\d|-?[1-5]\d\d)(?:[ .-]?\d){10})(?![\d\0])")),
    ("passport", re.compile(r"(?<![a-z0-9\0])(?P<value>[a-z]\d{7,8})(?![a-z0-9\0])")),
    ("passport", re.compile(
        r"(?:ho chieu|passport)[^\d\0]{0,24}(?<![a-z0-9\0])(?P<value>[a-z][ -]\d{7,8})(?![a-z0-9\0])")),
    ("otp", re.compile(
        r"(?<![a-z])(?:mat ?khau|(?<!cua )mk|pass(?:word|code)?|ma pin)(?: [a-z]{1,12}){0,4}?"
        r"(?: la| ?[:=])(?: la)?[ :]{0,2}"
        r"(?P<value>(?=[^\s\0]{0,40}[\d@#$%&*_])[^\s\0]{3,63}[^\s\0.,;!?)]|[a-z]{8,64})")),
    ("otp", re.compile(r"(?<![a-z])(?:(?<!cua )mk|pass(?:word)?) ?[:=] ?"
        r"(?P<value>(?!\[|quen|doi|dat |mat |nhap|khong|phai)[^\s\0]{3,63}[^\s\0.,;!?)])")),
)  # fmt: skip


def mask(text: str) -> Masked:
    """Replace personal data by labels. Total on any str, linear in its length, idempotent: labels stay as they are.

    In doubt a number that can be a person's is masked; money, dates, hotlines, law numbers and procedure codes are not.
    """
    folded, origin = _fold(text)
    found: list[tuple[int, int, str]] = []
    for kind, pattern in TEXT_RULES:
        found += [(*match.span("value"), kind) for match in pattern.finditer(folded)]
        folded = pattern.sub(_punch, folded)
    found = sorted(found + _numbers(folded, text, origin))
    out, done = [], 0
    for start, end, kind in found:
        out += [text[done : origin[start]], LABELS[kind]]
        done = max(origin[end], origin[end - 1] + 1)
    return Masked("".join(out) + text[done:], tuple(dict.fromkeys(kind for _, _, kind in found)))


def _punch(match: re.Match[str]) -> str:
    start, end = (position - match.start() for position in match.span("value"))
    return match[0][:start] + HOLE * (end - start) + match[0][end:]


def _fold(text: str) -> tuple[str, list[int]]:
    """The text as the patterns read it, and for each character (and the end) its position in `text`.

    Accents, zero-width and control characters fall away; labels become holes; the letter o that opens a number is 0.
    """
    chars: list[str] = []
    origin: list[int] = []
    for position, char in enumerate(LABEL.sub(lambda label: HOLE * len(label[0]), text.replace(HOLE, " "))):
        for piece in char.lower() if char.isascii() else unicodedata.normalize("NFKD", char.lower()):
            category = unicodedata.category(piece)
            if piece == HOLE or piece == "\n" or category[0] not in "MC":
                digit = unicodedata.decimal(piece, None)
                kept = "-" if category == "Pd" or piece == "\u2212" else " " if category == "Zs" else piece
                chars.append("d" if piece == "đ" else kept if digit is None else str(digit))
                origin.append(position)
            elif piece == "\t":
                chars.append(" ")
                origin.append(position)
    return re.sub(r"(?<![a-z0-9])o(?=\d{2})", "0", "".join(chars)), [*origin, len(text)]


def _numbers(folded: str, text: str, origin: list[int]) -> list[tuple[int, int, str]]:
    """Spans of runs of digit groups that a rule knows, left to right; what no rule knows stays."""
    line = PUBLIC.sub(lambda public: "/" * len(public[0]), folded)
    groups = [match.span() for match in GROUP.finditer(line)]
    found: list[tuple[int, int, str]] = []
    index = done = 0
    while index < len(groups):
        start, (kind, last) = groups[index][0], _classify(line, folded, text, origin, groups, index, done)
        if kind:
            end = groups[last][1]
            start -= start > done and line[start - 1] == "+"
            start -= start > done and line[start - 1] == "(" and ")" in line[start:end]
            found.append((start, end, kind))
            index, done = last, end
        index += 1
    return found


def _classify(
    line: str, folded: str, text: str, origin: list[int], groups: list[tuple[int, int]], index: int, done: int
) -> tuple[str, int]:
    """The kind of the number that starts at group `index`, and its last group; "" when no rule knows it."""
    start, end = groups[index]
    before = NEW_SENTENCE.split(folded[max(done, start - 48) : start].rpartition(HOLE)[2])[-1]
    topics = _topics(before)
    follows_digits = start - 2 >= done and line[start - 1] in ".-_" and line[start - 2].isdigit()
    glued = follows_digits or (line[start - 1 : start].isalpha() and not (topics and topics[0][1] == len(before)))
    ends = [index]
    while not glued and ends[-1] + 1 < len(groups) and len(ends) < 12:
        next_start, next_end = groups[ends[-1] + 1]
        if next_end - start > 48 or not SEPARATOR.fullmatch(line, groups[ends[-1]][1], next_start):
            break
        ends.append(ends[-1] + 1)
    named: list[tuple[str | None, bool]] = [(name, bool(ADJACENT.fullmatch(before, at))) for name, at in topics]
    if not topics and (said := SAID_AFTER.match(folded, end)) and (topic := TOPIC.search(folded, end, said.end())):
        named = [(topic.lastgroup, True)]
    for name, adjacent in [*([] if glued else named), (None, False)]:
        for last in [*ends[:1], *reversed(ends[1:])] if name is None else reversed(ends):
            stop = groups[last][1]
            raw = line[start:stop]
            number = Number(raw, "".join(GROUP.findall(raw)), adjacent, before)
            fits = [rule.kind for rule in BY_TOPIC[name] if rule.digits.fullmatch(number.digits) and rule.check(number)]
            nearby = unicodedata.normalize("NFC", text[origin[stop] : origin[stop] + 24]).lower()
            plus, sure = line[start - 1 : start] == "+", raw[0] == "0" and (name is None or last == index)
            amount = not (plus or sure) and (AMOUNT_UNIT.match(nearby) or (name is None and THOUSANDS.fullmatch(raw)))
            if fits and not amount and (len(raw) > 9 or not glued):
                return fits[0], last
    return "", index


def _topics(before: str) -> list[tuple[str, int]]:
    """Topics named in the words before a number, the nearest first, with where their words end."""
    topics: list[tuple[str, int]] = []
    for match in TOPIC.finditer(before):
        topics = [] if match.lastgroup == "other" else [(str(match.lastgroup), match.end()), *topics]
    return topics
