"""What is masked, what is not, and that nothing a person types makes masking slow, unstable or fail."""

from __future__ import annotations

import re
import sys
import unicodedata
from types import FrameType
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.safety import personal_data
from app.safety.personal_data import LABELS, Masked, mask

# (text, what must not survive, kinds)
PERSONAL: list[tuple[str, str, tuple[str, ...]]] = [
    # Identity number
    ("Số căn cước của tôi là 079160001234", "079160001234", ("cccd",)),
    ("Mẹ tôi có căn cước 001 160 001 234 thì đổi ở đâu?", "001 160 001 234", ("cccd",)),
    ("cccd 0791.6000.1234 bi mat", "0791.6000.1234", ("cccd",)),
    ("Tôi tên Hoa, 079-160-001-234, ở Quận 3", "079-160-001-234", ("cccd",)),
    ("cccd079160001234 cua e", "079160001234", ("cccd",)),
    ("079160001234 là số của tôi", "079160001234", ("cccd",)),
    ("079 1 60 001234", "079 1 60 001234", ("cccd",)),
    ("so dinh danh: ０７９１６０００１２３４", "０７９１６０００１２３４", ("cccd",)),
    ("định danh 0791\u200b6000\u200b1234", "1234", ("cccd",)),
    ("0\u200d7\u200d9160001234", "160001234", ("cccd",)),
    ("O79160001234 la cccd", "79160001234", ("cccd",)),
    ("số cccd tôi gõ là 179160001234", "179160001234", ("cccd",)),
    ("mã số thuế của tôi là 079160001234", "079160001234", ("cccd",)),
    ("tài khoản VNeID 079160001234 bị khóa", "079160001234", ("cccd",)),
    ("0 7 9 1 6 0 0 0 1 2 3 4", "0 7 9 1 6", ("cccd",)),
    ("Căn cước:\n079160001234\nNgày cấp 01/02/2022", "079160001234", ("cccd",)),
    # Old identity card
    ("Chứng minh nhân dân cũ của bố tôi số 023456789", "023456789", ("cmnd",)),
    ("cmt 123456789 het han", "123456789", ("cmnd",)),
    ("cmnd: 123 456 789", "123 456 789", ("cmnd",)),
    ("cmnd 123.456.789 cấp tại Đồng Nai", "123.456.789", ("cmnd",)),
    ("Tôi là Nam, 271234567, Đồng Nai", "271234567", ("cmnd",)),
    ("so chung minh cua me la 271234567 Đồng Nai cấp", "271234567", ("cmnd",)),
    ("123 456 789 là cmnd của tôi", "123 456 789", ("cmnd",)),
    # Social insurance
    ("Mã số BHXH của tôi là 7912345678", "7912345678", ("bhxh",)),
    ("so bao hiem xa hoi 0116123456 tra o dau", "0116123456", ("bhxh",)),
    ("Thẻ BHYT GD4797912345678 hết hạn", "GD4797912345678", ("bhxh",)),
    ("the bhyt gd4797912345678", "gd4797912345678", ("bhxh",)),
    ("HT 3 79 79 123 45678 là thẻ của bà", "79 123 45678", ("bhxh",)),
    ("DN-4-79-79-123-45678", "79-123-45678", ("bhxh",)),
    ("sổ bảo hiểm 79 1234 5678", "79 1234 5678", ("bhxh",)),
    ("7912345678 là mã số bhxh", "7912345678", ("bhxh",)),
    ("bảo hiểm y tế mã 7912345678", "7912345678", ("bhxh",)),
    # Passport
    ("Hộ chiếu B1234567 của tôi", "B1234567", ("passport",)),
    ("ho chieu c12345678 het han", "c12345678", ("passport",)),
    ("Hộ chiếu số C 1234567", "C 1234567", ("passport",)),
    ("passport: P01234567", "P01234567", ("passport",)),
    ("Ｂ１２３４５６７", "１２３４５６７", ("passport",)),
    # Phone
    ("Gọi cho tôi số 0912345678", "0912345678", ("phone",)),
    ("0912 345 678", "0912 345 678", ("phone",)),
    ("sdt 0912.345.678 nhe", "0912.345.678", ("phone",)),
    ("0912-345-678 là Zalo của tôi", "0912-345-678", ("phone",)),
    ("+84912345678", "+84912345678", ("phone",)),
    ("+84 912 345 678", "+84 912 345 678", ("phone",)),
    ("+84.912.345.678", "912.345.678", ("phone",)),
    ("84912345678 gọi giúp tôi", "84912345678", ("phone",)),
    ("(+84) 912 345 678", "912 345 678", ("phone",)),
    ("+84 (0) 912 345 678", "912 345 678", ("phone",)),
    ("Điện thoại nhà (024) 3825 1234", "3825 1234", ("phone",)),
    ("024.38251234", "38251234", ("phone",)),
    ("0225 3 745 123", "745 123", ("phone",)),
    ("sđt cũ 01689123456", "01689123456", ("phone",)),
    ("dt 912345678", "912345678", ("phone",)),
    ("1.0912345678", "0912345678", ("phone",)),
    ("1. 0912345678\n2. 0387654321", "0387654321", ("phone",)),
    ("o912345678", "912345678", ("phone",)),
    ("zalo0387654321", "0387654321", ("phone",)),
    ("0912345678nhé cháu", "0912345678", ("phone",)),
    ("0912345678/0387654321", "0387654321", ("phone",)),
    ("sđt 0912\u00a0345\u00a0678", "678", ("phone",)),
    ("09 12 34 56 78", "34 56", ("phone",)),
    ("0️⃣9️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣", "8️⃣", ("phone",)),
    ("\u0660912345678", "912345678", ("phone",)),
    ("sđt 0912345678, 2 con nhỏ", "0912345678", ("phone",)),
    ("Ngày 05-03-2026 tôi gọi 0912 345 678", "345 678", ("phone",)),
    # Bank card
    ("Thẻ 4111 1111 1111 1111 bị trừ tiền", "4111 1111 1111 1111", ("card",)),
    ("4111111111111111", "4111111111111111", ("card",)),
    ("visa 5555-5555-5555-4444", "5555-5555-5555-4444", ("card",)),
    ("amex 3782 822463 10005", "822463", ("card",)),
    ("số thẻ ngân hàng 9704 3600 1234 5678", "3600 1234", ("card",)),
    ("the atm 9704360012345678901", "9704360012345678901", ("card",)),
    # Account
    ("stk 0123456789012 Vietcombank", "0123456789012", ("account",)),
    ("Số tài khoản của tôi ở Agribank là 1500205123456", "1500205123456", ("account",)),
    ("so tai khoan: 190 3456 7890 12", "3456 7890", ("account",)),
    ("chuyển vào tài khoản ngân hàng 101010101", "101010101", ("account",)),
    ("tk 19034567 mb bank", "19034567", ("account",)),
    ("stk 123456789 ngân hàng MB", "123456789", ("account",)),
    ("stk 123456789 đóng bảo hiểm", "123456789", ("account",)),
    ("stk 123456789 500000đ", "123456789", ("account",)),
    ("STK123456 chu tk la Hoa", "123456", ("account",)),
    ("vcb 0071000123456", "0071000123456", ("account",)),
    ("0071000123456 là stk của mình", "0071000123456", ("account",)),
    ("stk của mk là 1234567890", "1234567890", ("account",)),
    # One-time codes and passwords
    ("Mã OTP là 123456", "123456", ("otp",)),
    ("otp 1234", "1234", ("otp",)),
    ("OTP: 123 456", "123 456", ("otp",)),
    ("ma xac nhan 482913", "482913", ("otp",)),
    ("mã xác thực của Zalo: 482913", "482913", ("otp",)),
    ("Mã xác nhận Google G-482913", "482913", ("otp",)),
    ("482913 là mã OTP của tôi", "482913", ("otp",)),
    ("mã pin 1357", "1357", ("otp",)),
    ("passcode VNeID 246810", "246810", ("otp",)),
    ("mật khẩu là Hoa@1960", "Hoa@1960", ("otp",)),
    ("mk la hoahong1960", "hoahong1960", ("otp",)),
    ("mk 123456 ma ko vao dc", "123456", ("otp",)),
    ("pass: abcd", "abcd", ("otp",)),
    ("mat khau: 12051960", "12051960", ("otp",)),
    ("Mật khẩu là 12/05/1960", "12/05/1960", ("otp",)),
    ("mật khẩu VNeID của tôi là Matkhau#1, sao không vào được?", "Matkhau#1", ("otp",)),
    ("mat khau la matkhaucuatoi", "matkhaucuatoi", ("otp",)),
    ("mã otp là 2024", "2024", ("otp",)),
    ("pin la 9999", "9999", ("otp",)),
    # E-mail
    ("Email của tôi: nguyen.hoa@gmail.com", "nguyen.hoa@gmail.com", ("email",)),
    ("hoa1960@yahoo.com.vn", "hoa1960", ("email",)),
    ("gửi về hoa @ gmail.com nhé", "hoa @ gmail", ("email",)),
    ("0912345678@gmail.com", "0912345678", ("email",)),
    # Tax code
    ("Mã số thuế 0312345678", "0312345678", ("tax",)),
    ("mst 0312345678-001", "0312345678-001", ("tax",)),
    ("ma so thue cua ho kinh doanh la 8123456789", "8123456789", ("tax",)),
    # Several at once
    ("Tôi là Hoa, cccd 079160001234, sđt 0912345678", "079160001234", ("cccd", "phone")),
    ("0912345678 079160001234", "079160001234", ("phone", "cccd")),
    ("sđt 0912345678, email hoa@gmail.com, sđt 0387654321", "0387654321", ("phone", "email")),
    ("stk 0123456789, otp 112233", "112233", ("account", "otp")),
    ("cmnd 123456789, bhxh 7912345678, gọi 0912345678", "7912345678", ("cmnd", "bhxh", "phone")),
]

