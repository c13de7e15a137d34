"""A collection written as JSON comes back equal."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from app.content.collection import Collection, dump_collection, parse_collection
from tests.content.samples import GUIDE

COLLECTION = Collection(
    guides=(GUIDE, replace(GUIDE, slug="khac", troubles=())),
    groups={"giao-dich": "Giao dịch", "dinh-danh-dien-tu": "Định danh điện tử"},
    facet_cues={"fee": ("lệ phí", "mất tiền không"), "time": (), "filler": ("cho hỏi",)},
    texts={"refused": "Tôi chưa có hướng dẫn.", "choose": "Bạn hỏi việc nào?"},
)


def test_round_trip() -> None:
    again = parse_collection(dump_collection(COLLECTION))
    assert again == COLLECTION
    assert list(again.groups) == ["giao-dich", "dinh-danh-dien-tu"]
    assert again.texts["choose"] == "Bạn hỏi việc nào?"


def test_equal_collections_give_equal_bytes() -> None:
    assert dump_collection(parse_collection(dump_collection(COLLECTION))) == dump_collection(COLLECTION)


@pytest.mark.parametrize("missing", ["guides", "groups", "facet_cues", "texts"])
def test_every_part_must_be_there(missing: str) -> None:
    parts: dict[str, object] = {"guides": [], "groups": {}, "facet_cues": {}, "texts": {}}
    assert parse_collection(json.dumps(parts).encode()) == Collection((), {}, {}, {})
    del parts[missing]
    with pytest.raises(ValueError, match=rf"(?s)1 validation error.*{missing}"):
        parse_collection(json.dumps(parts).encode())


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"[]",
        b"{}",
        b"\xff",
        b'{"guides": [{}], "groups": {}, "facet_cues": {}, "texts": {}}',
        b'{"guides": [], "groups": [], "facet_cues": {}, "texts": {}}',
        b'{"guides": [], "groups": {}, "facet_cues": {"fee": "phi"}, "texts": {}}',
        b'{"guides": [], "groups": {}, "facet_cues": {}, "texts": {"refused": null}}',
    ],
)
def test_anything_else_is_a_value_error(raw: bytes) -> None:
    with pytest.raises(ValueError, match="validation error"):
        parse_collection(raw)


def test_a_cut_file_is_a_value_error() -> None:
    with pytest.raises(ValueError, match="Collection"):
        parse_collection(dump_collection(COLLECTION)[:-20])
