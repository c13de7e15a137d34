"""Parts are found by file name; an unknown one is refused with the names there are."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.errors import PluginUnknown
from app.retrieval.encoders import load_encoder
from app.retrieval.plugins import load_plugin, plugin_names
from app.retrieval.stores import numpy_flat, store_class


def test_names_are_the_files_sorted() -> None:
    names = plugin_names("app.retrieval.stores")
    assert names == sorted(names)
    assert {"faiss", "numpy_flat"} <= set(names)
    assert {"sentence_transformer", "static"} <= set(plugin_names("app.retrieval.encoders"))


def test_a_known_name_is_loaded() -> None:
    assert load_plugin("app.retrieval.stores", "numpy_flat", "kho") is numpy_flat
    assert store_class("numpy_flat") is numpy_flat.Store


@pytest.mark.parametrize("name", ["khong-co", "", "__init__", "../faiss", "faiss.Store"])
def test_an_unknown_store_names_the_known(name: str) -> None:
    with pytest.raises(PluginUnknown) as caught:
        store_class(name)
    known = ", ".join(plugin_names("app.retrieval.stores"))
    assert str(caught.value) == f"Không có kho véc-tơ tên “{name}”. Đang có: {known}."


def test_an_unknown_encoder_family_names_the_known() -> None:
    with pytest.raises(PluginUnknown, match=r"bộ mã hoá tên “gpt”\. Đang có: .*sentence_transformer, static"):
        load_encoder("gpt", "x", Path())


def test_a_new_file_is_a_new_part(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "a_new_package"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "moi.py").write_text("Store = 'a new store'\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    assert plugin_names("a_new_package") == ["moi"]
    assert load_plugin("a_new_package", "moi", "kho").Store == "a new store"
