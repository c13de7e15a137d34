"""PDF with text: lines from positions, headings from size and weight, wrapped lines joined, page furniture gone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import groupby
from pathlib import Path
from statistics import median
from typing import Any

from app.errors import DocumentUnreadable
from ingest.formats import OUTLINE, outline_rank

SUFFIXES: tuple[str, ...] = (".pdf",)
MAX_PAGES = 2000
BULLET = re.compile(r"([•●○◦▪■❖➢✓\uf000-\uf0ff–—+*-]|(?P<courier>o))\s+(?=\S)")
NUMBER = re.compile(r"(\d{1,3})[.)]\s+(?=\S)")
LETTER = re.compile(r"[a-zđ]{1,2}[.)]\s", re.IGNORECASE)
PAGE_NUMBER = re.compile(r"[-–—\s]*(trang|page)?\s*\d{1,4}(\s*(/|trên|of)\s*\d{1,4})?[-–—\s]*", re.IGNORECASE)
MARGIN = 0.12  # the share of a page's height, top and bottom, where headers and footers stand


@dataclass(frozen=True)
class Line:
    """One visual line, or one column of it."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    bold: bool
    page: int
    first_word: float  # its width: what the line above had no room for if this one reads on
    courier: bool = False  # starts in a typewriter face: Word's hollow bullet is a Courier "o"
    alone: bool = True  # nothing stands beside it, as in letterheads and signatures


@dataclass(frozen=True)
class Table:
    top: float
    rows: list[list[str]]


@dataclass
class Page:
    number: int
    width: float
    height: float
    lines: list[Line]
    tables: list[Table]
    has_image: bool


@dataclass
class Block:
    """What becomes one Markdown block: a run of lines that read on, or a table."""

    lines: list[Line] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    note: str = ""

    @property
    def text(self) -> str:
        joined = ""
        for line in self.lines:
            # An address broken over lines was broken without a space.
            broken_address = joined.rpartition(" ")[2].startswith("http") and " " not in line.text
            joined += line.text if broken_address or not joined else f" {line.text}"
        return joined


def to_markdown(path: Path) -> str:
    """The document's text. Raises DocumentUnreadable for a scan, a password, a damaged or an endless file."""
    pages = list(_read_pages(path))
    _refuse_scan(path, pages)
    _drop_furniture(pages)
    blocks = list(_blocks(pages))
    return "\n\n".join(_render(blocks, _heading_levels(blocks)))


def _read_pages(path: Path) -> Iterator[Page]:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfplumber.utils.exceptions import PdfminerException

    try:
        document = pdfplumber.open(path)
    except PdfminerException as error:
        if error.args and isinstance(error.args[0], PDFPasswordIncorrect):
            raise DocumentUnreadable(f"Tệp “{path.name}” có mật khẩu. Gỡ mật khẩu rồi nạp lại.") from error
        raise
    with document:
        if len(document.pages) > MAX_PAGES:
            raise DocumentUnreadable(f"Tệp “{path.name}” dài hơn {MAX_PAGES} trang. Tách thành nhiều tệp nhỏ.")
        for number, page in enumerate(document.pages):
            yield _read_page(page, number)
            page.close()


def _read_page(page: Any, number: int) -> Page:
    found = list(_find_tables(page))
    boxes = [box for box, _ in found]
    words = [word for word in page.extract_words(return_chars=True) if not _inside(word, boxes)]
    lines = [line for row in _rows(words) for line in _row_lines(row, number)]
    return Page(number, float(page.width), float(page.height), lines, [t for _, t in found], bool(page.images))


def _find_tables(page: Any) -> Iterator[tuple[tuple[float, float, float, float], Table]]:
    if len(page.lines) + len(page.rects) + len(page.curves) < 4:
        return
    for found in page.find_tables():
        rows = [[" ".join((cell or "").split()) for cell in row] for row in found.extract()]
        rows = [row for row in rows if any(row)]
        filled = sum(bool(cell) for row in rows for cell in row)
        # Boxes for handwriting and lines beside text look like tables too.
        if len(rows) >= 2 and len(rows[0]) >= 2 and filled >= 4 and filled >= 0.3 * len(rows) * len(rows[0]):
            yield found.bbox, Table(found.bbox[1], rows)


def _inside(word: dict[str, Any], boxes: list[tuple[float, float, float, float]]) -> bool:
    x, y = (word["x0"] + word["x1"]) / 2, (word["top"] + word["bottom"]) / 2
    return any(x0 <= x <= x1 and top <= y <= bottom for x0, top, x1, bottom in boxes)


