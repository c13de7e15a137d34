"""What is remembered between turns, and for how long."""

from __future__ import annotations

from app.conversation import FORGET_AFTER_S, Conversations
from tests.app.samples import make_answer


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_a_conversation_is_continued_by_its_id() -> None:
    conversations = Conversations()
    first = conversations.resume(None)
    first.guide = "lam-ho-chieu"
    assert conversations.resume(first.id) is first


def test_ids_are_issued_here_and_differ() -> None:
    conversations = Conversations()
    ids = {conversations.resume(made_up).id for made_up in (None, "", "toi-dat", "toi-dat")}
    assert len(ids) == 4
    assert "toi-dat" not in ids
    assert min(map(len, ids)) >= 24


def test_only_the_least_recently_used_is_dropped_at_the_limit() -> None:
    conversations = Conversations(limit=2)
    first, second = conversations.resume(None), conversations.resume(None)
    conversations.resume(first.id)
    third = conversations.resume(None)
    assert conversations.resume(first.id) is first
    assert conversations.resume(third.id) is third
    assert conversations.resume(second.id) is not second


def test_a_day_of_silence_is_forgotten_and_a_moment_less_is_not() -> None:
    clock = Clock()
    conversations = Conversations(now=clock)
    first = conversations.resume(None)
    first.guide = "lam-ho-chieu"
    clock.now += FORGET_AFTER_S
    assert conversations.resume(first.id) is first
    clock.now += FORGET_AFTER_S + 1
    anew = conversations.resume(first.id)
    assert (anew.id == first.id, anew.guide) == (False, None)


def test_using_a_conversation_keeps_it() -> None:
    clock = Clock()
    conversations = Conversations(now=clock)
    first = conversations.resume(None)
    for _ in range(5):
        clock.now += FORGET_AFTER_S - 1
        assert conversations.resume(first.id) is first


def test_the_newest_answers_are_remembered_by_conversation_and_message() -> None:
    conversations = Conversations(answers=2)
    one, other = conversations.resume(None), conversations.resume(None)
    answers = [make_answer(text=str(number)) for number in range(3)]
    for number, answer in enumerate(answers):
        conversations.remember(one, f"m{number}", answer)
    assert conversations.answer_to(one, "m0") is None
    assert conversations.answer_to(one, "m1") is answers[1]
    assert conversations.answer_to(one, "m2") is answers[2]
    assert conversations.answer_to(other, "m2") is None


def test_a_message_without_an_id_is_not_remembered() -> None:
    conversations = Conversations()
    conversation = conversations.resume(None)
    for nameless in (None, ""):
        conversations.remember(conversation, nameless, make_answer())
        assert conversations.answer_to(conversation, nameless) is None


def test_a_first_message_sent_again_finds_the_conversation_it_began() -> None:
    conversations = Conversations()
    first = conversations.resume(None, "4f9c0c1e-7d3a-4b0e-9a55")
    assert conversations.resume(None, "4f9c0c1e-7d3a-4b0e-9a55") is first
    assert conversations.resume("toi-dat", "4f9c0c1e-7d3a-4b0e-9a55") is not first


def test_a_message_id_that_could_be_guessed_finds_nothing() -> None:
    conversations = Conversations()
    assert conversations.resume(None, "1024") is not conversations.resume(None, "1024")
