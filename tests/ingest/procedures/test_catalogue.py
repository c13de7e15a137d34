"""The catalogue: what ships is what the sources say, stable to the byte, its links by the stated rules."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from app.config import ROOT
from app.content.procedure import SHORT, Agency, Procedure
from app.errors import ContentInvalid
from ingest.procedures.catalogue import load_catalogue, load_known_titles, write_catalogue
from ingest.procedures.facts import to_procedure
from ingest.procedures.links import KnownTitle, folded_title, levels_of
from ingest.procedures.records import Record
from ingest.procedures.shipped import TITLES, load_titles

POLICE = Agency("bo-cong-an", "Bộ Công an")


def procedure(code: str, name: str, level: str = "xa") -> Procedure:
    return Procedure(code=code, name=name, agency=POLICE, level=(level,))  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def shipped() -> tuple[Procedure, ...]:
    return load_catalogue(ROOT / "knowledge")


def test_the_shipped_catalogue_is_whole_and_small(shipped: tuple[Procedure, ...]) -> None:
    assert len(shipped) == 2849
    assert all(each.methods for each in shipped)
    files = list((ROOT / "knowledge" / "procedures").iterdir())
    assert sum(file.stat().st_size for file in files) < 9_000_000
    assert max(len(paper.name) for each in shipped for paper in each.documents or ()) <= SHORT


def test_links_point_at_what_there_is(shipped: tuple[Procedure, ...]) -> None:
    codes = {each.code for each in shipped}
    for each in shipped:
        assert set(each.similar) <= codes - {each.code}
        assert not set(each.aliases) & codes
    known = {code for code, _, _ in load_known_titles(ROOT / "knowledge")}
    assert not known & (codes | {alias for each in shipped for alias in each.aliases})


def test_what_ships_is_what_the_sources_say(
    shipped: tuple[Procedure, ...], reference_records: dict[str, Record], reference_data: Path, tmp_path: Path
) -> None:
    titles = load_titles(reference_data / "procedures" / TITLES)
    again = write_catalogue((to_procedure(each) for each in reference_records.values()), tmp_path, titles)
    assert again == shipped
    for path in sorted((tmp_path / "procedures").iterdir()):
        assert path.read_bytes() == (ROOT / "knowledge" / "procedures" / path.name).read_bytes(), path.name


def test_names_are_never_cut(shipped: tuple[Procedure, ...], reference_records: dict[str, Record]) -> None:
    assert {each.code: each.name for each in shipped} == {each.code: each.name for each in reference_records.values()}


def test_writing_is_stable_whatever_the_order_and_drops_what_is_gone(tmp_path: Path) -> None:
    ours = [procedure(f"1.00000{number}", f"Việc số {number}") for number in range(5)]
    write_catalogue(ours, tmp_path)
    first = (tmp_path / "procedures" / "bo-cong-an.jsonl").read_bytes()
    shutil.copy(tmp_path / "procedures" / "bo-cong-an.jsonl", tmp_path / "procedures" / "bo-cu.jsonl")
    write_catalogue(ours[::-1], tmp_path)
    assert (tmp_path / "procedures" / "bo-cong-an.jsonl").read_bytes() == first
    assert sorted(path.name for path in (tmp_path / "procedures").iterdir()) == ["bo-cong-an.jsonl", "known_titles.tsv"]


def test_near_duplicates_are_linked_both_ways(tmp_path: Path) -> None:
    written = write_catalogue(
        [
            procedure("1.000001", "Thủ tục cấp giấy phép kinh doanh vận tải hàng hải"),
            procedure("1.000002", "Cấp lại giấy phép kinh doanh vận tải hàng hải (cấp tỉnh)"),
            procedure("1.000003", "Đăng ký khai sinh"),
            procedure("1.000004", "ĐĂNG KÝ KHAI SINH"),
        ],
        tmp_path,
    )
    assert [each.similar for each in written] == [("1.000002",), ("1.000001",), ("1.000004",), ("1.000003",)]


def test_an_old_code_becomes_an_alias_only_when_title_agency_and_level_agree(tmp_path: Path) -> None:
    titles = [
        KnownTitle("2.000001", "Thủ tục đăng ký tạm trú (2024)", "Bộ Công an", "Công an cấp xã"),
        KnownTitle("2.000002", "Đăng ký tạm trú", "Bộ Công an", "Công an tỉnh"),
        KnownTitle("2.000003", "Đăng ký tạm trú", "Bộ Tư pháp", "Ủy ban nhân dân cấp xã"),
        KnownTitle("2.000004", "Đăng ký tạm trú", "Bộ Công an", "Cơ quan có thẩm quyền"),
        KnownTitle("1.000001", "Đăng ký tạm trú", "Bộ Công an", "Công an cấp xã"),
    ]
    (written,) = write_catalogue([procedure("1.000001", "Đăng ký tạm trú")], tmp_path, titles)
    assert written.aliases == ("2.000001",)
    assert [code for code, _, _ in load_known_titles(tmp_path)] == ["2.000002", "2.000003", "2.000004"]


def test_words_of_titles_and_authorities() -> None:
    assert folded_title("Thủ tục  Cấp giấy phép, (2024).") == "cấp giấy phép"
    assert list(levels_of("Công an cấp xã; Sở Tư pháp; Cục Quản lý xuất nhập cảnh")) == ["xa", "tinh", "bo"]


def test_a_code_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ContentInvalid, match="hai bản ghi"):
        write_catalogue([procedure("1.000001", "A việc"), procedure("1.000001", "B việc")], tmp_path)


def test_a_broken_line_is_named_with_its_place(tmp_path: Path) -> None:
    write_catalogue([procedure("1.000001", "Việc này")], tmp_path)
    path = tmp_path / "procedures" / "bo-cong-an.jsonl"
    path.write_bytes(path.read_bytes() + b'{"code": "1.0\n[]\n\xff\n')
    with pytest.raises(ContentInvalid) as caught:
        load_catalogue(tmp_path)
    assert [finding.line for finding in caught.value.findings] == [2, 3, 4]
