"""Counts are served on a port of their own, to this machine alone, and hold nothing of what was asked."""

from __future__ import annotations

import socket
from pathlib import Path

import httpx
import pytest

from app.config import Settings
from tests.app.conftest import running_server, wait_until_ready

QUESTION = "Làm hộ chiếu cho cháu Tèo, gọi 0912345678"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def samples(page: str) -> dict[str, float]:
    lines = [line.rpartition(" ") for line in page.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, _, value in lines}


def test_metrics_of_a_running_server(built_settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    monkeypatch.setenv("METRICS_PORT", str(port))
    with running_server(built_settings, tmp_path / "log") as server, httpx.Client(base_url=server.url) as client:
        wait_until_ready(client)
        status = client.post("/v1/ask", json={"text": QUESTION}).json()["status"]
        assert client.get("/metrics").status_code == 404
        page = httpx.get(f"http://127.0.0.1:{port}/metrics").text
        with pytest.raises(ConnectionRefusedError):  # 127.0.0.2 reaches what listens on every address
            socket.create_connection(("127.0.0.2", port), timeout=5).close()
    counted = samples(page)
    assert counted[f'assistant_answers_total{{status="{status}"}}'] == 1
    assert counted['assistant_masked_total{kind="phone"}'] == 1
    assert counted['assistant_requests_total{route="/v1/ask",status="200"}'] == 1
    assert counted["assistant_answer_seconds_count"] == 1
    assert (counted["assistant_ready"], counted["assistant_guides"] >= 40) == (1, True)
    log = (tmp_path / "log").read_text(encoding="utf-8")
    for secret in ("Tèo", "hộ chiếu", "0912345678"):
        assert secret not in page
        assert secret not in log
