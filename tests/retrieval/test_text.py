"""Vietnamese text made comparable: the table of what is written and what it becomes, and what holds of any text."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.retrieval.text import contains_run, fold_diacritics, folded_terms, is_accented, normalize, syllables

ANY = st.text(st.characters(exclude_categories=[]))  # surrogates too
TONED = st.text(st.sampled_from("hqQuUoOaAeEyYiăâđ \u0300\u0301\u0303\u0309\u0323\u0302\u031b\u0306\u200b\ufeff"))


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("hòa giải", "hoà giải"),
        ("HÒA", "HOÀ"),
        ("Hóa đơn đỏ", "Hoá đơn đỏ"),
        ("sức khỏe", "sức khoẻ"),
        ("thủy lợi", "thuỷ lợi"),
        ("Ủy ban", "Uỷ ban"),
        ("hòa-thủy,khỏe.", "hoà-thuỷ,khoẻ."),
        ("quý", "quý"),
        ("QUỲ quỹ", "QUỲ quỹ"),
        ("của múa tòan hoàn loại ngoài", "của múa tòan hoàn loại ngoài"),
        ("hoà thuỷ khoẻ", "hoà thuỷ khoẻ"),
        (unicodedata.normalize("NFD", "hòa thủy Đường quý của"), "hoà thuỷ Đường quý của"),
        ("căn\tcước \n\r\n mới\u00a0\u3000nhất ", "căn cước mới nhất"),
        ("a\ud800b\udfffc", "a b c"),
        ("mã\u200b\ufeffOTP\x00\x1b", "mã OTP"),
        ("\u202eđảo", "đảo"),
        ("", ""),
        (" \u200b ", ""),
    ],
)
def test_normalize(written: str, normal: str) -> None:
    assert normalize(written) == normal


@given(st.one_of(ANY, TONED))
@example("o\u0301\u0302a")
@example("o\u0300\u200ba")
def test_normalize_is_idempotent(text: str) -> None:
    assert normalize(normalize(text)) == normalize(text)


@given(st.one_of(ANY, TONED))
def test_normalized_text_is_nfc_single_spaced_and_encodable(text: str) -> None:
    normal = normalize(text)
    assert unicodedata.is_normalized("NFC", normal)
    assert normal == " ".join(normal.split())
    assert normal.encode("utf-8").decode("utf-8") == normal


@given(st.text(st.sampled_from("aăâeêioôơuưyáàảãạếộựđ hqt")))
def test_composed_and_decomposed_text_become_the_same(text: str) -> None:
    assert normalize(unicodedata.normalize("NFD", text)) == normalize(unicodedata.normalize("NFC", text))


@given(st.one_of(ANY, TONED))
def test_normalize_changes_no_letter_but_its_tone_place(text: str) -> None:
    plain = " ".join(text.split())
    if plain.isprintable():
        assert fold_diacritics(normalize(plain)) == fold_diacritics(plain)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Đăng ký khai sinh", "dang ky khai sinh"),
        ("ĐƯỜNG Ngưỡng Ổ Ệ", "duong nguong o e"),
        (unicodedata.normalize("NFD", "Thuỷ điện"), "thuy dien"),
        ("VNeID 2, 20.000 đ!", "vneid 2, 20.000 d!"),
        ("", ""),
    ],
)
def test_fold_diacritics(text: str, folded: str) -> None:
    assert fold_diacritics(text) == folded


@given(ANY)
def test_fold_is_idempotent_and_leaves_no_mark(text: str) -> None:
    folded = fold_diacritics(text)
    assert fold_diacritics(folded) == folded
    assert not any(unicodedata.combining(ch) for ch in folded)


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Đăng ký, VNeID!", ["đăng", "ký", "vneid"]),
        ("CT01_a/b-c", ["ct01", "a", "b", "c"]),
        ("… — ", []),
    ],
)
def test_syllables(text: str, parts: list[str]) -> None:
    assert syllables(text) == parts


@pytest.mark.parametrize(
    ("text", "accented"),
    [("lam can cuoc", False), ("VNeID LAM", False), ("lam căn cuoc", True), ("di đâu", True), ("", False), ("Đ", True)],
)
def test_is_accented(text: str, accented: bool) -> None:
    assert is_accented(text) is accented


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("Đăng ký nhanh", ["dang", "ky", "nhanh", "dang_ky", "ky_nhanh"]),
        ("Đăng", ["dang"]),
        ("?", []),
    ],
)
def test_folded_terms(text: str, terms: list[str]) -> None:
    assert folded_terms(text) == terms


@pytest.mark.parametrize(
    ("haystack", "needle", "contained"),
    [
        (["lệ", "phí", "mới"], ["lệ", "phí"], True),
        (["lệ", "phí", "mới"], ("phí", "mới"), True),
        (["lệ", "phí", "mới"], ["lệ", "mới"], False),
        (["lệ"], ["lệ", "phí"], False),
        ([], ["lệ"], False),
    ],
)
def test_contains_run(haystack: list[str], needle: list[str], contained: bool) -> None:
    assert contains_run(haystack, needle) is contained
