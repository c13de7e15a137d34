"""Word segmentation by underthesea, with our fixed terms cut out whole, whatever it would have glued or split.

underthesea is not thread-safe on its first call (measured: eight threads making it together crash), so that call is
made once under a lock; after it, concurrent calls are right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache
from itertools import pairwise
from typing import Any

from app.retrieval.text import syllables

PUNCTUATION = ""  # stands where a word ends for good: no fixed term reaches over it

_first_call = threading.Lock()


@cache
def _load_tokenizer() -> Callable[..., list[str]]:
    from underthesea import word_tokenize  # heavy: imported by the first call

    tokenize: Callable[..., Any] = word_tokenize
    tokenize("khởi động")
    return tokenize


def warm_up() -> None:
    """Load the model now, so that no question waits for it."""
    with _first_call:
        _load_tokenizer()


class Segmenter:
    """Text to words, syllables of a word joined by "_": "đăng ký khai_sinh"."""

    def __init__(self, fixed_terms: Iterable[str] = ()) -> None:
        """`fixed_terms`: lower-case terms of two or more syllables, accented."""
        self._terms: dict[str, list[tuple[str, ...]]] = {}
        for parts in sorted((tuple(syllables(term)) for term in fixed_terms), key=len, reverse=True):
            if len(parts) > 1:
                self._terms.setdefault(parts[0], []).append(parts)

    def words(self, text: str) -> list[str]:
        """Lower-case words without punctuation, in order."""
        warm_up()
        parts: list[str] = []
        starts: set[int] = set()
        for token in _load_tokenizer()(text.lower()):
            starts.add(len(parts))
            parts += syllables(token) or [PUNCTUATION]
        for start, end in self._spans(parts):
            starts -= set(range(start + 1, end))
            starts |= {start, end}
        bounds = [*sorted(starts - {len(parts)}), len(parts)]
        words = ("_".join(parts[start:end]) for start, end in pairwise(bounds))
        return [word for word in words if word != PUNCTUATION]

    def _spans(self, parts: Sequence[str]) -> Iterator[tuple[int, int]]:
        """Where fixed terms stand in `parts`: the longest at each place, none overlapping another."""
        start = 0
        while start < len(parts):
            end = start + self._longest_term(parts, start)
            if end > start:
                yield start, end
            start = max(end, start + 1)

    def _longest_term(self, parts: Sequence[str], start: int) -> int:
        """The number of syllables of the longest fixed term beginning at `start`; 0 for none."""
        for term in self._terms.get(parts[start], ()):
            if tuple(parts[start : start + len(term)]) == term:
                return len(term)
        return 0
