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

from app.schemas import AskResponse

MAX_CONVERSATIONS = 20_000
FORGET_AFTER_S = 24 * 3600
REMEMBERED_ANSWERS = 5


@dataclass
class Conversation:
    """One person's talk. Its id is issued here, is unguessable, and is all that is needed to continue it."""

    id: str
    guide: str | None = None
    last_used: float = 0.0
    answers: OrderedDict[str, AskResponse] = field(default_factory=OrderedDict)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def remember(self, message_id: str | None, response: AskResponse) -> None:
        """Keep the answer to `message_id`, so that a message delivered twice is answered once."""
        if message_id:
            self.answers[message_id] = response
            while len(self.answers) > REMEMBERED_ANSWERS:
                self.answers.popitem(last=False)


class Conversations:
    """All conversations, least recently used first. Thread-safe."""

    def __init__(self, limit: int = MAX_CONVERSATIONS, now: Callable[[], float] = time.monotonic) -> None:
        self._limit = limit
        self._now = now
        self._lock = threading.Lock()
        self._by_id: OrderedDict[str, Conversation] = OrderedDict()

    def resume(self, conversation_id: str | None) -> Conversation:
        """The conversation of that id, or a new one with a new id: ids that others made up are never taken over."""
        with self._lock:
            known = self._by_id.get(conversation_id or "")
            if known is None or self._now() - known.last_used > FORGET_AFTER_S:
                known = Conversation(secrets.token_urlsafe(18))
            known.last_used = self._now()
            self._by_id[known.id] = known
            self._by_id.move_to_end(known.id)
            while len(self._by_id) > self._limit:
                self._by_id.popitem(last=False)
            return known
