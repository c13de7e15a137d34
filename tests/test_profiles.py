"""The slim and the full profile give the same answers; what each weighs is `make bench`."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.config import ROOT, Settings

ASK_ALL = """
import json, sys
from pathlib import Path
from app.assistant import create_assistant
from app.config import load_settings
from app.schemas import AskRequest
from ingest.evaluate import load_questions
assistant = create_assistant(load_settings())
changing = {"conversation_id", "answer_id"}
for path in sys.argv[1:]:
    for question in load_questions(Path(path)):
        print(json.dumps(assistant.ask(AskRequest(text=question.text)).model_dump(mode="json", exclude=changing)))
print("torch" in sys.modules)
"""


def answers(python: str, data_dir: Path, encoder: str) -> list[str]:
    environment = {**os.environ, "DATA_DIR": str(data_dir), "ENCODER": encoder}
    files = [str(ROOT / f"knowledge/evals/{name}.jsonl") for name in ("acceptance", "dev_start")]
    command = [python, "-c", ASK_ALL, *files]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300, check=True)
    return done.stdout.splitlines()


def test_slim_and_full_answer_alike(built_settings: Settings) -> None:
    slim_python = os.environ.get("SLIM_PYTHON", "")
    if not Path(slim_python).is_file():
        pytest.skip("SLIM_PYTHON chưa trỏ tới bản gọn: chạy bằng make test")
    *slim, slim_has_torch = answers(slim_python, built_settings.data_dir, built_settings.encoder)
    *full, _ = answers(sys.executable, built_settings.data_dir, built_settings.encoder)
    assert slim_has_torch == "False"
    assert len(slim) == 192
    assert {json.loads(line)["status"] for line in slim} >= {"answered", "no_guide"}
    assert slim == full
