"""The data lists of `knowledge/`, each read by its declared type: a wrong one is a finding, never a traceback."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path
from typing import Any

import yaml
from pydantic import TypeAdapter, ValidationError

from app.content.checks import OutdatedTerm, Rules
from app.errors import ContentInvalid, Finding
from app.retrieval.lexicon import Lexicon, merge_meanings
from app.retrieval.ranking import Ranking
from app.retrieval.text import normalize

ENTRIES = TypeAdapter(dict[str, str])
LISTS = TypeAdapter(dict[str, tuple[str, ...]])
MEANINGS = TypeAdapter(dict[str, str | tuple[str, ...]])
OUTDATED = TypeAdapter(tuple[dict[str, str], ...])
RANKING = TypeAdapter(Ranking)


def load_rules(knowledge_dir: Path) -> Rules:
    """The lists that guides are held to. Raises ContentInvalid when one is absent or broken."""
    domains = _load_yaml(knowledge_dir, "trusted_domains.yaml", LISTS)
    return Rules(
        groups=_load_yaml(knowledge_dir, "groups.yaml", ENTRIES),
        trusted_domains=tuple(domain for listed in domains.values() for domain in listed),
        glossary={
            term.lower(): text for term, text in _load_yaml(knowledge_dir, "lexicon/glossary.yaml", ENTRIES).items()
        },
        outdated_terms=_load_outdated_terms(knowledge_dir),
    )


def load_lexicon(knowledge_dir: Path) -> Lexicon:
    """Short forms, dialect, lay words and fixed terms. Raises ContentInvalid."""
    return Lexicon(
        short_forms=_load_yaml(knowledge_dir, "lexicon/teencode.yaml", ENTRIES),
        meanings=merge_meanings(
            _load_yaml(knowledge_dir, "lexicon/dialect.yaml", MEANINGS),
            _load_yaml(knowledge_dir, "lexicon/lay_terms.yaml", MEANINGS),
        ),
        fixed_terms=tuple(line for _, line in _lines(knowledge_dir, "lexicon/fixed_terms.txt")),
    )


def load_phrasings(knowledge_dir: Path, of: str) -> dict[str, list[str]]:
    """Id to the ways people ask for it, in the order of `phrasings/<of>.tsv`; a file that is not there holds none.

    Raises ContentInvalid when a line is not "id<TAB>text".
    """
    name = f"phrasings/{of}.tsv"
    if not (knowledge_dir / name).is_file():
        return {}
    phrasings: dict[str, list[str]] = {}
    for number, line in _lines(knowledge_dir, name):
        target, tab, text = line.partition("\t")
        if not (tab and text.strip()):
            message = "mỗi dòng phải là: định danh, dấu tab, câu hỏi"
            raise ContentInvalid([Finding(f"{knowledge_dir.name}/{name}", number, message)])
        phrasings.setdefault(target, []).append(normalize(text))
    return phrasings


def load_ranking(knowledge_dir: Path) -> Ranking:
    """The weights of the streams and the thresholds of the decision. Raises ContentInvalid."""
    ranking: Ranking = _load_yaml(knowledge_dir, "ranking.yaml", RANKING)
    return ranking


def load_facet_cues(knowledge_dir: Path) -> dict[str, tuple[str, ...]]:
    """The cue words of each facet, and under "filler" the words that ask nothing. Raises ContentInvalid."""
    cues: dict[str, tuple[str, ...]] = _load_yaml(knowledge_dir, "lexicon/facets.yaml", LISTS)
    return cues


def load_texts(knowledge_dir: Path, language: str = "vi") -> dict[str, str]:
    """The sentences that the service itself says, by key. Raises ContentInvalid."""
    texts: dict[str, str] = _load_yaml(knowledge_dir, f"languages/{language}.json", ENTRIES)  # JSON is YAML
    return texts


def read_text(path: Path, file: str) -> str:
    """The file's text in NFC with Unix line ends. Raises ContentInvalid when it cannot be read as UTF-8 text."""
    try:
        raw = path.read_bytes()
    except OSError as error:
        raise ContentInvalid([Finding(file, 1, f"không đọc được ({error.strerror})")]) from error
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentInvalid([Finding(file, line, "không phải UTF-8: lưu lại tệp với bảng mã UTF-8")]) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ContentInvalid([Finding(file, line, "có ký tự rỗng (NUL): tệp hỏng hoặc không phải văn bản")])
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def _load_yaml(knowledge_dir: Path, name: str, shape: TypeAdapter[Any]) -> Any:
    """The file's value, of the shape's type."""
    file = f"{knowledge_dir.name}/{name}"
    text = read_text(knowledge_dir / name, file)
    try:
        return shape.validate_python(yaml.safe_load(text))
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise ContentInvalid([Finding(file, line, f"không đúng YAML ({error.problem})")]) from error
    except ValidationError as error:
        raise ContentInvalid([_misshapen(file, text, problem["loc"]) for problem in error.errors()]) from error
    except (yaml.YAMLError, ValueError, KeyError, AttributeError) as error:  # as in app.content.markdown
        raise ContentInvalid([Finding(file, 1, "không đúng YAML")]) from error


def _misshapen(file: str, text: str, place: tuple[Any, ...]) -> Finding:
    """A value of another type than the list's, at the line of its key where that can be found."""
    key = str(place[0]) if place else ""
    starts = (f"{key}:", f"'{key}':", f'"{key}":')
    lines = enumerate(text.split("\n"), 1)
    line = next((number for number, row in lines if key and row.strip().startswith(starts)), 1)
    where = ".".join(str(part) for part in place)
    return Finding(file, line, f"“{where}” thiếu hoặc sai kiểu (chữ như no, yes, on phải đặt trong ngoặc kép)")


def _lines(knowledge_dir: Path, name: str) -> list[tuple[int, str]]:
    """Numbered lines that are not empty and not comments."""
    text = read_text(knowledge_dir / name, f"{knowledge_dir.name}/{name}")
    return [(n, row.strip()) for n, row in enumerate(text.split("\n"), 1) if row.strip() and not row.startswith("#")]


def _load_outdated_terms(knowledge_dir: Path) -> tuple[OutdatedTerm, ...]:
    name = "lexicon/outdated_terms.yaml"
    terms = []
    for number, term in enumerate(_load_yaml(knowledge_dir, name, OUTDATED), 1):
        try:
            terms.append(OutdatedTerm(re.compile(term["pattern"], re.IGNORECASE), term["instead"]))
        except (re.error, KeyError) as error:
            message = f"mục thứ {number}: cần pattern là biểu thức chính quy đúng, và instead ({error})"
            raise ContentInvalid([Finding(f"{knowledge_dir.name}/{name}", 1, message)]) from error
    return tuple(terms)
