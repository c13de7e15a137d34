"""What each facet of a guide is answered with: blocks, text, sources and buttons, all of them word for word."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from app.compose import TITLES, all_blocks, compose
from app.content.guide import Passage
from app.content.markdown import Statement
from app.schemas import Block, Facet, FeeBlock, FeeCase, Image, SourceRef, StepBlock, SummaryBlock, TextBlock
from tests.content.samples import GUIDE

TITLE = "Kích hoạt tài khoản mức 2"
SUMMARY = SummaryBlock(text="Mở ứng dụng, nhập mã được gửi về điện thoại rồi đặt mật khẩu.")
PREPARE = TextBlock(kind="prepare", title="Cần chuẩn bị", items=["Điện thoại có mạng."])
STEPS: list[Block] = [
    StepBlock(
        number=1,
        text="Mở ứng dụng, chọn Kích hoạt tài khoản.",
        expect="màn hình hỏi số định danh.",
        stuck="cập nhật ứng dụng rồi mở lại.",
        image=Image(url="/huong-dan/kich-hoat/nut.svg", alt="Nút Kích hoạt ở giữa màn hình"),
    ),
    StepBlock(number=2, text="Nhập mã vừa nhận trong hai phút."),
]
WARNING = TextBlock(kind="warning", title="Lưu ý", text="Không đọc mã cho ai.")
OVERVIEW: list[Block] = [SUMMARY, PREPARE, *STEPS, WARNING]
OVERVIEW_LINES = """\
Kích hoạt tài khoản mức 2
Mở ứng dụng, nhập mã được gửi về điện thoại rồi đặt mật khẩu.
Cần chuẩn bị:
- Điện thoại có mạng.
1. Mở ứng dụng, chọn Kích hoạt tài khoản.
   Sẽ thấy: màn hình hỏi số định danh.
   Nếu không được: cập nhật ứng dụng rồi mở lại.
