"""A new artifact goes live under load: no request fails, and every answer says which version gave it."""

from __future__ import annotations

import asyncio
from pathlib import Path

import httpx

from app.config import Settings
from ingest.pipeline import build_index
from tests.app.conftest import Server, running_server, wait_until_ready
from tests.ingest.test_pipeline import change

IN_FLIGHT = 500


async def _ask_until_new(client: httpx.AsyncClient, old: str, seen: list[str]) -> None:
    """Ask over and over until the new version answers; every answer must be right."""
    while True:
        response = await client.post("/v1/ask", json={"text": "Làm sao tải và cài VNeID đúng chỗ?"})
        assert response.status_code == 200, response.text
        answer = response.json()
        assert answer["guide"]["id"] == "cai-dat-vneid"
        seen.append(answer["artifact_version"])
        if answer["artifact_version"] != old:
            return


async def _switch_under_load(server: Server, settings: Settings, old: str) -> tuple[str, list[str]]:
    limits = httpx.Limits(max_connections=IN_FLIGHT)
    seen: list[str] = []
    async with httpx.AsyncClient(base_url=server.url, limits=limits, timeout=120) as client:
        asking = [asyncio.create_task(_ask_until_new(client, old, seen)) for _ in range(IN_FLIGHT)]
        while len(seen) < IN_FLIGHT // 2:
            await asyncio.sleep(0.02)
        report = await asyncio.to_thread(build_index, settings)
        await asyncio.wait_for(asyncio.gather(*asking), timeout=120)
    return report.version, seen


def test_five_hundred_requests_in_flight_during_the_switch(small_settings: Settings, tmp_path: Path) -> None:
    old = build_index(small_settings).version
    change(small_settings, "\n## Các bước\n\n1. ", "\n## Các bước\n\n1. Nhờ người nhà đứng cạnh giúp. ")
    with running_server(small_settings, tmp_path / "log") as server:
        with httpx.Client(base_url=server.url) as client:
            wait_until_ready(client)
        new, seen = asyncio.run(_switch_under_load(server, small_settings, old))
    assert set(seen) == {old, new}
    assert seen.count(new) == IN_FLIGHT
