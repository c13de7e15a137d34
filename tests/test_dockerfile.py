"""The Dockerfile as read by its proof (`deploy/prove-dockerfile.sh`), and the container's entrypoint run for real."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.config import ROOT, Settings

PROOF = "deploy/prove-dockerfile.sh"
READER = "deploy/prove_dockerfile.py"
ENTRYPOINT = ROOT / "deploy/entrypoint.sh"
SERVE = ("python", "-m", "app", "serve")
SECRET = re.compile(r"passw|token|secret|api_?key|credential|://[^/\s]*@", re.IGNORECASE)
BUILD_TOOLS = re.compile(r"\b(apt-get|apt|pip|gcc|make|curl|git|build-essential)\b")


@dataclass(frozen=True)
class Instruction:
    line: int
    word: str
    flags: dict[str, str]
    value: str


@dataclass(frozen=True)
class Stage:
    base: str
    name: str
    instructions: list[Instruction]

    def all(self, word: str) -> list[Instruction]:
        return [each for each in self.instructions if each.word == word]

    def one(self, word: str) -> Instruction:
        (found,) = self.all(word)
        return found


@dataclass(frozen=True)
class Dockerfile:
    arguments: dict[str, str]
    stages: list[Stage]
    context: list[str]


def read(root: Path) -> Dockerfile:
    done = subprocess.run(["sh", PROOF, "--parse"], cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    stages = [
        Stage(each["base"], each["name"], [Instruction(**fields) for fields in each["instructions"]])
        for each in found["stages"]
    ]
    return Dockerfile(found["arguments"], stages, found["context"])


@cache
def dockerfile() -> Dockerfile:
    return read(ROOT)


def final() -> Stage:
    return dockerfile().stages[-1]


def environment(stage: Stage) -> dict[str, str]:
    words = " ".join(each.value for each in stage.all("ENV")).split()
    return {name: value for name, _, value in (word.partition("=") for word in words)}


def test_two_stages_from_one_pinned_slim_base() -> None:
    assert dockerfile().arguments == {"BASE": "python:3.11-slim-bookworm"}
    assert [(stage.base, stage.name) for stage in dockerfile().stages] == [
        ("python:3.11-slim-bookworm", "builder"),
        ("python:3.11-slim-bookworm", ""),
    ]
    assert ":latest" not in (ROOT / "Dockerfile").read_text(encoding="utf-8")


def test_it_runs_as_a_numbered_user_who_is_not_root() -> None:
    uid, _, gid = final().one("USER").value.partition(":")
    assert int(uid) > 0
    assert int(gid) > 0
    words = [each.word for each in final().instructions]
    assert "RUN" not in words[words.index("USER") :]


def test_the_health_check_asks_readyz_with_python() -> None:
    _, _, command = final().one("HEALTHCHECK").value.partition("CMD ")
    program, *arguments = json.loads(command)
    assert program == "python"
    assert "/readyz" in arguments[-1]
    compile(arguments[-1], "HEALTHCHECK", "exec")


def test_it_serves_on_every_address_and_keeps_its_data_in_one_volume() -> None:
    found = environment(final())
    assert (found["HOST"], found["DATA_DIR"]) == ("0.0.0.0", "/data")
    assert found["PORT"] == final().one("EXPOSE").value == str(Settings.model_fields["port"].default)
    assert json.loads(final().one("VOLUME").value) == ["/data"]
    assert {"host", "port", "data_dir"} <= set(Settings.model_fields)
    assert tuple(json.loads(final().one("CMD").value)) == SERVE


def test_every_copied_file_is_sent_to_the_build() -> None:
    sent = dockerfile().context
    stages: list[str] = []
    copied = []
    for stage in dockerfile().stages:
        for each in stage.all("COPY"):
            *sources, _ = each.value.split()
            if "from" in each.flags:
                assert each.flags["from"] in stages
                continue
            copied += sources
            for source in sources:
                assert any(f"{name}/".startswith(f"{source.rstrip('/')}/") for name in sent), source
        stages.append(stage.name)
    assert copied == ["requirements/slim.lock", "knowledge/", "bots/", "ingest/", "app/", "deploy/entrypoint.sh"]


def test_nothing_is_sent_to_the_build_but_what_the_image_needs(tmp_path: Path) -> None:
    for name in ("Dockerfile", ".dockerignore", PROOF, READER):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    wanted = ["app/a.py", "deploy/entrypoint.sh", "knowledge/guides/x/a.md", "requirements/slim.lock"]
    unwanted = [".env", ".git/config", ".venv/a.py", "app/.env.local", "app/__pycache__/a.pyc", "app/sub/a.pyc"]
    unwanted += ["bots/zalo.key", "knowledge/evals/a.jsonl", "requirements/full.lock", "tests/a.py", "var/app/a.py"]
    for name in wanted + unwanted:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert read(tmp_path).context == wanted


def test_the_libraries_are_the_locked_ones_with_hashes_and_come_before_the_code() -> None:
    builder = dockerfile().stages[0].instructions
    (install,) = [at for at, each in enumerate(builder) if "pip install" in each.value]
    for option in ("--require-hashes", "--only-binary :all:", "-r /tmp/slim.lock"):
        assert option in builder[install].value
    before = [each.value for each in builder[:install] if each.word == "COPY"]
    assert before == ["requirements/slim.lock /tmp/slim.lock"]
    lock = (ROOT / "requirements/slim.lock").read_text(encoding="utf-8")
    requirements = re.findall(r"^\S+==(?:.*\\\n)*.*", lock, re.MULTILINE)
    assert requirements
    assert [each for each in requirements if "--hash=sha256:" not in each] == []


def test_the_final_stage_builds_nothing_and_holds_no_secret() -> None:
    assert [each.value for each in final().all("RUN") if BUILD_TOOLS.search(each.value)] == []
    everything = [each for stage in dockerfile().stages for each in stage.instructions]
    assert [each.value for each in everything if SECRET.search(each.value)] == []
    assert final().one("ARG").value == "REVISION=unknown"


def test_the_labels_say_the_version_of_the_project() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    labels = final().one("LABEL").value
    for name in ("version", "license", "description"):
        assert f'.{name}{"s" if name == "license" else ""}="{project[name]}"' in labels


def test_an_instruction_the_proof_cannot_read_stops_it(tmp_path: Path) -> None:
    for name in (".dockerignore", PROOF, READER):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy(ROOT / name, tmp_path / name)
    (tmp_path / "Dockerfile").write_text("FROM a:1\nADD b c\n", encoding="utf-8")
    done = subprocess.run(["sh", PROOF, "--parse"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr.strip()) == (1, "KHÔNG ĐẠT: Dockerfile dòng 2: chưa đọc được ADD")


@dataclass(frozen=True)
class Entrypoint:
    """`deploy/entrypoint.sh` as the image lays it out, with a `python` that only says what it was asked."""

    root: Path
    data: Path

    def run(self, *command: str, build_fails: bool = False) -> subprocess.CompletedProcess[str]:
        fake = self.root / "bin/python"
        fails = '[ "$2" = ingest ] && exit 1' if build_fails else ""
        fake.write_text(f'#!/bin/sh\necho "$@"\n{fails}\nexit 0\n', encoding="utf-8")
        fake.chmod(0o755)
        env = os.environ | {"PATH": f"{fake.parent}:{os.environ['PATH']}", "DATA_DIR": str(self.data)}
        start = ["sh", str(self.root / "deploy/entrypoint.sh"), *command]
        return subprocess.run(start, cwd=self.root, env=env, capture_output=True, text=True, timeout=30, check=False)


@pytest.fixture
def entrypoint(tmp_path: Path) -> Entrypoint:
    for folder in ("bin", "deploy", "seed/artifacts/v1"):
        (tmp_path / folder).mkdir(parents=True)
    shutil.copy(ENTRYPOINT, tmp_path / "deploy")
    (tmp_path / "seed/artifacts/current").write_text("v1\n", encoding="utf-8")
    return Entrypoint(tmp_path, tmp_path / "data")


def test_a_new_volume_takes_the_seed_then_the_index_is_brought_up_to_date(entrypoint: Entrypoint) -> None:
    done = entrypoint.run(*SERVE)
    assert (done.returncode, done.stdout.splitlines(), done.stderr) == (0, ["-m ingest build", "-m app serve"], "")
    assert (entrypoint.data / "artifacts/current").read_text(encoding="utf-8") == "v1\n"
    assert [path.name for path in entrypoint.data.iterdir()] == ["artifacts"]


def test_a_volume_in_use_keeps_its_own_index(entrypoint: Entrypoint) -> None:
    (entrypoint.data / "artifacts").mkdir(parents=True)
    (entrypoint.data / "artifacts/current").write_text("v7\n", encoding="utf-8")
    assert entrypoint.run(*SERVE).returncode == 0
    assert (entrypoint.data / "artifacts/current").read_text(encoding="utf-8") == "v7\n"


def test_a_failed_build_leaves_the_service_on_the_index_it_has(entrypoint: Entrypoint) -> None:
    done = entrypoint.run(*SERVE, build_fails=True)
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "-m app serve")
    assert "chạy tiếp với chỉ mục đang có" in done.stderr


def test_a_failed_build_without_any_index_stops_the_container(entrypoint: Entrypoint) -> None:
    shutil.rmtree(entrypoint.root / "seed")
    done = entrypoint.run(*SERVE, build_fails=True)
    assert (done.returncode, done.stdout.splitlines()) == (1, ["-m ingest build"])
    assert "Chưa có chỉ mục nào để chạy" in done.stderr


def test_a_volume_that_cannot_be_written_is_named_in_plain_words(entrypoint: Entrypoint) -> None:
    entrypoint.data.write_text("a file where the folder should be", encoding="utf-8")
    done = entrypoint.run(*SERVE)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"Không ghi được vào thư mục dữ liệu {entrypoint.data}" in done.stderr
    assert f"chown -R {os.getuid()}:{os.getgid()}" in done.stderr


def test_any_other_command_runs_as_it_is(entrypoint: Entrypoint) -> None:
    done = entrypoint.run("sh", "-c", "echo lệnh khác; exit 7")
    assert (done.returncode, done.stdout, done.stderr) == (7, "lệnh khác\n", "")
    assert not entrypoint.data.exists()
