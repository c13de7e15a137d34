"""Figures out of words, on snippets as the portal really gives them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.content.procedure import SHORT, Fee, TimeLimit
from ingest.procedures.cells import split_files, split_methods, split_papers
from ingest.procedures.legal import legal_numbers
from ingest.procedures.normalise import read_fees, read_time
from ingest.procedures.words import clean, short_name, shorten, split_results

SAID = ("from-description",)


@pytest.mark.parametrize(
    ("cell", "note", "expected"),
    [
        ("10 Ngày làm việc", "", [TimeLimit(10, "ngày làm việc")]),
        ("0.5 Giờ", "", [TimeLimit(0.5, "giờ")]),
        ("1", "", [TimeLimit(1, None, None, ("unit-lost",))]),
        ("5", "05 ngày làm việc kể từ ngày nhận hồ sơ", [TimeLimit(5, "ngày làm việc", None, ("unit-from-text",))]),
        ("Không có thông tin", "", [TimeLimit(None, None, None, ("not-stated",))]),
        ("Không quy định", "", [TimeLimit(None, None, "Không quy định", ("not-a-figure",))]),
        (
            "10 Ngày làm việc",
            "20 ngày làm việc đối với cây cần bảo tồn",
            [
                TimeLimit(10, "ngày làm việc"),
                TimeLimit(20, "ngày làm việc", "20 ngày làm việc đối với cây cần bảo tồn", SAID),
            ],
        ),
        (
            "26 Ngày làm việc",
            "- Thời hạn kiểm tra hồ sơ: 03 ngày làm việc;\n- Thời hạn trả kết quả: 02 ngày làm việc",
            [TimeLimit(26, "ngày làm việc", None, ("more-in-text",))],
        ),
        (
            "3 Ngày làm việc",
            "trường hợp nhận hồ sơ sau 15 giờ thì trả ngày sau",
            [TimeLimit(3, "ngày làm việc", None, ("more-in-text",))],
        ),
    ],
)
def test_time_limits(cell: str, note: str, expected: list[TimeLimit]) -> None:
    assert list(read_time(cell, note)) == expected


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Miễn phí", [Fee(0, True)]),
        ("Miễn phí(Không có)", [Fee(0, True)]),
        ("Không có thông tin", [Fee(None, None, flags=("not-stated",))]),
        ("1,000,000 Việt Nam Đồng", [Fee(1_000_000, False)]),
        ("50,000 Việt Nam Đồng(/văn bản)", [Fee(50_000, False, per="văn bản")]),
        ("150,000 VNĐ(150.000 đồng/1 giấy.)", [Fee(150_000, False, per="1 giấy")]),
        ("Phí : 0 Đồng", [Fee(0, True)]),
        ("Phí : Không Đồng", [Fee(0, True)]),
        ("Phí : Đồng", [Fee(None, None, flags=("not-stated",))]),
        ("Lệ phí : 1.5 USD", [Fee(1.5, False, "USD")]),
        ("155 USD", [Fee(155, False, "USD")]),
        ("VNĐ", [Fee(None, None, flags=("amount-lost",))]),
        (
            "Miễn phí(20.000.000 đồng/lần)",
            [Fee(None, True, flags=("free-beside-fee",)), Fee(20_000_000, False, per="lần", flags=SAID)],
        ),
        (
            "Miễn phí(- Dưới 5 tấn: 50.000 đồng/giấy; - Từ 5 tấn đến 15 tấn: 100.000 đồng/giấy)",
            [
                Fee(None, True, flags=("free-beside-fee",)),
                Fee(50_000, False, per="giấy", when="Dưới 5 tấn", flags=SAID),
                Fee(100_000, False, per="giấy", when="Từ 5 tấn đến 15 tấn", flags=SAID),
            ],
        ),
        (
            "20 VNĐ(20.000 đ/tờ khai)",
            [
                Fee(None, False, when="20.000 đ/tờ khai", flags=("amount-unlikely",)),
                Fee(20_000, False, per="tờ khai", flags=SAID),
            ],
        ),
        (
            "Miễn phí(Theo quy định của Hội đồng nhân dân cấp tỉnh.)",
            [Fee(None, True, when="Theo quy định của Hội đồng nhân dân cấp tỉnh", flags=("free-doubtful",))],
        ),
    ],
)
def test_fees(cell: str, expected: list[Fee]) -> None:
    assert list(read_fees(cell)) == expected


def test_a_threshold_is_no_fee() -> None:
    assert [fee.amount for fee in read_fees("Miễn phí(dự án có vốn từ 10.000.000 đồng: 50.000 đồng/lần)")] == [
        None,
        50_000,
    ]


def test_glued_method_rows_are_split_and_ambiguous_ones_stay_unknown() -> None:
    table = (
        "Hình thức nộpThời gianPhí, lệ phíMô tảTrực tuyến7 Ngày làm việc10,000 VNĐ(10.000 đồng(lần))Nộp ở Cổng."
        "Dịch vụ bưu chính1Miễn phíTrực tiếpKhông có thông tin8,000 VNĐ"
    )
    assert [(row.way, row.time, row.fee, row.note) for row in split_methods(table)] == [
        ("truc-tuyen", "7 Ngày làm việc", "10,000 VNĐ(10.000 đồng(lần))", "Nộp ở Cổng."),
        ("buu-chinh", "1", "Miễn phí", ""),
        ("truc-tiep", "Không có thông tin", "8,000 VNĐ", ""),
    ]
    glued = "Trực tuyến1100,000 VNĐTrực tiếp140,000 VNĐDịch vụ bưu chính140,000 VNĐ(40.000 đồng)"
    assert [(row.time, row.fee) for row in split_methods(glued)] == [
        ("1", "100,000 VNĐ"),
        ("", "VNĐ"),
        ("1", "40,000 VNĐ(40.000 đồng)"),
    ]


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("Tờ khai1 bản chính,2 bản saoSơ đồ0 bản chính,1 bản sao", [("Tờ khai", 1, 2), ("Sơ đồ", 0, 1)]),
        ("Đơn ngày 29/9/20211 bản chính", [("Đơn ngày 29/9/2021", 1, None)]),
        ("Hợp đồng (01 bản chính hoặc bản sao)1 bản chính", [("Hợp đồng (01 bản chính hoặc bản sao)", 1, None)]),
        ("Giấy phép cũ\t1 bản chính", [("Giấy phép cũ", 1, None)]),
        ("Bảng kê: 01 bản sao;0 bản chính,1 bản sao", [("Bảng kê: 01 bản sao;", 0, 1)]),
    ],
)
def test_glued_papers(table: str, expected: list[tuple[str, int | None, int | None]]) -> None:
    rows = split_papers(f"--Tên giấy tờMẫu đơn, tờ khaiSố lượng{table}")
    assert [(row.name, row.originals, row.copies) for row in rows] == expected


def test_papers_stand_under_their_case() -> None:
    head = "Tên giấy tờMẫu đơn, tờ khaiSố lượng"
    rows = split_papers(f"Trường hợp mới{head}Đơn1 bản chínhTrường hợp lại{head}Đơn1 bản chính")
    assert [row.group for row in rows] == ["Trường hợp mới", "Trường hợp lại"]


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("Tờ khai theo mẫuMẫu TP-02-sđ.doc", ("Tờ khai theo mẫu", ("Mẫu TP-02-sđ",))),
        ("Bản khai;MauA.docxMauB.docx", ("Bản khai;", ("MauA", "MauB"))),
        ("Theo Thông tư 24/2022/TT-BNNPTNTPhụ lục I.docx", ("Theo Thông tư 24/2022/TT-BNNPTNT", ("Phụ lục I",))),
        ("Theo Quyết định 09/2023/QĐ-TTg", ("Theo Quyết định 09/2023/QĐ-TTg", ())),
        ("Đơn đề nghị (theo mẫu)10.1.PL.docx", ("Đơn đề nghị (theo mẫu)", ("10.1.PL",))),
    ],
)
def test_form_files_behind_a_name(cell: str, expected: tuple[str, tuple[str, ...]]) -> None:
    assert split_files(cell) == expected


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("Luật Thú y79/2015/QH1324/2022/TT-BNNPTNTThông tư 24/2022/TT-BNNPTNT", ["79/2015/QH13", "24/2022/TT-BNNPTNT"]),
        ("quy định chi tiết105/2025/NĐ-CPVề phòng cháy136/2020/NĐ-CP", ["105/2025/NĐ-CP", "136/2020/NĐ-CP"]),
        ("Luật số 43/2024/QH15 ngày 29/6/202443/2024/QH15", ["43/2024/QH15"]),
        ("sửa đổi Nghị định số 171/2016/NĐ-CP ngày 27 tháng 1286/2020/NĐ-CP", ["1286/2020/NĐ-CP"]),
        ("Nghị quyết66.19/2026/NQ-CPLuậtLuật số 32/2024/QH15", ["66.19/2026/NQ-CP", "32/2024/QH15"]),
        ("thông qua tại Kỳ họp thứ 214/2022/QĐ-TTg", ["14/2022/QĐ-TTg"]),
        ("sửa đổi bởi Nghị định số 07/2025/NĐ-CP280/2025/NĐ-CP", ["280/2025/NĐ-CP"]),
        ("công bố thủ tục của Bộ Tư phápQuyết định số 2338/QĐ-BTP", ["2338/QĐ-BTP"]),
        ("hòa giải01/2014/NQLT-CP-UBTƯMTTQVNCông bố", ["01/2014/NQLT-CP-UBTƯMTTQVN"]),
        ("Thông tư liên tịch21/2008/TTLT- BQP-BLĐTBXH-BTC", ["21/2008/TTLT-BQP-BLĐTBXH-BTC"]),
        (
            "định số 96/2026/NĐ-CP ngày 31/3/2026;96/2026/NĐ-CP Thông tư số 5/2026/TT-BTC ngày 15/5/2026.5/2026/TT-BTC",
            ["96/2026/NĐ-CP", "5/2026/TT-BTC"],
        ),
    ],
)
def test_numbers_of_legal_texts(table: str, expected: list[str]) -> None:
    assert list(legal_numbers(f"Tên văn bản pháp lýMã văn bản{table}")) == expected


def test_results_lose_their_codes() -> None:
    assert split_results("Giấy phépMã: KQ.G10.000123Văn bảnMã: 000.00.00.G04-KQ3212") == ("Giấy phép", "Văn bản")


FRAGMENTS = (
    "Trực tiếp",
    "Trực tuyến",
    "Dịch vụ bưu chính",
    "Miễn phí",
    "Không có thông tin",
    " VNĐ",
    " USD",
    "Ngày làm việc",
    "1",
    "20",
    "2021",
    "100,000",
    "1.000.000",
    "(",
    ")",
    "/",
    ";",
    ". ",
    "\n",
    "\t",
    " đồng",
    " triệu",
    "1 bản chính",
    ",1 bản sao",
    "Tên giấy tờMẫu đơn, tờ khaiSố lượng",
    "Mẫu.docx",
    "12/2024/NĐ-CP",
    "QH15",
    "Luật ",
    "đối với ",
    "e\u0301",
)
GLUE = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=5), max_size=40).map("".join)


@given(GLUE | st.text(max_size=600))
def test_no_text_breaks_a_reader_and_limits_hold(text: str) -> None:
    assert unicodedata.is_normalized("NFC", clean(text))
    assert clean(clean(text)) == clean(text)
    assert len(shorten(text)[0]) <= SHORT
    assert len(short_name(text)[0]) <= SHORT
    for time in read_time(text, text):
        assert time.unit is None or time.value is not None
    for fee in read_fees(text):
        assert fee.amount is None or fee.amount >= 0
    split_methods(text)
    split_papers(text)
    legal_numbers(text)


@given(st.integers(1, 10**9), st.sampled_from(("VNĐ", "Việt Nam Đồng")))
def test_a_grouped_amount_is_read_exactly(amount: int, unit: str) -> None:
    fee = read_fees(f"{amount:,} {unit}")[0]
    assert fee.amount == (amount if amount >= 1000 else None)
