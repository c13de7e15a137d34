"""Sources of procedures. A new format is one new module: `SUFFIXES`, and `read(name, data, as_of)` yielding records.

`read_document` is the only way in: it turns whatever a parser throws into `SourceInvalid` with the place.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import ModuleType

from app.retrieval.plugins import load_plugin, plugin_names
from ingest.procedures.records import Record, SourceInvalid

SAVE_AS_DOCX = "mở bằng Word hoặc LibreOffice, chọn Lưu thành (Save As) dạng .docx rồi nạp lại"


def suffixes() -> dict[str, str]:
    """Every suffix that can be read, and the module that does it."""
    return {suffix: name for name in plugin_names(__name__) for suffix in _load(name).SUFFIXES}


def read_document(name: str, data: bytes, as_of: str) -> Iterator[Record | SourceInvalid]:
    """The records of one file, and in their place what could not be read. Never raises for bad content."""
    module = _format_of(name)
    if isinstance(module, SourceInvalid):
        yield module
        return
    if not data.strip():
        yield SourceInvalid(name, "tệp trống")
        return
    try:
        yield from module.read(name, data, as_of)
    except SourceInvalid as error:
        yield error
    except (Exception, RecursionError) as error:  # a parser may throw anything at a damaged file
        yield SourceInvalid(name, f"tệp hỏng, không đọc được ({type(error).__name__})")


def _format_of(name: str) -> ModuleType | SourceInvalid:
    known = suffixes()
    for suffix, module in known.items():
        if name.lower().endswith(suffix):
            return _load(module)
    if name.lower().endswith((".doc", ".rtf")):
        return SourceInvalid(name, f"chưa đọc được Word 97–2003: {SAVE_AS_DOCX}")
    return SourceInvalid(name, f"đuôi tệp lạ, chỉ nhận {', '.join(sorted(known))}")


def _load(name: str) -> ModuleType:
    return load_plugin(__name__, name, "nguồn thủ tục")
