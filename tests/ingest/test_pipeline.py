"""A build does only what changed, and whatever stops it, the index that was live stays live."""

from __future__ import annotations

import errno
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from app.assistant import create_assistant
from app.config import Settings
from app.errors import (
    ArtifactCorrupt,
    ArtifactMismatch,
    ArtifactMissing,
    AssistantError,
    BuildBusy,
    ContentInvalid,
    StorageFull,
)
from app.retrieval.artifact import ArtifactPaths, save_index
from app.retrieval.searcher import Index
from app.schemas import AskRequest
from ingest import pipeline
from ingest.pipeline import STAGES, build_index, roll_back

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


STEP = "\n## Các bước\n\n1. "


def build_versions(settings: Settings, count: int) -> list[str]:
    """`count` versions, each with one guide changed; the newest live."""
    versions = [build_index(settings).version]
    for number in range(1, count):
        change(settings, STEP, f"{STEP}Nhờ người thứ {number} đứng cạnh giúp. ")
        versions.append(build_index(settings).version)
    return versions


def test_what_was_rolled_back_from_is_held_until_forced(small_settings: Settings) -> None:
    first, second = build_versions(small_settings, 2)
    paths = ArtifactPaths(small_settings.data_dir)
    assert roll_back(small_settings) == first
    assert asks_rightly(small_settings) == first
    held = build_index(small_settings)
    assert (held.version, held.changed, held.held, held.embedded) == (first, False, True, 0)
    assert (paths.versions(), asks_rightly(small_settings)) == ([first, second], first)
    forced = build_index(small_settings, force=True)
    assert (forced.changed, forced.held, forced.version > second) == (True, False, True)
    assert asks_rightly(small_settings) == forced.version
    again = build_index(small_settings)
    assert (again.changed, again.held) == (False, False)


def test_a_changed_guide_ends_the_hold(small_settings: Settings) -> None:
    first, _ = build_versions(small_settings, 2)
    roll_back(small_settings)
    change(small_settings, STEP, f"{STEP}Đã sửa. ")
    mended = build_index(small_settings)
    assert (mended.changed, mended.held) == (True, False)
    assert asks_rightly(small_settings) == mended.version != first


def test_a_hold_does_not_hide_what_is_live(small_settings: Settings) -> None:
    """The guides are put back as they were: that is what is live, and nothing is held."""
    path = small_settings.knowledge_dir / GUIDE
    before = path.read_bytes()
    first, _ = build_versions(small_settings, 2)
    roll_back(small_settings)
    path.write_bytes(before)
    same = build_index(small_settings)
    assert (same.version, same.changed, same.held) == (first, False, False)


def test_two_rollbacks_hold_both_versions_turned_away_from(small_settings: Settings) -> None:
    """The guides are still those of the newest version: a nightly build must not bring it back."""
    first, _, _ = build_versions(small_settings, 3)
    roll_back(small_settings)
    assert roll_back(small_settings) == first
    report = build_index(small_settings)
    assert (report.version, report.changed, report.held) == (first, False, True)
    assert asks_rightly(small_settings) == first


def test_going_forward_again_is_not_held(small_settings: Settings) -> None:
    first, second = build_versions(small_settings, 2)
    assert roll_back(small_settings) == first
    assert roll_back(small_settings, second) == second
    report = build_index(small_settings)
    assert (report.version, report.changed, report.held) == (second, False, False)


def test_rolling_back_to_what_is_live_holds_nothing(small_settings: Settings) -> None:
    _, second = build_versions(small_settings, 2)
    assert roll_back(small_settings, second) == second
    assert not build_index(small_settings).held


@pytest.mark.parametrize("file", ["content.json", "chunks.jsonl", "manifest.json", "vectors.npy"])
@pytest.mark.parametrize("damaged", [b"", b"{}", None], ids=["empty", "other", "absent"])
def test_rollback_to_a_damaged_version_changes_nothing(
    file: str, damaged: bytes | None, small_settings: Settings
) -> None:
    first, second = build_versions(small_settings, 2)
    path = ArtifactPaths(small_settings.data_dir).folder(first) / file
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    with pytest.raises((ArtifactCorrupt, ArtifactMissing)):
        roll_back(small_settings, first)
    assert asks_rightly(small_settings) == second
    assert not build_index(small_settings).held


