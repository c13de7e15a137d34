"""Web pages: the main content without menus, forms and scripts. Word documents end here too, as `render`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from app.errors import DocumentUnreadable

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

SUFFIXES: tuple[str, ...] = (".html", ".htm", ".xhtml")
DROPPED = (
    "script, style, noscript, template, iframe, svg, img, nav, footer, aside, button, input, select, textarea, head"
)
HIDDEN = "[hidden], [aria-hidden=true], [role=navigation], [role=search], [role=banner], [role=contentinfo]"
CONTENT = ("main", "[role=main]", "article")
INLINE_ONLY = {"li", "td", "th", "h1", "h2", "h3", "h4", "h5", "h6", "strong", "b", "em", "i", "a"}


def to_markdown(path: Path) -> str:
    """The page's main content. Raises DocumentUnreadable when the file is no web page."""
    from bs4 import BeautifulSoup

    raw = path.read_bytes()
    if b"\0" in raw and not raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentUnreadable(f"Tệp “{path.name}” không phải trang web hoặc đã hỏng. Lưu lại trang từ trình duyệt.")
    soup = BeautifulSoup(raw, "lxml")
    if soup.find(True) is None:
        raise DocumentUnreadable(f"Tệp “{path.name}” không phải trang web. Lưu lại trang từ trình duyệt.")
    _drop_furniture(soup)
    return render(_content(soup))


def render(content: Tag) -> str:
    """An element as Markdown: "#" headings, "-" lists, pipe tables. Changes `content`."""
    _collapse_spaces(content)
    _simplify_tables(content)
    _simplify_links(content)
    return str(_converter().convert_soup(content))


def _drop_furniture(soup: BeautifulSoup) -> None:
    for element in soup.select(f"{DROPPED}, {HIDDEN}"):
        element.decompose()
    whole = len(soup.get_text())
    for form in soup.find_all("form"):
        # ASP.NET portals, common among agencies, wrap the whole page in one form.
        if len(form.get_text()) > whole / 2:
            form.unwrap()
        else:
            form.decompose()


def _content(soup: BeautifulSoup) -> Tag:
    for selector in CONTENT:
        found = [element for element in soup.select(selector) if element.get_text(strip=True)]
        if len(found) == 1:
            return found[0]
    for header in soup.find_all("header"):
        if not header.find("h1"):
            header.decompose()
    return soup.body or soup


def _collapse_spaces(content: Tag) -> None:
    from bs4.element import Comment, NavigableString

    for piece in list(content.find_all(string=True)):
        if isinstance(piece, Comment):
            piece.extract()
        elif not piece.find_parent("pre"):
            piece.replace_with(NavigableString(re.sub(r"\s+", " ", piece)))


def _simplify_tables(content: Tag) -> None:
    """Leave only tables that Markdown can hold: empty rows go, tables used for layout become paragraphs."""
    for table in content.find_all("table"):
        for row in table.find_all("tr"):
            if not row.get_text(strip=True):
                row.decompose()
    for table in content.find_all("table"):
        rows = table.find_all("tr")
        if table.find("table") or len(rows) < 2 or max(len(row.find_all(["td", "th"])) for row in rows) < 2:
            for part in table.find_all(["td", "th", "tr", "tbody", "thead", "tfoot"]):
                if part.find_parent("table") is table:
                    part.name = "div"
            table.name = "div"


def _simplify_links(content: Tag) -> None:
    for link in content.find_all("a"):
        address = str(link.get("href", ""))
        if not address.startswith(("http://", "https://")) or not link.get_text(strip=True):
            link.unwrap()
        elif link.get_text(strip=True) == address:
            link.replace_with(address)


def _converter() -> Any:
    from markdownify import MarkdownConverter

    class Converter(MarkdownConverter):
        def convert_br(self, element: Tag, text: str, parent_tags: set[str]) -> str:
            return " " if parent_tags & INLINE_ONLY else "\n\n"

    return Converter(
        heading_style="ATX",
        bullets="-",
        table_infer_header=True,
        escape_asterisks=False,
        escape_underscores=False,
        escape_misc=False,
        sub_symbol="",
        sup_symbol="",
    )
