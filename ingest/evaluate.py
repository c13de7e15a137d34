"""Ask a file of questions, whole answers by the same path residents take, and count what came back."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import TypeAdapter, ValidationError

from app.assistant import Assistant
from app.errors import ContentInvalid, Finding
from app.schemas import AskRequest, AskResponse
from ingest.lists import read_text

SURE = ("answered", "step")
OFFERED = ("answered", "step", "choose")
MAX_OPTIONS = 4


@dataclass(frozen=True)
class Question:
    """One line of a question file. `expected` is empty for a question that no guide should answer."""

    id: str
    text: str
    expected: tuple[str, ...]
    kind: str = "all"
    facet: str | None = None
    must_contain: tuple[str, ...] = ()


QUESTION = TypeAdapter(Question)


@dataclass(frozen=True)
class Outcome:
    question: Question
    answer: AskResponse
    ms: float

    @property
    def rank(self) -> int | None:
        """1-based rank of the first expected guide among the candidates."""
        ids = [candidate.id for candidate in self.answer.candidates]
        return next((place for place, found in enumerate(ids, 1) if found in self.question.expected), None)

    @property
    def answered(self) -> bool:
        if self.answer.status == "choose":
            options = [action.payload.removeprefix("guide:") for action in self.answer.actions[:MAX_OPTIONS]]
            return any(option in self.question.expected for option in options)
        return self.answer.status in SURE

    @property
    def wrong(self) -> bool:
        guide = self.answer.guide
        return self.answer.status in SURE and guide is not None and guide.id not in self.question.expected


@dataclass(frozen=True)
class Figures:
    """Shares in [0, 1] over in-scope questions (`held` over the others); None where there is no such question."""

    questions: int
    hit_at_1: float | None
    hit_at_5: float | None
    hit_at_10: float | None
    mrr_at_10: float | None
    answered: float | None
    choose: float | None
    wrong: float | None
    held: float | None
    facet_accuracy: float | None
    fact_recall: float | None
    p50_ms: float
    p95_ms: float


@dataclass(frozen=True)
class Evaluation:
    artifact_version: str
    by_kind: Mapping[str, Figures]
    missed: Sequence[Mapping[str, Any]] = field(default_factory=tuple)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1)


def load_questions(path: Path) -> list[Question]:
    """Questions of a JSON-lines file. Raises ContentInvalid naming every line that is not one."""
    questions, findings = [], []
    for number, line in enumerate(read_text(path, str(path)).rstrip("\n").split("\n"), 1):
        try:
            questions.append(QUESTION.validate_json(line))
        except ValidationError as error:
            places = sorted({str(problem["loc"][0]) if problem["loc"] else "JSON" for problem in error.errors()})
            findings.append(Finding(str(path), number, f"không phải một câu hỏi đúng dạng ({', '.join(places)})"))
    if findings:
        raise ContentInvalid(findings)
    return questions


def evaluate(assistant: Assistant, questions: Iterable[Question]) -> Evaluation:
    """Ask every question in a conversation of its own; figures per kind and for all."""
    outcomes = [_ask(assistant, question) for question in questions]
    kinds = sorted({outcome.question.kind for outcome in outcomes})
    by_kind = {kind: figures([o for o in outcomes if o.question.kind == kind]) for kind in kinds}
    by_kind["all"] = figures(outcomes)
    missed = [_told(outcome) for outcome in outcomes if _is_missed(outcome)]
    return Evaluation(assistant.library.current.version, by_kind, missed)


def figures(outcomes: Sequence[Outcome]) -> Figures:
    """The figures of design.md: in scope are the questions that expect a guide."""
    inside = [outcome for outcome in outcomes if outcome.question.expected]
    outside = [outcome for outcome in outcomes if not outcome.question.expected]
    ranks = [outcome.rank for outcome in inside]
    faceted = [outcome for outcome in inside if outcome.question.facet]
    facts = [(fact, o.answer.text) for o in inside for fact in o.question.must_contain]
    times = [outcome.ms for outcome in outcomes] or [0.0]
    return Figures(
        questions=len(outcomes),
        hit_at_1=_share(rank is not None and rank <= 1 for rank in ranks),
        hit_at_5=_share(rank is not None and rank <= 5 for rank in ranks),
        hit_at_10=_share(rank is not None and rank <= 10 for rank in ranks),
        mrr_at_10=_mean(1 / rank if rank and rank <= 10 else 0.0 for rank in ranks),
        answered=_share(outcome.answered for outcome in inside),
        choose=_share(outcome.answer.status == "choose" for outcome in inside),
        wrong=_share(outcome.wrong for outcome in inside),
        held=_share(outcome.answer.status not in OFFERED for outcome in outside),
        facet_accuracy=_share(outcome.answer.facet == outcome.question.facet for outcome in faceted),
        fact_recall=_share(fact in text for fact, text in facts),
        p50_ms=round(float(np.percentile(times, 50)), 2),
        p95_ms=round(float(np.percentile(times, 95)), 2),
    )


def _ask(assistant: Assistant, question: Question) -> Outcome:
    started = time.perf_counter()
    answer = assistant.ask(AskRequest(text=question.text, channel="evaluation"))
    return Outcome(question, answer, (time.perf_counter() - started) * 1000)


def _is_missed(outcome: Outcome) -> bool:
    if outcome.question.expected:
        return outcome.rank != 1 or not outcome.answered
    return outcome.answer.status in OFFERED


def _told(outcome: Outcome) -> dict[str, Any]:
    return {
        "id": outcome.question.id,
        "text": outcome.question.text,
        "expected": list(outcome.question.expected),
        "status": outcome.answer.status,
        "found": [(c.id, c.score) for c in outcome.answer.candidates[:3]],
    }


def _share(values: Iterable[bool]) -> float | None:
    return _mean(1.0 if value else 0.0 for value in values)


def _mean(values: Iterable[float]) -> float | None:
    listed = list(values)
    return round(sum(listed) / len(listed), 4) if listed else None
