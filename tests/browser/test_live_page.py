"""The real page of the real service, in a real browser: ask, press a button, read a guide."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page, expect

from app.config import Settings
from tests.app.conftest import running_server, wait_until_ready


@pytest.fixture(scope="module")
def service_url(built_settings: Settings, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log: Path = tmp_path_factory.mktemp("log") / "service.log"
    with running_server(built_settings, log) as server:
        with httpx.Client(base_url=server.url) as client:
            wait_until_ready(client)
        yield server.url


def test_a_resident_asks_by_keyboard_and_presses_a_button(page: Page, service_url: str) -> None:
    page.goto(service_url)
    page.get_by_label("Câu hỏi của bạn").fill("mat can cuoc thi lam lai the nao")
    page.keyboard.press("Enter")
    log = page.get_by_role("log")
    expect(log.get_by_role("link", name=re.compile("Mất thẻ căn cước"))).to_be_visible()
    expect(log.get_by_text("Nguồn:")).to_be_visible()
    log.get_by_role("button", name="Lệ phí").last.click()
    expect(log.get_by_role("heading", name="Lệ phí")).to_be_visible()
    expect(log.get_by_text(re.compile(r"\d+\.000 đồng")).first).to_be_visible()


def test_every_guide_is_a_page(page: Page, service_url: str) -> None:
    guides = httpx.get(f"{service_url}/v1/guides").json()
    page.goto(service_url)
    links = page.locator("a[href^='/huong-dan/']")
    assert links.count() == len(guides)
    for guide in guides[::10]:
        page.goto(service_url + guide["url"])
        expect(page.get_by_role("heading", level=1)).to_have_text(guide["title"])
        expect(page.get_by_role("heading", name="Nguồn")).to_be_visible()
