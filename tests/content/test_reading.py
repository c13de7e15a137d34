"""The reading-level proxy: sentences, syllables, and words that cannot be Vietnamese."""

from __future__ import annotations

import pytest

from app.content.reading import ReadingLevel, count_syllables, foreign_words, measure, sentences


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("Mở máy. Nhập mã! Xong chưa?", ["Mở máy.", "Nhập mã!", "Xong chưa?"]),
        ("Mở máy;\nnhập mã… rồi chờ", ["Mở máy;", "nhập mã…", "rồi chờ"]),
        ("Phí 20.000 đồng, vào vneid.gov.vn để nộp.", ["Phí 20.000 đồng, vào vneid.gov.vn để nộp."]),
        ("Một\n\nHai", ["Một", "Hai"]),
        (" … . ", []),
        ("", []),
    ],
)
def test_sentences(text: str, parts: list[str]) -> None:
    assert sentences(text) == parts


@pytest.mark.parametrize(
    ("text", "count"),
    [("Mở ứng dụng VNeID", 4), ("Wi-Fi ở xã", 3), ("**Gửi lại**, 12 số", 4), ("—", 0), ("", 0)],
)
def test_count_syllables(text: str, count: int) -> None:
    assert count_syllables(text) == count


def test_measure_takes_several_texts_together() -> None:
    level = measure(["Mở máy. Nhập mã gửi về.", "Chờ"])
    assert level == ReadingLevel(3, 7 / 3, 4, "Nhập mã gửi về.")


def test_measure_of_nothing_is_zero() -> None:
    assert measure(["", "…"]) == ReadingLevel(0, 0.0, 0, "")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Nhập mã OTP, quét QR, bật Wi-Fi", ["OTP", "QR", "Wi-Fi"]),
        ("OTP rồi lại OTP", ["OTP"]),
        ("Mở VNeID hoặc Zalo", ["VNeID", "Zalo"]),
        ("Vào dichvucong.gov.vn, vov.vn/tin", []),
        ("mẫu TK01, năm 2026, 12h30, B1", []),
        ("giấy khuyết nghiêng quýt xoong uỷ quyền gìn giữ quốc huơ", []),
        ("Người Việt Nam ở Đắk Lắk, Huế, Quảng Ngãi, Thừa Thiên", []),
        ("x à A B", []),
    ],
)
def test_foreign_words(text: str, words: list[str]) -> None:
    assert foreign_words(text) == words
