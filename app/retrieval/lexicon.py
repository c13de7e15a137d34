"""What people write and what it stands for: short forms, dialect and lay words. The data is `knowledge/lexicon/`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from app.retrieval.text import fold_diacritics, normalize, syllables


@dataclass(frozen=True)
class Lexicon:
    """`short_forms` (ko -> không) replace what is written; `meanings` (bằng lái -> giấy phép lái xe) stand beside it.

    Keys are lower case. A key of one syllable matches exactly as written; a longer one also without diacritics.
    """

    short_forms: Mapping[str, str] = field(default_factory=dict)
    meanings: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fixed_terms: tuple[str, ...] = ()

    def write_out(self, text: str) -> str:
        """`text` with its short forms replaced; the rest is kept as written."""
        if not self.short_forms:
            return text
        return self._short_form.sub(lambda match: self._short_forms[match[0].lower()], text)

    def meanings_of(self, text: str) -> tuple[str, ...]:
        """The official terms for the lay words of `text`, once each, without those that `text` already says."""
        written = syllables(text)
        folded = [fold_diacritics(part) for part in written]
        said = f" {' '.join(written)} "
        found: dict[str, None] = {}
        for start in range(len(written)):
            for width in range(min(self._longest, len(written) - start), 0, -1):
                exact = " ".join(written[start : start + width])
                bare = " ".join(folded[start : start + width])
                terms = self._meanings.get(exact) or (self._folded.get(bare) if width > 1 and exact == bare else None)
                found.update(dict.fromkeys(terms or ()))
        return tuple(term for term in found if f" {' '.join(syllables(term))} " not in said)

    @cached_property
    def _short_forms(self) -> dict[str, str]:
        return {normalize(key).lower(): normalize(value) for key, value in self.short_forms.items()}

    @cached_property
    def _short_form(self) -> re.Pattern[str]:
        keys = sorted(map(re.escape, self._short_forms), key=len, reverse=True)
        return re.compile(rf"(?<![\w@./])(?:{'|'.join(keys)})(?![\w@/])", re.IGNORECASE)

    @cached_property
    def _meanings(self) -> dict[str, tuple[str, ...]]:
        return {" ".join(syllables(normalize(key))): terms for key, terms in self.meanings.items()}

    @cached_property
    def _folded(self) -> dict[str, tuple[str, ...]]:
        return {fold_diacritics(key): terms for key, terms in self._meanings.items()}

    @cached_property
    def _longest(self) -> int:
        return max((len(key.split()) for key in self._meanings), default=0)


def merge_meanings(*tables: Mapping[str, str | Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """Several tables as one; a key in two tables gets the terms of both."""
    merged: dict[str, tuple[str, ...]] = {}
    for table in tables:
        for key, value in table.items():
            terms = (value,) if isinstance(value, str) else tuple(value)
            merged[key] = tuple(dict.fromkeys(merged.get(key, ()) + terms))
    return merged
