"""Hostile and broken sources: each refused with its place and reason, the good ones beside it still read."""

from __future__ import annotations

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.procedures import package
from ingest.procedures.formats import jsonl, read_document, suffixes
from ingest.procedures.importer import import_procedures
from ingest.procedures.records import Record, SourceInvalid
from tests.ingest.procedures.samples import many, portal, write_portal, write_xlsx


def only_problem(name: str, data: bytes) -> SourceInvalid:
    (problem,) = read_document(name, data, "")
    assert isinstance(problem, SourceInvalid)
    return problem


GOOD = json.dumps(portal("1.000001"), ensure_ascii=False).encode()
LINE = json.dumps({"code": "1.000001", "name": "Tên", "agency": "bo-cong-an"}).encode()


@pytest.mark.parametrize(
    ("name", "data", "place", "reason"),
    [
        ("a.json", GOOD[:200], "a.json:1", "cắt giữa chừng"),
        ("a.json", b'{\n"ma_thu_tuc":\n"1.0', "a.json:3", "cắt giữa chừng"),
        ("a.json", b"", "a.json", "trống"),
        ("a.json", b"[1]", "a.json", "một bản ghi"),
        ("a.json", b'{"ma_thu_tuc": "1.000001"}', "a.json", "thiếu trường “ten_thu_tuc”"),
        ("a.json", json.dumps(portal("1.000001", linh_vuc=["a"])).encode(), "a.json", "“linh_vuc” phải là chữ"),
        ("a.json", json.dumps(portal("../../etc")).encode(), "a.json", "không đúng dạng"),
        ("a.json", '{\n"Tên": "Đăng'.encode("utf-16"), "a.json:1", "không phải UTF-8"),
        ("a.json", b"[" * 200_000, "a.json", "sâu"),
        ("a.json", b'{"a": ' + b"9" * 5000 + b"}", "a.json", "số quá dài"),
        ("a.jsonl", LINE + b"\n" + LINE[:20], "a.jsonl:2", "cắt giữa chừng"),
        ("a.jsonl", LINE + b"\n\xff\xfe", "a.jsonl:2", "UTF-8"),
        ("a.jsonl", b'{"code": 1, "name": "x", "agency": "y"}', "a.jsonl:1", "“code” phải là chữ"),
        ("a.jsonl.gz", gzip.compress(LINE)[:-9], "a.jsonl.gz:1", "cắt giữa chừng"),
        ("a.xlsx", b"PK\x03\x04 nothing", "a.xlsx", "hỏng"),
        ("a.docx", b"PK\x03\x04 nothing", "a.docx", "hỏng"),
        ("a.doc", b"\xd0\xcf\x11\xe0", "a.doc", "Lưu thành (Save As) dạng .docx"),
        ("a.exe", b"MZ", "a.exe", "đuôi tệp lạ"),
    ],
)
def test_a_broken_file_is_refused_with_place_and_reason(name: str, data: bytes, place: str, reason: str) -> None:
    read = list(read_document(name, data, ""))
    problem = read[-1]
    assert isinstance(problem, SourceInvalid)
    assert problem.place == place
    assert reason in problem.reason


def test_a_zip_bomb_is_refused_by_what_it_expands_to(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(package, "MAX_PART", 1_000_000)
    for name, part in (("a.xlsx", "xl/worksheets/sheet1.xml"), ("a.docx", "word/document.xml")):
        path = tmp_path / name
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            bomb.writestr(part, b"<a>" + b" " * 5_000_000 + b"</a>")
        assert path.stat().st_size < 10_000
        assert "bung ra quá lớn" in only_problem(name, path.read_bytes()).reason


def test_a_package_that_lies_about_its_size_is_refused(tmp_path: Path) -> None:
    path = write_xlsx(tmp_path / "a.xlsx", [["Mã số", "Tên"]])
    data = bytearray(path.read_bytes())
    place = data.rfind(b"PK\x01\x02") + 24
    data[place : place + 4] = (2**31 - 1).to_bytes(4, "little")
    assert "bung ra quá lớn" in only_problem("a.xlsx", bytes(data)).reason


def test_gzip_that_expands_beyond_reason_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jsonl, "MAX_LINE", 100_000)
    assert "bung ra quá lớn" in only_problem("a.jsonl.gz", gzip.compress(b" " * 3_000_000 + LINE)).reason


def test_xml_entities_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    with zipfile.ZipFile(path, "w") as document:
        document.writestr("word/document.xml", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>')
    assert "thực thể" in only_problem("a.docx", path.read_bytes()).reason


def test_a_list_without_headings_or_with_bad_rows(tmp_path: Path) -> None:
    bare = write_xlsx(tmp_path / "bare.xlsx", [["gì đó"]])
    assert "tiêu đề" in only_problem("bare.xlsx", bare.read_bytes()).reason
    rows = write_xlsx(tmp_path / "rows.xlsx", [["Mã số", "Tên"], ["1.000001", "Đúng"], ["sai", "Mã"]])
    good, bad = read_document("rows.xlsx", rows.read_bytes(), "")
    assert isinstance(good, Record)
    assert isinstance(bad, SourceInvalid)
    assert bad.place == "rows.xlsx:3"


def test_a_folder_reads_what_it_can_and_reports_the_rest(tmp_path: Path) -> None:
    source = write_portal(tmp_path / "crawl", many(3))
    (source / "bo-cong-an" / "9.json").write_bytes(b"{")
    (source / "old.doc").write_bytes(b"\xd0\xcf")
    (source / "note.txt").write_bytes(b"not a source")
    with (source / "huge.json").open("wb") as huge:
        huge.truncate(2**30)
    (source / "outside.json").symlink_to("/etc/hostname")
    report = import_procedures(source, tmp_path / "data")
    assert report.records == 3
    places = {problem.place: problem.reason for problem in report.problems}
    assert set(places) == {"bo-cong-an/9.json:1", "crawl/old.doc", "crawl/huge.json"}
    assert "1024 MB" in places["crawl/huge.json"]


def test_nothing_to_read_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceInvalid, match="không có tệp nào"):
        import_procedures(tmp_path / "empty", tmp_path / "data")
    with pytest.raises(SourceInvalid, match="không có tệp hay thư mục"):
        import_procedures(tmp_path / "absent", tmp_path / "data")


def test_a_cut_or_deceiving_pack_is_refused(tmp_path: Path) -> None:
    pack = tmp_path / "crawl.tar.xz"
    with tarfile.open(pack, "w:xz") as tar:
        member = tarfile.TarInfo("../../outside/1.json")
        member.size = len(GOOD)
        tar.addfile(member, io.BytesIO(GOOD))
    assert import_procedures(pack, tmp_path / "data").records == 1
    assert not (tmp_path.parent / "outside").exists()
    pack.write_bytes(pack.read_bytes()[:-50])
    with pytest.raises(SourceInvalid, match="cắt giữa chừng"):
        import_procedures(pack, tmp_path / "data")


@given(st.sampled_from(sorted(suffixes())), st.binary(max_size=300), st.integers(0, 400))
def test_no_bytes_break_a_format(suffix: str, noise: bytes, cut: int) -> None:
    for data in (noise, GOOD[:cut] + noise, LINE[:cut] + noise):
        for each in read_document(f"a{suffix}", data, ""):
            assert isinstance(each, Record | SourceInvalid)
