"""The full texts of procedures in `DATA_DIR/procedures/procedures.sqlite`, and what an unfinished import has read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app.errors import StorageFull
from ingest.procedures.changes import Changes
from ingest.procedures.records import Record, SourceInvalid, dump_record, parse_stored

FILE = "procedures.sqlite"
SCHEMA = """
create table if not exists records (
    code text primary key, origin text not null, file text not null, body text not null, withdrawn integer not null
);
create table if not exists files (source text, name text, digest text not null, primary key (source, name));
create table if not exists staged_files (source text, name text, digest text not null, primary key (source, name));
create table if not exists staged (
    source text, file text, code text, body text not null, primary key (source, file, code)
);
create table if not exists staged_problems (source text, file text, place text, reason text);
create table if not exists aliases (old text primary key, new text not null);
"""


class ProcedureStore:
    """One writer at a time. Everything that `finish` does happens at once or not at all."""

    def __init__(self, data_dir: Path) -> None:
        self.folder = data_dir / "procedures"
        self.folder.mkdir(parents=True, exist_ok=True)
        try:
            self._database = sqlite3.connect(self.folder / FILE, isolation_level=None, timeout=30)
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            self._database.executescript(SCHEMA)
        except sqlite3.DatabaseError as error:
            raise SourceInvalid(str(self.folder / FILE), "kho thủ tục hỏng: đổi tên tệp này rồi nạp lại") from error

    def close(self) -> None:
        self._database.close()

    def records(self, withdrawn: bool = False) -> dict[str, Record]:
        """Every current record (or every withdrawn one) by code."""
        rows = self._database.execute("select code, body from records where withdrawn = ? order by code", (withdrawn,))
        return {code: parse_stored(body) for code, body in rows}

    def aliases(self) -> dict[str, str]:
        """Old code to present code, one step each."""
        return dict(self._database.execute("select old, new from aliases order by old"))

    def seen_files(self, source: str) -> dict[str, str]:
        """Name to digest of what the last finished import of this source read."""
        return dict(self._database.execute("select name, digest from files where source = ?", (source,)))

    def codes_of(self, source: str) -> dict[str, str]:
        """Current code to the file it was last read from, for this source."""
        query = "select code, file from records where origin = ? and withdrawn = 0"
        return dict(self._database.execute(query, (source,)))

    def staged_files(self, source: str) -> dict[str, str]:
        return dict(self._database.execute("select name, digest from staged_files where source = ?", (source,)))

    def stage(self, source: str, name: str, digest: str, read: Sequence[Record | SourceInvalid]) -> None:
        """Keep what one file gave, in place of what it gave before; survives a kill."""
        with self.transaction():
            self._unstage(source, name)
            self._database.execute("insert into staged_files values (?, ?, ?)", (source, name, digest))
            records = {each.code: each for each in read if isinstance(each, Record)}
            rows = [(source, name, code, dump_record(record)) for code, record in records.items()]
            self._database.executemany("insert into staged values (?, ?, ?, ?)", rows)
            problems = [(source, name, each.place, each.reason) for each in read if isinstance(each, SourceInvalid)]
            self._database.executemany("insert into staged_problems values (?, ?, ?, ?)", problems)

    def staged(self, source: str) -> Iterator[tuple[str, Record]]:
        """File and record, in the order of files."""
        rows = self._database.execute("select file, body from staged where source = ? order by file, code", (source,))
        return ((file, parse_stored(body)) for file, body in rows)

    def problems(self, source: str) -> list[SourceInvalid]:
        query = "select place, reason from staged_problems where source = ? order by file, rowid"
        return [SourceInvalid(place, reason) for place, reason in self._database.execute(query, (source,))]

    def finish(
        self, source: str, files: dict[str, str], records: Iterable[tuple[str, Record]], changes: Changes
    ) -> None:
        """Make the import current: records in, withdrawn marked, renamed linked, staging emptied."""
        with self.transaction():
            rows = [(record.code, source, file, dump_record(record)) for file, record in records]
            self._database.executemany("insert or replace into records values (?, ?, ?, ?, 0)", rows)
            gone = [(code,) for code in (*changes.withdrawn, *(pair.old for pair in changes.renamed))]
            self._database.executemany("update records set withdrawn = 1 where code = ?", gone)
            self._database.executemany(
                "insert or replace into aliases values (?, ?)", [(pair.old, pair.new) for pair in changes.renamed]
            )
            self._database.execute("delete from files where source = ?", (source,))
            kept = [(source, name, digest) for name, digest in files.items()]
            self._database.executemany("insert into files values (?, ?, ?)", kept)
            self._forget(source)

    def drop_staged(self, source: str, names: Iterable[str]) -> None:
        """Forget staged files that the source no longer holds."""
        with self.transaction():
            for name in names:
                self._unstage(source, name)

    def _unstage(self, source: str, name: str) -> None:
        for table, column in (("staged_files", "name"), ("staged", "file"), ("staged_problems", "file")):
            self._database.execute(f"delete from {table} where source = ? and {column} = ?", (source, name))

    def _forget(self, source: str) -> None:
        for table in ("staged_files", "staged", "staged_problems"):
            self._database.execute(f"delete from {table} where source = ?", (source,))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All of it or none. Raises StorageFull when the disk refuses."""
        try:
            self._database.execute("begin immediate")
            yield
            self._database.execute("commit")
        except BaseException as error:
            if self._database.in_transaction:
                self._database.execute("rollback")
            if isinstance(error, sqlite3.OperationalError) and "full" in str(error):
                raise StorageFull("Hết chỗ trên đĩa. Dọn bớt rồi chạy lại, phần đã đọc được giữ nguyên.") from error
            raise
