"""`python -m app` in a terminal: an answer, or one sentence that says what is wrong."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from app.__main__ import main
from app.config import ROOT, Settings
from app.schemas import AskResponse
from tests.app.test_metrics import free_port

TITLE = "Đăng ký và kích hoạt tài khoản VNeID mức 2"
QUESTION = "lam sao kich hoat vneid muc 2"


@pytest.fixture
def _built(built_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATA_DIR", str(built_settings.data_dir))


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    variables = {**os.environ, **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.usefixtures("_built")
def test_ask_prints_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", QUESTION]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == TITLE
    assert any(line.startswith("1. ") for line in lines)
    assert lines[-1].startswith("Nguồn: ")


@pytest.mark.usefixtures("_built")
def test_ask_json_is_the_wire(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "--json", QUESTION]) == 0
    answer = AskResponse.model_validate_json(capsys.readouterr().out)
    assert (answer.status, answer.guide and answer.guide.id) == ("answered", "kich-hoat-vneid-muc-2")


@pytest.mark.usefixtures("_built")
@pytest.mark.parametrize("question", ["", "OTP 123456", "\udcff\udcfe"])
def test_ask_anything(question: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", question]) == 0
    out = capsys.readouterr().out
    assert "Bạn " in out
    assert "123456" not in out


@pytest.mark.usefixtures("_built")
def test_a_question_too_long_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["ask", "hộ chiếu " * 500]) == 1
    told = capsys.readouterr()
    assert (told.out, told.err) == ("", "Câu hỏi dài 4500 ký tự, tối đa 4000. Bạn rút gọn giúp tôi nhé.\n")


def test_without_an_index_it_says_what_to_run(tmp_path: Path) -> None:
    done = run("ask", QUESTION, DATA_DIR=str(tmp_path))
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == "Chưa có chỉ mục. Chạy: python -m ingest build\n"


@pytest.mark.parametrize("variable", ["PORT", "METRICS_PORT"])
def test_a_taken_port_is_one_sentence(variable: str, tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("serve", **{"PORT": str(free_port()), "DATA_DIR": str(tmp_path)} | {variable: str(port)})
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    assert re.fullmatch(rf"Không mở được cổng {port} \(.+\)\. .+\n", done.stderr)


def test_a_wrong_setting_is_one_sentence() -> None:
    done = run("serve", PORT="tám nghìn")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith("Cài đặt chưa đúng:\nPORT: ")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", ["serve", "ask"])
def test_help(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, named in (([], command), ([command], f"python -m app {command}")):
        with pytest.raises(SystemExit, match="0"):
            main([*arguments, "--help"])
        assert named in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["khong-co"], ["ask"]])
def test_a_wrong_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m app" in capsys.readouterr().err
