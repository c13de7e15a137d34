"""Procedure records: what is written reads back the same; anything else is refused with its field named."""

from __future__ import annotations

import json
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.procedure import (
    AUDIENCES,
    FLAGS,
    LEVELS,
    Agency,
    Fee,
    Method,
    Paper,
    Procedure,
    TimeLimit,
    dump_line,
    dump_procedure,
    parse_procedure,
)
from app.errors import ContentInvalid

WORDS = st.text("aăâbcdđeêghiklmnoôơpqrstuưvxyàáảãạ 0123456789", min_size=1, max_size=60)
SHORT = WORDS.map(lambda text: unicodedata.normalize("NFC", text).strip()).filter(bool)
FLAG = st.lists(st.sampled_from(sorted(FLAGS)), max_size=2).map(tuple)
UNITS = st.sampled_from(("giờ", "ngày", "ngày làm việc", "tháng"))
TIMES = st.builds(
    TimeLimit,
    value=st.integers(1, 999).map(float) | st.none(),
    unit=UNITS | st.none(),
    when=SHORT | st.none(),
    flags=FLAG,
)
FEES = st.builds(
    Fee,
    amount=st.integers(0, 10**9) | st.none(),
    free=st.booleans() | st.none(),
    currency=st.sampled_from(("VND", "USD")),
    per=SHORT | st.none(),
    when=SHORT | st.none(),
    flags=FLAG,
)
WAYS = st.sampled_from(("truc-tiep", "truc-tuyen", "buu-chinh"))
METHODS = st.builds(
    Method, way=WAYS, times=st.lists(TIMES, max_size=2).map(tuple), fees=st.lists(FEES, max_size=2).map(tuple)
)
COUNTS = st.integers(0, 9) | st.none()
PAPERS = st.builds(Paper, name=SHORT, originals=COUNTS, copies=COUNTS, when=SHORT | st.none(), flags=FLAG)
CODES = st.from_regex(r"\A[0-9]\.[0-9]{6}\Z")


def some(values: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.none() | st.lists(values, max_size=3).map(tuple)


PROCEDURES = st.builds(
    Procedure,
    code=CODES,
    name=SHORT,
    agency=st.builds(Agency, slug=st.just("bo-cong-an"), name=SHORT),
    aliases=st.lists(CODES, max_size=2).map(tuple),
    field=st.none() | SHORT,
    level=some(st.sampled_from(sorted(LEVELS))),
    audience=some(st.sampled_from(sorted(AUDIENCES))),
    methods=some(METHODS),
    documents=some(PAPERS),
    conditions=some(SHORT),
    legal=some(SHORT),
    url=st.none() | st.just("https://dichvucong.gov.vn/thu-tuc-hanh-chinh/1"),
    as_of=st.none() | st.just("2026-07"),
    similar=st.lists(CODES, max_size=2).map(tuple),
    flags=FLAG,
)


@given(PROCEDURES)
def test_what_is_written_reads_back_the_same(procedure: Procedure) -> None:
    line = dump_line(procedure)
    assert "\n" not in line
    again = parse_procedure(json.loads(line))
    assert again == procedure
    assert dump_line(again) == line


SMALL = Procedure(
    code="1.004222",
    name="Đăng ký thường trú",
    agency=Agency("bo-cong-an", "Bộ Công an"),
    level=("xa",),
    methods=(
        Method("truc-tiep", (TimeLimit(7, "ngày làm việc"),), (Fee(20000, False, per="lần"),)),
        Method("truc-tuyen", (TimeLimit(7, "ngày làm việc"),), (Fee(10000, False, per="lần"),)),
        Method("buu-chinh", (TimeLimit(7, "ngày làm việc"),), (Fee(10000, False, per="lần"),)),
    ),
    documents=(Paper("Tờ khai CT01", 1, None),),
    conditions=(),
)


def test_unknown_is_null_none_is_empty_and_equal_ways_are_written_once() -> None:
    record = dump_procedure(SMALL)
    assert record["legal"] is None
    assert record["conditions"] == []
    assert [method["ways"] for method in record["methods"]] == [["truc-tiep"], ["truc-tuyen", "buu-chinh"]]
    assert record["documents"] == [{"name": "Tờ khai CT01", "originals": 1, "copies": None}]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"code": "1.00422"}, "“code”"),
        ({"code": None}, "“code”"),
        ({"name": "x" * 1201}, "dài quá 1200 ký tự"),
        ({"name": unicodedata.normalize("NFD", "Đăng ký")}, "NFC"),
        ({"name": " Đăng ký"}, "khoảng trắng"),
        ({"level": ["huyen"]}, "“level.0”"),
        ({"audience": ["ai-do"]}, "đối tượng lạ"),
        ({"flags": ["la-lung"]}, "cờ lạ"),
        ({"url": "javascript:alert(1)"}, "“url”"),
        ({"as_of": "tháng bảy"}, "“as_of”"),
        ({"methods": "trực tiếp"}, "“methods”"),
        ({"documents": [{"name": "Tờ khai", "originals": "1"}]}, "originals"),
        ({"documents": [{"name": "Tờ khai", "originals": True}]}, "originals"),
        ({"conditions": ["x" * 201]}, "dài quá 200 ký tự"),
        ({"khoa_la": 1}, "khoá lạ"),
    ],
)
def test_anything_else_is_refused_with_its_field(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ContentInvalid) as caught:
        parse_procedure({**dump_procedure(SMALL), **change}, "knowledge/procedures/a.jsonl", 7)
    assert said in str(caught.value)
    assert all(finding.line == 7 for finding in caught.value.findings)


def test_every_problem_is_listed_at_once() -> None:
    with pytest.raises(ContentInvalid) as caught:
        parse_procedure({**dump_procedure(SMALL), "code": "x", "flags": ["y"]})
    assert len(caught.value.findings) == 2
    with pytest.raises(ContentInvalid):
        parse_procedure({})


@pytest.mark.parametrize("amount", [float("inf"), float("nan"), -1, 10**13, "20000"])
def test_an_amount_that_is_no_amount_is_refused(amount: Any) -> None:
    record = dump_procedure(SMALL)
    record["methods"][0]["fees"][0]["amount"] = amount
    with pytest.raises(ContentInvalid):
        parse_procedure(record)
