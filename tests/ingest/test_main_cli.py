"""`python -m ingest` in a terminal: what each command prints, and what it says when it cannot."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from app.config import Settings
from app.retrieval.artifact import ArtifactPaths
from ingest.__main__ import main
from ingest.pipeline import build_index
from tests.ingest.test_pipeline import GUIDE, change

COMMANDS = {
    "build": "dựng chỉ mục",
    "check": "kiểm tra mọi hướng dẫn",
    "convert": "đổi tệp",
    "evaluate": "chấm",
    "import": "thủ tục",
    "rollback": "quay về phiên bản",
    "train": "huấn luyện",
}
QUESTIONS = [
    {"id": "1", "text": "Làm sao tải và cài ứng dụng VNeID đúng chỗ?", "expected": ["cai-dat-vneid"], "kind": "đúng"},
    {"id": "2", "text": "😀", "expected": ["dang-ky-khai-sinh"], "kind": "hụt"},
]


@pytest.fixture
def settings(small_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """The small settings, as the environment gives them."""
    monkeypatch.setenv("DATA_DIR", str(small_settings.data_dir))
    monkeypatch.setenv("KNOWLEDGE_DIR", str(small_settings.knowledge_dir))
    return small_settings


@pytest.fixture
def versions(settings: Settings) -> list[str]:
    """Three versions, the newest live."""
    built = [build_index(settings).version]
    for name in ("anh", "chị"):
        change(settings, "\n## Các bước\n\n1. ", f"\n## Các bước\n\n1. Nhờ {name} đứng cạnh giúp. ")
        built.append(build_index(settings).version)
    return built


@pytest.fixture
def question_file(tmp_path: Path) -> Path:
    path = tmp_path / "hoi.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in QUESTIONS), encoding="utf-8")
    return path


def test_help_lists_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--help"])
    told = capsys.readouterr().out
    assert re.findall(r"^    (\w+) ", told, re.MULTILINE) == list(COMMANDS)
    assert [command for command, words in COMMANDS.items() if words not in told] == []


@pytest.mark.parametrize("command", COMMANDS)
def test_help_of_a_command(command: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main([command, "--help"])
    assert f"usage: python -m ingest {command}" in capsys.readouterr().out


@pytest.mark.parametrize("arguments", [[], ["khong-co"], ["evaluate"], ["convert"], ["build", "thua"]])
def test_a_wrong_command_is_told(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    assert "usage: python -m ingest" in capsys.readouterr().err


def test_a_wrong_setting_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("KEEP_VERSIONS", "1")
    assert main(["check"]) == 1
    assert capsys.readouterr().err.startswith("Cài đặt chưa đúng:\nKEEP_VERSIONS: ")


def test_build_says_what_it_did(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    number = r"\d+(\.\d)?"
    assert main(["build"]) == 0
    version = ArtifactPaths(settings.data_dir).current()
    first = capsys.readouterr()
    assert first.err.splitlines()[0] == "Đọc và kiểm tra …"
    assert re.fullmatch(
        rf"Đã đưa vào dùng phiên bản {version}: 6 hướng dẫn, (\d+) đoạn \(\1 đoạn mã hoá lại\), {number} giây\.\n",
        first.out,
    )
    assert main(["build"]) == 0
    assert re.fullmatch(
        rf"Không có gì đổi, vẫn dùng phiên bản {version}: 6 .+ đoạn \(0 đoạn mã hoá lại\), {number} giây\.\n",
        capsys.readouterr().out,
    )


def test_check_of_a_sound_corpus(settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert re.fullmatch(r"6 hướng dẫn đọc được, 0 lỗi, \d+ điều nhắc\.", capsys.readouterr().out.splitlines()[-1])


@pytest.mark.parametrize("command", ["check", "build"])
def test_a_broken_guide(command: str, settings: Settings, capsys: pytest.CaptureFixture[str]) -> None:
    change(settings, "title: ", "tilte: ")
    change(settings, "place: toan-quoc", "place: Hà Nội")
    assert main([command]) == 1
    told = capsys.readouterr()
    lines = (told.out if command == "check" else told.err).splitlines()
    assert [line for line in lines if ": LỖI: " in line] == [
        f"knowledge/{GUIDE}:1: LỖI: “title”: thiếu khoá này",
        f"knowledge/{GUIDE}:2: LỖI: “tilte”: khoá lạ, hãy bỏ đi",
        f"knowledge/{GUIDE}:6: LỖI: “place”: không đúng dạng quy định",
    ]
    if command == "check":
        assert lines[-1].startswith("5 hướng dẫn đọc được, 3 lỗi, ")


def test_no_knowledge_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tmp_path))
    assert main(["check"]) == 1
    assert "trusted_domains.yaml:1: LỖI: không đọc được (" in capsys.readouterr().err


def test_an_unknown_store_and_encoder(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("VECTOR_STORE", "la")
    assert main(["build"]) == 1
    assert "tên “la”. Đang có: faiss, numpy_flat" in capsys.readouterr().err
    monkeypatch.delenv("VECTOR_STORE")
    monkeypatch.setenv("ENCODER", "la:x")
    assert main(["build"]) == 1
    assert "Không có bộ mã hoá tên “la”. Đang có: " in capsys.readouterr().err


def assert_told_plainly(capsys: pytest.CaptureFixture[str], what: str) -> None:
    """One Vietnamese sentence on standard error that names `what`; no traceback, nothing claimed done."""
    told = capsys.readouterr()
    assert what in told.err
    assert re.search(r"[Kk]hông (đọc|ghi|thấy)|bị hỏng", told.err)
    assert "Traceback" not in told.err
    assert "Đã" not in told.out


@pytest.mark.parametrize("arguments", [["build"], ["rollback"], ["rollback", "--list"]])
def test_a_data_folder_that_is_a_file(
    arguments: list[str],
    settings: Settings,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "tep").write_text("", encoding="utf-8")
    monkeypatch.setenv("DATA_DIR", str(tmp_path / "tep"))
    assert main(arguments) == 1
    assert_told_plainly(capsys, str(tmp_path / "tep"))


def test_rollback_lists_and_goes_back(
    settings: Settings, versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    first, second, third = versions
    paths = ArtifactPaths(settings.data_dir)
    assert main(["rollback", "--list"]) == 0
    assert capsys.readouterr().out.splitlines() == [first, second, f"{third}  (đang dùng)"]
    assert (main(["rollback"]), paths.current()) == (0, second)
    assert capsys.readouterr().out.startswith(f"Đã quay về phiên bản {second}. ")
    assert (main(["rollback"]), paths.current()) == (0, first)
    capsys.readouterr()
    assert (main(["rollback"]), paths.current()) == (1, first)
    assert capsys.readouterr().err == "Không có phiên bản cũ hơn để quay về.\n"
    assert (main(["rollback", third]), paths.current()) == (0, third)
    capsys.readouterr()
    assert (main(["rollback", "2020-01-01"]), paths.current()) == (1, third)
    assert capsys.readouterr().err == f"Không còn phiên bản “2020-01-01”. Đang giữ: {', '.join(versions)}.\n"


def test_build_after_a_rollback_says_that_the_content_is_held(
    settings: Settings, versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ArtifactPaths(settings.data_dir)
    assert main(["rollback"]) == 0
    capsys.readouterr()
    assert (main(["build"]), paths.current()) == (0, versions[1])
    held = "Nội dung này đã bị quay lui (dùng lại: build --force), vẫn dùng phiên bản"
    assert capsys.readouterr().out.startswith(f"{held} {versions[1]}: 6 hướng dẫn, ")
    assert main(["build", "--force"]) == 0
    assert paths.current() not in versions
    assert capsys.readouterr().out.startswith(f"Đã đưa vào dùng phiên bản {paths.current()}: ")


def test_a_rollback_to_a_damaged_version_is_told(
    settings: Settings, versions: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    paths = ArtifactPaths(settings.data_dir)
    (paths.folder(versions[0]) / "content.json").write_bytes(b"{}")
    assert (main(["rollback", versions[0]]), paths.current()) == (1, versions[2])
    assert_told_plainly(capsys, f"Tệp content.json của chỉ mục {versions[0]} bị hỏng")


@pytest.mark.parametrize("arguments", [["rollback"], ["rollback", "--list"]])
def test_rollback_before_any_build(
    arguments: list[str], settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 1
    assert capsys.readouterr().err == "Chưa có chỉ mục. Chạy: python -m ingest build\n"


def test_evaluate_prints_figures_and_the_missed(
    settings: Settings, question_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build_index(settings)
    assert main(["evaluate", "--questions", str(question_file)]) == 0
    missed, right, whole, told = capsys.readouterr().out.splitlines()
    assert right.startswith("đúng: questions 1  hit_at_1 1.0  ")
    assert missed.startswith("hụt: questions 1  hit_at_1 0.0  ")
    assert whole.startswith("all: questions 2  hit_at_1 0.5  ")
    assert told == "- 2 [unreadable] 😀 → [] (cần ['dang-ky-khai-sinh'])"


def test_evaluate_json(settings: Settings, question_file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    version = build_index(settings).version
    assert main(["evaluate", "--questions", str(question_file), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert list(told) == ["artifact_version", "by_kind", "missed"]
    assert told["artifact_version"] == version
    assert {kind: figures["hit_at_1"] for kind, figures in told["by_kind"].items()} == {
        "hụt": 0.0,
        "đúng": 1.0,
        "all": 0.5,
    }
    assert [miss["id"] for miss in told["missed"]] == ["2"]


@pytest.mark.parametrize("name", ["khong-co.jsonl", ""], ids=["absent", "folder"])
def test_evaluate_without_its_questions(
    name: str, settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    build_index(settings)
    assert main(["evaluate", "--questions", str(tmp_path / name)]) == 1
    assert_told_plainly(capsys, str(tmp_path / name))


def test_evaluate_names_wrong_lines_and_a_missing_index(
    settings: Settings, question_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["evaluate", "--questions", str(question_file)]) == 1
    assert capsys.readouterr().err == "Chưa có chỉ mục. Chạy: python -m ingest build\n"
    build_index(settings)
    with question_file.open("a", encoding="utf-8") as file:
        file.write("{\n")
    assert main(["evaluate", "--questions", str(question_file)]) == 1
    assert capsys.readouterr().err.startswith(f"{question_file}:3: LỖI: không phải một câu hỏi đúng dạng")


def test_convert_to_the_screen_and_to_a_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page, draft = tmp_path / "lam-the.html", tmp_path / "ban-nhap.md"
    page.write_text("<h1>Làm thẻ</h1><h2>Lệ phí</h2><p>Không thu phí</p>", encoding="utf-8")
    assert main(["convert", str(page)]) == 0
    shown = capsys.readouterr().out
    assert 'title: "Làm thẻ"' in shown
    assert "## Lệ phí\n\nKhông thu phí [^nguon]" in shown
    assert main(["convert", str(page), "-o", str(draft)]) == 0
    assert capsys.readouterr().out.startswith(f"Đã ghi bản nháp {draft}. ")
    assert draft.read_text(encoding="utf-8") + "\n" == shown


@pytest.mark.parametrize("name", ["khong-co.docx", "anh.png"])
def test_convert_what_cannot_be_read(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["convert", str(tmp_path / name)]) == 1
    told = capsys.readouterr()
    assert (told.out, name in told.err) == ("", True)


def test_convert_to_where_nothing_can_be_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    page = tmp_path / "a.html"
    page.write_text("<h1>Làm thẻ</h1>", encoding="utf-8")
    assert main(["convert", str(page), "-o", str(tmp_path / "khong-co" / "a.md")]) == 1
    assert_told_plainly(capsys, "khong-co")
    assert main(["convert", str(page), "-o", str(tmp_path)]) == 1
    assert_told_plainly(capsys, str(tmp_path))
