"""Which part of a guide is asked for: the fee, the documents, the time limit … by cue words that are data."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast, get_args

from app.retrieval.text import contains_run, fold_diacritics, normalize, syllables
from app.schemas import Facet


class FacetCues:
    """Cues by facet. A cue of two or more syllables also matches text typed without accents."""

    def __init__(self, cues: Mapping[str, Sequence[str]]) -> None:
        parts = [
            (cast(Facet, facet), tuple(syllables(normalize(cue)))) for facet, listed in cues.items() for cue in listed
        ]
        self._cues = sorted(parts, key=lambda cue: -len(cue[1]))

    def facet_of(self, text: str) -> Facet:
        """The facet of the longest cue in `text`; "overview" when there is none."""
        written = syllables(text)
        folded = [fold_diacritics(part) for part in written]
        for facet, cue in self._cues:
            if contains_run(written, cue):
                return facet
            if len(cue) > 1 and contains_run(folded, [fold_diacritics(part) for part in cue]):
                return facet
        return "overview"

    def named(self, name: str) -> Facet:
        """The facet of that wire name; "overview" for any other word."""
        return cast(Facet, name) if name in get_args(Facet) else "overview"
