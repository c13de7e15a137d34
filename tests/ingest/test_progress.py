"""What a build shows: a line a stage where there is no terminal, a bar a stage where there is one."""

from __future__ import annotations

import re

import pytest

from ingest.pipeline import STAGES
from ingest.procedures.importer import STAGES as IMPORT_STAGES
from ingest.progress import LABELS, progress_bar


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FORCE_COLOR", "NO_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)


def run_stages() -> None:
    with progress_bar() as report:
        for stage in STAGES:
            for done in range(4):
                report(stage, done, 3)


def test_every_stage_has_a_name() -> None:
    assert set(LABELS) == {*STAGES, *IMPORT_STAGES}
    assert all(LABELS.values())


def test_without_a_terminal_each_stage_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    run_stages()
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.splitlines() == [f"{LABELS[stage]} …" for stage in STAGES]


def test_nothing_is_said_of_stages_that_do_not_begin(capsys: pytest.CaptureFixture[str]) -> None:
    with progress_bar() as report:
        report("read", 0, 1)
    assert capsys.readouterr().err.splitlines() == [f"{LABELS['read']} …"]


def test_on_a_terminal_every_bar_ends_full(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    with progress_bar() as report:
        report("read", 0, 1)
        report("tokenize", 0, 12)
        report("tokenize", 5, 12)
        report("embed", 0, 0)
    told = capsys.readouterr()
    last = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", told.err).replace("\r", "\n").splitlines()[-3:]
    assert told.out == ""
    assert [re.split(r"\s{2,}|\s(?=[━╸╺ ])", line)[0] for line in last] == [
        LABELS["read"],
        LABELS["tokenize"],
        LABELS["embed"],
    ]
    assert ["1/1" in last[0], "12/12" in last[1]] == [True, True]