def test_rollback_to_a_version_of_another_encoder_changes_nothing(small_settings: Settings) -> None:
    first, second = build_versions(small_settings, 2)
    manifest = ArtifactPaths(small_settings.data_dir).folder(first) / "manifest.json"
    fields = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps({**fields, "encoder_fingerprint": "khác"}), encoding="utf-8")
    with pytest.raises(ArtifactMismatch):
        roll_back(small_settings)
    assert asks_rightly(small_settings) == second


@pytest.mark.parametrize("written", ["{}/", "./{}", "../artifacts/{}"])
def test_rollback_takes_the_name_of_a_version_and_no_path(written: str, small_settings: Settings) -> None:
    """A live version under another spelling of its name would be swept away as an old one."""
    first, second = build_versions(small_settings, 2)
    with pytest.raises(ArtifactMissing):
        roll_back(small_settings, written.format(first))
    assert ArtifactPaths(small_settings.data_dir).current() == second


def test_rollback_while_a_build_runs(small_settings: Settings) -> None:
    _, second = build_versions(small_settings, 2)
    change(small_settings, STEP, f"{STEP}Lại sửa. ")

    def roll_back_inside(stage: str, done: int, total: int) -> None:
        if stage == "write":
            with pytest.raises(BuildBusy):
                roll_back(small_settings)

    third = build_index(small_settings, roll_back_inside)
    assert third.version > second
    assert asks_rightly(small_settings) == third.version


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("ranking.yaml", "choose_margin", "chose_margin"),
        ("ranking.yaml", "answer_score: 0.15", "answer_score: cao"),
        ("ranking.yaml", "words: 0.425", "words: [0.425]"),
        ("lexicon/teencode.yaml", "", "- ko\n- hok\n"),
        ("lexicon/facets.yaml", "", "fee: phí\n"),
        ("languages/vi.json", "", '{"a": 1}'),
        ("languages/vi.json", "", '{"a": "A"'),
    ],
)
@pytest.mark.parametrize("force", [False, True])
def test_a_broken_list_never_goes_live(file: str, old: str, new: str, force: bool, small_settings: Settings) -> None:
    first = build_index(small_settings)
    path = small_settings.knowledge_dir / file
    if old:
        change(small_settings, old, new, file)
    else:
        path.write_text(new, encoding="utf-8")
    with pytest.raises(ContentInvalid, match=re.escape(f"knowledge/{file}:")):
        build_index(small_settings, force=force)
    assert asks_rightly(small_settings) == first.version
    assert ArtifactPaths(small_settings.data_dir).versions() == [first.version]


@pytest.mark.parametrize(
    "ranking",
    [
        "weights: {words: 0, syllables: 0, dense: 0, added: 0}\npolicy: {answer_score: 0.1, choose_margin: 0.0}\n",
        "weights: {words: .nan, syllables: 1, dense: 1, added: 0}\npolicy: {answer_score: 0.1, choose_margin: 0.0}\n",
        "weights: {words: 1, syllables: 1, dense: 1, added: 0}\npolicy: {answer_score: .nan, choose_margin: 0.0}\n",
    ],
    ids=["all zero", "weight nan", "score nan"],
)
def test_a_ranking_that_cannot_answer_never_goes_live(ranking: str, small_settings: Settings) -> None:
    first = build_index(small_settings)
    (small_settings.knowledge_dir / "ranking.yaml").write_text(ranking, encoding="utf-8")
    with pytest.raises(AssistantError):
        build_index(small_settings)
    assert asks_rightly(small_settings) == first.version


