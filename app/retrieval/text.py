"""Vietnamese text, made comparable: Unicode form, tone placement, spaces, diacritics, syllables. Pure functions."""

from __future__ import annotations

import itertools
import re
import unicodedata
from collections.abc import Sequence

SYLLABLE = re.compile(r"[^\W_]+", re.UNICODE)
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\u200b-\u200f\u2028-\u202e\u2060\ufeff]")
COMBINING_TONE = re.compile(r"[\u0300\u0301\u0303\u0309\u0323]")

# An open syllable ending in oa, oe, uy carries its tone on the first vowel in the old spelling, on the second in the
# new one (hòa / hoà). Both are written; the new one is ours. "qu" is an onset, so quý keeps its place.
OLD_TONE = re.compile(
    r"(?<![qQ])([oO](?=[\u0300\u0301\u0303\u0309\u0323][aAeE])|[uU](?=[\u0300\u0301\u0303\u0309\u0323][yY]))"
    r"([\u0300\u0301\u0303\u0309\u0323])([aAeEyY])(?![\w\u0300-\u036f])"
)


def normalize(text: str) -> str:
    """NFC, one tone placement, no control, zero-width or surrogate characters, single spaces. Idempotent."""
    text = CONTROL.sub(" ", unicodedata.normalize("NFC", text))
    decomposed = _split_tones(text)
    moved = OLD_TONE.sub(r"\1\3\2", decomposed)
    return " ".join(unicodedata.normalize("NFC", moved).split())


def _split_tones(text: str) -> str:
    """Tone marks apart, vowel shapes (â, ơ) kept whole, so that a tone can be moved without touching the vowel."""
    out = []
    for ch in text:
        decomposed = unicodedata.normalize("NFD", ch)
        tones = "".join(COMBINING_TONE.findall(decomposed))
        out.append(unicodedata.normalize("NFC", COMBINING_TONE.sub("", decomposed)) + tones if tones else ch)
    return "".join(out)


def fold_diacritics(text: str) -> str:
    """Lower case without any diacritics: "Đăng ký" -> "dang ky"."""
    decomposed = unicodedata.normalize("NFD", text.lower()).replace("đ", "d")
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))


def syllables(text: str) -> list[str]:
    """Lower-case runs of letters and digits, in order."""
    return SYLLABLE.findall(text.lower())


def is_accented(text: str) -> bool:
    """Whether any Vietnamese diacritic is written, so that the accented stream means something."""
    return fold_diacritics(text) != text.lower()


def folded_terms(text: str) -> list[str]:
    """The tokens of the folded stream: syllables without diacritics, and each neighbouring pair ("dang_ky").

    The pairs give back what folding loses: "an" is common, "an_toan" is not.
    """
    singles = syllables(fold_diacritics(text))
    return singles + [f"{first}_{second}" for first, second in itertools.pairwise(singles)]


def contains_run(haystack: Sequence[str], needle: Sequence[str]) -> bool:
    """Whether `needle` stands in `haystack` as neighbouring items."""
    width = len(needle)
    return any(tuple(haystack[i : i + width]) == tuple(needle) for i in range(len(haystack) - width + 1))
