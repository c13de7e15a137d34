"""One answer, step by step, from a library of four guides made by hand."""

from __future__ import annotations

import pytest

from app.assistant import Assistant
from app.config import ROOT, Settings
from app.errors import QuestionInvalid
from app.schemas import AskRequest, AskResponse, Attachment
from ingest.lists import load_texts
from tests.app.samples import MANIFEST, Shelf, make_library

TEXTS = load_texts(ROOT / "knowledge")
PICTURE = Attachment(kind="image", media_type="image/png", data="aGVsbG8=")
KEY = "Đăng ký khai sinh"


def make_assistant(answer_score: float = 0.1, choose_margin: float = 0.02) -> Assistant:
    return Assistant(Settings(max_question_chars=200), Shelf(make_library(answer_score, choose_margin)))


def ask(text: str, assistant: Assistant | None = None, conversation: AskResponse | None = None) -> AskResponse:
    request = AskRequest(text=text, conversation_id=conversation.conversation_id if conversation else None)
    return (assistant or make_assistant()).ask(request)


def payloads(answer: AskResponse) -> list[str]:
    return [action.payload for action in answer.actions]


def test_a_sure_question_is_answered_from_its_guide() -> None:
    answer = ask(KEY)
    assert (answer.status, answer.guide and answer.guide.id, answer.facet) == ("answered", "khai-sinh", "overview")
    assert answer.candidates[0].id == "khai-sinh"
    assert answer.artifact_version == MANIFEST.version
    assert answer.text.startswith(KEY + "\n")


@pytest.mark.parametrize("text", ["Đăng ký khai sinh lệ phí", "dk khai sinh le phi"])
def test_the_words_say_which_facet(text: str) -> None:
    answer = ask(text)
    assert (answer.guide and answer.guide.id, answer.facet) == ("khai-sinh", "fee")


@pytest.mark.parametrize("text", ["", " \n ", "😀", "?!", "guide:", "\u200b"])
def test_nothing_to_read(text: str) -> None:
    answer = ask(text)
    assert (answer.status, answer.text) == ("unreadable", TEXTS["unreadable"])
    assert (answer.candidates, answer.actions, answer.guide) == ([], [], None)


def test_an_attachment_without_words_is_told_apart_and_one_with_words_is_answered() -> None:
    assistant = make_assistant()
    alone = assistant.ask(AskRequest(text="", attachments=[PICTURE]))
    assert (alone.status, alone.text) == ("unreadable", TEXTS["attachment_only"])
    assert assistant.ask(AskRequest(text=KEY, attachments=[PICTURE])).status == "answered"


def test_a_text_at_the_limit_is_taken_and_one_above_is_not() -> None:
    assert ask(KEY.ljust(200)).status == "answered"
    with pytest.raises(QuestionInvalid, match=r"^Câu hỏi dài 201 ký tự, tối đa 200\. "):
        ask(KEY.ljust(201))


def test_several_close_guides_are_offered() -> None:
    answer = ask("Đăng ký", make_assistant(answer_score=0.01, choose_margin=2.0))
    assert (answer.status, answer.guide) == ("choose", None)
    assert 2 <= len(answer.actions) <= 4
    assert payloads(answer) == [f"guide:{found.id}" for found in answer.candidates[: len(answer.actions)]]
    assert answer.text.splitlines() == [TEXTS["choose"], *(f"- {action.label}" for action in answer.actions)]


def test_an_option_is_answered_when_pressed_and_then_talked_about() -> None:
    assistant = make_assistant(answer_score=0.01, choose_margin=2.0)
    offered = ask("Đăng ký", assistant)
    pressed = ask("guide:ket-hon", assistant, offered)
    assert "guide:ket-hon" in payloads(offered)
    assert (pressed.status, pressed.guide and pressed.guide.id, pressed.facet) == ("answered", "ket-hon", "overview")
    assert ask("facet:time", assistant, pressed).guide == pressed.guide


def test_no_guide_names_the_nearest_three() -> None:
    answer = ask(KEY, make_assistant(answer_score=1.1))
    assert (answer.status, answer.guide, answer.blocks, answer.sources) == ("no_guide", None, [], [])
    assert payloads(answer) == [f"guide:{found.id}" for found in answer.candidates[:3]]
    assert answer.text.splitlines() == [
        TEXTS["no_guide"],
        TEXTS["nearest"],
        *(f"- {action.label}" for action in answer.actions),
    ]
    assert payloads(answer)[0] == "guide:khai-sinh"


def test_no_guide_and_nothing_near() -> None:
    answer = ask("xyzt")
    assert (answer.status, answer.text, answer.actions) == ("no_guide", TEXTS["no_guide"], [])


def test_a_button_of_a_guide_that_is_gone_searches_for_its_words() -> None:
    assert ask("guide:dang-ky-khai-sinh").guide == ask(KEY).guide


def test_a_facet_button_asks_which_guide_where_none_is_known() -> None:
    assistant = make_assistant()
    first = ask(KEY, assistant)
    for answer in (ask("facet:fee", assistant), ask("facet:fee", make_assistant(), first)):
        assert (answer.status, answer.text, answer.candidates) == ("choose", TEXTS["which_guide"], [])


def test_a_facet_button_outlives_a_new_artifact_unless_its_guide_is_gone() -> None:
    assistant = make_assistant()
    first = ask(KEY, assistant)
    newer = make_library()
    assistant.library.current = newer
    assert ask("facet:fee", assistant, first).facet == "fee"
    guides = {slug: guide for slug, guide in newer.guides.items() if slug != "khai-sinh"}
    assistant.library.current = type(newer)(**{**vars(newer), "guides": guides})
    assert ask("facet:fee", assistant, first).text == TEXTS["which_guide"]


def test_an_unknown_facet_is_the_overview() -> None:
    assistant = make_assistant()
    first = ask(KEY, assistant)
    assert ask("facet:khong-co", assistant, first).facet == "overview"


def test_an_unanswered_question_does_not_change_what_is_talked_about() -> None:
    assistant = make_assistant()
    first = ask(KEY, assistant)
    assert ask("xyzt", assistant, first).status == "no_guide"
    assert ask("facet:fee", assistant, first).guide == first.guide


def test_what_is_masked_is_told_beneath_an_answer() -> None:
    plain, masked = ask(KEY), ask(f"{KEY}, gọi tôi 0912345678")
    assert (masked.masked, masked.status) == (["phone"], "answered")
    assert masked.text == f"{plain.text}\n\n{TEXTS['masked_note']}"


@pytest.mark.parametrize("text", ["OTP 123456", "xyzt 0912345678"])
def test_personal_data_without_an_answer_is_a_warning(text: str) -> None:
    answer = ask(text)
    assert (answer.status, answer.text) == ("privacy_warning", TEXTS["privacy_warning"])
    assert answer.masked


def test_a_message_is_answered_once_in_its_conversation() -> None:
    assistant = make_assistant()
    first = assistant.ask(AskRequest(text=KEY, message_id="m1"))
    again = assistant.ask(AskRequest(text="khác", message_id="m1", conversation_id=first.conversation_id))
    assert again == first
    assert assistant.ask(AskRequest(text=KEY, message_id="m1")).answer_id != first.answer_id
