"""Reading `knowledge/` from disk: guides and the data lists they are held to."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import yaml

from app.content.checks import OutdatedTerm, Rules, check_guides
from app.content.guide import Guide, parse_guide
from app.errors import ContentInvalid, Finding
from app.retrieval.lexicon import Lexicon, merge_meanings
from app.retrieval.text import normalize


@dataclass(frozen=True)
class Corpus:
    """All guides that could be read, sorted by slug, and every finding, errors and warnings alike."""

    guides: tuple[Guide, ...]
    rules: Rules
    findings: tuple[Finding, ...]

    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "error"]


def load_rules(knowledge_dir: Path) -> Rules:
    """The data lists that guides are held to. Raises ContentInvalid when one is absent or broken."""
    domains = _load_yaml(knowledge_dir / "trusted_domains.yaml")
    glossary = _load_yaml(knowledge_dir / "lexicon" / "glossary.yaml")
    outdated = _load_yaml(knowledge_dir / "lexicon" / "outdated_terms.yaml")
    return Rules(
        groups=_load_yaml(knowledge_dir / "groups.yaml"),
        trusted_domains=tuple(domains["official"]) + tuple(domains["trusted"]),
        glossary={str(term).lower(): meaning for term, meaning in glossary.items()},
        outdated_terms=tuple(OutdatedTerm(re.compile(t["pattern"], re.IGNORECASE), t["instead"]) for t in outdated),
    )


def load_corpus(knowledge_dir: Path, today: date | None = None) -> Corpus:
    """Read and check every guide. A guide that cannot be read is left out and stands in the findings.

    Raises ContentInvalid when the data lists themselves cannot be read or there is no guide at all.
    """
    rules = load_rules(knowledge_dir)
    guides: list[Guide] = []
    findings: list[Finding] = []
    paths = sorted((knowledge_dir / "guides").glob("*/*.md"))
    if not paths:
        raise ContentInvalid([Finding(str(knowledge_dir / "guides"), 1, "không có hướng dẫn nào (*.md)")])
    for path in paths:
        file = f"{knowledge_dir.name}/{path.relative_to(knowledge_dir).as_posix()}"
        try:
            guide = parse_guide(read_text(path, file), path.stem, file)
        except ContentInvalid as error:
            findings += error.findings
            continue
        guides.append(guide)
        findings += _missing_images(guide, path)
    # A guide whose file is broken still exists: relations to it are judged when it can be read.
    broken = {Path(finding.file).stem for finding in findings}
    findings += [
        finding
        for finding in check_guides(guides, rules, today or date.today())
        if not any(f"“{slug}” không tồn tại" in finding.message for slug in broken)
    ]
    guides.sort(key=lambda guide: guide.slug)
    return Corpus(tuple(guides), rules, tuple(sorted(findings)))


def load_lexicon(knowledge_dir: Path) -> Lexicon:
    """Short forms, dialect, lay words and fixed terms. Raises ContentInvalid."""
    folder = knowledge_dir / "lexicon"
    fixed = read_text(folder / "fixed_terms.txt", "lexicon/fixed_terms.txt")
    return Lexicon(
        short_forms=_load_yaml(folder / "teencode.yaml"),
        meanings=merge_meanings(_load_yaml(folder / "dialect.yaml"), _load_yaml(folder / "lay_terms.yaml")),
        fixed_terms=tuple(line.strip() for line in fixed.splitlines() if line.strip() and not line.startswith("#")),
    )


def load_phrasings(knowledge_dir: Path, of: str) -> dict[str, list[str]]:
    """Id to the ways people ask for it, in the order of `phrasings/<of>.tsv`; comment lines start with "#".

    Raises ContentInvalid when a line is not "id<TAB>text"; a file that is not there holds none.
    """
    path = knowledge_dir / "phrasings" / f"{of}.tsv"
    if not path.is_file():
        return {}
    file = f"{knowledge_dir.name}/phrasings/{path.name}"
    phrasings: dict[str, list[str]] = {}
    for number, line in enumerate(read_text(path, file).splitlines(), 1):
        if not line or line.startswith("#"):
            continue
        target, tab, text = line.partition("\t")
        if not (tab and text.strip()):
            raise ContentInvalid([Finding(file, number, "mỗi dòng phải là: định danh, dấu tab, câu hỏi")])
        phrasings.setdefault(target, []).append(normalize(text))
    return phrasings


def load_ranking(knowledge_dir: Path) -> dict[str, dict[str, float]]:
    """The weights of the streams and the thresholds of the decision. Raises ContentInvalid."""
    ranking: dict[str, dict[str, float]] = _load_yaml(knowledge_dir / "ranking.yaml")
    return ranking


def load_facet_cues(knowledge_dir: Path) -> dict[str, tuple[str, ...]]:
    """The cue words of each facet. Raises ContentInvalid."""
    return {facet: tuple(cues) for facet, cues in _load_yaml(knowledge_dir / "lexicon" / "facets.yaml").items()}


def read_text(path: Path, file: str) -> str:
    """The file's text in NFC with Unix line ends. Raises ContentInvalid when it is not UTF-8 or holds NUL."""
    raw = path.read_bytes()
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        raise ContentInvalid([Finding(file, line, "không phải UTF-8: lưu lại tệp với bảng mã UTF-8")]) from error
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise ContentInvalid([Finding(file, line, "có ký tự rỗng (NUL): tệp hỏng hoặc không phải văn bản")])
    return unicodedata.normalize("NFC", text.replace("\r\n", "\n"))


def _missing_images(guide: Guide, path: Path) -> list[Finding]:
    return [
        Finding(guide.file, step.do.line, f"không thấy hình “{step.image.file}” cạnh tệp hướng dẫn")
        for step in guide.steps
        if step.image and not (path.parent / step.image.file).is_file()
    ]


def _load_yaml(path: Path) -> Any:
    file = f"{path.parent.name}/{path.name}"
    if not path.is_file():
        raise ContentInvalid([Finding(file, 1, "thiếu tệp dữ liệu này")])
    try:
        return yaml.safe_load(read_text(path, file))
    except yaml.YAMLError as error:
        raise ContentInvalid([Finding(file, 1, f"không đúng YAML: {error}")]) from error
