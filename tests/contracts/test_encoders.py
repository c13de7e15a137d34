"""Every encoder family that this machine can load: unit vectors, stable fingerprints, the same from both profiles."""

from __future__ import annotations

import shutil
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from app.config import ROOT, Settings
from app.errors import EncoderUnavailable
from app.retrieval.encoders import load_encoder
from app.retrieval.plugins import plugin_names
from app.retrieval.types import Encoder

SHIPPED = str(Settings.model_fields["encoder"].default).partition(":")[2]
NEEDS = {"sentence_transformer": ("torch", "sentence_transformers")}
TEXTS = [
    "Làm sao kích hoạt định danh điện tử?",
    "lam sao kich hoat vneid muc 2",
    "ĐĂNG KÝ KHAI SINH",
    "a",
    "Tôi muốn hỏi về thủ tục đổi giấy phép lái xe hết hạn. " * 100,
]


@cache
def loaded(family: str) -> Encoder:
    return load_encoder(family, SHIPPED, ROOT)


def need(family: str) -> None:
    missing = [library for library in NEEDS.get(family, ()) if find_spec(library) is None]
    if missing:
        pytest.skip(f"{family} cần {', '.join(missing)} của bản đầy đủ: make setup-full")


@pytest.fixture(params=plugin_names("app.retrieval.encoders"))
def family(request: pytest.FixtureRequest) -> str:
    need(request.param)
    return str(request.param)


def test_vectors_have_length_one(family: str) -> None:
    encoder = loaded(family)
    for vectors in (encoder.encode_questions(TEXTS), encoder.encode_passages(TEXTS)):
        assert (vectors.shape, vectors.dtype.name) == ((len(TEXTS), encoder.dimensions), "float32")
        np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-3)


@pytest.mark.parametrize("texts", [[""], [" "], ["", "đăng ký", ""], []])
def test_blank_texts_keep_the_shape(family: str, texts: list[str]) -> None:
    vectors = loaded(family).encode_questions(texts)
    assert vectors.shape == (len(texts), loaded(family).dimensions)
    assert np.isfinite(vectors).all()


def test_a_text_has_one_vector_whatever_stands_beside_it(family: str) -> None:
    encoder = loaded(family)
    together = encoder.encode_questions([*TEXTS, ""])
    alone = np.vstack([encoder.encode_questions([text]) for text in [*TEXTS, ""]])
    np.testing.assert_allclose(together, alone, atol=1e-5)


def test_what_is_alike_is_near(family: str) -> None:
    plain, typed, far = loaded(family).encode_questions(
        ["Đăng ký khai sinh cho con", "dang ky khai sinh cho con", "Đổi giấy phép lái xe"]
    )
    assert plain @ typed > 0.5 > plain @ far


def test_fingerprint_is_stable_and_names_the_family(family: str) -> None:
    absolute = load_encoder(family, str(ROOT / SHIPPED), Path("/"))
    assert absolute.fingerprint == loaded(family).fingerprint
    assert absolute.fingerprint.startswith(f"{family}-")


def test_fingerprint_changes_with_the_weights(family: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / SHIPPED, tmp_path / "model")
    weights = next((tmp_path / "model").rglob("model.safetensors"))
    raw = weights.read_bytes()
    weights.write_bytes(raw[:-2] + bytes([raw[-2] ^ 1]) + raw[-1:])
    assert load_encoder(family, "model", tmp_path).fingerprint != loaded(family).fingerprint


def test_a_damaged_model_is_unavailable(family: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / SHIPPED, tmp_path / "model")
    next((tmp_path / "model").rglob("model.safetensors")).write_bytes(b"cut")
    with pytest.raises(EncoderUnavailable, match=r"[bB]ộ mã hoá"):
        load_encoder(family, "model", tmp_path)


def test_an_absent_static_model_is_unavailable(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match=r"Không thấy bộ mã hoá ở .*khong-co\. Chạy: python -m ingest train"):
        load_encoder("static", "khong-co", tmp_path)


def test_both_profiles_give_the_same_vectors() -> None:
    need("sentence_transformer")
    static, full = loaded("static"), loaded("sentence_transformer")
    assert static.dimensions == full.dimensions
    np.testing.assert_allclose(static.encode_questions(TEXTS), full.encode_questions(TEXTS), atol=2e-3)
    np.testing.assert_allclose(static.encode_passages(TEXTS), full.encode_passages(TEXTS), atol=2e-3)
