"""Everything of `knowledge/` that an answer is made from, as one file of an artifact."""

from __future__ import annotations

from dataclasses import dataclass

from pydantic import TypeAdapter

from app.content.guide import Guide


@dataclass(frozen=True)
class Collection:
    """The guides by slug, and the lists an answer needs.

    `groups`: names in the order shown. `facet_cues`: cue words by facet, and under "filler" words that ask nothing.
    `texts`: the sentences that the service itself says.
    """

    guides: tuple[Guide, ...]
    groups: dict[str, str]
    facet_cues: dict[str, tuple[str, ...]]
    texts: dict[str, str]


_ADAPTER = TypeAdapter(Collection)


def dump_collection(collection: Collection) -> bytes:
    """As JSON; equal collections give equal bytes."""
    return _ADAPTER.dump_json(collection)


def parse_collection(raw: bytes) -> Collection:
    """Read back what `dump_collection` wrote. Raises ValueError (pydantic's) on anything else."""
    return _ADAPTER.validate_json(raw)
