"""What must hold of guides together: each finding from one change to a right guide."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from app.content.checks import OutdatedTerm, Rules, check_guides, is_trusted
from app.content.guide import Guide, Passage, Step, Trouble, parse_guide
from app.content.markdown import Statement
from app.errors import Finding
from tests.content.samples import FILE, GUIDE, changed

TODAY = date(2026, 11, 23)
RULES = Rules(
    groups={"dinh-danh-dien-tu": "Định danh điện tử"},
    trusted_domains=("gov.vn", "chinhphu.vn"),
    glossary={"cp": "Chính phủ"},
    outdated_terms=(OutdatedTerm(re.compile(r"sổ hộ khẩu(?! cũ)", re.IGNORECASE), "dùng VNeID"),),
)
OTHER = replace(
    GUIDE,
    slug="cai-dat",
    file="knowledge/guides/dinh-danh-dien-tu/cai-dat.md",
    head=GUIDE.head.model_copy(update={"related": ()}),
)


def check(guide: Guide, *others: Guide, today: date = TODAY) -> list[Finding]:
    return [finding for finding in check_guides([guide, OTHER, *others], RULES, today) if finding.file == FILE]


def with_head(**changes: Any) -> Guide:
    return replace(GUIDE, head=GUIDE.head.model_copy(update=changes))


def with_source(**changes: Any) -> Guide:
    first, *rest = GUIDE.head.sources
    return with_head(sources=(first.model_copy(update=changes), *rest))


def said(text: str, *cites: str, line: int = 90) -> tuple[Statement, ...]:
    return (Statement(text, cites, line),)


def stepping(*texts: str, cites: Sequence[str] = ("nd69", "so-tay")) -> Guide:
    steps = (Step(number, Statement(text, tuple(cites), 80 + number)) for number, text in enumerate(texts, 1))
    return replace(GUIDE, steps=tuple(steps))


def test_a_right_guide_has_no_findings() -> None:
    assert check(GUIDE) == []


CASES: dict[str, tuple[Guide, int, str]] = {
    "unknown group": (with_head(group="khac"), 1, "không có nhóm “khac” trong knowledge/groups.yaml"),
    "unknown related": (with_head(related=("khong-co",)), 1, "hướng dẫn liên quan “khong-co” không tồn tại"),
    "related to itself": (with_head(related=("kich-hoat",)), 1, "hướng dẫn liên quan “kich-hoat” không tồn tại"),
    "untrusted source": (with_source(url="https://gov.vn.la/a"), 1, "“nd69”: gov.vn.la không thuộc"),
    "read tomorrow": (with_source(read_on=date(2026, 11, 24)), 1, "ngày đọc 2026-11-24 ở tương lai"),
    "published after reading": (with_source(published_on=date(2026, 11, 23)), 1, "ngày đăng sau ngày đọc"),
    "undeclared cite": (
        replace(GUIDE, warnings=said("Coi chừng.", "nd69", "la")),
        90,
        "trích nguồn “la” chưa khai báo",
    ),
    "condition without source": (replace(GUIDE, conditions=said("Đủ tuổi.")), 90, "thiếu nguồn [^id] ở cuối dòng"),
    "document without source": (replace(GUIDE, documents=said("Thẻ.")), 90, "thiếu nguồn [^id]"),
    "fee without source": (replace(GUIDE, fee=Passage(said("Không thu."))), 90, "thiếu nguồn [^id]"),
    "fee case without source": (replace(GUIDE, fee=Passage(cases=said("Lần đầu: 0"))), 90, "thiếu nguồn [^id]"),
    "time without source": (replace(GUIDE, time=Passage(said("Một ngày."))), 90, "thiếu nguồn [^id]"),
    "place without source": (replace(GUIDE, where=Passage(said("Ở xã."))), 90, "thiếu nguồn [^id]"),
    "legal basis without source": (replace(GUIDE, legal=said("Luật.")), 90, "thiếu nguồn [^id]"),
    "steps without source": (stepping("Mở.", "Tắt.", cites=()), 81, "mục “Các bước” phải có ít nhất một nguồn"),
    "expired": (with_head(valid_until=date(2026, 11, 22)), 1, "đã hết hiệu lực từ 2026-11-22"),
    "verified by nobody": (with_head(verified_on=TODAY), 1, "verified_on và verified_by phải cùng có"),
    "verified on no day": (with_head(verified_by="Lan"), 1, "verified_on và verified_by phải cùng có"),
    "long step": (stepping(" ".join(["mở."] * 61), "Tắt."), 81, "bước dài 61 tiếng, tối đa 60: tách đôi"),
    "long sentence": (replace(GUIDE, warnings=said("mã " * 31, "nd69")), 90, "câu dài 31 tiếng, tối đa 30"),
    "long summary": (with_head(summary="mã " * 31), 1, "câu dài 31 tiếng"),
    "unexplained word": (replace(GUIDE, prepare=said("Mã OTP.", "so-tay")), 90, "“OTP” chưa được giải thích"),
    "unexplained word in the title": (with_head(title="Đổi mã OTP"), 1, "“OTP” chưa được giải thích"),
    "outdated word": (replace(GUIDE, prepare=said("Mang Sổ hộ khẩu.")), 90, "“Sổ hộ khẩu” đã cũ: dùng VNeID"),
}


@pytest.mark.parametrize("name", CASES)
def test_each_problem_is_one_error_with_its_line(name: str) -> None:
    guide, line, part = CASES[name]
    assert [(f.line, f.level, part in f.message) for f in check(guide)] == [(line, "error", True)]


@pytest.mark.parametrize(
    ("old", "new", "line", "part"),
    [
        ("group: dinh-danh-dien-tu", "group: khac", 3, "không có nhóm “khac”"),
        ("Kích hoạt tài khoản mức 2", "Đổi mã OTP", 2, "“OTP” chưa được giải thích"),
        ("Mở ứng dụng, nhập mã", "Nhập mã OTP", 7, "“OTP” chưa được giải thích"),
        ("[cai-dat]", "[khong-co]", 9, "hướng dẫn liên quan “khong-co”"),
        ("valid_from: 2024-07-01", "valid_from: 2027-01-01", 10, "chưa có hiệu lực"),
        ("valid_until: null", "valid_until: 2026-11-22", 11, "đã hết hiệu lực"),
        ("verified_on: null", "verified_on: 2026-11-22", 12, "phải cùng có"),
        ("https://vanban.chinhphu.vn", "https://gov.vn.la", 14, "gov.vn.la không thuộc"),
    ],
)
def test_a_problem_of_the_head_stands_on_the_line_of_its_key(old: str, new: str, line: int, part: str) -> None:
    found = check(parse_guide(changed(old, new), "kich-hoat", FILE))
    assert [(f.line, part in f.message) for f in found] == [(line, True)]


@pytest.mark.parametrize(
    ("guide", "today", "part"),
    [
        (with_head(valid_from=date(2027, 1, 1)), TODAY, "chưa có hiệu lực (từ 2027-01-01)"),
        (GUIDE, date(2027, 11, 23), "nguồn đọc lần cuối 2026-11-22, đã quá một năm"),
    ],
)
def test_warnings_do_not_refuse_a_build(guide: Guide, today: date, part: str) -> None:
    assert [(f.line, f.level, part in f.message) for f in check(guide, today=today)] == [(1, "warning", True)]


def test_the_last_good_days_are_good() -> None:
    edges = with_head(valid_from=TODAY, valid_until=TODAY, verified_on=TODAY, verified_by="Lan")
    assert check(edges) == []
    assert check(GUIDE, today=date(2027, 11, 22)) == []


def test_unused_source_is_told() -> None:
    assert [f.message for f in check(with_head(sources=(*GUIDE.head.sources, *_another())))] == [
        "nguồn “thua” khai báo mà không dòng nào trích"
    ]


def _another() -> tuple[Any, ...]:
    return (GUIDE.head.sources[0].model_copy(update={"id": "thua"}),)


def test_a_source_declared_twice_is_told() -> None:
    messages = {f.message for f in check(with_head(sources=GUIDE.head.sources + GUIDE.head.sources[:1]))}
    assert messages == {"nguồn “nd69” khai báo hai lần"}


def test_the_same_slug_twice_is_told_of_both() -> None:
    twin = replace(GUIDE, file="knowledge/guides/dinh-danh-dien-tu/nua/kich-hoat.md")
    found = check_guides([GUIDE, OTHER, twin], RULES, TODAY)
    assert [(f.file, f.message) for f in found] == [
        (FILE, f"trùng slug “kich-hoat” với {twin.file}"),
        (twin.file, f"trùng slug “kich-hoat” với {FILE}"),
    ]


def test_a_guide_in_the_folder_of_another_group_is_told() -> None:
    moved = replace(GUIDE, file="knowledge/guides/khac/kich-hoat.md")
    assert [f.message for f in check_guides([moved, OTHER], RULES, TODAY)] == [
        "nhóm “dinh-danh-dien-tu” không phải thư mục chứa tệp"
    ]


def test_a_hard_guide_is_told_its_mean() -> None:
    sentence = " ".join(["mã"] * 29) + "."
    troubles = (Trouble("Lỗi", Statement(" ".join([sentence] * 30), ("so-tay",), 66)),)
    (finding,) = check(replace(GUIDE, troubles=troubles))
    assert re.fullmatch(r"trung bình 2\d\.\d tiếng một câu, nên ≤ 15", finding.message)


def test_titles_of_laws_may_be_long_and_old() -> None:
    law = "Thông tư về sổ hộ khẩu " + "và " * 40 + "ABC"
    assert check(replace(GUIDE, legal=said(law, "nd69"))) == []


def test_every_problem_is_told_at_once_sorted() -> None:
    guide = replace(
        with_head(group="khac", related=("khong-co",), valid_until=date(2020, 1, 1)),
        conditions=said("Đủ tuổi.", line=35),
        prepare=said("Mang sổ hộ khẩu và mã OTP.", "la", line=31),
        warnings=(),
    )
    found = check(guide)
    assert [f.line for f in found] == [1, 1, 1, 31, 31, 31, 35]
    assert found == sorted(found)


@pytest.mark.parametrize(
    ("url", "trusted"),
    [
        ("https://gov.vn/a", True),
        ("https://xa.quangtri.gov.vn", True),
        ("http://VanBan.ChinhPhu.vn:8080/?a=1", True),
        ("https://xgov.vn", False),
        ("https://gov.vn.la", False),
        ("https://la.com/gov.vn", False),
        ("https://gov.vn@la.com/", False),
        ("gov.vn", False),
    ],
)
def test_is_trusted(url: str, trusted: bool) -> None:
    assert is_trusted(url, RULES.trusted_domains) is trusted