2. Nhập mã vừa nhận trong hai phút.
Lưu ý: Không đọc mã cho ai.""".splitlines()

DECREE = SourceRef(
    title="Nghị định về định danh và xác thực điện tử",
    url="https://vanban.chinhphu.vn/?docid=210608",
    publisher="Chính phủ",
    published_on=date(2024, 6, 25),
    read_on=date(2026, 11, 22),
)
HANDBOOK = SourceRef(
    title="Sổ tay hướng dẫn của xã",
    url="https://xa.quangtri.gov.vn/so-tay",
    publisher="Trang thông tin xã",
    published_on=None,
    read_on=date(2026, 11, 20),
)
SOURCE_LINES = {
    DECREE.url: "Nguồn: Nghị định về định danh và xác thực điện tử (Chính phủ, ngày 25/06/2024) "
    "https://vanban.chinhphu.vn/?docid=210608",
    HANDBOOK.url: "Nguồn: Sổ tay hướng dẫn của xã (Trang thông tin xã, đọc ngày 20/11/2026) "
    "https://xa.quangtri.gov.vn/so-tay",
}

FEE = FeeBlock(title="Lệ phí", text="Không thu phí.", cases=[FeeCase(when="Nộp trực tuyến", amount="0 đồng")])
DOCUMENTS = TextBlock(kind="documents", title="Giấy tờ", items=["Thẻ căn cước: đưa bản chính để xem."])
TIME = TextBlock(kind="time", title="Thời hạn", text="7 ngày làm việc.")
PLACE = TextBlock(kind="place", title="Nơi thực hiện", text="Công an cấp xã bất kỳ.")
CONDITION = TextBlock(kind="condition", title="Điều kiện", items=["Công dân từ đủ 14 tuổi."])
PROBLEM = TextBlock(kind="problem", title="Lỗi thường gặp", items=["Không nhận được mã: chờ hai phút rồi bấm Gửi lại."])
LEGAL = TextBlock(kind="legal", title="Căn cứ pháp lý", items=["Nghị định 69/2024/NĐ-CP."])

# Facet: the blocks, the lines of the text under the title, the sources cited by what is shown.
ANSWERS: dict[Facet, tuple[list[Block], list[str], list[SourceRef]]] = {
    "documents": ([DOCUMENTS], ["- Thẻ căn cước: đưa bản chính để xem."], [DECREE]),
    "fee": ([FEE], ["Không thu phí.", "- Nộp trực tuyến: 0 đồng"], [DECREE]),
    "time": ([TIME], ["7 ngày làm việc."], [DECREE]),
    "place": ([PLACE], ["Công an cấp xã bất kỳ."], [DECREE]),
    "condition": ([CONDITION], ["- Công dân từ đủ 14 tuổi."], [DECREE]),
    "problem": ([PROBLEM], ["- Không nhận được mã: chờ hai phút rồi bấm Gửi lại."], [HANDBOOK]),
    "safety": ([WARNING], ["Lưu ý: Không đọc mã cho ai."], [DECREE]),
    "legal": ([LEGAL], ["- Nghị định 69/2024/NĐ-CP."], [DECREE]),
}
BUTTONS = {
    "facet:steps": "Các bước",
    "facet:documents": "Giấy tờ",
    "facet:fee": "Lệ phí",
    "facet:time": "Thời hạn",
    "facet:place": "Nơi thực hiện",
    "facet:condition": "Điều kiện",
    "facet:problem": "Lỗi thường gặp",
    "facet:legal": "Căn cứ pháp lý",
}


def buttons_without(facet: str) -> dict[str, str]:
    return {payload: label for payload, label in BUTTONS.items() if payload != f"facet:{facet}"}


@pytest.mark.parametrize("facet", ANSWERS)
def test_one_facet(facet: Facet) -> None:
    blocks, lines, sources = ANSWERS[facet]
    answer = compose(GUIDE, facet)
    assert (answer.facet, answer.blocks, answer.sources) == (facet, blocks, sources)
    assert answer.text.splitlines() == [
        f"{TITLE} – {TITLES[facet]}",
        *lines,
        *(SOURCE_LINES[source.url] for source in sources),
    ]
    assert {action.payload: action.label for action in answer.actions} == buttons_without(facet)


@pytest.mark.parametrize("facet", ["overview", "steps"])
def test_the_whole_way(facet: Facet) -> None:
    answer = compose(GUIDE, facet)
    assert (answer.facet, answer.blocks, answer.sources) == (facet, OVERVIEW, [DECREE, HANDBOOK])
    assert answer.text.splitlines() == [*OVERVIEW_LINES, *SOURCE_LINES.values()]
    assert {action.payload: action.label for action in answer.actions} == buttons_without("steps")


def test_a_facet_the_guide_says_nothing_on_is_answered_with_the_overview() -> None:
    bare = replace(GUIDE, documents=(), fee=Passage(), time=Passage(), where=Passage(), conditions=(), troubles=())
    for facet in ("result", "documents", "fee", "time", "place", "condition", "problem"):
        answer = compose(bare, facet)
        assert (answer.facet, answer.blocks) == ("overview", OVERVIEW)
        assert [action.payload for action in answer.actions] == ["facet:legal"]


def test_without_preparation_and_warning_there_are_no_empty_blocks() -> None:
    assert compose(replace(GUIDE, prepare=(), warnings=()), "overview").blocks == [SUMMARY, *STEPS]


def test_where_nothing_shown_cites_every_source_is_named() -> None:
    silent = replace(GUIDE, warnings=(Statement("Giữ kín mật khẩu."),))
    assert compose(silent, "safety").sources == [DECREE, HANDBOOK]


@pytest.mark.parametrize(
    ("case", "expected", "line"),
    [
        ("Nộp trực tiếp: 20.000 đồng", FeeCase(when="Nộp trực tiếp", amount="20.000 đồng"), None),
        ("Miễn phí cho hộ nghèo", FeeCase(when="", amount="Miễn phí cho hộ nghèo"), None),
        ("Mở lúc 7:30 thì miễn phí", FeeCase(when="", amount="Mở lúc 7:30 thì miễn phí"), None),
        (
            "**Nộp trực tiếp**: **20.000** đồng",
            FeeCase(when="Nộp trực tiếp", amount="20.000 đồng"),
            "Nộp trực tiếp: 20.000 đồng",
        ),
    ],
)
def test_fee_cases(case: str, expected: FeeCase, line: str | None) -> None:
    answer = compose(replace(GUIDE, fee=Passage(cases=(Statement(case, ("nd69",)),))), "fee")
    assert answer.blocks == [FeeBlock(title="Lệ phí", text="", cases=[expected])]
    assert answer.text.splitlines()[1:-1] == [f"- {line or case}"]


def test_a_passage_of_several_sentences_and_cases() -> None:
    time = Passage(
        text=(Statement("Xong **trong ngày**.", ("nd69",)), Statement("Sau 15 giờ thì hôm sau.", ("so-tay",))),
        cases=(Statement("Phải xác minh: 3 ngày.", ("nd69",)),),
    )
    answer = compose(replace(GUIDE, time=time), "time")
    assert answer.blocks == [
        TextBlock(
            kind="time",
            title="Thời hạn",
            text="Xong trong ngày. Sau 15 giờ thì hôm sau.",
            items=["Phải xác minh: 3 ngày."],
        )
    ]
    assert answer.sources == [DECREE, HANDBOOK]


def test_the_whole_guide_keeps_the_order_of_the_guide() -> None:
    assert all_blocks(GUIDE) == [
        SUMMARY, PREPARE, CONDITION, *STEPS, DOCUMENTS, FEE, TIME, PLACE, PROBLEM, WARNING, LEGAL
    ]  # fmt: skip
