"""Word segmentation by underthesea, with our fixed terms kept whole.

underthesea is not thread-safe on its first call (measured: eight threads making it together crash), so that call is
made once under a lock; after it, concurrent calls are right.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from functools import cache
from typing import Any

from app.retrieval.text import syllables

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
        for term in sorted(fixed_terms, key=len, reverse=True):
            parts = tuple(syllables(term))
            if len(parts) > 1:
                self._terms.setdefault(parts[0], []).append(parts)

    def words(self, text: str) -> list[str]:
        """Lower-case words without punctuation, in order."""
        warm_up()
        fixed = [" ".join(term) for term in self._terms_in(syllables(text))]
        tokens = _load_tokenizer()(text.lower(), fixed_words=fixed)
        words: list[str] = []
        for token in tokens:
            words.extend(self._split(syllables(token)))
        return words

    def _terms_in(self, parts: list[str]) -> list[tuple[str, ...]]:
        """The fixed terms standing in `parts`, longest at each place, none overlapping another."""
        found = []
        start = 0
        while start < len(parts):
            term = self._term_at(parts, start)
            if term:
                found.append(term)
            start += len(term) or 1
        return found

    def _term_at(self, parts: list[str], start: int) -> tuple[str, ...]:
        for term in self._terms.get(parts[start], ()):
            if tuple(parts[start : start + len(term)]) == term:
                return term
        return ()

    def _split(self, parts: list[str]) -> list[str]:
        """underthesea may glue a neighbour to a fixed term ("kích hoạt định danh điện tử"): cut it off again."""
        words, rest, start = [], list[str](), 0
        while start < len(parts):
            term = self._term_at(parts, start)
            if term:
                words += ["_".join(rest)] if rest else []
                words.append("_".join(term))
                rest = []
            else:
                rest.append(parts[start])
            start += len(term) or 1
        return words + (["_".join(rest)] if rest else [])