def _rows(words: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Words on one height, left to right. Raised note marks belong to the row they overlap."""
    rows: list[list[dict[str, Any]]] = []
    top = bottom = 0.0
    for word in sorted(words, key=lambda word: word["top"]):
        overlap = min(bottom, word["bottom"]) - max(top, word["top"])
        if rows and overlap > 0.5 * min(bottom - top, word["bottom"] - word["top"]):
            rows[-1].append(word)
            bottom = max(bottom, word["bottom"])
        else:
            rows.append([word])
            top, bottom = word["top"], word["bottom"]
    return [sorted(row, key=lambda word: word["x0"]) for row in rows]


def _columns(row: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """A row split where the gap is too wide for a space: letterheads and signatures stand side by side."""
    run: list[dict[str, Any]] = []
    for word in row:
        if run and word["x0"] - run[-1]["x1"] > 2.5 * word["chars"][0]["size"]:
            yield run
            run = []
        run.append(word)
    yield run


def _row_lines(row: list[dict[str, Any]], page: int) -> list[Line]:
    runs = list(_columns(row))
    return [_line(run, page, alone=len(runs) == 1) for run in runs]


def _line(words: list[dict[str, Any]], page: int, alone: bool) -> Line:
    chars = [char for word in words for char in word["chars"]]
    bold = sum("bold" in char["fontname"].lower() for char in chars)
    return Line(
        text=" ".join(word["text"] for word in words),
        x0=words[0]["x0"],
        x1=words[-1]["x1"],
        top=min(word["top"] for word in words),
        bottom=max(word["bottom"] for word in words),
        size=round(median(char["size"] for char in chars), 1),
        bold=bold > 0.8 * len(chars),
        page=page,
        first_word=words[0]["x1"] - words[0]["x0"],
        courier="courier" in chars[0]["fontname"].lower(),
        alone=alone,
    )


def _refuse_scan(path: Path, pages: list[Page]) -> None:
    letters = sum(len(line.text) for page in pages for line in page.lines)
    letters += sum(len(cell) for page in pages for table in page.tables for row in table.rows for cell in row)
    if letters < 10 or (letters < 30 * len(pages) and any(page.has_image for page in pages)):
        raise DocumentUnreadable(
            f"Tệp “{path.name}” là bản chụp hoặc bản quét, không có chữ để đọc. "
            "Hãy nhận dạng chữ (OCR) tiếng Việt trước, ví dụ bằng ocrmypdf -l vie, "
            "hoặc xin bản Word của cơ quan ban hành, rồi nạp lại."
        )


def _drop_furniture(pages: list[Page]) -> None:
    """Remove page numbers, and lines that stand at the edge of many pages with only their numbers differing."""
    seen = Counter(key for page in pages for key in {_key(line) for line in _edges(page)})
    repeated = {key for key, count in seen.items() if count >= max(2, 0.3 * len(pages))}
    for page in pages:
        edges = [line for line in _edges(page) if _key(line) in repeated or PAGE_NUMBER.fullmatch(line.text)]
        page.lines = [line for line in page.lines if line not in edges]


def _edges(page: Page) -> list[Line]:
    """The first and last two rows, where they stand in the margin."""
    tops = sorted({line.top for line in page.lines})
    outer = {*tops[:2], *tops[-2:]}
    low, high = MARGIN * page.height, (1 - MARGIN) * page.height
    return [line for line in page.lines if line.top in outer and (line.bottom < low or line.top > high)]


def _key(line: Line) -> str:
    return re.sub(r"\d+", "#", line.text)


def _blocks(pages: list[Page]) -> Iterator[Block]:
    margins = _margins(pages)
    block = Block()
    for piece in _in_order(pages):
        if isinstance(piece, Line) and block.lines and _reads_on(block, piece, margins[block.lines[-1].page]):
            block.lines.append(piece)
            continue
        if isinstance(piece, Table) and block.rows and len(block.rows[0]) == len(piece.rows[0]):
            block.rows += piece.rows[1:] if piece.rows[0] == block.rows[0] else piece.rows
            continue
        if block.lines or block.rows or block.note:
            yield block
        block = _start_block(piece)
    yield block


def _start_block(piece: Line | Table | str) -> Block:
    if isinstance(piece, str):
        return Block(note=piece)
    return Block(rows=list(piece.rows)) if isinstance(piece, Table) else Block([piece])


def _in_order(pages: list[Page]) -> Iterator[Line | Table | str]:
    for page in pages:
        if page.has_image and not page.lines and not page.tables:
            yield f"<!-- Trang {page.number + 1} chỉ có hình, chưa đọc được chữ. -->"
        pieces: list[Line | Table] = [*page.lines, *page.tables]
        yield from sorted(pieces, key=lambda piece: piece.top)


def _margins(pages: list[Page]) -> list[tuple[float, float]]:
    """How far left and right each page's text runs: a page with little on it is judged by its neighbours."""
    reach = [
        (min(line.x0 for line in page.lines), max(line.x1 for line in page.lines)) if page.lines else None
        for page in pages
    ]
    usual: dict[float, tuple[float, float]] = {}
    for width in {page.width for page in pages}:
        like = [found for page, found in zip(pages, reach, strict=True) if found and page.width == width]
        usual[width] = (median(left for left, _ in like), median(right for _, right in like)) if like else (0.0, width)
    return [
        (min(found[0], usual[page.width][0]), max(found[1], usual[page.width][1])) if found else usual[page.width]
        for page, found in zip(pages, reach, strict=True)
    ]


def _reads_on(block: Block, line: Line, margins: tuple[float, float]) -> bool:
    """Whether `line` continues the block: the line before was full, and nothing in `line` begins anew."""
    first, last = block.lines[0], block.lines[-1]
    if line.text.startswith("http") and last.text.startswith("http"):
        return False
    if _begins(line) or abs(last.size - line.size) > 1.5 or last.alone != line.alone:
        return False
    if line.page == last.page and (line.top <= last.top + 1 or line.top - last.bottom > 1.1 * last.size):
        return False
    if _centred(last, margins) and _centred(line, margins):
        return last.bold == line.bold and (last.bold or _was_full(last, line, margins[1] - (last.x0 - margins[0])))
    if first.bold and last.bold and not line.bold and outline_rank(block.text) in (0, 1, 2):
        return False
    return _was_full(last, line, margins[1]) and (line.page != last.page or _indent_continues(block, line))


def _begins(line: Line) -> bool:
    outline = line.bold and any(pattern.match(line.text) for pattern, _ in OUTLINE)
    return outline or bool(_is_item(line) or LETTER.match(line.text))


def _was_full(last: Line, line: Line, right: float) -> bool:
    return last.x1 + 0.2 * last.size + line.first_word > right


def _centred(line: Line, margins: tuple[float, float]) -> bool:
    left, right = line.x0 - margins[0], margins[1] - line.x1
    return abs(left - right) < 1.5 * line.size and (line.bold or left > 1.5 * line.size)


def _indent_continues(block: Block, line: Line) -> bool:
    first, last = block.lines[0], block.lines[-1]
    if len(block.lines) > 1 and block.lines[-2].page == last.page:
        return abs(line.x0 - last.x0) < 6
    return line.x0 < first.x0 + 6 or (bool(_is_item(first)) and line.x0 < first.x0 + 4 * first.size)


def _is_item(line: Line) -> re.Match[str] | None:
    bullet = BULLET.match(line.text)
    if bullet and (not bullet["courier"] or line.courier):
        return bullet
    return NUMBER.match(line.text)


def _heading_levels(blocks: list[Block]) -> dict[int, int]:
    """Block index -> heading level. Bigger type is a higher level; bold at the body's size is ranked by its words."""
    sizes = Counter[float]()
    for block in blocks:
        for line in block.lines:
            sizes[line.size] += len(line.text)
    body = sizes.most_common(1)[0][0] if sizes else 0.0
    keys = {index: key for index, block in enumerate(blocks) if (key := _heading_key(block, body)) is not None}
    for index in range(len(blocks) - 1, -1, -1):  # names under a signature head nothing
        if keys.get(index, (0.0, 0))[0] < 0 or index not in keys:
            break
        del keys[index]
    levels = {key: min(level, 6) for level, key in enumerate(sorted(set(keys.values())), 1)}
    return {index: levels[key] for index, key in keys.items()}


def _heading_key(block: Block, body: float) -> tuple[float, int] | None:
    """What orders headings: those of the outline by their word, others by size, then by their look."""
    if not block.lines or len(block.lines) > 16 or BULLET.match(block.text):
        return None
    rank = outline_rank(block.text)
    if rank is None or not all(line.alone for line in block.lines):
        return None
    bold = all(line.bold for line in block.lines)
    if bold and any(pattern.match(block.text) for pattern, _ in OUTLINE):
        return (0.0, rank)
    size = min(line.size for line in block.lines)
    if size >= 1.15 * body:
        return (-size, 0)
    return (0.0, rank) if bold else None


def _render(blocks: list[Block], levels: dict[int, int]) -> Iterator[str]:
    def kind(indexed: tuple[int, Block]) -> str:
        index, block = indexed
        is_item = bool(block.lines) and _is_item(block.lines[0]) and index not in levels
        return "list" if is_item else str(index)

    for of_kind, group in groupby(enumerate(blocks), kind):
        members = list(group)
        if of_kind == "list":
            yield "\n".join(_list([block for _, block in members]))
            continue
        index, block = members[0]
        if block.rows:
            yield _table(block.rows)
        else:
            yield block.note or ("#" * levels[index] + " " + block.text if index in levels else block.text)


def _list(items: list[Block]) -> Iterator[str]:
    """Items with their depth read from their indent (pages may be offset, so only a clear step counts)."""
    indents: list[float] = []
    for item in items:
        first = item.lines[0]
        while indents and first.x0 < indents[-1] - 6:
            indents.pop()
        if not indents or first.x0 > indents[-1] + 6:
            indents.append(first.x0)
        number = NUMBER.match(item.text)
        text = f"{number[1]}. {item.text[number.end() :]}" if number else f"- {BULLET.sub('', item.text, count=1)}"
        yield "    " * (len(indents) - 1) + text


def _table(rows: list[list[str]]) -> str:
    head, *body = [[cell.replace("|", "\\|") for cell in row] for row in rows]
    return "\n".join(f"| {' | '.join(row)} |" for row in [head, ["---"] * len(head), *body])
