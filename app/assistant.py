"""One answer, from the text as typed to the reply: the ordered steps are `Assistant.ask`, top to bottom."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import cast

from app.compose import TITLES, Composed, compose
from app.config import Settings
from app.content.guide import Guide
from app.conversation import Conversation, Conversations
from app.errors import QuestionInvalid
from app.library import Library, LiveLibrary
from app.policy import decide, is_readable
from app.retrieval.text import normalize
from app.retrieval.types import Hit
from app.safety.personal_data import LABEL, mask
from app.schemas import (
    Action,
    AskRequest,
    AskResponse,
    Block,
    Candidate,
    Facet,
    GuideRef,
    Kind,
    SourceRef,
    Status,
    SummaryBlock,
)

MAX_CANDIDATES = 10
GUIDE_PAYLOAD, FACET_PAYLOAD = "guide:", "facet:"


@dataclass(frozen=True)
class Question:
    """What is asked: text without personal data; a guide when a button or the conversation names it; a facet.

    `follows_up`: it asks about the guide of the conversation, and means nothing without one.
    """

    text: str
    masked: tuple[str, ...]
    guide: Guide | None = None
    facet: Facet | None = None
    follows_up: bool = False


@dataclass(frozen=True)
class Reply:
    """The part of a response that the decision determines."""

    status: Status
    text: str
    blocks: Sequence[Block] = ()
    facet: Facet | None = None
    guide: Guide | None = None
    hits: Sequence[Hit] = ()
    sources: Sequence[SourceRef] = ()
    actions: Sequence[Action] = ()


class Assistant:
    """Answers questions from the live library. Thread-safe; one question never waits for another's conversation."""

    def __init__(self, settings: Settings, library: LiveLibrary) -> None:
        self.library = library
        self._settings = settings
        self._conversations = Conversations()

    def ask(self, request: AskRequest) -> AskResponse:
        """The answer to one message. Raises QuestionInvalid when the text is too long."""
        library = self.library.current
        conversation = self._conversations.resume(request.conversation_id, request.message_id)
        with conversation.lock:
            repeated = self._conversations.answer_to(conversation, request.message_id)
            if repeated:
                return repeated
            question = self._read(request, conversation, library)
            reply = self._screen(question, request, library) or self._answer(question, library)
            reply = self._mind_privacy(reply, question, library)
            response = self._respond(reply, question, conversation, library)
            self._record(reply, request, response, conversation)
            return response

    def _read(self, request: AskRequest, conversation: Conversation, library: Library) -> Question:
        """Mask first: nothing after this line has seen personal data. Then a pressed button, or words."""
        limit = self._settings.max_question_chars
        if len(request.text) > limit:
            raise QuestionInvalid(f"Câu hỏi dài {len(request.text)} ký tự, tối đa {limit}. Bạn rút gọn giúp tôi nhé.")
        masked = mask(normalize(request.text))
        text = LABEL.sub(" ", masked.text).strip()  # a label in its place would be searched as words
        question = Question(text, masked.kinds)
        topic = library.guides.get(conversation.guide or "")
        if text.startswith(GUIDE_PAYLOAD):
            slug = text.removeprefix(GUIDE_PAYLOAD)
            return replace(question, text=slug.replace("-", " "), guide=library.guides.get(slug), facet="overview")
        if text.startswith(FACET_PAYLOAD):
            facet = library.facets.named(text.removeprefix(FACET_PAYLOAD))
            return replace(question, guide=topic, facet=facet, follows_up=True)
        if is_readable(text) and library.facets.is_follow_up(text):
            return replace(question, guide=topic, facet=library.facets.facet_of(text), follows_up=True)
        return question

    def _screen(self, question: Question, request: AskRequest, library: Library) -> Reply | None:
        """A reply that needs no search, or None."""
        if not is_readable(question.text):
            return Reply("unreadable", library.texts["attachment_only" if request.attachments else "unreadable"])
        if question.follows_up and question.guide is None:
            return Reply("choose", library.texts["which_guide"])
        return None

    def _answer(self, question: Question, library: Library) -> Reply:
        if question.guide:
            return _answered(question.guide, question.facet or "overview", (), library)
        result = library.searcher.search(question.text, k=MAX_CANDIDATES)
        decision = decide(result.hits, library.policy)
        if decision.status == "answered":
            facet = library.facets.facet_of(result.query.text)
            return _answered(library.guides[decision.hits[0].id], facet, result.hits, library)
        options = [Action(label=hit.title, payload=f"{GUIDE_PAYLOAD}{hit.id}") for hit in decision.hits]
        text = _options_text(decision.status, options, library)
        return Reply(decision.status, text, hits=result.hits, actions=options)

    def _mind_privacy(self, reply: Reply, question: Question, library: Library) -> Reply:
        """Tell that something was masked; when nothing else could be answered, that is the reply."""
        if not question.masked:
            return reply
        if reply.status in ("no_guide", "unreadable"):
            return replace(reply, status="privacy_warning", text=library.texts["privacy_warning"])
        return replace(reply, text=f"{reply.text}\n\n{library.texts['masked_note']}")

    def _respond(self, reply: Reply, question: Question, conversation: Conversation, library: Library) -> AskResponse:
        return AskResponse(
            status=reply.status,
            text=reply.text,
            speech=None,
            blocks=list(reply.blocks),
            facet=reply.facet,
            guide=_guide_ref(reply.guide) if reply.guide else None,
            candidates=[_candidate(hit) for hit in reply.hits],
            sources=list(reply.sources),
            actions=list(reply.actions),
            step=None,
            ticket=None,
            risk=None,
            masked=list(question.masked),
            conversation_id=conversation.id,
            answer_id=secrets.token_urlsafe(12),
            artifact_version=library.version,
        )

    def _record(self, reply: Reply, request: AskRequest, response: AskResponse, conversation: Conversation) -> None:
        if reply.guide:
            conversation.guide = reply.guide.slug
        self._conversations.remember(conversation, request.message_id, response)


def create_assistant(settings: Settings) -> Assistant:
    """An assistant over the live artifact. Raises ArtifactError or EncoderUnavailable when it cannot be served."""
    return Assistant(settings, LiveLibrary(settings))


def _answered(guide: Guide, facet: Facet, hits: Sequence[Hit], library: Library) -> Reply:
    """The guide's own words on the facet; when it has none, that is said first and the whole guide follows."""
    body: Composed = compose(guide, facet)
    text, blocks = body.text, body.blocks
    if body.facet != facet and facet in TITLES:
        note = library.texts["facet_missing"].format(facet=TITLES[facet].lower())
        text, blocks = f"{note}\n{text}", [SummaryBlock(text=note), *blocks]
    return Reply("answered", text, blocks, body.facet, guide, hits, body.sources, body.actions)


def _options_text(status: Status, options: Sequence[Action], library: Library) -> str:
    lines = [library.texts[status]]
    if status == "no_guide" and options:
        lines.append(library.texts["nearest"])
    return "\n".join(lines + [f"- {option.label}" for option in options])


def _guide_ref(guide: Guide) -> GuideRef:
    return GuideRef(
        id=guide.slug,
        title=guide.title,
        kind="guide",
        url=f"/huong-dan/{guide.slug}",
        verified_on=guide.head.verified_on,
    )


def _candidate(hit: Hit) -> Candidate:
    return Candidate(id=hit.id, title=hit.title, kind=cast(Kind, hit.kind), score=round(hit.score, 4))
