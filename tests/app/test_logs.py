"""Logs of a process of its own: one JSON object a line, and nothing from uvicorn that would hold a question."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from app.config import ROOT

CHILD = """
import logging, sys
from app.logs import configure_logs
for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
    logging.getLogger(name).addHandler(logging.StreamHandler(sys.stderr))
configure_logs(sys.argv[1])
configure_logs(sys.argv[1])
logging.getLogger("app.answers").info("trả lời", extra={"status": "answered", "masked": ["cccd"], "guide": None})
logging.getLogger("uvicorn.error").warning("hai\\ndòng")
logging.getLogger("uvicorn.access").info("GET /v1/search?q=bi-mat")
logging.getLogger("app").debug("chi tiết")
try:
    raise ValueError("hỏng")
except ValueError:
    logging.getLogger("app").exception("lỗi")
"""


def logged(level: str) -> list[dict[str, Any]]:
    command = [sys.executable, "-c", CHILD, level]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == ""
    return [json.loads(line) for line in done.stderr.splitlines()]


def test_every_line_is_one_json_object() -> None:
    answer, warning, error = logged("INFO")
    assert {**answer, "time": ""} == {
        "time": "",
        "level": "INFO",
        "name": "app.answers",
        "message": "trả lời",
        "status": "answered",
        "masked": ["cccd"],
        "guide": None,
    }
    assert (warning["name"], warning["level"], warning["message"]) == ("uvicorn.error", "WARNING", "hai\ndòng")
    assert error["message"] == "lỗi"
    assert error["exc_info"].splitlines()[-1] == "ValueError: hỏng"


def test_the_level_decides_what_is_kept_and_uvicorn_access_is_always_silent() -> None:
    assert [line["message"] for line in logged("ERROR")] == ["lỗi"]
    assert [line["message"] for line in logged("DEBUG")] == ["trả lời", "hai\ndòng", "chi tiết", "lỗi"]
