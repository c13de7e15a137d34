"""Words of the record into figures: time limits, fees, short names. What cannot be read stays unknown and flagged."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from app.content.procedure import Fee, TimeLimit
from ingest.procedures.words import BULLET, LOWER, clean, is_nothing, shorten

UNIT = r"(giờ làm việc|ngày làm việc|giờ|phút|ngày|tuần|tháng|năm)"
TIME_CELL = re.compile(rf"(\d{{1,4}}(?:[.,]\d{{1,2}})?)\s*{UNIT}?\.?", re.I)
TIME_SAID = re.compile(
    rf"(?<![\d/.,])(\d{{1,3}}(?:[.,]\d)?)\s*(?:\([^()]{{1,40}}\)\s*)?{UNIT}(?!\s*(?:\d|tháng|/))", re.I
)
CASE_BEFORE = re.compile(r"^(?:trường hợp|đối với|nếu)\b", re.I)
CASE_AFTER = re.compile(
    r"^(?:,?\s*(?:kể từ|từ) (?:khi|ngày)[^;]{0,160}?)?\s*,?\s*\(?"
    r"(?:đối với|trong trường hợp|với trường hợp|trường hợp)\b",
    re.I,
)
CLOCK = re.compile(r"(?:sau|trước|lúc|đến|từ)\s*$", re.I)
OFFICE_PART = re.compile(
    r"thời (?:hạn|gian) (?:thẩm định|tiếp nhận|xem xét|trả|kiểm tra|lập|trình)|ý kiến|kể từ ngày nhận được văn bản",
    re.I,
)
INNER_STEP = re.compile(
    r"không hợp lệ|chưa hợp lệ|đầy đủ|bổ sung|không cấp|thông báo|từ chối|lý do|hoàn thiện|không đủ|"
    r"phải có văn bản|gửi|lấy ý kiến",
    re.I,
)
PERIOD = re.compile(r"(?:hiệu lực|thời hạn (?:của|giấy|sử dụng|lưu hành)|gia hạn|tuổi|cư trú|bảo hành)[^;]*$", re.I)
FEE_TOKEN = re.compile(
    r"(?P<free>miễn phí|(?:phí|lệ phí)\s*:\s*(?:0|không)\s*đồng)"
    r"|(?P<none>không có thông tin|(?:phí|lệ phí)\s*:\s*đồng)"
    r"|(?:(?:phí|lệ phí)\s*:\s*)?(?P<amount>\d[\d.,]*)?\s*(?P<unit>việt nam đồng|vnđ|usd|đồng)",
    re.I,
)
MONEY_SAID = re.compile(
    r"(?<![\d/.,])(?P<amount>\d{1,3}(?:[.,]\s?\d{3})+|\d+(?:[.,]\d+)?)\s*(?P<scale>triệu|nghìn|ngàn|tỷ)?\s*"
    r"(?P<unit>đồng|đ|vnđ|vnd|usd|đô la mỹ)?(?![\w%])\s*(?:\([^()]{5,80}\)\s*)?(?:/\s*(?P<per>[^,;:.()/+\n]{1,60}))?",
    re.I,
)
THRESHOLD = re.compile(r"(?:từ|trên|dưới|đến|vốn|giá trị|tối đa|tối thiểu|quá|hơn|bằng|mức thu từ|doanh thu)\s*$", re.I)
FEE_WORDS = re.compile(
    r"theo quy định|thông tư|nghị định|hđnd|hội đồng nhân dân|ubnd|ủy ban|biểu (?:mức|phí)|mức|giá|%", re.I
)
FREE_WORDS = re.compile(r"(?<!mức thu, )miễn\b|không thu|không phải nộp|chưa thu", re.I)
SCALES = {"triệu": 10**6, "nghìn": 10**3, "ngàn": 10**3, "tỷ": 10**9}
LEAST_DONG = 1000


def read_time(cell: str, note: str = "") -> tuple[TimeLimit, ...]:
    """The time limits of one row: the cell's own first, then the cases its description tells apart."""
    main = _cell_time(clean(cell), note)
    if main.value is None and "not-stated" in main.flags and is_nothing(note):
        return (main,)
    known = {(main.value, main.unit)}
    sure = tuple(_said_times(note, CASE_AFTER_FIGURE))
    cases = sure or tuple(_said_times(note, CASE_BEFORE_FIGURE))
    told = {(case.value, case.unit) for case in cases}
    if told - known and (sure or len(told) > 1):
        return (main, *cases)
    others = {_figure(match) for match in TIME_SAID.finditer(note)} - known
    return (replace(main, flags=(*main.flags, "more-in-text")),) if others else (main,)


