"""Import: nothing changed reports nothing, planted changes are reported exactly, a killed run goes on."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import textwrap
from dataclasses import replace
from pathlib import Path

import pytest

from app.config import ROOT
from app.errors import BuildBusy
from ingest.procedures.changes import Changes, Renamed, compare
from ingest.procedures.importer import ImportReport, import_lock, import_procedures
from ingest.procedures.records import Record, SourceInvalid
from ingest.procedures.store import ProcedureStore
from tests.ingest.procedures.samples import many, portal, write_docx, write_portal, write_xlsx


def stored(data_dir: Path) -> dict[str, Record]:
    store = ProcedureStore(data_dir)
    try:
        return store.records()
    finally:
        store.close()


def test_an_import_stores_full_texts_and_tells_progress(tmp_path: Path) -> None:
    calls: list[tuple[str, int, int]] = []
    source = write_portal(tmp_path / "crawl-2026-07", many(30))
    report = import_procedures(source, tmp_path / "data", lambda *call: calls.append(call))
    assert (report.files, report.records, len(report.changes.added), report.problems) == (30, 30, 30, ())
    record = stored(tmp_path / "data")["1.000003"]
    assert (record.steps, record.agency, record.as_of) == ("Bước 1: nộp hồ sơ.", "bo-cong-an", "2026-07")
    assert record.legal_numbers == ("68/2020/QH14",)
    assert record.documents[0].files == ("CT01",)
    assert calls[0] == ("read", 0, 30)
    assert calls[-1] == ("write", 1, 1)
    assert json.loads(report.report.read_text(encoding="utf-8"))["changes"]["added"] == list(report.changes.added)


def test_again_with_nothing_changed_reports_no_change(tmp_path: Path) -> None:
    source = write_portal(tmp_path / "crawl", many(30))
    import_procedures(source, tmp_path / "data")
    report = import_procedures(source, tmp_path / "data")
    assert (report.skipped, report.records, report.changes) == (30, 30, Changes())


def test_planted_changes_are_reported_exactly(tmp_path: Path) -> None:
    records = many(140)
    source = write_portal(tmp_path / "crawl", records)
    import_procedures(source, tmp_path / "data")
    order = random.Random(4).sample(range(140), 90)
    changed, gone, moved = order[:50], order[50:70], order[70:90]
    for place in changed:
        write_portal(source, [{**records[place], "linh_vuc": f"Lĩnh vực {place}"}])
    for place in (*gone, *moved):
        (source / "bo-cong-an" / f"{records[place]['ma_thu_tuc']}.json").unlink()
    write_portal(source, [portal(f"2.{place:06d}", records[place]["ten_thu_tuc"]) for place in moved])
    write_portal(source, [portal(f"3.{place:06d}", f"Việc hoàn toàn mới {place}") for place in range(10)])
    changes = import_procedures(source, tmp_path / "data").changes
    assert changes.added == tuple(f"3.{place:06d}" for place in range(10))
    assert changes.withdrawn == tuple(sorted(f"1.{place:06d}" for place in gone))
    assert changes.renamed == tuple(Renamed(f"1.{place:06d}", f"2.{place:06d}") for place in sorted(moved))
    fields = [(each.code, each.field, each.after) for each in changes.changed if not each.code.startswith("2.")]
    assert fields == [(f"1.{place:06d}", "field", f"Lĩnh vực {place}") for place in sorted(changed)]
    assert len({each.code for each in changes.changed if each.code.startswith("2.")}) == 20  # their url moved too
    store = ProcedureStore(tmp_path / "data")
    assert store.aliases() == {pair.old: pair.new for pair in changes.renamed}
    assert len(store.records(withdrawn=True)) == 40
    store.close()
    assert import_procedures(source, tmp_path / "data").changes == Changes()


def test_a_hundred_changes_planted_in_the_whole_crawl(reference_records: dict[str, Record]) -> None:
    rng = random.Random(11)
    before = reference_records
    after = dict(before)
    codes = rng.sample(sorted(before), 100)
    for code in codes[:60]:
        after[code] = replace(after[code], decision=f"{code}/QĐ-THỬ")
    for code in codes[60:80]:
        del after[code]
    for number, code in enumerate(codes[80:]):
        after[f"9.{number:06d}"] = replace(before[code], code=f"9.{number:06d}", name=f"Việc mới chưa từng có {number}")
    changes = compare(before, after, frozenset(before))
    assert [(each.code, each.field) for each in changes.changed] == [(code, "decision") for code in sorted(codes[:60])]
    assert changes.withdrawn == tuple(sorted(codes[60:80]))
    assert len(changes.added) == 20
    assert changes.renamed == ()


def test_the_whole_crawl_imports_without_a_problem(reference_import: tuple[Path, ImportReport]) -> None:
    data_dir, report = reference_import
    assert (report.files, report.records, len(report.changes.added), report.problems) == (2642, 2642, 2642, ())
    again = import_procedures(Path(report.source), data_dir)
    assert (again.skipped, again.changes) == (2642, Changes())


KILLED = """
    import os, signal, sys
    from pathlib import Path
    from ingest.procedures import importer
    source, data, stage, after = Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    def progress(name, done, total):
        if name == stage and done >= after:
            os.kill(os.getpid(), signal.SIGKILL)
    importer.import_procedures(source, data, progress)
