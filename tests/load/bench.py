"""`make bench`: start, memory and speed of both profiles, measured in one run on this machine.

Prints a table; writes nothing. Memory is the resident set (VmRSS) after the questions.
"""

from __future__ import annotations

import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import httpx

from app.config import ROOT

QUESTIONS = [json.loads(line)["text"] for line in (ROOT / "knowledge/evals/dev_start.jsonl").open(encoding="utf-8")]


@dataclass(frozen=True)
class Figures:
    build_s: float
    rebuild_s: float
    ready_s: float
    megabytes: float
    p50_ms: float
    p99_ms: float


def measure(python: str, port: int) -> Figures:
    """Build into an empty folder, build again, start, ask every question twice, one after the other."""
    with tempfile.TemporaryDirectory() as data_dir:
        environment = {**os.environ, "DATA_DIR": data_dir, "PORT": str(port)}
        builds = [_timed([python, "-m", "ingest", "build"], environment) for _ in range(2)]
        started = time.monotonic()
        server = subprocess.Popen([python, "-m", "app", "serve"], env=environment, cwd=ROOT, stdout=-3, stderr=-3)
        try:
            with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=60) as client:
                _wait(client)
                ready = time.monotonic() - started
                times = [_ask(client, text) for _ in range(2) for text in QUESTIONS]
            status = Path(f"/proc/{server.pid}/status").read_text(encoding="ascii")
            kilobytes = int(status.split("VmRSS:")[1].split()[0])
        finally:
            server.terminate()
            server.wait()
    percentiles = statistics.quantiles(times, n=100)
    return Figures(builds[0], builds[1], ready, kilobytes / 1024, percentiles[49], percentiles[98])


def _timed(command: list[str], environment: dict[str, str]) -> float:
    started = time.monotonic()
    subprocess.run(command, env=environment, cwd=ROOT, check=True, capture_output=True)
    return time.monotonic() - started


def _wait(client: httpx.Client) -> None:
    while True:
        try:
            if client.get("/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.02)


def _ask(client: httpx.Client, text: str) -> float:
    started = time.perf_counter()
    client.post("/v1/ask", json={"text": text}).raise_for_status()
    return (time.perf_counter() - started) * 1000


def main() -> None:
    profiles = {"slim": os.environ.get("SLIM_PYTHON", ""), "full": sys.executable}
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"{'':6}{'build s':>9}{'again s':>9}{'ready s':>9}{'MB':>7}{'p50 ms':>8}{'p99 ms':>8}")
    for port, (name, python) in enumerate(profiles.items(), 8951):
        if Path(python).is_file():
            f = measure(python, port)
            row = (f.build_s, f.rebuild_s, f.ready_s, f.megabytes, f.p50_ms, f.p99_ms)
            print(
                f"{name:6}"
                + "".join(f"{value:>{width}.1f}" for value, width in zip(row, (9, 9, 9, 7, 8, 8), strict=True))
            )


if __name__ == "__main__":
    main()
