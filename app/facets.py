"""Which part of a guide is asked for: the fee, the documents, the time limit … by cue words that are data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import cast, get_args

from app.retrieval.text import fold_diacritics, normalize, syllables
from app.schemas import Facet

FILLER = "filler"
Cue = tuple[tuple[str, str], ...]
"""Syllable by syllable: as written with accents, and as also accepted."""


class FacetCues:
    """Cues by facet, and under FILLER the words that ask nothing.

    A cue of two or more syllables also matches syllables typed without accents, never ones with other accents.
    """

    def __init__(self, cues: Mapping[str, Sequence[str]]) -> None:
        parts = [(facet, _as_cue(cue)) for facet, listed in cues.items() for cue in listed]
        self._cues = sorted(parts, key=lambda cue: -len(cue[1]))

    def facet_of(self, text: str) -> Facet:
        """The facet of the longest cue in `text`; "overview" when there is none."""
        written = syllables(text)
        for facet, cue in self._cues:
            if facet != FILLER and any(True for _ in _places(written, cue)):
                return cast(Facet, facet)
        return "overview"

    def is_follow_up(self, text: str) -> bool:
        """Whether `text` holds nothing but cues and filler: it asks about something named before ("phí bao nhiêu")."""
        written = syllables(text)
        covered: set[int] = set()
        for _, cue in self._cues:
            for start in _places(written, cue):
                covered.update(range(start, start + len(cue)))
        return len(covered) == len(written)

    def named(self, name: str) -> Facet:
        """The facet of that wire name; "overview" for any other word."""
        return cast(Facet, name) if name in get_args(Facet) else "overview"


def _as_cue(text: str) -> Cue:
    parts = syllables(normalize(text))
    return tuple((part, fold_diacritics(part) if len(parts) > 1 else part) for part in parts)


def _places(written: Sequence[str], cue: Cue) -> Iterator[int]:
    """Where `cue` begins in `written`."""
    for start in range(len(written) - len(cue) + 1):
        if written[start] in cue[0]:
            said = written[start : start + len(cue)]
            if all(part in accepted for part, accepted in zip(said, cue, strict=True)):
                yield start
