"""Training on a tiny corpus: what is written can be loaded without torch, and the same seed gives the same weights."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from dataclasses import asdict
from importlib.util import find_spec
from itertools import islice
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import load_file

from app.config import ROOT, Settings
from app.retrieval.encoders import load_encoder
from app.retrieval.text import fold_diacritics
from ingest import train
from ingest.__main__ import main
from ingest.train import TrainingReport, train_encoder

CODES = 30
DIMENSIONS = 32


@pytest.fixture
def tiny_settings(small_settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """Six guides, and the phrasings of the first CODES procedures; one short epoch of a small model."""
    folder = small_settings.knowledge_dir / "phrasings"
    folder.mkdir()
    lines = list(islice(phrasings_of_first_codes(), CODES * 5))
    (folder / "procedures.tsv").write_text("".join(lines), encoding="utf-8")
    monkeypatch.setattr(train, "EPOCHS", 1)
    monkeypatch.setattr(train, "DIMENSIONS", DIMENSIONS)
    monkeypatch.setattr(train, "BATCH", 64)
    return small_settings


def phrasings_of_first_codes() -> Iterator[str]:
    """Lines of the shipped phrasings, as long as they are of the first CODES procedures."""
    codes: set[str] = set()
    path = ROOT / "knowledge" / "phrasings" / "procedures.tsv"
    for line in path.read_text(encoding="utf-8").splitlines(keepends=True):
        if line.startswith("#"):
            continue
        codes.add(line.partition("\t")[0])
        if len(codes) > CODES:
            return
        yield line


def need_full_profile() -> None:
    if find_spec("torch") is None or find_spec("sentence_transformers") is None:
        pytest.skip("huấn luyện cần torch của bản đầy đủ: make setup-full")


def weights(target: Path) -> np.ndarray[tuple[int, ...], np.dtype[np.float16]]:
    (path,) = target.rglob("model.safetensors")
    (table,) = load_file(path).values()
    return np.asarray(table)


def tokenizer(target: Path) -> bytes:
    (path,) = target.rglob("tokenizer.json")
    return path.read_bytes()


def test_a_trained_encoder_is_whole_and_the_same_again(tiny_settings: Settings, tmp_path: Path) -> None:
    need_full_profile()
    report = train_encoder(tiny_settings, tmp_path / "a", final=False)
    table = weights(tmp_path / "a")
    assert (table.dtype.name, table.shape) == ("float16", (report.vocabulary, DIMENSIONS))
    assert np.isfinite(table).all()

    encoder = load_encoder("static", str(tmp_path / "a"), ROOT)
    near, same, far = encoder.encode_questions(["Đăng ký khai sinh", "dang ky khai sinh", "VNeID"])
    assert encoder.dimensions == DIMENSIONS
    np.testing.assert_allclose(np.linalg.norm([near, same, far], axis=1), 1.0, atol=1e-3)

    written = json.loads((tmp_path / "a" / "training_report.json").read_text(encoding="utf-8"))
    assert written == asdict(report)
    assert list(written) == list(TrainingReport.__dataclass_fields__)
    assert (report.dimensions, report.epochs, report.held_out_questions) == (DIMENSIONS, 1, 3 * 4)
    assert report.pairs > CODES * 10 * train.COPIES
    shares = [value for name, value in written.items() if name.startswith("hit_at_1")]
    assert all(0 <= share <= 1 for share in shares)

    again = train_encoder(tiny_settings, tmp_path / "b", final=False)
    assert tokenizer(tmp_path / "b") == tokenizer(tmp_path / "a")
    np.testing.assert_array_equal(weights(tmp_path / "b"), table)
    assert {**asdict(again), "seconds": 0} == {**asdict(report), "seconds": 0}


def test_the_report_is_of_the_model_that_is_written(tiny_settings: Settings, tmp_path: Path) -> None:
    """The last training sees the held-out phrasings too, and so has other tokens; it too is the same again."""
    need_full_profile()
    report = train_encoder(tiny_settings, tmp_path / "a")
    table = weights(tmp_path / "a")
    assert table.shape == (report.vocabulary, report.dimensions)
    assert len(json.loads(tokenizer(tmp_path / "a"))["model"]["vocab"]) == report.vocabulary
    again = train_encoder(tiny_settings, tmp_path / "b")
    assert tokenizer(tmp_path / "b") == tokenizer(tmp_path / "a")
    np.testing.assert_array_equal(weights(tmp_path / "b"), table)
    assert {**asdict(again), "seconds": 0} == {**asdict(report), "seconds": 0}


def test_pairs_depend_on_the_seed_alone(tiny_settings: Settings) -> None:
    phrasings = {"1.000001": ["Làm lại thẻ", "mất thẻ", "rơi mất thẻ"]}
    pairs = train._pairs(tiny_settings, phrasings)
    assert train._pairs(tiny_settings, phrasings) == pairs
    assert len(train._pairs(tiny_settings, {})) == len(pairs) - 3 * train.COPIES
    share = np.mean([fold_diacritics(first) == first.lower() for first, _ in pairs])
    assert train.UNACCENTED_SHARE - 0.05 < share < 0.8


def test_without_torch_it_says_what_to_install(
    tiny_settings: Settings, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KNOWLEDGE_DIR", str(tiny_settings.knowledge_dir))
    monkeypatch.setitem(sys.modules, "torch", None)
    kept = tmp_path / "model" / "kept"
    kept.parent.mkdir()
    kept.write_text("", encoding="utf-8")
    assert main(["train", "-o", str(kept.parent)]) == 1
    assert capsys.readouterr().err == "Huấn luyện cần bản đầy đủ. Chạy: make setup-full\n"
    assert kept.exists()


def test_no_procedures_to_hold_any_out(tiny_settings: Settings, tmp_path: Path) -> None:
    """Without phrasings of procedures there is no exam; the model is trained all the same."""
    need_full_profile()
    (tiny_settings.knowledge_dir / "phrasings" / "procedures.tsv").unlink()
    report = train_encoder(tiny_settings, tmp_path / "a", final=False)
    assert report.held_out_questions == 0
    assert load_encoder("static", str(tmp_path / "a"), ROOT).dimensions == DIMENSIONS
