"""What the documents say is so: settings, commands, links, figures of the encoder."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest

import app.__main__
import ingest.__main__
from app.config import ROOT, Settings

README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "knowledge").glob("*/README.md")])


def test_settings_table_is_the_settings() -> None:
    rows = {
        name: (default, text)
        for name, default, text in re.findall(r"^\| `([A-Z_]+)` \| `(.*?)` \| (.*) \|$", README, re.M)
    }
    expected = {}
    for name, field in Settings.model_fields.items():
        default = field.default
        if isinstance(default, Path) and default.is_absolute():
            default = default.relative_to(ROOT)
        expected[name.upper()] = (str(default), field.description)
    assert rows == expected


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(document: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", document.read_text(encoding="utf-8"), flags=re.S)
    for target in re.findall(r"\]\(([^)#\s]+)\)", text):
        if not re.match(r"https?://", target):
            assert (document.parent / target).exists(), f"{document}: {target}"


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\bmake ([a-z-]+)", README))))
def test_make_targets_exist_and_are_explained(target: str) -> None:
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert re.search(rf"make {target}\b", told)


COMMANDS = sorted(set(re.findall(r"python -m (app|ingest) ([a-z]+)", "".join(p.read_text("utf-8") for p in DOCUMENTS))))


@pytest.mark.parametrize(("package", "command"), COMMANDS)
def test_commands_exist_and_explain_themselves(package: str, command: str, capsys: pytest.CaptureFixture[str]) -> None:
    main = {"app": app.__main__.main, "ingest": ingest.__main__.main}[package]
    with pytest.raises(SystemExit) as left:
        main([command, "--help"])
    assert left.value.code == 0
    assert f"python -m {package} {command}" in capsys.readouterr().out


def test_curl_example_is_a_valid_question() -> None:
    from app.schemas import AskRequest

    body = re.search(r"-d '(\{.*?\})'", README)
    assert body is not None
    assert AskRequest.model_validate_json(body[1]).text


def test_encoder_figures_are_those_of_its_report() -> None:
    report = json.loads((ROOT / "knowledge/models/bdhvs-static/training_report.json").read_text(encoding="utf-8"))
    figures = [
        report[f"hit_at_1_{writing}{bits}"] for writing in ("accented", "unaccented") for bits in ("", "_32_bit")
    ]
    shown = re.search(r"([\d,]+) / ([\d,]+) có dấu, ([\d,]+) / ([\d,]+) không dấu", README)
    assert shown is not None
    assert [float(value.replace(",", ".")) for value in shown.groups()] == [
        pytest.approx(f, abs=0.0006) for f in figures
    ]
    assert figures[1] - figures[0] <= 0.005
    assert figures[3] - figures[2] <= 0.005
    assert report["megabytes"] <= 20


def test_no_path_of_the_machine_is_committed() -> None:
    """Nothing committed names a folder of the machine it was written on."""
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    home = str(ROOT.parent) + "/"
    for name in filter(None, tracked.split("\0")):
        path = ROOT / name
        if (
            path.suffix in {".py", ".md", ".toml", ".yaml", ".json", ".txt", ".sh", ".lock", ".js", ""}
            and path.is_file()
        ):
            assert home not in path.read_text(encoding="utf-8", errors="replace"), name
