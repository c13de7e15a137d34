"""A guide in chunks: one a section that says something, one a way people ask."""

from __future__ import annotations

from dataclasses import replace

from app.content.guide import Passage
from app.retrieval.types import ASKED, Chunk
from ingest.chunk import chunk_guide
from tests.content.samples import GUIDE

TITLE = "Kích hoạt tài khoản mức 2"
SECTIONS = {
    "overview": "Mở ứng dụng, nhập mã được gửi về điện thoại rồi đặt mật khẩu.\nĐiện thoại có mạng.",
    "steps": "Mở ứng dụng, chọn Kích hoạt tài khoản.\nmàn hình hỏi số định danh.\ncập nhật ứng dụng rồi mở lại.\n"
    "Nhập mã vừa nhận trong hai phút.",
    "documents": "Thẻ căn cước: đưa bản chính để xem.",
    "fee": "Không thu phí.\nNộp trực tuyến: 0 đồng",
    "time": "7 ngày làm việc.",
    "place": "Công an cấp xã bất kỳ.",
    "condition": "Công dân từ đủ 14 tuổi.",
    "problem": "Không nhận được mã: chờ hai phút rồi bấm Gửi lại.",
    "safety": "Không đọc mã cho ai.",
    "legal": "Nghị định 69/2024/NĐ-CP.",
}


def hashes(chunks: list[Chunk]) -> dict[str, str]:
    return {chunk.section: chunk.content_hash for chunk in chunks}


def test_every_section_of_a_full_guide() -> None:
    chunks = chunk_guide(GUIDE)
    assert [(chunk.section, chunk.text) for chunk in chunks] == list(SECTIONS.items())
    assert {(chunk.target, chunk.kind, chunk.title) for chunk in chunks} == {("kich-hoat", "guide", TITLE)}
    assert len(set(hashes(chunks).values())) == len(SECTIONS)


def test_ways_of_asking_stand_by_themselves_without_the_title() -> None:
    chunks = chunk_guide(GUIDE, ["mở khoá mức hai", "kich hoat"])[len(SECTIONS) :]
    assert [(chunk.target, chunk.section, chunk.title, chunk.text) for chunk in chunks] == [
        ("kich-hoat", ASKED, "", "mở khoá mức hai"),
        ("kich-hoat", ASKED, "", "kich hoat"),
    ]


def test_sections_without_text_give_no_chunk() -> None:
    bare = replace(
        GUIDE, prepare=(), conditions=(), documents=(), fee=Passage(), time=Passage(), where=Passage(), troubles=()
    )
    assert [chunk.section for chunk in chunk_guide(bare)] == ["overview", "steps", "safety", "legal"]
    assert chunk_guide(bare)[0].text == GUIDE.summary


def test_the_hash_names_title_and_text_and_nothing_else() -> None:
    before = hashes(chunk_guide(GUIDE))
    assert hashes(chunk_guide(replace(GUIDE, slug="khac"))) == before
    fewer = hashes(chunk_guide(replace(GUIDE, prepare=())))
    assert {section for section in before if fewer[section] != before[section]} == {"overview"}
    renamed = replace(GUIDE, head=GUIDE.head.model_copy(update={"title": "Mở tài khoản mức 2"}))
    after = hashes(chunk_guide(renamed, ["mở khoá"]))
    assert not set(before.values()) & set(after.values())
    assert after[ASKED] == hashes(chunk_guide(GUIDE, ["mở khoá"]))[ASKED]


def test_the_same_way_of_asking_two_guides_has_one_hash() -> None:
    other = replace(GUIDE, slug="khac")
    assert chunk_guide(GUIDE, ["hỏi"])[-1].content_hash == chunk_guide(other, ["hỏi"])[-1].content_hash