def _cell_time(cell: str, note: str) -> TimeLimit:
    match = TIME_CELL.fullmatch(cell)
    if match is None:
        said = not is_nothing(cell) or "quy định" in cell.lower()
        return TimeLimit(None, None, shorten(cell)[0] if said else None, ("not-a-figure" if said else "not-stated",))
    value = float(match[1].replace(",", "."))
    if not 0 < value <= 10000:
        return TimeLimit(None, None, None, ("not-a-figure",))
    if match[2]:
        return TimeLimit(value, match[2].lower())  # type: ignore[arg-type]
    units = {unit for said, unit in map(_figure, TIME_SAID.finditer(note)) if said == value}
    if len(units) == 1:
        return TimeLimit(value, units.pop(), None, ("unit-from-text",))  # type: ignore[arg-type]
    return TimeLimit(value, None, None, ("unit-lost",))


def _figure(match: re.Match[str]) -> tuple[float, str]:
    return float(match[1].replace(",", ".")), match[2].lower()


CASE_AFTER_FIGURE, CASE_BEFORE_FIGURE = True, False


def _said_times(note: str, after_figure: bool) -> Iterator[TimeLimit]:
    """Clauses with exactly one figure that name their case behind it ("10 ngày đối với …") or else before it
    ("Trường hợp …: 5 ngày"); what only a step inside the office takes is no case."""
    for clause in _clauses(note):
        figures = list(TIME_SAID.finditer(clause))
        if len(figures) != 1:
            continue
        before, after = clause[: figures[0].start()], clause[figures[0].end() :]
        value, unit = _figure(figures[0])
        if value == 0 or PERIOD.search(before) or (unit == "giờ" and CLOCK.search(before)):
            continue
        if OFFICE_PART.search(before):
            continue
        named = CASE_AFTER.match(after) if after_figure else CASE_BEFORE.match(clause) and not INNER_STEP.search(clause)
        if named:
            yield TimeLimit(value, unit, shorten(clause, 160)[0], ("from-description",))  # type: ignore[arg-type]


def _clauses(text: str) -> list[str]:
    parts = re.split(rf"\n|;|(?<=[{LOWER})])\.\s+|(?:^|\s)[-–+*•]\s+", clean(text, keep_lines=True))
    return [BULLET.sub("", part).strip(" .,") for part in parts if part and part.strip(" .,")]


def read_fees(cell: str) -> tuple[Fee, ...]:
    """The fees of one row. `cell` begins with the fee's own figure; its bracket describes it and may list others."""
    text = clean(cell, keep_lines=True)
    token = FEE_TOKEN.match(text)
    if token is None:
        said = () if is_nothing(text) else tuple(_said_fees(text))
        return said or (
            Fee(None, None, when=_words(text), flags=("not-stated" if is_nothing(text) else "not-a-figure",)),
        )
    described = _bracket(text[token.end() :])
    listed = tuple(_said_fees(described))
    if token["free"]:
        return (_free(described, listed), *listed)
    if token["none"]:
        return listed or (Fee(None, None, when=_words(described), flags=("not-stated",)),)
    return _with_listed(_amount(token, described), listed)


def _free(described: str, listed: tuple[Fee, ...]) -> Fee:
    if listed:
        return Fee(None, True, flags=("free-beside-fee",))
    if is_nothing(BULLET.sub("", described)):
        return Fee(0, True)
    doubtful = FEE_WORDS.search(described) and not re.match(r"không thu|không (?:phải )?nộp|miễn", described, re.I)
    return Fee(None if doubtful else 0, True, when=_words(described), flags=("free-doubtful",) if doubtful else ())


def _amount(token: re.Match[str], described: str) -> Fee:
    currency = "USD" if token["unit"].lower() == "usd" else "VND"
    amount = _whole(token["amount"] or "", currency)
    per = re.match(r"(?:đồng|vnđ|đ)?\s*/\s*([^,;:.()+\n]{1,60})", described, re.I)
    when = None if is_nothing(described) or (per and per.end() == len(described)) else _words(_before_free(described))
    flags: tuple[str, ...] = ("partial-free",) if FREE_WORDS.search(described) else ()
    if amount is None or amount == 0:
        return Fee(None, None, currency, when=when, flags=("amount-lost", *flags))  # type: ignore[arg-type]
    if currency == "VND" and amount < LEAST_DONG:
        return Fee(None, False, when=when, flags=("amount-unlikely", *flags))
    return Fee(amount, False, currency, _per(per[1]) if per else None, when, flags)  # type: ignore[arg-type]


def _before_free(described: str) -> str:
    """What stands before the words that free somebody: a case of the amount, unless it only says who is free."""
    free = FREE_WORDS.search(described)
    before = described[: free.start()] if free else described
    return "" if free and re.match(r"\W*(?:trường hợp|đối tượng|công dân|người|các)", before, re.I) else before


