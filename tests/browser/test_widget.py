"""The widget as people meet it: by keyboard, by screen reader, on a small phone, under a strict page policy."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from .conftest import HOST_PAGE, ROOT, Refusal, Service, answer, text_answer

SIZE_BUDGET = 15_000  # bytes, gzipped: about two seconds of a slow 2G line

# Walks every text seen in the widget. Returns those too small, and those whose contrast with their background is low.
READABILITY = """(host) => {
  const luminance = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const numbers = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const backdrop = (node) => {
    const colour = numbers(getComputedStyle(node).backgroundColor);
    return colour.length === 4 && colour[3] === 0 ? backdrop(node.parentElement) : colour;
  };
  const found = [];
  for (const node of host.shadowRoot.querySelectorAll("*")) {
    const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.data.trim());
    if (!own || node.matches(".unseen")) continue;
    const style = getComputedStyle(node);
    const [dark, light] = [numbers(style.color), backdrop(node)].map(luminance).sort((a, b) => a - b);
    const contrast = (light + 0.05) / (dark + 0.05);
    const lineHeight = parseFloat(style.lineHeight) / parseFloat(style.fontSize);
    if (contrast < 4.5 || parseFloat(style.fontSize) < 18 || lineHeight < 1.49)
      found.push(`${node.className || node.tagName}: contrast ${contrast}, ${style.fontSize}, line ${lineHeight}`);
  }
  return found;
}"""

SMALL_TARGETS = """(host) => [...host.shadowRoot.querySelectorAll("button, textarea")]
  .filter((node) => node.getBoundingClientRect().height < 44 || node.getBoundingClientRect().width < 44)
  .map((node) => node.textContent)"""

VIOLATIONS = """
  window.violations = [];
  document.addEventListener("securitypolicyviolation", (event) => violations.push(event.violatedDirective));
