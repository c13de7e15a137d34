"""One guide that uses everything the format has, as text and as the value it must be read as."""

from __future__ import annotations

from datetime import date

from app.content.guide import FrontMatter, Guide, Image, Passage, Source, Step, Trouble
from app.content.markdown import Statement

FILE = "knowledge/guides/dinh-danh-dien-tu/kich-hoat.md"

TEXT = """\
---
title: Kích hoạt tài khoản mức 2
group: dinh-danh-dien-tu
audience: [nguoi-dan, nguoi-cao-tuoi]
language: vi
place: "79"
summary: Mở ứng dụng, nhập mã được gửi về điện thoại rồi đặt mật khẩu.
procedures: ["3.000228"]
related: [cai-dat]
valid_from: 2024-07-01
valid_until: null
verified_on: null
verified_by: null
sources:
  - id: nd69
    title: Nghị định về định danh và xác thực điện tử
    url: https://vanban.chinhphu.vn/?docid=210608
    publisher: Chính phủ
    published_on: 2024-06-25
    read_on: 2026-11-22
  - id: so-tay
    title: Sổ tay hướng dẫn của xã
    url: https://xa.quangtri.gov.vn/so-tay
    publisher: Trang thông tin xã
    published_on: null
    read_on: 2026-11-20
---

## Cần chuẩn bị

- Điện thoại có mạng. [^so-tay]

## Điều kiện

- Công dân từ đủ 14 tuổi. [^nd69]

## Các bước

1. Mở ứng dụng, chọn **Kích hoạt tài khoản**. [^nd69] [^so-tay]
   - Sẽ thấy: màn hình hỏi số định danh. [^so-tay]
   - Nếu không: cập nhật ứng dụng rồi mở lại.
   - ![Nút Kích hoạt ở giữa màn hình](nut.svg)
2. Nhập mã vừa nhận
   trong hai phút.

## Giấy tờ

- Thẻ căn cước: đưa bản chính để xem. [^nd69]

## Lệ phí

Không thu phí. [^nd69]

- Nộp trực tuyến: 0 đồng [^nd69]

## Thời hạn

7 ngày làm việc. [^nd69]

## Nơi thực hiện

Công an cấp xã bất kỳ. [^nd69]

## Lỗi thường gặp

- **Không nhận được mã**: chờ hai phút rồi bấm **Gửi lại**. [^so-tay]

## Cảnh báo

- Không đọc mã cho ai. [^nd69]

## Căn cứ pháp lý

- Nghị định 69/2024/NĐ-CP. [^nd69]
"""

GUIDE = Guide(
    slug="kich-hoat",
    file=FILE,
    head=FrontMatter(
        title="Kích hoạt tài khoản mức 2",
        group="dinh-danh-dien-tu",
        audience=("nguoi-dan", "nguoi-cao-tuoi"),
        language="vi",
        place="79",
        summary="Mở ứng dụng, nhập mã được gửi về điện thoại rồi đặt mật khẩu.",
        procedures=("3.000228",),
        related=("cai-dat",),
        valid_from=date(2024, 7, 1),
        valid_until=None,
        verified_on=None,
        verified_by=None,
        sources=(
            Source(
                id="nd69",
                title="Nghị định về định danh và xác thực điện tử",
                url="https://vanban.chinhphu.vn/?docid=210608",
                publisher="Chính phủ",
                published_on=date(2024, 6, 25),
                read_on=date(2026, 11, 22),
            ),
            Source(
                id="so-tay",
                title="Sổ tay hướng dẫn của xã",
                url="https://xa.quangtri.gov.vn/so-tay",
                publisher="Trang thông tin xã",
                published_on=None,
                read_on=date(2026, 11, 20),
            ),
        ),
    ),
    prepare=(Statement("Điện thoại có mạng.", ("so-tay",), 31),),
    conditions=(Statement("Công dân từ đủ 14 tuổi.", ("nd69",), 35),),
    steps=(
        Step(
            1,
            do=Statement("Mở ứng dụng, chọn **Kích hoạt tài khoản**.", ("nd69", "so-tay"), 39),
            expect=Statement("màn hình hỏi số định danh.", ("so-tay",), 40),
            stuck=Statement("cập nhật ứng dụng rồi mở lại.", (), 41),
            image=Image("nut.svg", "Nút Kích hoạt ở giữa màn hình"),
        ),
        Step(2, do=Statement("Nhập mã vừa nhận trong hai phút.", (), 43)),
    ),
    documents=(Statement("Thẻ căn cước: đưa bản chính để xem.", ("nd69",), 48),),
    fee=Passage(
        text=(Statement("Không thu phí.", ("nd69",), 52),),
        cases=(Statement("Nộp trực tuyến: 0 đồng", ("nd69",), 54),),
    ),
    time=Passage(text=(Statement("7 ngày làm việc.", ("nd69",), 58),)),
    where=Passage(text=(Statement("Công an cấp xã bất kỳ.", ("nd69",), 62),)),
    troubles=(Trouble("Không nhận được mã", Statement("chờ hai phút rồi bấm **Gửi lại**.", ("so-tay",), 66)),),
    warnings=(Statement("Không đọc mã cho ai.", ("nd69",), 70),),
    legal=(Statement("Nghị định 69/2024/NĐ-CP.", ("nd69",), 74),),
)


def changed(old: str, new: str) -> str:
    """TEXT with its only `old` replaced."""
    assert TEXT.count(old) == 1, f"{old!r} stands {TEXT.count(old)} times in TEXT"
    return TEXT.replace(old, new)