def _with_listed(main: Fee, listed: tuple[Fee, ...]) -> tuple[Fee, ...]:
    """The cell's own fee, its `per` and case from the listed one of the same amount; the others after it."""
    same = [fee for fee in listed if fee.amount == main.amount and fee.currency == main.currency]
    others = tuple(fee for fee in listed if fee not in same)
    if main.amount is None or not same:
        return (main, *others)
    if len(same) == 1:
        told = same[0]
        return (replace(main, per=told.per or main.per, when=told.when or (main.when if main.flags else None)), *others)
    return (*(replace(fee, flags=main.flags) for fee in same), *others)


def _said_fees(text: str) -> Iterator[Fee]:
    """Amounts in running words: those with đồng or "/ per", not thresholds nor percentages."""
    seen: set[Fee] = set()
    for clause in re.split(rf"[;\n]|(?<=[{LOWER})])\.\s+|(?:^|\s)[-–+*•]\s+", text):
        end = 0
        for match in MONEY_SAID.finditer(clause):
            before = clause[end : match.start()]
            said = match["unit"] or (match["per"] and re.search(r"[.,]\d{3}", match["amount"]))
            if not said or THRESHOLD.search(before) or "%" in before:
                continue
            end = match.end()
            fee = _said_fee(match, before)
            if fee and fee not in seen:
                seen.add(fee)
                yield fee


def _said_fee(match: re.Match[str], before: str) -> Fee | None:
    unit = (match["unit"] or "đồng").lower()
    currency = "USD" if unit in ("usd", "đô la mỹ") else "VND"
    amount = _whole(match["amount"], currency, match["scale"])
    if amount is None or amount == 0 or (currency == "VND" and amount < LEAST_DONG):
        return None
    per = _per(match["per"])
    words = _words(re.sub(r"^[\s,.:)]*(?:và|riêng)?\s*", "", before))
    return Fee(amount, False, currency, per, words, ("from-description",))  # type: ignore[arg-type]


def _per(text: str | None) -> str | None:
    """What one amount is paid for: "lần", "01 Giấy chứng nhận"; what comes behind it is left out."""
    plain = re.split(
        r"\s(?:kể từ|theo|đối với|áp dụng|đồng|trong|do|từ|nếu|là|và)\b|\s[-–]\s", clean(text or ""), flags=re.I
    )[0]
    return shorten(plain, 60)[0].strip(' -–."') or None


def _whole(digits: str, currency: str, scale: str | None = None) -> int | float | None:
    digits = digits.replace(" ", "").strip(".,")
    if not digits:
        return None
    if scale:
        return round(
            float(digits.replace(",", ".") if digits.count(",") + digits.count(".") == 1 else 0) * SCALES[scale.lower()]
        ) or (int(digits) * SCALES[scale.lower()] if digits.isdigit() else None)
    if currency == "USD" and re.fullmatch(r"\d+[.,]\d{1,2}", digits):
        value = float(digits.replace(",", "."))
        return int(value) if value.is_integer() else value
    whole = re.fullmatch(r"\d{1,3}(?:[.,]\d{3})+|\d+", digits)
    return int(re.sub(r"\D", "", digits)) if whole else None


def _bracket(text: str) -> str:
    """What stands in the bracket directly behind; brackets inside it balance."""
    text = text.lstrip()
    if not text.startswith("("):
        return text.split("\n")[0] if text.startswith("/") else ""
    depth = 0
    for place, char in enumerate(text):
        depth += (char == "(") - (char == ")")
        if depth == 0:
            return _unwrapped(text[1:place])
    return _unwrapped(text[1:])


def _unwrapped(text: str) -> str:
    text = text.strip()
    return text[1:-1].strip() if text.startswith("(") and text.endswith(")") and text.count("(") == 1 else text


def _words(text: str) -> str | None:
    """A case in short: bullets, stray "đồng (" and unpaired brackets off."""
    text = re.sub(r"^(?:đồng|vnđ)\s*\(", "", BULLET.sub("", clean(text)).strip(" :;,.-–"), flags=re.I).strip(" :;,.-–/")
    text = re.sub(r"(?:^|\s)(?:thu|là|mức|mức thu|bằng|mức thu là|được)$", "", text)
    if text.count("(") < text.count(")"):
        text = text[::-1].replace(")", "", text.count(")") - text.count("("))[::-1]
    elif text.count("(") > text.count(")"):
        text = f"{text})" if len(text) < 150 else text
    return (
        shorten(text, 160)[0].strip(" ()")
        if text.strip(" ()") and not text.startswith("(")
        else shorten(text, 160)[0] or None
    )
