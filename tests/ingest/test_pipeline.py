"""A build does only what changed, and whatever stops it, the index that was live stays live."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from app.assistant import create_assistant
from app.config import Settings
from app.errors import BuildBusy, ContentInvalid
from app.retrieval.artifact import ArtifactPaths
from app.schemas import AskRequest
from ingest.pipeline import STAGES, build_index

GUIDE = "guides/dinh-danh-dien-tu/cai-dat-vneid.md"


def change(settings: Settings, old: str, new: str, file: str = GUIDE) -> None:
    path = settings.knowledge_dir / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def asks_rightly(settings: Settings) -> str:
    """Ask the live index something it knows; returns the version that answered."""
    answer = create_assistant(settings).ask(AskRequest(text="Làm sao tải và cài ứng dụng VNeID đúng chỗ?"))
    assert answer.guide is not None
    assert answer.guide.id == "cai-dat-vneid"
    return answer.artifact_version


def test_first_build_goes_live_and_unchanged_build_does_nothing(small_settings: Settings) -> None:
    first = build_index(small_settings)
    second = build_index(small_settings)
    assert (first.guides, first.embedded) == (6, first.chunks)
    assert (second.version, second.embedded, second.changed) == (first.version, 0, False)
    assert ArtifactPaths(small_settings.data_dir).versions() == [first.version]


def test_only_the_changed_section_is_embedded_again(small_settings: Settings) -> None:
    first = build_index(small_settings)
    change(small_settings, "\n## Các bước\n\n1. ", "\n## Các bước\n\n1. Nhờ người nhà đứng cạnh giúp. ")
    second = build_index(small_settings)
    assert second.changed
    assert second.chunks == first.chunks
    assert second.embedded == 1
    assert asks_rightly(small_settings) == second.version


def test_stages_are_reported_in_order_and_once(small_settings: Settings) -> None:
    begun: list[str] = []

    def note(stage: str, done: int, total: int) -> None:
        assert 0 <= done <= total
        if done == 0:
            begun.append(stage)

    build_index(small_settings, note)
    assert begun == list(STAGES)


@pytest.mark.parametrize("stage", STAGES)
def test_killed_at_any_stage_the_old_index_serves(small_settings: Settings, stage: str) -> None:
    """A child builds and kills itself (SIGKILL) as `stage` begins; the next build then works."""
    first = build_index(small_settings)
    change(small_settings, "\n## Các bước\n\n1. ", "\n## Các bước\n\n1. Nhờ người nhà đứng cạnh giúp. ")
    child = f"""
import os, signal
from pathlib import Path
from app.config import Settings
from ingest.pipeline import build_index
settings = Settings(
    knowledge_dir=Path({str(small_settings.knowledge_dir)!r}), data_dir=Path({str(small_settings.data_dir)!r})
)
def die(stage, done, total):
    if stage == {stage!r}:
        os.kill(os.getpid(), signal.SIGKILL)
build_index(settings, die)
"""
    killed = subprocess.run([sys.executable, "-c", child], check=False, capture_output=True, timeout=120)
    assert killed.returncode == -9, killed.stderr.decode()
    version = asks_rightly(small_settings)
    switched = STAGES.index(stage) > STAGES.index("switch")
    assert (version != first.version) == switched
    after = build_index(small_settings)
    assert after.changed != switched
    paths = ArtifactPaths(small_settings.data_dir)
    assert not list(paths.root.glob("building-*"))
    assert paths.current() == after.version


def test_full_disk_is_told_and_changes_nothing(small_settings: Settings) -> None:
    """The kernel refuses writes above 4 kB (RLIMIT_FSIZE), as a full disk or a quota would."""
    first = build_index(small_settings)
    change(small_settings, "\n## Các bước\n\n1. ", "\n## Các bước\n\n1. Nhờ người nhà đứng cạnh giúp. ")
    child = """
import resource, signal, sys
from ingest.__main__ import main
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
sys.exit(main(["build"]))
"""
    environment = {
        "PATH": "/usr/bin:/bin",
        "PYTHONDONTWRITEBYTECODE": "1",
        "KNOWLEDGE_DIR": str(small_settings.knowledge_dir),
        "DATA_DIR": str(small_settings.data_dir),
    }
    failed = subprocess.run(
        [sys.executable, "-c", child], check=False, capture_output=True, text=True, env=environment, timeout=120
    )
    assert failed.returncode == 1
    assert "Đĩa đầy hoặc không ghi được" in failed.stderr
    assert "Traceback" not in failed.stderr
    assert asks_rightly(small_settings) == first.version


def test_broken_guide_names_every_problem_and_changes_nothing(small_settings: Settings) -> None:
    first = build_index(small_settings)
    change(small_settings, "title: ", "tilte: ")
    (small_settings.knowledge_dir / "guides/dinh-danh-dien-tu/hong.md").write_bytes(b"---\n\xff\n")
    with pytest.raises(ContentInvalid) as refused:
        build_index(small_settings)
    told = str(refused.value)
    assert "title" in told
    assert "hong.md:2: LỖI: không phải UTF-8" in told
    assert asks_rightly(small_settings) == first.version


def test_two_builds_at_once(small_settings: Settings) -> None:
    def build_inside(stage: str, done: int, total: int) -> None:
        with pytest.raises(BuildBusy, match="Đang có một lần dựng"):
            build_index(small_settings)

    assert build_index(small_settings, build_inside).changed


def test_old_versions_are_discarded_but_a_rolled_back_one_is_kept(small_settings: Settings) -> None:
    settings = small_settings.model_copy(update={"keep_versions": 2})
    paths = ArtifactPaths(settings.data_dir)
    versions = []
    for count in range(4):
        (settings.knowledge_dir / "ranking.yaml").write_text(
            f"weights: {{words: 0.35, syllables: 0.35, dense: 0.3, added: 0.{count + 1}}}\n"
            "policy: {answer_score: 0.1, choose_margin: 0.0}\n",
            encoding="utf-8",
        )
        versions.append(build_index(settings).version)
    assert paths.versions() == sorted(versions)[-2:]
    paths.switch(paths.previous())
    assert create_assistant(settings).library.current.version == paths.versions()[0]


def test_another_encoder_builds_anew(small_settings: Settings, tmp_path: Path) -> None:
    import shutil

    from app.config import ROOT

    first = build_index(small_settings)
    other = tmp_path / "encoder"
    shutil.copytree(ROOT / "knowledge/models/bdhvs-static", other)
    tokenizer = next(other.rglob("tokenizer.json"))
    tokenizer.write_text(tokenizer.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    changed = build_index(small_settings.model_copy(update={"encoder": f"static:{other}"}))
    assert changed.embedded == changed.chunks == first.chunks
