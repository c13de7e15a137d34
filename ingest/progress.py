"""How far a build is, on a terminal: one bar a stage, plain lines where there is no terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from ingest.pipeline import Progress as Report

LABELS = {
    "read": "Đọc và kiểm tra",
    "tokenize": "Tách từ",
    "embed": "Mã hoá câu",
    "index": "Dựng chỉ mục",
    "compare": "So sánh với lần trước",
    "write": "Ghi xuống đĩa",
    "verify": "Đọc lại, hỏi thử",
    "rename": "Đặt tên phiên bản",
    "switch": "Chuyển sang bản mới",
    "clean": "Dọn bản cũ",
}


@contextmanager
def progress_bar() -> Iterator[Report]:
    """A callback for `build_index` that draws on standard error."""
    console = Console(stderr=True)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        tasks: dict[str, TaskID] = {}

        def report(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                for task in tasks.values():
                    bars.update(task, completed=bars.tasks[task].total or 1)
                tasks[stage] = bars.add_task(LABELS[stage], total=total)
                if not console.is_terminal:
                    console.print(f"{LABELS[stage]} …")
            bars.update(tasks[stage], completed=done, total=total)

        yield report
        for task in tasks.values():
            bars.update(task, completed=bars.tasks[task].total or 1)