PUBLIC = [
    # Money
    "Lệ phí là 2.000.000 đồng", "phạt 500000 đ", "mất 1500000d", "học phí 500k", "500.000đ một lần", "vay 500 triệu",
    "chuyển 123456789 đồng", "tôi có 123.456.789 đồng", "giá 84.500.000.000 đồng", "Đơn giá 84.500.000.000",
    "nạp vào tài khoản 500000 đồng", "tài khoản bị trừ 500000", "tài khoản còn 2.000.000", "lương hưu 4 500 000 đồng",
    "tôi vay 500000000 của ngân hàng", "đọc mã OTP xong mất 20000000", "1 000 000 000 đồng", "Trợ cấp 3.789.000đ/tháng",
    "số tiền 123456789", "tk bi tru 1.200.000d", "rút 1000000 VND từ tài khoản", "tài khoản có 5000000vnd",
    # Dates, years, times
    "Sinh ngày 12/05/1960", "2026-11-22", "hạn 01-07-2025 07:30", "ngày 05-03-2026 07", "05.03.2026", "từ năm 1960",
    "quên mật khẩu từ năm 2024", "OTP không về, tôi sinh 1960", "tài khoản mở ngày 2026-11-22", "giai đoạn 2021-2025",
    "mã xác nhận hết hạn 31-12-2026", "20/11/2026 lúc 14:30:00", "mk sinh năm 1960",
    # Codes of procedures, laws, files
    "Thủ tục 1.001193", "mã 2.002096", "thủ tục 1013225", "tài khoản định danh làm thủ tục 1013225",
    "1.001193 2.002096", "Nghị định 69/2024/NĐ-CP", "Luật 23/2008/QH12", "Luật Căn cước 26/2023/QH15",
    "Thông tư 17/2024/TT-BCA", "https://mic.gov.vn/sinh-vien-kiem-tien-online-197157500.htm",
    "1.001193.000.00.00.H10", "mã hồ sơ 000.00.16.H40-230515-0001", "hồ sơ H01-230515-0001", "Quyết định 06/QĐ-TTg",
    "hộ chiếu làm thủ tục 1.001445", "cấp hộ chiếu mã 1013225", "tài khoản dịch vụ công mã 1013225", "mẫu CT01",
    "tờ khai TK01, mẫu D02-LT", "Điều 30 khoản 2 Luật Cư trú 68/2020/QH14", "TCVN 6909:2001",
    "tài khoản vneid dùng cho 1.001193",
    # Hotlines
    "Gọi 113", "gọi 114 hay 115", "gọi 113 114 115", "113 - 114 - 115",
    "111", "tổng đài 1022", "hotline 19000368", "1900 0368", "gọi 1900.1234",
    "1800 1096", "18001096", "nhắn tin 156 hoặc 5656", "quên mật khẩu gọi 1900 0368", "mất otp gọi 1022",
    "tài khoản Agribank, gọi 1900558818", "tài khoản bị khoá thì gọi 1900 545 415", "mật khẩu: gọi 18001096",
    # Everyday numbers
    "định danh mức 2", "Bước 3", "căn hộ 1205", "nhà số 123/45 ngõ 67", "iPhone 15", "Samsung A52", "Nokia 1280",
    "SM-A525F", "pin 5000 mAh", "pin điện thoại 5000mah", "tôi 66 tuổi", "OTP gồm 6 chữ số", "mật khẩu 8 ký tự",
    "mật khẩu 20-30 ký tự", "mật khẩu là gì?", "mật khẩu là dãy chữ và số", "Mật khẩu: cần ít nhất 8 ký tự",
    "căn cước gồm 12 số", "số điện thoại 10 số", "mã bưu chính 700000", "xã có 12345 người", "diện tích 100 m²",
    "sau sáp nhập còn 34 tỉnh, 3321 xã", "Tôi quên mật khẩu. Nhà tôi ở số 1234 đường Lê Lợi",
    "tầng 12A phòng 1205", "mk la sinh vien", "thẻ căn cước cho trẻ dưới 14 tuổi", "", "   ", "xin chào",
    "@vneid", "theo dõi @dichvucong", "https://dichvucong.gov.vn/p/home/dvc-trang-chu.html", "6/2026",
    "các số 1, 2, 3, 4, 5, 6, 7, 8, 9, 10", "tỉ lệ 99,99%", "toạ độ 10.7769, 106.7009", "biển số 59A-123.45",
]  # fmt: skip


