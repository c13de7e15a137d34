"""The wire of design.md §4, as any other program sees it."""

from __future__ import annotations

import json
import logging
import re
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from app.config import Settings
from app.main import create_app
from app.schemas import AskResponse
from ingest.pipeline import build_index
from tests.app.conftest import wait_until_ready

FIELDS = [
    "status", "text", "speech", "blocks", "facet", "guide", "candidates", "sources", "actions", "step", "ticket",
    "risk", "masked", "conversation_id", "answer_id", "artifact_version",
]  # fmt: skip


def ask(client: TestClient, text: str, **fields: object) -> AskResponse:
    response = client.post("/v1/ask", json={"text": text, **fields})
    assert response.status_code == 200, response.text
    assert list(response.json()) == FIELDS
    return AskResponse.model_validate(response.json())


def problem(response: object, status: int) -> str:
    """The Vietnamese detail of a problem+json response."""
    assert getattr(response, "status_code") == status  # noqa: B009 - httpx and starlette responses alike
    assert getattr(response, "headers")["content-type"] == "application/problem+json"  # noqa: B009
    body = getattr(response, "json")()  # noqa: B009
    assert set(body) == {"type", "title", "status", "detail"}
    assert body["status"] == status
    return str(body["detail"])


def test_the_first_question_anyone_asks(client: TestClient) -> None:
    answer = ask(client, "lam sao kich hoat vneid muc 2")
    assert answer.status == "answered"
    assert answer.guide is not None
    assert (answer.guide.id, answer.guide.kind) == ("kich-hoat-vneid-muc-2", "guide")
    assert answer.guide.url == "/huong-dan/kich-hoat-vneid-muc-2"
    assert answer.guide.verified_on is None
    assert answer.facet == "steps"
    assert answer.candidates[0].id == answer.guide.id
    assert 1 <= len(answer.candidates) <= 10
    scores = [candidate.score for candidate in answer.candidates]
    assert scores == sorted(scores, reverse=True)
    numbers = [block.number for block in answer.blocks if block.kind == "step"]
    assert numbers == list(range(1, len(numbers) + 1))
    assert all(block.text in answer.text for block in answer.blocks if block.kind in ("summary", "step"))
    assert answer.sources
    assert all(source.url in answer.text for source in answer.sources)
    assert (answer.speech, answer.step, answer.ticket, answer.risk, answer.masked) == (None, None, None, None, [])


def test_a_button_asks_for_one_facet_of_the_guide_just_shown(client: TestClient) -> None:
    first = ask(client, "Mất thẻ căn cước thì làm lại ở đâu?")
    assert first.guide is not None
    assert first.guide.id == "mat-the-can-cuoc"
    fee = ask(client, "facet:fee", conversation_id=first.conversation_id)
    assert fee.guide == first.guide
    assert fee.facet == "fee"
    assert [block.kind for block in fee.blocks] == ["fee"]
    assert fee.conversation_id == first.conversation_id
    assert "facet:fee" not in [action.payload for action in fee.actions]
    assert "facet:steps" in [action.payload for action in fee.actions]


def test_a_facet_without_a_guide_is_not_guessed(client: TestClient) -> None:
    answer = ask(client, "facet:fee")
    assert (answer.status, answer.guide, answer.candidates) == ("choose", None, [])
    assert "Bạn đang hỏi về việc nào?" in answer.text


@pytest.mark.parametrize(("text", "facet"), [("lệ phí bao nhiêu?", "fee"), ("can giay to gi", "documents")])
def test_a_follow_up_is_about_the_guide_just_shown(client: TestClient, text: str, facet: str) -> None:
    first = ask(client, "lam ho chieu")
    answer = ask(client, text, conversation_id=first.conversation_id)
    assert answer.guide == first.guide
    assert answer.facet == facet
    assert ask(client, text).status == "choose"  # nothing was named before


