"""A small server with a scripted /v1/ask and strict headers, and Chromium to look at what it serves."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2
import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

ROOT = Path(__file__).parents[2]
CHROMIUM = Path("/usr/bin/chromium")
SECURITY_POLICY = "default-src 'self'; style-src 'self'; script-src 'self'"
MEDIA_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}

HOST_PAGE = """<!doctype html><html lang="vi"><head><meta charset="utf-8"><title>Trang chủ xã</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<script type="module" src="/widget/index.js"></script></head>
<body><h1>Trang của xã</h1><tro-ly-so{attributes}></tro-ly-so></body></html>"""

# Every kind a guide page can carry; the first five are those of the wire.
BLOCKS: list[dict[str, Any]] = [
    {"kind": "summary", "text": "Bạn tự kích hoạt trên điện thoại, mất khoảng 10 phút."},
    {"kind": "prepare", "title": "Cần chuẩn bị",
     "items": ["Điện thoại có mạng", "Số điện thoại đã đăng ký với Công an"]},
    {"kind": "step", "number": 1, "text": "Mở ứng dụng VNeID, chọn Kích hoạt tài khoản.",
     "expect": "Màn hình hỏi số định danh và số điện thoại.", "stuck": "Cập nhật ứng dụng rồi mở lại.",
     "image": {"url": "/static/favicon.svg", "alt": "Nút Kích hoạt tài khoản ở giữa màn hình"}},
    {"kind": "step", "number": 2, "text": "Nhập số định danh 12 số, rồi bấm Gửi yêu cầu.", "expect": None,
     "stuck": None, "image": None},
    {"kind": "documents", "items": ["Thẻ căn cước: 1 bản chính, chỉ để xem"]},
    {"kind": "fee", "text": "Không thu phí.", "cases": [{"when": "Nộp trực tiếp", "amount": "20.000 đồng"}]},
    {"kind": "warning", "text": "Công an không gọi điện xin mã OTP."},
    {"kind": "problem", "title": "Lỗi thường gặp", "text": None,
     "items": ["Không nhận được mã: chờ 2 phút rồi gửi lại."]},
]  # fmt: skip


def answer(**changes: Any) -> dict[str, Any]:
    """A reply of /v1/ask with everything on it."""
    return {
        "status": "answered",
        "text": "Toàn bộ câu trả lời.",
        "speech": "Toàn bộ câu trả lời.",
        "blocks": BLOCKS,
        "facet": "steps",
        "guide": {
            "id": "kich-hoat-vneid-muc-2",
            "title": "Kích hoạt tài khoản định danh mức 2 trên VNeID",
            "kind": "guide",
            "url": "/huong-dan/kich-hoat-vneid-muc-2",
            "verified_on": None,
        },
        "candidates": [],
        "sources": [
            {
                "title": "Nghị định 69/2024/NĐ-CP về định danh và xác thực điện tử",
                "url": "https://vanban.chinhphu.vn/?docid=210608",
                "publisher": "Chính phủ",
                "published_on": "2024-06-25",
                "read_on": "2026-11-22",
            }
        ],
        "actions": [
            {"label": "Hướng dẫn từng bước", "payload": "step:start"},
            {"label": "Lệ phí", "payload": "facet:fee"},
        ],
        "step": None,
        "ticket": None,
        "risk": None,
        "masked": [],
        "conversation_id": "c-1",
        "answer_id": "a-1",
        "artifact_version": "2026-11-23T02:10:00Z-3f2a",
    } | changes


def text_answer(text: str, **changes: Any) -> dict[str, Any]:
    return answer(text=text, blocks=[], guide=None, sources=[], actions=[], **changes)


@dataclass
class Refusal:
    """A scripted failure: an HTTP status with problem+json."""

    status: int
    detail: str = "Câu hỏi quá dài."


@dataclass
class Service:
    """What the scripted service will say, in order (then `answer()` for ever), and what it was asked."""

    url: str = ""
    replies: list[dict[str, Any] | Refusal] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    pages: dict[str, str] = field(default_factory=dict)

    def reply(self, question: dict[str, Any]) -> dict[str, Any] | Refusal:
        self.asked.append(question)
        return self.replies.pop(0) if self.replies else answer()


def render(template: str, **context: Any) -> str:
    """A page as the site would make it; StrictUndefined, so that a mistyped name fails here."""
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(ROOT / "app/site/templates"), autoescape=True, undefined=jinja2.StrictUndefined
    )
    return environment.get_template(template).render(**context)


def make_handler(service: Service) -> type[BaseHTTPRequestHandler]:
    folders = {"/widget/": ROOT / "bots/widget", "/static/": ROOT / "app/site/static"}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path in service.pages:
                self.send(200, "text/html; charset=utf-8", service.pages[self.path].encode())
            elif file := self.static_file():
                self.send(200, MEDIA_TYPES[file.suffix], file.read_bytes())
            else:
                self.send(404, "text/plain", b"")

        def static_file(self) -> Path | None:
            for prefix, folder in folders.items():
                file = folder / self.path.removeprefix(prefix)
                if self.path.startswith(prefix) and file.parent == folder and file.is_file():
                    return file
            return None

        def do_POST(self) -> None:
            question = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            reply = service.reply(question)
            if isinstance(reply, Refusal):
                problem = {"title": "Lỗi", "status": reply.status, "detail": reply.detail}
                self.send(reply.status, "application/problem+json", json.dumps(problem).encode())
            else:
                self.send(200, "application/json", json.dumps(reply).encode())

        def send(self, status: int, media_type: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", media_type)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Security-Policy", SECURITY_POLICY)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    return Handler


@pytest.fixture
def service() -> Iterator[Service]:
    service = Service(pages={"/": HOST_PAGE.format(attributes="")})
    server = ThreadingHTTPServer(("127.0.0.1", 0), make_handler(service))
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    yield service
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    if not CHROMIUM.exists():
        pytest.skip(f"{CHROMIUM} is missing: install it with `make system` (Debian package chromium)")
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
        browser = playwright.chromium.launch(executable_path=str(CHROMIUM), headless=True, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def context(browser: Browser, service: Service) -> Iterator[BrowserContext]:
    """The browser of one person: a laptop with a keyboard."""
    context = browser.new_context(
        base_url=service.url, viewport={"width": 1280, "height": 800}, reduced_motion="reduce", locale="vi-VN"
    )
    context.set_default_timeout(8_000)
    yield context
    context.close()


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()
