"""Import of procedures: read every file once, compare with what is stored, make it current at once."""

from __future__ import annotations

import fcntl
import json
import os
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from app.errors import BuildBusy
from ingest.procedures.changes import Changes, compare
from ingest.procedures.formats import read_document
from ingest.procedures.records import Record, SourceInvalid
from ingest.procedures.sources import Document, count_files, open_source
from ingest.procedures.store import ProcedureStore

STAGES = ("read", "compare", "write")
MOST_WITHDRAWN, FEWEST_COUNTED = 0.5, 20
BATCH = 25
AS_OF = re.compile(r"(20\d\d-[01]\d)")
Progress = Callable[[str, int, int], None]
"""Called with a stage of STAGES, how much of it is done, and how much there is (0: not known)."""


@dataclass(frozen=True)
class ImportReport:
    """What an import did. `resumed` counts the files an earlier, killed run had already read; `skipped` those that
    have not changed since the last import; `report` is the file with problems and changes."""

    source: str
    files: int
    records: int
    resumed: int
    skipped: int
    problems: tuple[SourceInvalid, ...]
    changes: Changes
    report: Path
    seconds: float


def import_procedures(
    source: Path, data_dir: Path, progress: Progress = lambda stage, done, total: None
) -> ImportReport:
    """Read `source` (file, folder or pack) into `data_dir/procedures/`.

    Killed at any moment, what was current stays current, and the next run goes on behind the last file read. A file
    that cannot be read is reported and withdraws nothing. Raises SourceInvalid when nothing can be read, BuildBusy,
    StorageFull.
    """
    started = time.monotonic()
    with import_lock(data_dir):
        store = ProcedureStore(data_dir)
        try:
            run = _Run(source, store, progress)
            run.read()
            changes, problems = run.compare_and_write()
        finally:
            store.close()
    seconds = time.monotonic() - started
    path = _write_report(data_dir, run.key, problems, changes)
    return ImportReport(
        str(source), len(run.files), run.records, run.resumed, run.skipped, tuple(problems), changes, path, seconds
    )


class _Run:
    """One import. `key` names the source: the same place imported again is compared with its own past."""

    def __init__(self, source: Path, store: ProcedureStore, progress: Progress) -> None:
        self.source, self.store, self.progress = source, store, progress
        self.key = str(source.resolve())
        self.files: dict[str, str] = {}
        self.unreadable: list[SourceInvalid] = []
        self.resumed = self.skipped = self.records = 0

    def read(self) -> None:
        past, staged = self.store.seen_files(self.key), self.store.staged_files(self.key)
        total = count_files(self.source)
        self.progress("read", 0, total)
        for number, document in enumerate(open_source(self.source), 1):
            if isinstance(document, SourceInvalid):
                self.unreadable.append(document)
            else:
                self._read_one(document, past, staged)
            if number % BATCH == 0:
                self.progress("read", number, total)
        self.store.drop_staged(self.key, set(staged) - set(self.files))
        if not self.files:
            raise self.unreadable[0] if self.unreadable else SourceInvalid(self.key, "không có tệp nào để đọc")

    def _read_one(self, document: Document, past: dict[str, str], staged: dict[str, str]) -> None:
        digest = document.digest
        self.files[document.name] = digest
        if staged.get(document.name) == digest:
            self.resumed += 1
        elif past.get(document.name) == digest:
            self.skipped += 1
        else:
            read = list(read_document(document.name, document.data, as_of_name(self.source, document.name)))
            self.store.stage(self.key, document.name, digest, read)

    def compare_and_write(self) -> tuple[Changes, list[SourceInvalid]]:
        self.progress("compare", 0, 1)
        problems = [*self.unreadable, *self.store.problems(self.key)]
        past = self.store.seen_files(self.key)
        failed = {problem.place.split(":")[0] for problem in problems}
        # A file with a problem is read again next time.
        files = {name: digest for name, digest in self.files.items() if name not in failed}
        if files == past and not self.store.staged_files(self.key):
            self.records = len(self.store.codes_of(self.key))
            return Changes(), problems
        before = self.store.records()
        after, doubles = self._incoming(before)
        problems += doubles
        absent = self._absent(after, failed)
        withheld = self._withheld(absent)
        problems += withheld
        changes = compare(
            before, {code: record for code, (_, record) in after.items()}, frozenset() if withheld else absent
        )
        self.records = len(after) + sum(
            code not in after and code not in absent for code in self.store.codes_of(self.key)
        )
        self.progress("write", 0, 1)
        self.store.finish(self.key, files, after.values(), changes)
        self.progress("write", 1, 1)
        return changes, problems

    def _incoming(self, before: dict[str, Record]) -> tuple[dict[str, tuple[str, Record]], list[SourceInvalid]]:
        """Staged records by code; a second one of a code is a problem; a bare title row keeps the full record."""
        after: dict[str, tuple[str, Record]] = {}
        doubles: list[SourceInvalid] = []
        for file, record in self.store.staged(self.key):
            known = after.get(record.code)
            if known and known[1].digest != record.digest:
                doubles.append(
                    SourceInvalid(file, f"mã {record.code} đã có ở {known[0]} với nội dung khác: giữ bản trước")
                )
            if known:
                continue
            full = before.get(record.code)
            if record.listing and full and not full.listing:
                record = replace(full, name=record.name)
            after[record.code] = (file, record)
        return after, doubles

    def _absent(self, after: dict[str, tuple[str, Record]], failed: set[str]) -> frozenset[str]:
        """Codes that came from files of this source which are gone, or were read anew without them."""
        staged = self.store.staged_files(self.key)
        gone = {
            code
            for code, file in self.store.codes_of(self.key).items()
            if code not in after and (file not in self.files or file in staged) and file not in failed
        }
        unreadable = {problem.place for problem in self.unreadable}
        owners = self.store.codes_of(self.key)
        return frozenset(code for code in gone if owners[code] not in unreadable)

    def _withheld(self, absent: frozenset[str]) -> list[SourceInvalid]:
        """A source that lost more than half of what it had is more likely broken than right."""
        owned = len(self.store.codes_of(self.key))
        if len(absent) < FEWEST_COUNTED or len(absent) <= MOST_WITHDRAWN * owned:
            return []
        reason = f"thiếu {len(absent)} trên {owned} thủ tục đã có, nên không gỡ thủ tục nào: kiểm tra lại nguồn"
        return [SourceInvalid(self.key, reason)]


def as_of_name(source: Path, name: str) -> str:
    """The month that the source's name or folder tells, else unknown."""
    found = AS_OF.search(f"{source.name}/{name}")
    return found[1] if found else ""


def _write_report(data_dir: Path, key: str, problems: list[SourceInvalid], changes: Changes) -> Path:
    path = data_dir / "procedures" / "last_import.json"
    kinds = Counter(problem.reason.split(":")[0][:60] for problem in problems)
    report = {
        "source": key,
        "problems": [{"place": problem.place, "reason": problem.reason} for problem in problems],
        "problem_kinds": dict(kinds),
        "changes": asdict(changes),
    }
    beside = path.with_suffix(".new")
    beside.write_text(json.dumps(report, ensure_ascii=False, indent=1), encoding="utf-8")
    os.replace(beside, path)
    return path


@contextmanager
def import_lock(data_dir: Path) -> Iterator[None]:
    """One import at a time; the kernel frees the lock when its holder dies. Raises BuildBusy."""
    folder = data_dir / "procedures"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "import.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BuildBusy("Đang có một lần nạp thủ tục khác chạy. Đợi nó xong rồi chạy lại.") from error
        yield