@pytest.mark.parametrize(("text", "secret", "kinds"), PERSONAL)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_personal_data_is_masked(text: str, secret: str, kinds: tuple[str, ...], form: Any) -> None:
    masked = mask(unicodedata.normalize(form, text))
    assert secret not in masked.text
    assert masked.kinds == kinds
    assert all(LABELS[kind] in masked.text for kind in kinds)
    assert mask(masked.text) == Masked(masked.text, ())


@pytest.mark.parametrize("text", PUBLIC)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_public_numbers_stay(text: str, form: Any) -> None:
    text = unicodedata.normalize(form, text)
    assert mask(text) == Masked(text, ())


def test_only_the_number_is_replaced() -> None:
    masked = mask("Con ơi, cccd 079 160 001 234 (cũ) và gọi (+84) 912 345 678 nhé; mật khẩu là Hoa@1960, sai à?")
    assert masked == Masked(
        "Con ơi, cccd [số căn cước] (cũ) và gọi [số điện thoại] nhé; mật khẩu là [mã bí mật], sai à?",
        ("cccd", "phone", "otp"),
    )


def test_a_label_typed_by_a_person_is_left_alone() -> None:
    assert mask("số tài khoản [số tài khoản] 12345") == Masked("số tài khoản [số tài khoản] 12345", ())