def test_a_facet_the_guide_does_not_have_is_said(client: TestClient) -> None:
    first = ask(client, "kich hoat vneid muc 2")
    answer = ask(client, "facet:result", conversation_id=first.conversation_id)
    assert answer.text.startswith("Hướng dẫn này chưa ghi phần “kết quả”.")
    assert answer.blocks[0].model_dump() == {"kind": "summary", "text": answer.text.split("\n")[0]}


@pytest.mark.parametrize("text", ["+84 912 345 678", "012345678901", "email: a@b.vn"])
def test_what_was_masked_is_not_searched(client: TestClient, text: str) -> None:
    assert ask(client, text).status == "privacy_warning"


def test_personal_data_does_not_change_the_answer(client: TestClient) -> None:
    plain = ask(client, "bi mat the can cuoc phai lam sao")
    with_number = ask(client, "012345678901 bi mat the can cuoc phai lam sao")
    assert with_number.guide == plain.guide
    assert with_number.masked == ["cccd"]


def test_choosing_a_guide_by_its_button(client: TestClient) -> None:
    answer = ask(client, "guide:lam-ho-chieu")
    assert answer.guide is not None
    assert answer.guide.id == "lam-ho-chieu"
    assert answer.status == "answered"


def test_an_unknown_conversation_id_is_never_taken_over(client: TestClient) -> None:
    made_up = ask(client, "Làm hộ chiếu", conversation_id="do-toi-dat")
    assert made_up.conversation_id != "do-toi-dat"
    assert len(made_up.conversation_id) >= 20


def test_the_same_message_id_gets_the_same_answer(client: TestClient) -> None:
    first = ask(client, "Làm hộ chiếu", message_id="m1")
    again = ask(client, "Làm hộ chiếu", message_id="m1", conversation_id=first.conversation_id)
    assert again == first
    other = ask(client, "Làm hộ chiếu", message_id="m2", conversation_id=first.conversation_id)
    assert other.answer_id != first.answer_id
    stranger = ask(client, "Làm hộ chiếu", message_id="m1")
    assert stranger.conversation_id != first.conversation_id


def test_a_first_message_sent_twice_is_answered_once(client: TestClient) -> None:
    """As the widget does when the connection was lost before the answer came: no conversation id yet."""
    first = ask(client, "Làm hộ chiếu", message_id="7b0d2f5c-6a1e-4c59")
    assert ask(client, "Làm hộ chiếu", message_id="7b0d2f5c-6a1e-4c59") == first


