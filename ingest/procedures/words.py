"""Texts of records: cleaned, shortened at a clause, their bullets and codes off. Pure."""

from __future__ import annotations

import re
import unicodedata

from app.content.procedure import SHORT

LOWER = "a-z" + "".join(chr(c) for c in (*range(0xDF, 0x180), 0x1A1, 0x1B0, *range(0x1EA0, 0x1EFA)) if chr(c).islower())
UPPER = "A-Z" + "".join(chr(c) for c in (*range(0xC0, 0x180), 0x1A0, 0x1AF, *range(0x1EA0, 0x1EFA)) if chr(c).isupper())
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u202a-\u202e\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
NOTHING = re.compile(
    r"(không có thông tin|không có|không|chưa có thông tin|chưa quy định|không quy định|n/?a|-+)?[.;\s]*", re.I
)
BULLET = re.compile(r"^(?:[-–—+*•●▪]+\s*|\(?(?:\d{1,2}|[a-zđ]|[ivx]{1,4})[.)]\s*(?=\D)|\(\d{1,2}\)\s*)+")
SENTENCE_END = re.compile(rf"(?<=[{LOWER})\]”\d])[.;]\s+(?=[{UPPER}])")
BORDER = re.compile(r"[;,.:](?=\s)|\s(?=\()|\s[-–]\s")
RESULT_CODE = re.compile(r"\s*Mã: (?:KQ\.[A-Z]\d{2}\.\d{6}|[A-Z0-9][A-Z0-9.-]*\d{4})(?!\d)")


def clean(text: str, keep_lines: bool = False) -> str:
    """NFC, no invisible characters, single spaces; line ends become spaces unless kept."""
    text = INVISIBLE.sub("", unicodedata.normalize("NFC", text).replace("\u00a0", " ").replace("\r\n", "\n"))
    if not keep_lines:
        return " ".join(text.split())
    return "\n".join(line for line in (" ".join(part.split()) for part in text.split("\n")) if line)


def is_nothing(text: str) -> bool:
    """Whether the words only say that there is nothing, or nothing known."""
    return NOTHING.fullmatch(text.strip()) is not None


def shorten(text: str, limit: int = SHORT) -> tuple[str, bool]:
    """At most `limit` characters, cut at the last border of a clause; and whether something was cut."""
    text = clean(text)
    if len(text) <= limit:
        return text, False
    head = text[: limit - 1]
    borders = [match.start() for match in BORDER.finditer(head) if match.start() >= limit // 3]
    end = borders[-1] if borders else head.rfind(" ")
    return head[: end if end > 0 else limit - 1].rstrip(" ,;:.-–(") + "…", True


def short_name(text: str, limit: int = SHORT) -> tuple[str, bool]:
    """The name of a paper: bullets off, later sentences off, at most `limit` characters; and whether it was cut."""
    text = clean(text)
    text = (BULLET.sub("", text).strip(" ;,.:/+-–") or text).strip()
    cut = False
    parts = SENTENCE_END.split(text, maxsplit=1) if len(text) > 120 else [text]
    if len(parts) == 2 and len(parts[0]) >= 20:
        text, cut = parts[0], True
    text, shortened = shorten(text, limit)
    return text, cut or shortened


def split_results(text: str) -> tuple[str, ...]:
    """The names of results that their codes glued together."""
    names = (clean(part).strip(" ;./") for part in RESULT_CODE.split(text))
    return tuple(dict.fromkeys(name for name in names if name and not is_nothing(name)))
