"""Word documents: mammoth reads the structure, `html.render` writes it. Headers, footers and pictures are left out."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

from app.errors import DocumentUnreadable
from ingest.formats import SAVE_AS_DOCX, outline_rank
from ingest.formats.html import render

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

SUFFIXES: tuple[str, ...] = (".docx",)
MAX_EXPANDED = 300 * 1024 * 1024
MAX_XML = 60 * 1024 * 1024  # the parser needs about ten times as much memory
STYLE_MAP = "p[style-name='Title'] => h1:fresh\np[style-name='Subtitle'] => p:fresh"


def to_markdown(path: Path) -> str:
    """The document's body. Raises DocumentUnreadable for a file that is no Word document or expands beyond reason."""
    import mammoth
    from bs4 import BeautifulSoup

    _check_package(path)
    with path.open("rb") as file:
        result = mammoth.convert_to_html(
            file, style_map=STYLE_MAP, convert_image=mammoth.images.img_element(lambda image: {})
        )
    soup = BeautifulSoup(result.value, "lxml")
    for picture in soup.find_all("img"):
        picture.decompose()
    if not soup.find(["h1", "h2", "h3", "h4", "h5", "h6"]):
        _promote_bold_lines(soup)
    return render(soup.body or soup)


def _check_package(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as package:
            parts = package.infolist()
    except zipfile.BadZipFile as error:
        raise DocumentUnreadable(f"Tệp “{path.name}” hỏng hoặc không phải Word. {SAVE_AS_DOCX}") from error
    if "word/document.xml" not in {part.filename for part in parts}:
        raise DocumentUnreadable(f"Tệp “{path.name}” không phải tài liệu Word. {SAVE_AS_DOCX}")
    xml_bytes = sum(part.file_size for part in parts if part.filename.endswith((".xml", ".rels")))
    if sum(part.file_size for part in parts) > MAX_EXPANDED or xml_bytes > MAX_XML:
        raise DocumentUnreadable(f"Tệp “{path.name}” bung ra quá lớn nên bị từ chối. Tách thành nhiều tệp nhỏ.")


def _promote_bold_lines(soup: BeautifulSoup) -> None:
    """Where nobody used heading styles, a paragraph all in bold is a heading."""
    ranks = [(paragraph, outline_rank(paragraph.get_text(" ", strip=True))) for paragraph in _bold_paragraphs(soup)]
    levels = {rank: level for level, rank in enumerate(sorted({rank for _, rank in ranks if rank is not None}), 1)}
    for paragraph, rank in ranks:
        if rank is not None:
            paragraph.name = f"h{levels[rank]}"
            for strong in paragraph.find_all(["strong", "em"]):
                strong.unwrap()


def _bold_paragraphs(soup: BeautifulSoup) -> list[Tag]:
    return [
        paragraph
        for paragraph in soup.find_all("p")
        if paragraph.get_text(strip=True)
        and not paragraph.find_parent(["table", "li"])
        and all(not text.strip() or text.find_parent("strong") for text in paragraph.find_all(string=True))
    ]