def test_personal_data_never_comes_back_nor_reaches_a_log(client: TestClient, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        answer = ask(client, "Căn cước của tôi số 012345678901 bị mất, gọi 0912345678 giúp tôi làm lại")
        client.get("/v1/search", params={"q": "số 012345678901"})
    ours = [record.__dict__ for record in caplog.records if not record.name.startswith("httpx")]
    logged = json.dumps(ours, default=str)
    assert "app.answers" in logged
    assert answer.masked == ["cccd", "phone"]
    assert "Tôi đã che thông tin riêng" in answer.text
    for secret in ("012345678901", "0912345678"):
        assert secret not in answer.model_dump_json()
        assert secret not in logged
    assert "giúp tôi" not in logged  # nor anything else that was typed


def test_only_personal_data_is_a_privacy_warning(client: TestClient) -> None:
    answer = ask(client, "OTP 123456")
    assert answer.status == "privacy_warning"
    assert answer.masked == ["otp"]
    assert "123456" not in answer.text


@pytest.mark.parametrize("text", ["", "   ", "😀🎉👍", "?!…", "\u200b\u200b"])
def test_nothing_to_read(client: TestClient, text: str) -> None:
    answer = ask(client, text)
    assert answer.status == "unreadable"
    assert "Bạn gõ lại" in answer.text
    assert answer.candidates == []


def test_a_picture_alone_is_kindly_refused(client: TestClient) -> None:
    picture = {"kind": "image", "media_type": "image/png", "data": "aGVsbG8="}
    answer = ask(client, "", attachments=[picture])
    assert answer.status == "unreadable"
    assert "chưa xem được ảnh" in answer.text


@pytest.mark.parametrize(
    "text",
    ["làm\x00 hộ\x00 chiếu", "la\u0300m ho\u0323\u0302 chie\u0302\u0301u", "làm hộ chiếu " + "\ud83d\ude00" * 20],
)
def test_odd_characters_are_read_through(client: TestClient, text: str) -> None:
    raw = json.dumps({"text": text}).encode()
    response = client.post("/v1/ask", content=raw, headers={"content-type": "application/json"})
    assert response.json()["guide"]["id"] == "lam-ho-chieu"


def test_a_lone_surrogate_is_no_error(client: TestClient) -> None:
    raw = b'{"text": "\\ud800 l\\u00e0m h\\u1ed9 chi\\u1ebfu"}'
    response = client.post("/v1/ask", content=raw, headers={"content-type": "application/json"})
    assert response.json()["guide"]["id"] == "lam-ho-chieu"


def test_ten_kilobytes_are_too_long(client: TestClient) -> None:
    detail = problem(client.post("/v1/ask", json={"text": "hộ chiếu " * 1200}), 422)
    assert detail == "Câu hỏi dài 10800 ký tự, tối đa 4000. Bạn rút gọn giúp tôi nhé."


@pytest.mark.parametrize("raw", [b'{"text": "\xff\xfe"}', b"{", b"", "{'text': 'hộ'}".encode("utf-16")])
def test_what_is_not_json_in_utf8(client: TestClient, raw: bytes) -> None:
    response = client.post("/v1/ask", content=raw, headers={"content-type": "application/json"})
    assert response.status_code in (400, 422)
    assert re.search(r"UTF-8|chưa đúng dạng", problem(response, response.status_code))


def test_wrong_fields_are_named(client: TestClient) -> None:
    assert problem(client.post("/v1/ask", json={"txt": "a"}), 422) == "Chưa đúng ở: text."
    assert problem(client.get("/v1/search", params={"q": "a", "k": 0}), 422) == "Chưa đúng ở: k."
    assert problem(client.post("/v1/ask", json=["0912345678"]), 422) == "Yêu cầu chưa đúng dạng. Xem cách gọi ở /docs."


def test_a_field_of_a_later_version_is_ignored(client: TestClient) -> None:
    assert ask(client, "Làm hộ chiếu", later="x").guide is not None


def test_a_huge_body_is_refused(built_settings: Settings) -> None:
    settings = built_settings.model_copy(update={"max_body_bytes": 1000})
    with TestClient(create_app(settings)) as client:
        wait_until_ready(client)
        detail = problem(client.post("/v1/ask", json={"text": "a" * 2000}), 413)
        chunks = (b"a" * 600 for _ in range(5))
        problem(client.post("/v1/ask", content=chunks, headers={"content-type": "application/json"}), 413)
    assert detail == "Yêu cầu gửi lên quá lớn. Gửi tệp nhỏ hơn."


def test_search_ranks_guides(client: TestClient) -> None:
    body = client.get("/v1/search", params={"q": "mat can cuoc", "k": 3}).json()
    assert body["hits"][0]["id"] == "mat-the-can-cuoc"
    assert [set(hit) for hit in body["hits"]] == [{"id", "title", "kind", "score", "section"}] * 3
    assert client.get("/v1/search", params={"q": "mat can cuoc", "kind": "procedure"}).json()["hits"] == []
    assert client.get("/v1/search", params={"q": ""}).json()["hits"] == []


def test_guides_are_listed_by_group_and_shown_whole(client: TestClient) -> None:
    listed = client.get("/v1/guides").json()
    groups = list(dict.fromkeys(guide["group"] for guide in listed))
    assert len(listed) >= 40
    assert len(groups) == 17
    assert groups[0] == "dinh-danh-dien-tu"
    shown = client.get("/v1/guides/mat-the-can-cuoc").json()
    assert shown["group_name"] == "Thẻ căn cước, hộ chiếu"
    assert shown["blocks"][0] == {"kind": "summary", "text": shown["summary"]}
    assert {block["kind"] for block in shown["blocks"]} >= {"step", "fee"}
    assert problem(client.get("/v1/guides/khong-co"), 404) == "Không có trang hay mục này."


def test_health_and_readiness(client: TestClient) -> None:
    assert client.get("/healthz").json() == {"status": "ok"}
    ready = client.get("/readyz").json()
    assert ready["guides"] >= 40
    assert ready["encoder"].startswith("static-")
    assert ready["artifact_version"] == ask(client, "Làm hộ chiếu").artifact_version


@pytest.mark.parametrize("path", ["/", "/v1/guides", "/widget/index.js", "/huong-dan/lam-ho-chieu", "/nope", "/docs"])
def test_security_headers_on_every_reply(client: TestClient, path: str) -> None:
    headers = client.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "strict-origin-when-cross-origin"
    assert headers["cache-control"] == ("no-store" if path.startswith("/v1") else "no-cache")
    policy = headers["content-security-policy"]
    assert policy.startswith("default-src 'self'; script-src 'self'")
    assert ("unsafe-inline" in policy) == (path == "/docs")


def test_pages_answer_head(client: TestClient) -> None:
    for path in ("/", "/huong-dan/lam-ho-chieu"):
        reply = client.head(path)
        assert (reply.status_code, reply.content) == (200, b"")


def test_metrics_are_not_public(client: TestClient) -> None:
    problem(client.get("/metrics"), 404)


def test_docs_bring_their_own_assets(client: TestClient) -> None:
    page = client.get("/docs").text
    assets = re.findall(r'(?:src|href)="([^"]+)"', page)
    assert assets
    for asset in assets:
        assert asset.startswith("/"), asset
        assert client.get(asset).status_code == 200


def test_without_an_index_it_says_so_and_becomes_ready_when_one_is_built(small_settings: Settings) -> None:
    with TestClient(create_app(small_settings)) as client:
        assert client.get("/healthz").status_code == 200
        for attempt in (client.get("/readyz"), client.post("/v1/ask", json={"text": "Làm hộ chiếu"})):
            assert "python -m ingest build" in problem(attempt, 503) or "Đang khởi động" in problem(attempt, 503)
        assert client.get("/").status_code == 200
        build_index(small_settings)
        wait_until_ready(client)
        assert ask(client, "Cách cài VNeID").guide is not None


def test_a_corrupt_new_index_is_refused_and_the_old_one_answers(small_settings: Settings) -> None:
    first = build_index(small_settings)
    with TestClient(create_app(small_settings)) as client:
        wait_until_ready(client)
        artifacts = small_settings.data_dir / "artifacts"
        bad = artifacts / "2999-01-01T00:00:00Z-00000"
        bad.mkdir()
        (bad / "manifest.json").write_text("{", encoding="utf-8")
        (artifacts / "current").write_text(bad.name, encoding="utf-8")
        client.app.state.service.refresh()  # type: ignore[attr-defined]  # what the keeper thread does every second
        assert ask(client, "Cách cài VNeID").artifact_version == first.version


def test_a_corrupt_index_at_start_is_told(small_settings: Settings, tmp_path: Path) -> None:
    version = build_index(small_settings).version
    chunks = small_settings.data_dir / "artifacts" / version / "chunks.jsonl"
    chunks.write_text(chunks.read_text(encoding="utf-8")[:-10], encoding="utf-8")
    with TestClient(create_app(small_settings)) as client:
        client.app.state.service.refresh()  # type: ignore[attr-defined]
        detail = problem(client.get("/readyz"), 503)
    assert "Tệp chunks.jsonl" in detail
    assert "rollback" in detail