"""

WITHOUT_SHARED_SHEETS = "delete CSSStyleSheet.prototype.replaceSync;"


def open_page(page: Page, path: str = "/") -> Locator:
    page.goto(path)
    host = page.locator("tro-ly-so")
    expect(host.get_by_label("Câu hỏi của bạn")).to_be_visible()
    return host


def ask(host: Locator, text: str = "kich hoat vneid") -> None:
    field = host.get_by_label("Câu hỏi của bạn")
    field.fill(text)
    field.press("Enter")


def log(host: Locator) -> Locator:
    return host.get_by_role("log", name="Hội thoại")


def test_a_question_is_asked_and_answered_by_keyboard_alone(page: Page, service: Service) -> None:
    host = open_page(page)
    field = host.get_by_label("Câu hỏi của bạn")
    for _ in range(10):
        page.keyboard.press("Tab")
        if field.evaluate("(node) => node.matches(':focus')"):
            break
    page.keyboard.type("làm sao")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("kích hoạt VNeID")
    page.keyboard.press("Enter")

    expect(log(host)).to_contain_text("Bạn tự kích hoạt trên điện thoại")
    expect(field).to_be_focused()
    expect(field).to_have_value("")
    (question,) = service.asked
    assert question.pop("message_id")
    assert question == {
        "text": "làm sao\nkích hoạt VNeID",
        "conversation_id": None,
        "channel": "web",
        "locale": "vi",
        "place": None,
        "attachments": [],
    }


def test_a_screen_reader_meets_every_part_of_an_answer(page: Page) -> None:
    host = open_page(page)
    ask(host, "kích hoạt VNeID")
    expect(log(host)).to_match_aria_snapshot("""
      - log "Hội thoại":
        - text: "Bạn:"
        - paragraph: kích hoạt VNeID
        - text: "Trợ lý:"
        - heading "Kích hoạt tài khoản định danh mức 2 trên VNeID (mở trang mới)" [level=2]:
          - link:
            - /url: /\\/huong-dan\\/kich-hoat-vneid-muc-2$/
        - paragraph: Bạn tự kích hoạt trên điện thoại, mất khoảng 10 phút.
        - heading "Cần chuẩn bị" [level=3]
        - list:
          - listitem: Điện thoại có mạng
          - listitem: Số điện thoại đã đăng ký với Công an
        - list "Các bước":
          - listitem:
            - text: Bước 1
            - paragraph: Mở ứng dụng VNeID, chọn Kích hoạt tài khoản.
            - img "Nút Kích hoạt tài khoản ở giữa màn hình"
            - paragraph:
              - strong: "Sẽ thấy:"
              - text: Màn hình hỏi số định danh và số điện thoại.
            - paragraph:
              - strong: "Nếu không được:"
              - text: Cập nhật ứng dụng rồi mở lại.
          - listitem:
            - text: Bước 2
            - paragraph: Nhập số định danh 12 số, rồi bấm Gửi yêu cầu.
        - heading "Giấy tờ cần có" [level=3]
        - list:
          - listitem: "Thẻ căn cước: 1 bản chính, chỉ để xem"
        - heading "Lệ phí" [level=3]
        - paragraph: Không thu phí.
        - list:
          - listitem:
            - text: "Nộp trực tiếp:"
            - strong: 20.000 đồng
        - note "Cảnh báo":
          - strong: Cảnh báo
          - paragraph: Công an không gọi điện xin mã OTP.
        - heading "Lỗi thường gặp" [level=3]
        - list:
          - listitem: "Không nhận được mã: chờ 2 phút rồi gửi lại."
        - paragraph: "Nguồn:"
        - list:
          - listitem:
            - link "Nghị định 69/2024/NĐ-CP về định danh và xác thực điện tử (mở trang mới)":
              - /url: https://vanban.chinhphu.vn/?docid=210608
            - text: ", Chính phủ, ngày 25/06/2024"
        - button "Hướng dẫn từng bước"
        - button "Lệ phí"
    """)


def test_an_unknown_kind_of_block_is_read_as_plain_paragraphs(page: Page, service: Service) -> None:
    blocks = [{"kind": "constructor", "text": "Một điều mới.\nThêm một dòng.", "items": ["Mục một"]}]
    service.replies = [answer(blocks=blocks)]
    host = open_page(page)
    ask(host)
    expect(log(host).get_by_text("Một điều mới.", exact=True)).to_be_visible()
    expect(log(host).get_by_text("Thêm một dòng.", exact=True)).to_be_visible()
    expect(log(host).get_by_role("listitem").filter(has_text="Mục một")).to_be_visible()


@pytest.mark.parametrize("status", ["privacy_warning", "unreadable", "no_guide"])
def test_these_replies_show_their_text_whatever_their_blocks(page: Page, service: Service, status: str) -> None:
    service.replies = [answer(status=status, text="Tôi chưa có hướng dẫn này.\n\nBạn hỏi cán bộ ở xã nhé.")]
    host = open_page(page)
    ask(host)
    expect(log(host).get_by_text("Tôi chưa có hướng dẫn này.", exact=True)).to_be_visible()
    expect(log(host).get_by_text("Bạn hỏi cán bộ ở xã nhé.", exact=True)).to_be_visible()
    expect(log(host)).not_to_contain_text("mất khoảng 10 phút")


def test_the_level_of_risk_and_the_step_reached_are_said_in_words(page: Page, service: Service) -> None:
    risk = {"level": "high", "reasons": ["xin mã OTP"]}
    service.replies = [answer(status="scam_check", risk=risk), answer(status="step", step={"number": 2, "of": 7})]
    host = open_page(page)
    ask(host)
    expect(log(host)).to_contain_text("Rất có thể là lừa đảo")
    ask(host)
    expect(log(host)).to_contain_text("Bước 2 trên 7")


def test_a_button_sends_its_payload_and_shows_its_label(page: Page, service: Service) -> None:
    service.replies = [answer(), text_answer("Không thu phí.")]
    host = open_page(page)
    ask(host)
    button = host.get_by_role("button", name="Lệ phí")
    button.press("Enter")
    expect(log(host)).to_contain_text("Bạn: Lệ phí")
    expect(log(host).get_by_text("Không thu phí.", exact=True)).to_have_count(2)
    expect(log(host)).not_to_contain_text("facet:fee")
    expect(button).to_be_focused()
    assert service.asked[1]["text"] == "facet:fee"
    assert service.asked[1]["message_id"] != service.asked[0]["message_id"]


def test_an_example_question_is_asked_by_one_press(page: Page, service: Service) -> None:
    host = open_page(page)
    host.get_by_role("button", name="Đăng ký khai sinh cho con").press("Enter")
    expect(log(host)).to_contain_text("Bạn: Đăng ký khai sinh cho con")
    expect(host.get_by_role("button", name="Đăng ký khai sinh cho con")).to_have_count(0)
    expect(log(host)).to_contain_text("Nguồn:")
    expect(host.get_by_label("Câu hỏi của bạn")).to_be_focused()
    assert service.asked[0]["text"] == "Đăng ký khai sinh cho con"


def test_while_searching_a_second_press_asks_nothing_and_loses_nothing(page: Page, service: Service) -> None:
    waiting: list[Route] = []
    page.route("**/v1/ask", lambda route: waiting.append(route))
    host = open_page(page)
    ask(host, "câu một")
    expect(host.get_by_role("status")).to_have_text("Đang tìm…")
    ask(host, "câu hai")
    expect(host.get_by_label("Câu hỏi của bạn")).to_have_value("câu hai")
    waiting[0].fulfill(json=text_answer("Trả lời một."))
    expect(log(host)).to_contain_text("Trả lời một.")
    expect(host.get_by_role("status")).to_be_empty()
    assert len(waiting) == 1


def test_a_failure_is_retried_once_then_offered_again_under_the_same_message_id(page: Page, service: Service) -> None:
    service.replies = [Refusal(503), Refusal(503), text_answer("Đã có câu trả lời.")]
    host = open_page(page)
    ask(host)
    alert = host.get_by_role("alert")
    expect(alert).to_contain_text("Trợ lý đang gặp trục trặc.")
    assert len(service.asked) == 2

    alert.get_by_role("button", name="Thử lại").press("Enter")
    expect(log(host)).to_contain_text("Đã có câu trả lời.")
    expect(alert).to_be_empty()
    expect(log(host).get_by_text("kich hoat vneid")).to_have_count(1)
    assert len(service.asked) == 3
    assert len({question["message_id"] for question in service.asked}) == 1


def test_a_refused_question_shows_the_reason_and_is_not_repeated(page: Page, service: Service) -> None:
    service.replies = [Refusal(422, "Câu hỏi dài quá, bạn viết ngắn lại nhé.")]
    host = open_page(page)
    ask(host)
    expect(host.get_by_role("alert")).to_contain_text("Câu hỏi dài quá, bạn viết ngắn lại nhé.")
    assert len(service.asked) == 1


def test_a_crowded_service_is_left_alone(page: Page, service: Service) -> None:
    service.replies = [Refusal(429)]
    host = open_page(page)
    ask(host)
    expect(host.get_by_role("alert")).to_contain_text("Đang có nhiều người hỏi cùng lúc.")
    assert len(service.asked) == 1


def test_without_a_network_the_person_is_told_so(page: Page) -> None:
    host = open_page(page)
    page.route("**/v1/ask", lambda route: route.abort("internetdisconnected"))
    ask(host)
    expect(host.get_by_role("alert")).to_contain_text("Bạn xem lại mạng hoặc Wi-Fi")


def test_the_login_page_of_a_public_wifi_is_not_taken_for_an_answer(page: Page) -> None:
    host = open_page(page)
    page.route("**/v1/ask", lambda route: route.fulfill(body="<html>Đăng nhập</html>"))
    ask(host)
    expect(host.get_by_role("alert")).to_contain_text("Trợ lý đang gặp trục trặc.")


def test_silence_ends_in_words_after_two_time_outs(page: Page) -> None:
    asked: list[Route] = []
    page.route("**/v1/ask", lambda route: asked.append(route))
    page.clock.install()
    host = open_page(page)
    ask(host)
    expect(host.get_by_role("status")).to_have_text("Đang tìm…")
    page.clock.run_for(7_000)
    expect(host.get_by_role("status")).to_have_text("Mạng đang chậm, bạn chờ thêm một chút…")
    page.clock.run_for(14_000)  # the first time-out
    for _ in range(2):  # the pause, then the second time-out
        page.wait_for_function("() => true")
        page.clock.run_for(21_000)
    expect(host.get_by_role("alert")).to_contain_text("Chờ lâu quá mà chưa có câu trả lời.")
    assert len(asked) == 2


def test_markup_in_an_answer_is_shown_as_text(page: Page, service: Service) -> None:
    hostile = "<img src=x onerror=\"document.title='hỏng'\"><b>đậm</b>"
    blocks: list[dict[str, Any]] = [
        {"kind": "summary", "text": hostile},
        {"kind": "step", "number": 1, "text": hostile, "expect": hostile, "stuck": hostile,
         "image": {"url": "javascript:alert(1)", "alt": hostile}},
        {"kind": "documents", "items": [hostile]},
    ]  # fmt: skip
    source = {"title": hostile, "url": "javascript:alert(1)", "publisher": hostile, "published_on": None}
    service.replies = [answer(blocks=blocks, sources=[source], actions=[{"label": hostile, "payload": "x"}])]
    host = open_page(page)
    ask(host, hostile)
    expect(log(host).get_by_text(hostile)).to_have_count(8)
    expect(log(host).locator(".sources")).to_contain_text(f", {hostile}")
    expect(log(host).locator("img, b, [onerror], [href^='javascript']")).to_have_count(0)
    assert page.title() == "Trang chủ xã"


def test_enter_while_composing_a_letter_does_not_send(page: Page, service: Service) -> None:
    host = open_page(page)
    field = host.get_by_label("Câu hỏi của bạn")
    field.focus()
    session = page.context.new_cdp_session(page)
    session.send("Input.imeSetComposition", {"text": "việ", "selectionStart": 3, "selectionEnd": 3})
    field.evaluate("(node) => node.addEventListener('keydown', (event) => (window.composing = event.isComposing))")
    page.keyboard.press("Enter")
    assert page.evaluate("window.composing") is True
    # Safari ends the composition first, and reports the Enter of it as key 229.
    field.evaluate("""(node) => node.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", keyCode: 229, bubbles: true, cancelable: true }))""")
    session.send("Input.insertText", {"text": "việc"})
    assert service.asked == []
    page.keyboard.press("Enter")
    expect(log(host)).to_contain_text("Trợ lý: Kích hoạt tài khoản")
    assert len(service.asked) == 1
    assert "việc" in service.asked[0]["text"]