@pytest.mark.parametrize("file", ["chunks.jsonl", "lexicon.json"])
def test_a_candidate_that_cannot_be_loaded_never_goes_live(
    file: str, small_settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is damaged before it is sealed, so its hash is right and only loading it tells."""
    first = build_index(small_settings)
    change(small_settings, STEP, f"{STEP}Lại sửa. ")

    def save_badly(folder: Path, index: Index) -> None:
        save_index(folder, index)
        (folder / file).write_text("{", encoding="utf-8")

    with monkeypatch.context() as patched:
        patched.setattr(pipeline, "save_index", save_badly)
        with pytest.raises(ArtifactCorrupt):
            build_index(small_settings)
    paths = ArtifactPaths(small_settings.data_dir)
    assert (paths.versions(), asks_rightly(small_settings)) == ([first.version], first.version)
    second = build_index(small_settings)
    assert second.changed
    assert not list(paths.root.glob("building-*"))


def test_a_full_disk_at_rollback_changes_nothing(small_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error says that what is live did not change; so it must not have."""
    _, second = build_versions(small_settings, 2)
    write = Path.write_text

    def refuse(self: Path, *arguments: str, **options: str) -> int:
        if self.name == "held":
            raise OSError(errno.ENOSPC, "No space left on device", str(self))
        return write(self, *arguments, **options)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "write_text", refuse)
        with pytest.raises(StorageFull, match="chỉ mục đang dùng không đổi"):
            roll_back(small_settings)
    assert asks_rightly(small_settings) == second


def test_images_are_part_of_the_artifact(small_settings: Settings) -> None:
    image = small_settings.knowledge_dir / Path(GUIDE).parent / "nut.svg"
    image.write_text("<svg>một</svg>", encoding="utf-8")
    change(small_settings, "\n   - S", "\n   - ![Nút](nut.svg)\n   - S")
    first = build_index(small_settings)
    paths = ArtifactPaths(small_settings.data_dir)
    copied = paths.folder(first.version) / "images/cai-dat-vneid/nut.svg"
    assert copied.read_text(encoding="utf-8") == "<svg>một</svg>"
    manifest = json.loads((paths.folder(first.version) / "manifest.json").read_text(encoding="utf-8"))
    assert "images/cai-dat-vneid/nut.svg" in manifest["files"]

    image.write_text("<svg>hai</svg>", encoding="utf-8")
    second = build_index(small_settings)
    assert (second.changed, second.embedded) == (True, 0)
    assert copied.read_text(encoding="utf-8") == "<svg>một</svg>"
    newer = paths.folder(second.version) / "images/cai-dat-vneid/nut.svg"
    assert newer.read_text(encoding="utf-8") == "<svg>hai</svg>"


@pytest.mark.parametrize("file", ["languages/vi.json", "lexicon/facets.yaml", "groups.yaml", "lexicon/teencode.yaml"])
def test_a_changed_list_makes_a_new_version_without_embedding(file: str, small_settings: Settings) -> None:
    first = build_index(small_settings)
    path = small_settings.knowledge_dir / file
    text = path.read_text(encoding="utf-8")
    mark = text.rstrip().rstrip("}").rstrip()
    added = {
        "languages/vi.json": mark + ',\n "them": "Thêm"\n}\n',
        "lexicon/facets.yaml": text + "\nfiller_them: [nhỉ nhé]\n",
        "groups.yaml": text + "\nnhom-them: Thêm\n",
        "lexicon/teencode.yaml": text + "\nzzz: thêm\n",
    }
    path.write_text(added[file], encoding="utf-8")
    second = build_index(small_settings)
    assert (second.changed, second.embedded, second.version > first.version) == (True, 0, True)
    assert asks_rightly(small_settings) == second.version


def test_the_texts_the_service_says_come_with_the_artifact(small_settings: Settings) -> None:
    build_index(small_settings)
    texts = json.loads((small_settings.knowledge_dir / "languages/vi.json").read_text(encoding="utf-8"))
    assert create_assistant(small_settings).library.current.texts == texts
