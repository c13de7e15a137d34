"""What must hold of all guides together. Pure: `check_guides` gets the guides and the rules, returns every finding."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlsplit

from app.content import reading
from app.content.guide import Guide
from app.content.markdown import Statement
from app.errors import Finding

STALE_AFTER = timedelta(days=365)


@dataclass(frozen=True)
class OutdatedTerm:
    """A regular expression (matched without case) for words that are no longer right, and what to write instead."""

    pattern: re.Pattern[str]
    instead: str


@dataclass(frozen=True)
class Rules:
    """The data lists of `knowledge/` that guides are held to. `glossary` keys are lower case."""

    groups: Mapping[str, str]
    trusted_domains: tuple[str, ...]
    glossary: Mapping[str, str]
    outdated_terms: tuple[OutdatedTerm, ...]


def check_guides(guides: Sequence[Guide], rules: Rules, today: date) -> list[Finding]:
    """Every problem, sorted by file and line."""
    by_slug: dict[str, list[Guide]] = defaultdict(list)
    for guide in guides:
        by_slug[guide.slug].append(guide)
    findings: list[Finding] = []
    for guide in guides:
        findings += _check_identity(guide, by_slug, rules)
        findings += _check_sources(guide, rules, today)
        findings += _check_dates(guide, today)
        findings += _check_words(guide, rules)
    return sorted(findings)


def _check_identity(guide: Guide, by_slug: Mapping[str, Sequence[Guide]], rules: Rules) -> Iterator[Finding]:
    same = [other.file for other in by_slug[guide.slug] if other is not guide]
    if same:
        yield Finding(guide.file, 1, f"trùng slug “{guide.slug}” với {', '.join(same)}")
    if guide.head.group not in rules.groups:
        yield Finding(
            guide.file, guide.line_of("group"), f"không có nhóm “{guide.head.group}” trong knowledge/groups.yaml"
        )
    elif f"/{guide.head.group}/" not in f"/{guide.file}":
        yield Finding(guide.file, guide.line_of("group"), f"nhóm “{guide.head.group}” không phải thư mục chứa tệp")
    for slug in guide.head.related:
        if slug == guide.slug or slug not in by_slug:
            yield Finding(guide.file, guide.line_of("related"), f"hướng dẫn liên quan “{slug}” không tồn tại")


def _check_sources(guide: Guide, rules: Rules, today: date) -> Iterator[Finding]:
    known = [source.id for source in guide.head.sources]
    for source in guide.head.sources:
        if known.count(source.id) > 1:
            yield Finding(guide.file, guide.line_of("sources"), f"nguồn “{source.id}” khai báo hai lần")
        if not is_trusted(source.url, rules.trusted_domains):
            yield Finding(
                guide.file,
                guide.line_of("sources"),
                f"nguồn “{source.id}”: {urlsplit(source.url).hostname} không thuộc knowledge/trusted_domains.yaml",
            )
        if source.read_on > today:
            yield Finding(
                guide.file, guide.line_of("sources"), f"nguồn “{source.id}”: ngày đọc {source.read_on} ở tương lai"
            )
        if source.published_on and source.published_on > source.read_on:
            yield Finding(guide.file, guide.line_of("sources"), f"nguồn “{source.id}”: ngày đăng sau ngày đọc")
    cited: set[str] = set()
    for statement in guide.statements():
        cited.update(statement.cites)
        for cite in statement.cites:
            if cite not in known:
                yield Finding(guide.file, statement.line, f"trích nguồn “{cite}” chưa khai báo trong sources")
    for unused in sorted(set(known) - cited):
        yield Finding(guide.file, guide.line_of("sources"), f"nguồn “{unused}” khai báo mà không dòng nào trích")
    for statement in guide.facts():
        if not statement.cites:
            yield Finding(guide.file, statement.line, "thiếu nguồn [^id] ở cuối dòng")
    if not any(step.do.cites for step in guide.steps):
        yield Finding(guide.file, guide.steps[0].do.line, "mục “Các bước” phải có ít nhất một nguồn [^id]")


def _check_dates(guide: Guide, today: date) -> Iterator[Finding]:
    head = guide.head
    if head.valid_until and head.valid_until < today:
        yield Finding(
            guide.file, guide.line_of("valid_until"), f"đã hết hiệu lực từ {head.valid_until}: cập nhật hoặc gỡ xuống"
        )
    if head.valid_from and head.valid_from > today:
        yield Finding(guide.file, guide.line_of("valid_from"), f"chưa có hiệu lực (từ {head.valid_from})", "warning")
    newest = max(source.read_on for source in head.sources)
    if today - newest > STALE_AFTER:
        yield Finding(
            guide.file, guide.line_of("sources"), f"nguồn đọc lần cuối {newest}, đã quá một năm: đọc lại", "warning"
        )
    if (head.verified_on is None) != (head.verified_by is None):
        yield Finding(
            guide.file, guide.line_of("verified_on"), "verified_on và verified_by phải cùng có hoặc cùng trống"
        )


def _check_words(guide: Guide, rules: Rules) -> Iterator[Finding]:
    lines = [
        Statement(guide.title, line=guide.line_of("title")),
        Statement(guide.summary, line=guide.line_of("summary")),
        *_prose(guide),
    ]
    for step in guide.steps:
        length = reading.count_syllables(step.do.text)
        if length > reading.MAX_STEP_SYLLABLES:
            yield Finding(
                guide.file, step.do.line, f"bước dài {length} tiếng, tối đa {reading.MAX_STEP_SYLLABLES}: tách đôi"
            )
    for line in lines:
        level = reading.measure([line.text])
        if level.longest_syllables > reading.MAX_SENTENCE_SYLLABLES:
            yield Finding(
                guide.file,
                line.line,
                f"câu dài {level.longest_syllables} tiếng, tối đa {reading.MAX_SENTENCE_SYLLABLES}: "
                f"“{level.longest[:60]}…”",
            )
        for word in reading.foreign_words(line.text):
            if word.lower() not in rules.glossary:
                yield Finding(
                    guide.file, line.line, f"“{word}” chưa được giải thích trong knowledge/lexicon/glossary.yaml"
                )
        for term in rules.outdated_terms:
            found = term.pattern.search(line.text)
            if found:
                yield Finding(guide.file, line.line, f"“{found[0]}” đã cũ: {term.instead}")
    whole = reading.measure(line.text for line in lines)
    if whole.mean_syllables > reading.MAX_MEAN_SYLLABLES:
        yield Finding(
            guide.file,
            1,
            f"trung bình {whole.mean_syllables:.1f} tiếng một câu, nên ≤ {reading.MAX_MEAN_SYLLABLES:.0f}",
        )


def _prose(guide: Guide) -> Iterable[Statement]:
    """What a resident reads as prose: titles of laws are quoted and cannot be made shorter."""
    legal = set(guide.legal)
    return (statement for statement in guide.statements() if statement not in legal)


def is_trusted(url: str, domains: Iterable[str]) -> bool:
    """Whether the url's host is one of the domains or beneath one."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
