"""The public pages: groups in order, whatever a guide says escaped, and no file but the images of steps."""

from __future__ import annotations

import html
import http.client
import re
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
import yaml
from fastapi.testclient import TestClient

from app.config import ROOT, Settings
from app.main import create_app
from ingest.pipeline import build_index
from tests.app.conftest import Server, running_server, wait_until_ready
from tests.content.samples import TEXT

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="1" height="1"/>'
PAGE = "/huong-dan/kich-hoat"
HOSTILE = (
    "Mở ứng dụng, nhập mã được gửi", "Điện thoại có mạng.", "Công dân từ đủ 14", "Mở ứng dụng, chọn", "màn hình hỏi",
    "cập nhật ứng dụng rồi", "Nút Kích hoạt ở giữa", "Nhập mã vừa nhận", "Thẻ căn cước: đưa", "Không thu phí.",
    "Nộp trực tuyến: 0", "7 ngày làm", "Công an cấp xã bất", "Không nhận được mã", "chờ hai phút rồi",
    "Không đọc mã cho", "Nghị định 69", "Trang thông tin xã", "Sổ tay hướng dẫn của",
)  # fmt: skip


def raw_get(server: Server, path: str) -> tuple[int, str, str]:
    """Status, media type and body of a path sent as it is, where other clients would tidy it first."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
    with closing(connection):
        connection.request("GET", path)
        response = connection.getresponse()
        return response.status, response.getheader("content-type", ""), response.read().decode()


def script(number: int) -> str:
    return f"<script>{number}</script>"


def hostile_guide() -> str:
    """The guide that uses everything the format has, with a script in every text it holds."""
    text = (
        TEXT.replace("[cai-dat]", "[cai-dat-vneid]")
        .replace("title: Kích hoạt", 'title: \'<b>"Kích" hoạt')
        .replace("khoản mức 2\n", "khoản mức 2</b>'\n", 1)
    )
    for number, words in enumerate(HOSTILE):
        assert words in text, words
        first, _, rest = words.partition(" ")
        text = text.replace(words, f"{first} {script(number)} {rest}", 1)
    return text


@pytest.fixture
def hostile_settings(small_settings: Settings) -> Settings:
    """Six guides and a hostile one with an image, built."""
    knowledge = small_settings.knowledge_dir
    folder = knowledge / "guides" / "dinh-danh-dien-tu"
    (folder / "kich-hoat.md").write_text(hostile_guide(), encoding="utf-8")
    (folder / "nut.svg").write_text(SVG, encoding="utf-8")
    (folder / "khac.svg").write_text(SVG, encoding="utf-8")
    with (knowledge / "lexicon" / "glossary.yaml").open("a", encoding="utf-8") as glossary:
        glossary.write("script: đoạn mã\n")
    build_index(small_settings)
    return small_settings


def test_home_lists_every_group_in_order_with_its_guides(client: TestClient) -> None:
    page = client.get("/").text
    groups = yaml.safe_load((ROOT / "knowledge" / "groups.yaml").read_text(encoding="utf-8"))
    assert [html.unescape(name) for name in re.findall(r"<h3>(.*?)</h3>", page)] == list(groups.values())
    listed = client.get("/v1/guides").json()
    assert re.findall(r'href="(/huong-dan/[^"]+)"', page) == [guide["url"] for guide in listed]
    counts = [sum(guide["group"] == group for guide in listed) for group in groups]
    assert [int(count) for count in re.findall(r">(\d+) hướng dẫn<", page)] == counts


def test_a_guide_that_is_not_there_is_told_in_words(client: TestClient) -> None:
    response = client.get("/huong-dan/khong-co")
    assert (response.status_code, response.headers["content-type"]) == (404, "text/html; charset=utf-8")
    assert "<h1>Không có hướng dẫn này</h1>" in response.text


def test_whatever_a_guide_says_is_escaped(hostile_settings: Settings) -> None:
    with TestClient(create_app(hostile_settings)) as client:
        wait_until_ready(client)
        page, home = client.get(PAGE).text, client.get("/").text
        shown = client.get(f"/v1/guides/{PAGE.rpartition('/')[2]}").json()
    assert [shown["blocks"][0]["kind"], shown["blocks"][-1]["kind"]] == ["summary", "legal"]
    assert [words for number, words in enumerate(HOSTILE) if html.escape(script(number)) not in page] == []
    for text in (page, home):
        assert not re.search(r"<script>\d", text)
        assert '<b>"' not in text
        assert html.unescape(re.findall(r"(&lt;b&gt;.*?&lt;/b&gt;)", text)[-1]) == '<b>"Kích" hoạt tài khoản mức 2</b>'


def test_only_the_images_of_steps_are_served(hostile_settings: Settings, tmp_path: Path) -> None:
    others = [
        "khac.svg",
        "kich-hoat.md",
        "../kich-hoat.md",
        "hinh/../kich-hoat.md",
        "hinh/../nut.svg",
        "./nut.svg",
        "/nut.svg",
        "../../../groups.yaml",
        "%2e%2e/kich-hoat.md",
        "x/%2e%2e/kich-hoat.md",
        "..%2f..%2f..%2fgroups.yaml",
        "%252e%252e/kich-hoat.md",
        "x%5cnut.svg",
        "nut.svg%00",
        "%2fetc%2fpasswd",
        "/etc/passwd",
    ]
    with running_server(hostile_settings, tmp_path / "log") as server:
        with httpx.Client(base_url=server.url) as client:
            wait_until_ready(client)
        paths = [f"{PAGE}/{other}" for other in others]
        paths += ["/static/../pages.py", "/static/%2e%2e/pages.py", "/widget/..%2f..%2fREADME.md"]
        assert {path: raw_get(server, path)[0] for path in paths} == dict.fromkeys(paths, 404)
        assert raw_get(server, f"{PAGE}/nut.svg") == (200, "image/svg+xml", SVG)
        assert raw_get(server, "/huong-dan/cai-dat-vneid/nut.svg")[0] == 404
