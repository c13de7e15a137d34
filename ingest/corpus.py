"""Reading all guides from disk, and everything that is wrong with them at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from app.content.checks import Rules, check_guides
from app.content.guide import Guide, parse_guide
from app.errors import ContentInvalid, Finding
from ingest.lists import (
    load_facet_cues,
    load_lexicon,
    load_phrasings,
    load_ranking,
    load_rules,
    load_texts,
    read_text,
)


@dataclass(frozen=True)
class Corpus:
    """All guides that could be read, sorted by slug, and every finding, errors and warnings alike."""

    guides: tuple[Guide, ...]
    rules: Rules
    findings: tuple[Finding, ...]

    def errors(self) -> list[Finding]:
        return [finding for finding in self.findings if finding.level == "error"]


def load_corpus(knowledge_dir: Path, today: date | None = None) -> Corpus:
    """Read and check every guide. A guide that cannot be read is left out and stands in the findings.

    Raises ContentInvalid when the data lists themselves cannot be read or there is no guide at all.
    """
    rules = load_rules(knowledge_dir)
    guides: list[Guide] = []
    findings: list[Finding] = []
    folder = knowledge_dir / "guides"
    paths = sorted(folder.rglob("*.md"))
    if not paths:
        raise ContentInvalid([Finding(f"{knowledge_dir.name}/guides", 1, "không có hướng dẫn nào (*.md)")])
    for path in paths:
        file = f"{knowledge_dir.name}/{path.relative_to(knowledge_dir).as_posix()}"
        if path.parent.parent != folder:
            findings.append(Finding(file, 1, "phải nằm đúng trong knowledge/guides/<nhóm>/"))
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
    findings += _phrasings_of_nothing(knowledge_dir, {path.stem for path in paths})
    findings += check_lists(knowledge_dir)
    guides.sort(key=lambda guide: guide.slug)
    return Corpus(tuple(guides), rules, tuple(sorted(findings)))


def check_lists(knowledge_dir: Path) -> list[Finding]:
    """What is wrong with the lists that no guide is held to: they too must be readable before a build."""
    findings: list[Finding] = []
    loaders: tuple[Callable[[Path], object], ...] = (load_lexicon, load_ranking, load_facet_cues, load_texts)
    for load in loaders:
        try:
            load(knowledge_dir)
        except ContentInvalid as error:
            findings += error.findings
    return findings


def _phrasings_of_nothing(knowledge_dir: Path, slugs: set[str]) -> list[Finding]:
    try:
        unknown = sorted(set(load_phrasings(knowledge_dir, "guides")) - slugs)
    except ContentInvalid as error:
        return list(error.findings)
    file = f"{knowledge_dir.name}/phrasings/guides.tsv"
    # A warning: withdrawing a guide must not need its phrasings to be edited first.
    return [Finding(file, 1, f"có cách hỏi cho “{slug}” mà không có hướng dẫn đó", "warning") for slug in unknown]


def _missing_images(guide: Guide, path: Path) -> list[Finding]:
    return [
        Finding(guide.file, step.do.line, f"không thấy hình “{step.image.file}” cạnh tệp hướng dẫn")
        for step in guide.steps
        if step.image and not (path.parent / step.image.file).is_file()
    ]
