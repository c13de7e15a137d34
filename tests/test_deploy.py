"""`deploy/setup.sh` says in plain words what is missing, and does nothing when nothing is."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
from pathlib import Path

import pytest

from app.config import ROOT

TOOLS = ("sh", "cmp", "cp", "df", "awk", "tail", "dirname", "env", "cat")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A folder with the script and a lock, and nothing else."""
    (tmp_path / "deploy").mkdir()
    (tmp_path / "requirements").mkdir()
    shutil.copy(ROOT / "deploy/setup.sh", tmp_path / "deploy")
    (tmp_path / "requirements/slim.lock").write_text("khong-co-goi-nay==1.0\n", encoding="utf-8")
    return tmp_path


def run_setup(checkout: Path, path: str, **environment: str) -> subprocess.CompletedProcess[str]:
    command = ["sh", "deploy/setup.sh", ".venv", "requirements/slim.lock"]
    return subprocess.run(
        command,
        cwd=checkout,
        env={"PATH": path, "HOME": str(checkout), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def folder_of(checkout: Path, **scripts: str) -> str:
    """A PATH of its own: the usual tools, and `scripts` by name."""
    folder = checkout / "bin"
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found
        (folder / tool).symlink_to(found)
    for name, text in scripts.items():
        (folder / name).unlink(missing_ok=True)
        (folder / name).write_text(f"#!/bin/sh\n{text}\n", encoding="utf-8")
        (folder / name).chmod(stat.S_IRWXU)
    return str(folder)


def test_no_python(checkout: Path) -> None:
    done = run_setup(checkout, folder_of(checkout))
    assert done.returncode == 1
    assert "Cần Python 3.11 trở lên kèm venv" in done.stderr


def test_too_old_a_python(checkout: Path) -> None:
    done = run_setup(checkout, folder_of(checkout, python3="exit 1"))
    assert "Cần Python 3.11 trở lên kèm venv" in done.stderr


def test_no_disk(checkout: Path) -> None:
    df = 'echo "Filesystem 1M-blocks Used Available Use% Mounted"; echo "/dev/x 100 90 10 90% /"'
    done = run_setup(checkout, folder_of(checkout, df=df, python3="exit 0"))
    assert done.returncode == 1
    assert "Đĩa còn 10 MB, cần khoảng 700 MB" in done.stderr


def test_no_network(checkout: Path) -> None:
    """The package index refuses every connection; the message says what to check and where the details are."""
    nowhere = {"PIP_INDEX_URL": "http://127.0.0.1:9/simple", "PIP_RETRIES": "0", "PIP_CONFIG_FILE": os.devnull}
    done = run_setup(checkout, os.environ["PATH"], **nowhere)
    assert done.returncode == 1
    assert "Kiểm tra mạng" in done.stderr
    assert (checkout / ".venv/install.log").is_file()
    assert not (checkout / ".venv/.installed").exists()


def test_nothing_to_do(checkout: Path) -> None:
    (checkout / ".venv").mkdir()
    shutil.copy(checkout / "requirements/slim.lock", checkout / ".venv/.installed")
    done = run_setup(checkout, folder_of(checkout))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_locks_name_no_place() -> None:
    """A lock is the same for everybody: no local file, no host of a package index."""
    for lock in (ROOT / "requirements").glob("*.lock"):
        text = lock.read_text(encoding="utf-8")
        assert "file:" not in text, lock
        assert "://" not in text, lock
    slim = (ROOT / "requirements/slim.lock").read_text(encoding="utf-8")
    assert "torch" not in slim
    assert slim.count("--hash=sha256:") > 500
