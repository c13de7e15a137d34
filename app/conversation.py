"""What is remembered between turns: the guide being talked about, and answers already given to a message.

Kept in memory, bounded, and forgotten after a while; a conversation that is not remembered simply starts anew.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from app.schemas import AskResponse

MAX_CONVERSATIONS = 20_000
MAX_ANSWERS = 1_000  # an answer is about 26 kB in memory
FORGET_AFTER_S = 24 * 3600
UNGUESSABLE_CHARS = 16  # a message id at least this long may find its conversation again

Value = TypeVar("Value")


@dataclass
class Conversation:
    """One person's talk. Its id is issued here, is unguessable, and is all that is needed to continue it."""

    id: str
    guide: str | None = None
    last_used: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


class Conversations:
    """All conversations and the newest answers, the least recently used forgotten first. Thread-safe."""

    def __init__(
        self,
        limit: int = MAX_CONVERSATIONS,
        answers: int = MAX_ANSWERS,
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._by_id: _Recent[Conversation] = _Recent(limit)
        self._begun_by: _Recent[Conversation] = _Recent(answers)
        self._answers: _Recent[AskResponse] = _Recent(answers)

    def resume(self, conversation_id: str | None, message_id: str | None = None) -> Conversation:
        """The conversation of that id, or a new one with a new id: ids that others made up are never taken over.

        Without an id, an unguessable `message_id` that was sent before finds the conversation it began: so a first
        message that is sent again, because its answer got lost, is still answered once.
        """
        first = message_id if not conversation_id and message_id and len(message_id) >= UNGUESSABLE_CHARS else ""
        with self._lock:
            known = self._by_id.get(conversation_id or "") or self._begun_by.get(first)
            if known is None or self._now() - known.last_used > FORGET_AFTER_S:
                known = Conversation(secrets.token_urlsafe(18))
            known.last_used = self._now()
            self._by_id.put(known.id, known)
            if first:
                self._begun_by.put(first, known)
            return known

    def answer_to(self, conversation: Conversation, message_id: str | None) -> AskResponse | None:
        """The answer already given to that message of that conversation, while it is remembered."""
        with self._lock:
            return self._answers.get(f"{conversation.id} {message_id}") if message_id else None

    def remember(self, conversation: Conversation, message_id: str | None, answer: AskResponse) -> None:
        """Keep the answer to `message_id`, so that a message delivered twice is answered once."""
        if message_id:
            with self._lock:
                self._answers.put(f"{conversation.id} {message_id}", answer)


class _Recent(Generic[Value]):
    """The `limit` most recently put values by key."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._values: OrderedDict[str, Value] = OrderedDict()

    def get(self, key: str) -> Value | None:
        return self._values.get(key)

    def put(self, key: str, value: Value) -> None:
        self._values[key] = value
        self._values.move_to_end(key)
        while len(self._values) > self._limit:
            self._values.popitem(last=False)
