"""Every setting comes from the environment, and a wrong one is named as it is written there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from app.config import Settings, load_settings
from app.errors import SettingsInvalid

GIVEN: dict[str, tuple[str, object]] = {
    "host": ("0.0.0.0", "0.0.0.0"),
    "port": ("8001", 8001),
    "metrics_port": ("9100", 9100),
    "data_dir": ("/srv/du-lieu", Path("/srv/du-lieu")),
    "knowledge_dir": ("kho", Path("kho")),
    "encoder": ("sentence_transformer:keepitreal/vietnamese-sbert", "sentence_transformer:keepitreal/vietnamese-sbert"),
    "vector_store": ("numpy_flat", "numpy_flat"),
    "keep_versions": ("2", 2),
    "max_question_chars": ("100", 100),
    "max_body_bytes": ("1000", 1000),
    "answer_timeout_s": ("0.5", 0.5),
    "reload_every_s": ("30", 30.0),
    "log_level": ("DEBUG", "DEBUG"),
}
WRONG = [
    ("PORT", "0"),
    ("PORT", "65536"),
    ("PORT", "tám nghìn"),
    ("PORT", ""),
    ("METRICS_PORT", "-1"),
    ("KEEP_VERSIONS", "1"),
    ("KEEP_VERSIONS", "101"),
    ("MAX_QUESTION_CHARS", "99"),
    ("MAX_QUESTION_CHARS", "20001"),
    ("MAX_BODY_BYTES", "999"),
    ("ANSWER_TIMEOUT_S", "0"),
    ("RELOAD_EVERY_S", "-1"),
    ("LOG_LEVEL", "ồn ào"),
]


@pytest.fixture(autouse=True)
def _bare_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No variable of ours, no `.env` in the working folder."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.chdir(tmp_path)


def value_of(settings: Settings, name: str) -> Any:
    return getattr(settings, name)


def test_every_setting_is_tried_here_and_described() -> None:
    assert set(GIVEN) == set(Settings.model_fields)
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


@pytest.mark.parametrize("name", GIVEN)
def test_the_environment_overrides_the_default(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    written, expected = GIVEN[name]
    assert value_of(load_settings(), name) == Settings.model_fields[name].default != expected
    monkeypatch.setenv(name.upper(), written)
    assert value_of(load_settings(), name) == expected


def test_a_dotenv_file_is_read_and_the_environment_goes_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=8002\nHOST=::1\nKHAC=1\n", encoding="utf-8")
    monkeypatch.setenv("PORT", "8003")
    settings = load_settings()
    assert (settings.port, settings.host) == (8003, "::1")


@pytest.mark.parametrize(("name", "value"), WRONG)
def test_a_wrong_setting_is_named(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsInvalid, match=rf"^Cài đặt chưa đúng:\n{name}: "):
        load_settings()


def test_all_wrong_settings_are_named_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", "x")
    monkeypatch.setenv("KEEP_VERSIONS", "0")
    with pytest.raises(SettingsInvalid) as caught:
        load_settings()
    assert [line.partition(":")[0] for line in str(caught.value).splitlines()[1:]] == ["PORT", "KEEP_VERSIONS"]


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        load_settings().port = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("encoder", "family", "name"),
    [("static:a/b", "static", "a/b"), ("static:C:/a", "static", "C:/a"), ("static", "static", "")],
)
def test_an_encoder_is_a_family_and_a_name(encoder: str, family: str, name: str) -> None:
    settings = Settings(encoder=encoder)
    assert (settings.encoder_family, settings.encoder_name) == (family, name)