def test_the_conversation_is_carried_and_survives_a_reload(page: Page, service: Service) -> None:
    service.replies = [answer(conversation_id="c-7"), answer(conversation_id="c-8")]
    for _ in range(3):
        host = open_page(page)
        ask(host)
        expect(log(host)).to_contain_text("Nguồn:")
    assert [question["conversation_id"] for question in service.asked] == [None, "c-7", "c-8"]


def test_two_messages_in_one_page_share_the_conversation(page: Page, service: Service) -> None:
    host = open_page(page)
    for count in (1, 2):
        ask(host)
        expect(log(host).get_by_text("Nguồn:")).to_have_count(count)
    assert [question["conversation_id"] for question in service.asked] == [None, "c-1"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_is_large_and_readable_and_every_button_wide(page: Page, service: Service, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    service.replies = [answer(risk={"level": "high", "reasons": []}), Refusal(422)]
    host = open_page(page)
    assert host.evaluate(READABILITY) == []
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    ask(host)
    expect(host.get_by_role("alert")).not_to_be_empty()
    assert host.evaluate(READABILITY) == []
    assert host.evaluate(SMALL_TARGETS) == []


def test_a_page_that_shrinks_its_root_font_does_not_shrink_the_widget(page: Page, service: Service) -> None:
    service.pages["/"] = HOST_PAGE.format(attributes="")
    page.route("**/nho.css", lambda route: route.fulfill(body="html { font-size: 50% }", content_type="text/css"))
    host = open_page(page)
    page.evaluate("""() => new Promise((resolve) => document.head.append(Object.assign(
        document.createElement("link"), { rel: "stylesheet", href: "/nho.css", onload: resolve })))""")
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    assert host.evaluate(READABILITY) == []
    assert host.evaluate(SMALL_TARGETS) == []


# 320 x 256 is a 1280 x 1024 screen zoomed to 400 %.
@pytest.mark.parametrize(("width", "height"), [(320, 568), (320, 256)])
def test_a_narrow_screen_needs_no_sideways_scrolling(page: Page, service: Service, width: int, height: int) -> None:
    long_word = "https://dichvucong.gov.vn/" + "a" * 120
    service.replies = [answer(blocks=[*answer()["blocks"], {"kind": "summary", "text": long_word}])]
    page.set_viewport_size({"width": width, "height": height})
    host = open_page(page)
    ask(host, long_word)
    expect(log(host)).to_contain_text("Nguồn:")
    inner = "({ scrollWidth, clientWidth }) => scrollWidth - clientWidth"
    assert page.evaluate(f"({inner})(document.documentElement)") <= 0
    assert log(host).evaluate(inner) <= 0


def test_the_composer_leaves_room_at_high_zoom_and_never_hides_the_focused_link(page: Page) -> None:
    page.set_viewport_size({"width": 360, "height": 640})
    host = open_page(page)
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    form = host.locator("form")
    for link in log(host).get_by_role("link").all() + log(host).get_by_role("button").all():
        page.evaluate("scrollTo(0, 0)")
        link.focus()
        here, composer = link.bounding_box(), form.bounding_box()
        assert here is not None
        assert composer is not None
        assert 0 <= here["y"] <= composer["y"] - here["height"]
    page.set_viewport_size({"width": 320, "height": 256})
    assert form.evaluate("(node) => getComputedStyle(node).position") == "static"


def test_on_a_touch_screen_pressing_an_example_keeps_the_keyboard_away(browser: Browser, service: Service) -> None:
    with browser.new_context(
        base_url=service.url, viewport={"width": 360, "height": 640}, has_touch=True, is_mobile=True
    ) as context:
        page = context.new_page()
        host = open_page(page)
        host.get_by_role("button", name="Đăng ký khai sinh cho con").tap()
        expect(log(host)).to_contain_text("Nguồn:")
        expect(host.get_by_label("Câu hỏi của bạn")).not_to_be_focused()


@pytest.mark.parametrize("script", ["", WITHOUT_SHARED_SHEETS], ids=["shared sheet", "older browser"])
def test_a_strict_content_security_policy_is_kept(page: Page, service: Service, script: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.route("**/favicon.ico", lambda route: route.fulfill(status=204))
    page.add_init_script(VIOLATIONS + script)
    service.pages["/"] = HOST_PAGE.format(attributes=' colour="#8a1c1c"')
    host = open_page(page)
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    expect(host.get_by_role("button", name="Gửi")).to_have_css("background-color", "rgb(138, 28, 28)")
    assert page.evaluate("violations") == []
    assert complaints == []


@pytest.mark.parametrize(
    ("colour", "fill", "text"),
    [("#ffd34d", "rgb(255, 211, 77)", "rgb(0, 0, 0)"), ("navy", "rgb(0, 0, 128)", "rgb(255, 255, 255)"),
     ("red} * {display:none", "rgb(14, 92, 85)", "rgb(255, 255, 255)")],
)  # fmt: skip
def test_the_colour_of_the_page_is_taken_and_stays_readable(
    page: Page, service: Service, colour: str, fill: str, text: str
) -> None:
    service.pages["/"] = HOST_PAGE.format(attributes=f' colour="{colour}"')
    send = open_page(page).get_by_role("button", name="Gửi")
    expect(send).to_have_css("background-color", fill)
    expect(send).to_have_css("color", text)


def test_another_server_and_greeting_can_be_named(page: Page, service: Service) -> None:
    asked: list[str] = []

    def reply(route: Route) -> None:
        asked.append(route.request.url)
        route.fulfill(json=answer(), headers={"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Headers": "*"})

    page.route("**/tro-ly/v1/ask", reply)
    attributes = f' server="{service.url}/tro-ly/" greeting="Xã Bình Giã xin chào!"'
    service.pages["/"] = HOST_PAGE.format(attributes=attributes)
    host = open_page(page)
    expect(log(host)).to_contain_text("Xã Bình Giã xin chào!")
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    assert asked == [f"{service.url}/tro-ly/v1/ask"]
    title = log(host).get_by_role("link", name="Kích hoạt tài khoản định danh mức 2")
    expect(title).to_have_attribute("href", f"{service.url}/tro-ly/huong-dan/kich-hoat-vneid-muc-2")


def test_the_log_is_reached_by_keyboard_when_the_page_makes_it_scroll(page: Page) -> None:
    host = open_page(page)
    host.evaluate("(node) => (node.style.height = '400px')")
    ask(host)
    expect(log(host)).to_contain_text("Nguồn:")
    expect(log(host)).to_have_attribute("tabindex", "0")
    assert host.evaluate("(node) => node.getBoundingClientRect().height") == 400


def test_the_whole_widget_stays_small() -> None:
    files = sorted((ROOT / "bots/widget").iterdir())
    sizes = {file.name: len(gzip.compress(file.read_bytes())) for file in files}
    assert {Path(name).suffix for name in sizes} == {".js", ".css"}
    assert sum(sizes.values()) <= SIZE_BUDGET, json.dumps(sizes)
