"""Markdown, the canonical format: read as it is."""

from __future__ import annotations

from pathlib import Path

from app.errors import DocumentUnreadable

SUFFIXES: tuple[str, ...] = (".md", ".markdown")


def to_markdown(path: Path) -> str:
    """The file's text. Raises DocumentUnreadable when it is not UTF-8 text."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DocumentUnreadable(f"Tệp “{path.name}” không phải UTF-8. Lưu lại với bảng mã UTF-8.") from error
    if "\0" in text:
        raise DocumentUnreadable(f"Tệp “{path.name}” hỏng hoặc không phải văn bản.")
    return text