def test_the_tables_are_wide_enough() -> None:
    assert len(PERSONAL) >= 80
    assert len(PUBLIC) >= 60
    assert {kind for _, _, kinds in PERSONAL for kind in kinds} == set(LABELS)


# Properties

DIGITS = "0123456789"
VOCABULARY = (
    "tôi toi của là mẹ bị mất căn cước cccd cmnd otp mã xác nhận mật khẩu mk pass: stk tài khoản bảo hiểm bhxh sđt gọi "
    "zalo hộ chiếu thủ tục đồng đ d k triệu năm ngày số tổng đài thẻ la cua email mst , . : - ( ) + / 2 12 1022 2026 "
    "500.000 1.001193 69/2024/NĐ-CP 12/05/1960"
)
WORDS = st.sampled_from(VOCABULARY.split())
PROSE = st.lists(WORDS, max_size=12).map(" ".join)


def tail(count: int) -> st.SearchStrategy[str]:
    return st.text(DIGITS, min_size=count, max_size=count)


@st.composite
def card_numbers(draw: st.DrawFn) -> str:
    body = draw(st.sampled_from(["4", "51", "9704", "35"])) + draw(tail(11))
    body = body[:15].ljust(15, "7")
    total = sum(n - 9 * (n > 9) for n in (int(d) * (2 - i % 2) for i, d in enumerate(reversed(body))))
    return body + str(-total % 10)


