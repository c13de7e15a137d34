"""The public pages: whole without JavaScript, under a strict page policy, on the narrowest screen."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from playwright.sync_api import Browser, Page, expect

from .conftest import BLOCKS, Service, answer, render

GUIDE = SimpleNamespace(
    title="Kích hoạt tài khoản định danh mức 2 trên VNeID",
    url="/huong-dan/kich-hoat-vneid-muc-2",
    summary="Bạn tự kích hoạt trên điện thoại, mất khoảng 10 phút.",
    group_name="VNeID và định danh điện tử",
    blocks=[*BLOCKS, {"kind": "time", "title": "Thời hạn", "text": "7 ngày làm việc."}],
    sources=[*answer()["sources"], {"title": "Trang <b>hỏi đáp</b>", "url": "https://vneid.gov.vn", "publisher": None,
                                    "published_on": None, "read_on": "2026-11-22"}],
)  # fmt: skip


@pytest.fixture(autouse=True)
def pages(service: Service) -> None:
    groups = [SimpleNamespace(name=GUIDE.group_name, guides=[GUIDE]), SimpleNamespace(name="Hộ tịch", guides=[])]
    service.pages["/"] = render("home.html", groups=groups)
    service.pages[GUIDE.url] = render("guide.html", guide=GUIDE)
    service.pages["/mat"] = render("error.html", title="Không tìm thấy trang", detail="Địa chỉ bị gõ nhầm.")


def test_from_home_to_a_whole_guide_without_javascript(browser: Browser, service: Service) -> None:
    with browser.new_context(base_url=service.url, java_script_enabled=False) as context:
        page = context.new_page()
        page.goto("/")
        # Chromium driven by Playwright never draws <noscript>: that it is there must do.
        assert "Trình duyệt của bạn chưa mở được ô hỏi đáp." in page.content()
        page.get_by_text(GUIDE.group_name).click()
        page.get_by_role("link", name=GUIDE.title).click()
        expect(page.get_by_role("heading", name=GUIDE.title, level=1)).to_be_visible()
        expect(page.get_by_role("listitem").filter(has_text="Bước 2")).to_contain_text("Nhập số định danh 12 số")
        for title in ("Cần chuẩn bị", "Các bước", "Giấy tờ cần có", "Lệ phí", "Lỗi thường gặp", "Thời hạn", "Nguồn"):
            expect(page.get_by_role("heading", name=title, level=2)).to_be_visible()
        expect(page.get_by_text("Sẽ thấy: Màn hình hỏi số định danh")).to_be_visible()
        expect(page.get_by_text("Nộp trực tiếp: 20.000 đồng")).to_be_visible()
        expect(page.get_by_role("note", name="Cảnh báo")).to_contain_text("Công an không gọi điện xin mã OTP.")
        expect(page.get_by_text("Chính phủ, ngày 25/06/2024, đọc ngày 22/11/2026")).to_be_visible()
        expect(page.get_by_role("link", name="Trang <b>hỏi đáp</b> (mở trang mới)")).to_be_visible()


def test_the_skip_link_is_first_and_leads_to_the_content(page: Page) -> None:
    page.goto(GUIDE.url)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Đi thẳng vào nội dung")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.get_by_role("main")).to_be_focused()


@pytest.mark.parametrize("path", ["/", GUIDE.url, "/mat"])
def test_pages_break_no_policy_and_fit_the_narrowest_screen(page: Page, path: str) -> None:
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.set_viewport_size({"width": 320, "height": 568})
    page.goto(path)
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    if path == "/":
        expect(page.get_by_label("Câu hỏi của bạn")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert complaints == []