"""


@pytest.mark.parametrize(("stage", "after", "kept"), [("read", 50, 50), ("compare", 0, 120), ("write", 0, 120)])
def test_a_killed_import_resumes(tmp_path: Path, stage: str, after: int, kept: int) -> None:
    source = write_portal(tmp_path / "crawl", many(120))
    command = [sys.executable, "-c", textwrap.dedent(KILLED), str(source), str(tmp_path / "data"), stage, str(after)]
    killed = subprocess.run(command, cwd=ROOT, env={**os.environ}, timeout=60, check=False)
    assert killed.returncode == -signal.SIGKILL
    assert stored(tmp_path / "data") == {}
    report = import_procedures(source, tmp_path / "data")
    assert report.resumed == kept
    assert len(report.changes.added) == len(stored(tmp_path / "data")) == 120
    assert import_procedures(source, tmp_path / "data").changes == Changes()


def test_a_file_that_becomes_unreadable_is_reported_and_withdraws_nothing(tmp_path: Path) -> None:
    source = write_portal(tmp_path / "crawl", many(5))
    import_procedures(source, tmp_path / "data")
    broken = source / "bo-cong-an" / "1.000002.json"
    broken.write_text(broken.read_text(encoding="utf-8")[:100], encoding="utf-8")
    for _ in range(2):
        report = import_procedures(source, tmp_path / "data")
        assert [problem.place for problem in report.problems] == ["bo-cong-an/1.000002.json:1"]
        assert report.changes == Changes()
    assert len(stored(tmp_path / "data")) == 5


def test_a_source_that_lost_most_of_itself_withdraws_nothing(tmp_path: Path) -> None:
    source = write_portal(tmp_path / "crawl", many(60))
    import_procedures(source, tmp_path / "data")
    for path in sorted((source / "bo-cong-an").iterdir())[:50]:
        path.unlink()
    report = import_procedures(source, tmp_path / "data")
    assert report.changes == Changes()
    assert "không gỡ thủ tục nào" in report.problems[0].reason


def test_another_source_withdraws_nothing_and_a_list_empties_nothing(tmp_path: Path) -> None:
    import_procedures(write_portal(tmp_path / "crawl", many(5)), tmp_path / "data")
    rows = [["DANH SÁCH"], ["Mã số", "Tên", "Cơ quan ban hành", "Lĩnh vực"]]
    rows += [["1.000001", "Tên mới", "Bộ Công an", "Khác"], ["1.999999", "Việc chưa có", "Bộ Công an", "Cư trú"]]
    report = import_procedures(write_xlsx(tmp_path / "list.xlsx", rows), tmp_path / "data")
    assert report.changes.added == ("1.999999",)
    assert [(each.code, each.field, each.after) for each in report.changes.changed] == [("1.000001", "name", "Tên mới")]
    records = stored(tmp_path / "data")
    assert records["1.000001"].methods
    assert records["1.999999"].listing
    assert len(records) == 6


def test_a_downloaded_detail_is_read(tmp_path: Path) -> None:
    import_procedures(write_docx(tmp_path / "1.013196.docx"), tmp_path / "data")
    record = stored(tmp_path / "data")["1.013196"]
    assert (record.name, record.agency, record.decision) == ("Xác nhận bệnh binh", "bo-quoc-phong", "5132/QĐ-BQP")
    assert record.steps == "Bước 1. Làm đơn.\nBước 2. Nộp hồ sơ."
    assert [(row.way, row.time, row.fee) for row in record.methods] == [
        ("truc-tiep", "60 Ngày làm việc", "Phí : 0 Đồng")
    ]
    paper = record.documents[0]
    assert (paper.name, paper.files, paper.originals, paper.copies) == ("Đơn đề nghị", ("Mẫu BB2",), 1, 2)
    assert record.legal_numbers == ("31/2013/NĐ-CP",)


def test_two_imports_at_once_are_refused(tmp_path: Path) -> None:
    source = write_portal(tmp_path / "crawl", many(1))
    with import_lock(tmp_path / "data"), pytest.raises(BuildBusy):
        import_procedures(source, tmp_path / "data")


def test_a_damaged_store_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "data" / "procedures"
    folder.mkdir(parents=True)
    (folder / "procedures.sqlite").write_bytes(b"not a database" * 100)
    with pytest.raises(SourceInvalid, match="kho thủ tục hỏng"):
        import_procedures(write_portal(tmp_path / "crawl", many(1)), tmp_path / "data")