@st.composite
def grouped(draw: st.DrawFn, numbers: st.SearchStrategy[str], sizes: tuple[tuple[int, ...], ...]) -> str:
    """A number written in one run or in groups, by one separator, at times with zero-width or full-width characters."""
    number, shape = draw(numbers), draw(st.sampled_from(sizes))
    groups, start = [], 0
    for size in shape:
        groups.append(number[start : start + size])
        start += size
    written = draw(st.sampled_from([" ", ".", "-", "\u00a0", " - "])).join(g for g in [*groups, number[start:]] if g)
    if draw(st.booleans()):
        written = "\u200b".join(written)
    return "".join(chr(ord(c) + 0xFEE0) if c in DIGITS else c for c in written) if draw(st.booleans()) else written


CCCD = grouped(st.builds("0{}{}".format, st.sampled_from("0123456789"), tail(10)), ((12,), (3, 3, 3, 3), (4, 4, 4)))
PHONE = grouped(
    st.builds("0{}{}".format, st.sampled_from("35789"), tail(8)), ((10,), (4, 3, 3), (3, 3, 4), (4, 6), (2, 2, 2, 2, 2))
)
CARD = grouped(card_numbers(), ((16,), (4, 4, 4, 4)))
MAILBOX, DOMAIN = st.text("abcxyz019._", min_size=1, max_size=20), st.text("abc0", min_size=2, max_size=9)
EMAIL = st.builds("{}@{}.vn".format, MAILBOX, DOMAIN)
PASSPORT = st.builds("{}{}".format, st.sampled_from("BCNP"), st.one_of(tail(7), tail(8)))
HEALTH_CARD = st.builds("{}{}{}".format, st.sampled_from(["GD", "HT", "DN", "TE"]), st.sampled_from("12345"), tail(12))
NAMED = st.one_of(
    st.builds("{}{}".format, st.sampled_from(["stk ", "số tài khoản: ", "so tai khoan la "]), tail(13)),
    st.builds("{}{}".format, st.sampled_from(["cmnd ", "cmt: ", "chứng minh nhân dân số "]), tail(9)),
    st.builds("{}{}".format, st.sampled_from(["bhxh ", "mã số bảo hiểm là "]), tail(10)),
    st.builds("{}{}".format, st.sampled_from(["mst ", "Mã số thuế: "]), tail(10)),
    st.builds("{}{}".format, st.sampled_from(["otp ", "mã xác nhận là ", "ma xac thuc: ", "mật khẩu là "]), tail(6)),
)


def survives(written: str, text: str) -> bool:
    """Whether the digits written are still in the text, whatever stands between them."""
    return "".join(re.findall(r"\d", unicodedata.normalize("NFKC", written))) in "".join(
        re.findall(r"\d", unicodedata.normalize("NFKC", text))
    )


@settings(max_examples=400, deadline=None)
@given(PROSE, st.one_of(CCCD, PHONE, CARD, PASSPORT, HEALTH_CARD), PROSE)
def test_a_valid_number_never_survives_between_words(before: str, written: str, after: str) -> None:
    letters = [word for word in before.split() if not re.search(r"\d", word)]
    rest = [word for word in after.split() if not re.search(r"\d", word)]
    assert not survives(written, mask(f"{' '.join(letters)} {written} ạ {' '.join(rest)}").text)


