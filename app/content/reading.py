"""How hard a Vietnamese text is to read, by a stated proxy: syllables a sentence, and words that are not Vietnamese.

The targets are design rules of this project, not a validated readability scale.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

MAX_MEAN_SYLLABLES = 15.0
MAX_SENTENCE_SYLLABLES = 30
MAX_STEP_SYLLABLES = 60

SENTENCE_END = re.compile(r"(?<=[.!?…;])\s+|\n+")
WEB_ADDRESS = re.compile(r"\b[a-z0-9-]+(?:\.[a-z0-9-]+)+\b")
WORD = re.compile(r"[^\W_]+(?:-[^\W_]+)*", re.UNICODE)
# Onset, nucleus, coda of a written syllable once its diacritics are gone.
SYLLABLE = re.compile(
    r"(?:ngh|ng|gh|gi|ch|kh|nh|ph|qu|th|tr|[bcdghklmnpqrstvx])?[aeiouy]{1,3}(?:ch|ng|nh|[cmnptk])?|gi[nm]?|qu[yo]"
)


@dataclass(frozen=True)
class ReadingLevel:
    """Over all sentences of a text: how many, the mean and the longest in syllables, and that longest sentence."""

    sentences: int
    mean_syllables: float
    longest_syllables: int
    longest: str


def sentences(text: str) -> list[str]:
    return [part for part in SENTENCE_END.split(text) if WORD.search(part)]


def count_syllables(text: str) -> int:
    return len(WORD.findall(text))


def measure(texts: Iterable[str]) -> ReadingLevel:
    """The reading level of several texts together; all zero when there is no sentence."""
    lengths = [(count_syllables(sentence), sentence) for text in texts for sentence in sentences(text)]
    if not lengths:
        return ReadingLevel(0, 0.0, 0, "")
    longest = max(lengths)
    return ReadingLevel(len(lengths), sum(length for length, _ in lengths) / len(lengths), *longest)


def foreign_words(text: str) -> list[str]:
    """Words that cannot be Vietnamese (OTP, Wi-Fi), in order, once each; numbers and web addresses are not words."""
    words = dict.fromkeys(WORD.findall(WEB_ADDRESS.sub(" ", text)))
    return [word for word in words if len(word) > 1 and not any(ch.isdigit() for ch in word) and _is_foreign(word)]


def _is_foreign(word: str) -> bool:
    return not all(SYLLABLE.fullmatch(_bare(part)) for part in word.split("-"))


def _bare(word: str) -> str:
    decomposed = unicodedata.normalize("NFD", word.lower()).replace("đ", "d")
    return "".join(ch for ch in decomposed if not unicodedata.combining(ch))
