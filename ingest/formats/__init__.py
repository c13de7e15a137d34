"""Documents as Markdown. A new format is one new module here: `SUFFIXES` and `to_markdown(path) -> str`, found by name.

`convert` is the only way in: it guards size, emptiness and wrong suffixes, and turns whatever a parser throws into
`DocumentUnreadable`. Modules share `outline_rank`, the reading of headings in documents nobody gave heading styles.
"""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from types import ModuleType

from app.errors import DocumentUnreadable
from app.retrieval.plugins import load_plugin, plugin_names

MAX_BYTES = 50 * 1024 * 1024
SIGNATURES = (
    (b"%PDF-", ".pdf", "PDF"),
    (b"PK\x03\x04", ".docx", "Word (.docx) hoặc tệp nén"),
    (b"\xd0\xcf\x11\xe0", ".doc", "Word 97–2003 (.doc) hoặc tài liệu có mật khẩu"),
    (b"{\\rtf", ".rtf", "RTF"),
)
SAVE_AS_DOCX = "Mở tệp bằng Word hoặc LibreOffice, bỏ mật khẩu nếu có, chọn Lưu thành (Save As) dạng .docx rồi nạp lại."
OUTLINE = (
    (re.compile(r"(phần|chương|phụ lục|thủ tục)\s+([ivxlcdm]+|\d+|[a-zđ]|thứ \w+)\b", re.IGNORECASE), 0),
    (re.compile(r"(LUẬT|NGHỊ ĐỊNH|NGHỊ QUYẾT|THÔNG TƯ|QUYẾT ĐỊNH|CHỈ THỊ)\b"), 0),
    (re.compile(r"(tiểu )?mục\s+([ivxlcdm]+|\d+)\b", re.IGNORECASE), 1),
    (re.compile(r"điều\s+\d+", re.IGNORECASE), 2),
)
MOTTO = re.compile(r"cộng hoà xã hội chủ nghĩa|cộng hòa xã hội chủ nghĩa|độc lập\s*[-–]\s*tự do", re.IGNORECASE)
NO_HEADING = re.compile(r"https?://|[-–+•*(\[“\"…]|số:|[^:]{1,80}:\s+\S", re.IGNORECASE)
# Letters that the old 8-bit Vietnamese fonts (TCVN3, VNI) leave behind and that Vietnamese in Unicode never uses.
LEGACY_FONT = re.compile(r"[µ¸¹®ª«¬¶·äëïöüûøñåÄËÏÖÜÛØÑÅ]")
FILLER = re.compile(r"[.…]{5,}")  # dotted lines of forms
INVISIBLE = re.compile(r"[\u00ad\u200b-\u200f\u2060\ufeff\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def convert(path: Path) -> str:
    """The document as Markdown in NFC, headings, lists and tables kept. Raises DocumentUnreadable saying what to do."""
    module = _format_of(path)
    _check_file(path, module)
    try:
        markdown = tidy(module.to_markdown(path))
    except DocumentUnreadable:
        raise
    except Exception as error:  # a parser may throw anything at a damaged file
        raise DocumentUnreadable(f"Không đọc được “{path.name}”: tệp hỏng. Mở thử, lưu lại rồi nạp lại.") from error
    _check_text(path, markdown)
    return markdown


def tidy(markdown: str) -> str:
    """NFC, Unix line ends, no invisible characters, no trailing spaces, at most one blank line in a row."""
    text = unicodedata.normalize("NFC", markdown.replace("\r\n", "\n").replace("\r", "\n"))
    text = FILLER.sub("…", INVISIBLE.sub("", text.replace("\u00a0", " ")))
    text = re.sub(r"[ \t]+$", "", text, flags=re.MULTILINE)
    return re.sub(r"\n{3,}", "\n\n", text).strip("\n") + "\n"


def outline_rank(text: str) -> int | None:
    """How deep a line set in bold stands among headings (0 outermost), None when it is no heading but emphasis."""
    if not 2 <= len(text) <= 1200 or not any(char.isalpha() for char in text) or MOTTO.search(text):
        return None
    for pattern, rank in OUTLINE:
        if pattern.match(text):
            return rank
    if len(text) > 250 or NO_HEADING.match(text) or text.endswith((",", ";")):
        return None
    return 0 if text.isupper() else 3


def suffixes() -> dict[str, str]:
    """Every suffix that can be converted, and the module that does it."""
    return {suffix: name for name in plugin_names(__name__) for suffix in _load(name).SUFFIXES}


def _load(name: str) -> ModuleType:
    return load_plugin(__name__, name, "định dạng tài liệu")


def _format_of(path: Path) -> ModuleType:
    known = suffixes()
    suffix = path.suffix.lower()
    if suffix in known:
        return _load(known[suffix])
    advice = SAVE_AS_DOCX if suffix in (".doc", ".rtf", ".odt") else f"Chỉ nhận {', '.join(sorted(known))}."
    raise DocumentUnreadable(f"Không đọc được “{path.name}”: chưa hỗ trợ đuôi “{suffix or 'trống'}”. {advice}")


def _check_file(path: Path, module: ModuleType) -> None:
    try:
        size = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(1024)
    except OSError as error:
        raise DocumentUnreadable(f"Không mở được “{path}”: {error.strerror}. Kiểm tra lại đường dẫn.") from error
    if not start.strip():
        raise DocumentUnreadable(f"Tệp “{path.name}” trống. Kiểm tra lại tệp gốc.")
    if size > MAX_BYTES:
        limit = MAX_BYTES // 1024 // 1024
        raise DocumentUnreadable(f"Tệp “{path.name}” nặng hơn {limit} MB. Bỏ bớt hình hoặc tách thành nhiều tệp nhỏ.")
    for signature, suffix, kind in SIGNATURES:
        if start.startswith(signature) and suffix not in module.SUFFIXES:
            advice = SAVE_AS_DOCX if suffix in (".doc", ".rtf") else f"Đổi đuôi tệp thành {suffix} rồi nạp lại."
            raise DocumentUnreadable(f"Tệp “{path.name}” mang đuôi {path.suffix} nhưng bên trong là {kind}. {advice}")


def _check_text(path: Path, markdown: str) -> None:
    letters = sum(char.isalpha() for char in markdown)
    if not letters:
        raise DocumentUnreadable(f"Tệp “{path.name}” không có chữ nào. Kiểm tra lại tệp gốc.")
    if len(LEGACY_FONT.findall(markdown)) > 0.03 * letters:
        raise DocumentUnreadable(
            f"Tệp “{path.name}” gõ bằng phông chữ cũ (TCVN3 hoặc VNI). "
            "Đổi sang Unicode (ví dụ bằng UniKey) rồi nạp lại."
        )