@settings(max_examples=200, deadline=None)
@given(PROSE, NAMED)
def test_a_number_with_its_word_never_survives(before: str, written: str) -> None:
    assert not survives(written, mask(f"{before}\n{written} nhé").text.removeprefix(before))


@settings(max_examples=200, deadline=None)
@given(PROSE, EMAIL)
def test_an_email_never_survives(before: str, written: str) -> None:
    assert written not in mask(f"{before} {written} ạ").text


MARKS = st.text(DIGITS + " .-@+()/_:đdkabm\0\ue000\u200b\n", max_size=12)
LABELLED = st.sampled_from(list(LABELS.values()))
PIECES = st.one_of(WORDS, CCCD, PHONE, CARD, EMAIL, PASSPORT, HEALTH_CARD, NAMED, LABELLED, MARKS)
GLUE = st.sampled_from(["", " ", "-", ".", "\n"])
TYPED = st.builds(lambda glue, pieces: glue.join(pieces), GLUE, st.lists(PIECES, max_size=14))


@settings(max_examples=1000, deadline=None)
@given(st.one_of(TYPED, st.text(), st.text(st.characters(codec=None, categories=["Cs", "Nd", "Mn", "Cf", "L"]))))
def test_mask_is_total_and_idempotent(text: str) -> None:
    once = mask(text)
    assert mask(once.text) == Masked(once.text, ())
    assert bool(once.kinds) == (once.text != text)
    assert len(set(once.kinds)) == len(once.kinds)


def test_lone_surrogates_and_controls_pass() -> None:
    assert mask("\ud800 0912345678 \udfff\0") == Masked("\ud800 [số điện thoại] \udfff\0", ("phone",))


# Cost

LONG = [
    "1", "1 ", "0912 ", "a", "a.", "a@", "- ", "otp ", "mk: ", "mk:", "mat khau a ", "đ", "1.", "stk 1 ", "\u200b", "ﷺ",
    "0912345678 ", "ho chieu ", "(", "+84", "a@a.", "gd4 ", "1900 ", ". ", "pass!", "@gmail",
]  # fmt: skip


def calls(text: str) -> int:
    """How many functions run, Python's and C's: a count that does not depend on the machine."""
    count = 0

    def step(frame: FrameType, event: str, arg: Any) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    sys.setprofile(step)
    try:
        mask(text)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("piece", LONG)
def test_work_grows_with_the_length(piece: str) -> None:
    half, whole = (calls((piece * size)[:size]) for size in (2_000, 4_000))
    assert whole <= 2.2 * half + 200


@pytest.mark.parametrize("piece", LONG)
def test_long_input_is_masked(piece: str) -> None:
    mask((piece * 20_000)[:20_000])


def repeats(node: Any, inside: bool = False) -> list[str]:
    """Unbounded repeats of more than one character class, or inside another repeat."""
    found: list[str] = []
    if isinstance(node, tuple) and len(node) == 2 and str(node[0]) in {"MAX_REPEAT", "MIN_REPEAT"}:
        _, high, body = node[1]
        if high > 64 and (inside or len(body) > 1):
            found.append(str(node))
        return found + [problem for child in body for problem in repeats(child, True)]
    if isinstance(node, (list, tuple)) or hasattr(node, "data"):
        for child in getattr(node, "data", node):
            found += repeats(child, inside)
    return found


def test_patterns_have_no_nested_or_long_repeats() -> None:
    from re import _parser  # type: ignore[attr-defined]  # the standard library's own, to look into a pattern

    patterns = [value for value in vars(personal_data).values() if isinstance(value, re.Pattern)]
    patterns += [pattern for _, pattern in personal_data.TEXT_RULES] + [rule.digits for rule in personal_data.RULES]
    assert len(patterns) > 20
    assert [found for pattern in patterns for found in repeats(_parser.parse(pattern.pattern))] == []
    assert repeats(_parser.parse(r"(?:a+)+b")) != []
