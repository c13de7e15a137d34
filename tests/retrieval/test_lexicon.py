"""Short forms written out, official terms found for lay words."""

from __future__ import annotations

import pytest

from app.retrieval.lexicon import Lexicon, merge_meanings
from app.retrieval.text import normalize

LEXICON = Lexicon(
    short_forms={
        "ko": "không",
        "k": "không",
        "bhxh": "bảo hiểm xã hội",
        "bhxh 1 lần": "bảo hiểm xã hội một lần",
        "a/c": "anh chị",
    },
    meanings={
        "bằng lái": ("giấy phép lái xe",),
        "bằng lái xe máy": ("hạng A1", "giấy phép lái xe"),
        "mô": ("đâu",),
        "hoá đơn đỏ": ("hoá đơn điện tử",),
        "app công an": ("VNeID", "định danh điện tử"),
    },
)


@pytest.mark.parametrize(
    ("text", "written_out"),
    [
        ("làm ko được", "làm không được"),
        ("KO dc, K bik", "không dc, không bik"),
        ("rút bhxh 1 lần", "rút bảo hiểm xã hội một lần"),
        ("bhxh ở đâu", "bảo hiểm xã hội ở đâu"),
        ("a/c cho hỏi", "anh chị cho hỏi"),
        ("koko, kok, k2", "koko, kok, k2"),
        ("k@gmail.com, a.k, k/h, trang.vn/ko", "k@gmail.com, a.k, k/h, trang.vn/ko"),
        ("ko. Ko?", "không. không?"),
        ("", ""),
    ],
)
def test_write_out(text: str, written_out: str) -> None:
    assert LEXICON.write_out(text) == written_out


def test_an_empty_lexicon_changes_and_adds_nothing() -> None:
    assert Lexicon().write_out("ko dc k") == "ko dc k"
    assert Lexicon().meanings_of("bằng lái") == ()


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("đổi bằng lái", ("giấy phép lái xe",)),
        ("Đổi BẰNG LÁI!", ("giấy phép lái xe",)),
        ("doi bang lai", ("giấy phép lái xe",)),
        ("đổi bằng lái xe máy", ("hạng A1", "giấy phép lái xe")),
        ("bằng lái tức là giấy phép lái xe", ()),
        ("bằng lái, bằng lái", ("giấy phép lái xe",)),
        ("ở mô", ("đâu",)),
        ("ở mo", ()),
        ("đổi bảng lại", ()),
        ("bằng cấp của lái xe", ()),
        ("hóa đơn đỏ", ("hoá đơn điện tử",)),
        ("mở app cong an", ("VNeID", "định danh điện tử")),
        ("app công an là VNeID", ("định danh điện tử",)),
        ("", ()),
    ],
)
def test_meanings_of(text: str, meanings: tuple[str, ...]) -> None:
    assert LEXICON.meanings_of(normalize(text)) == meanings


def test_merge_meanings_keeps_the_terms_of_both() -> None:
    merged = merge_meanings({"má": "mẹ", "ba": "bố"}, {"má": ["mẹ", "mẹ đẻ"], "xe": ("ô tô",)})
    assert merged == {"má": ("mẹ", "mẹ đẻ"), "ba": ("bố",), "xe": ("ô tô",)}
