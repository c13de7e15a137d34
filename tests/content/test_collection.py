"""A collection written as JSON comes back equal."""

from __future__ import annotations

from dataclasses import replace

import pytest

from app.content.collection import Collection, dump_collection, parse_collection
from tests.content.samples import GUIDE

COLLECTION = Collection(
    guides=(GUIDE, replace(GUIDE, slug="khac", troubles=())),
    groups={"giao-dich": "Giao dịch", "dinh-danh-dien-tu": "Định danh điện tử"},
    facet_cues={"fee": ("lệ phí", "mất tiền không"), "time": ()},
)


def test_round_trip() -> None:
    again = parse_collection(dump_collection(COLLECTION))
    assert again == COLLECTION
    assert list(again.groups) == ["giao-dich", "dinh-danh-dien-tu"]


def test_equal_collections_give_equal_bytes() -> None:
    assert dump_collection(parse_collection(dump_collection(COLLECTION))) == dump_collection(COLLECTION)


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b'{"guides": [{}], "groups": {}, "facet_cues": {}}', b"\xff"])
def test_anything_else_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        parse_collection(raw)


def test_a_cut_file_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Collection"):
        parse_collection(dump_collection(COLLECTION)[:-20])
