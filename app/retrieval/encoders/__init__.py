"""One file per model family; each offers `load(name, root) -> Encoder`."""

from __future__ import annotations

from pathlib import Path

from app.retrieval.plugins import load_plugin
from app.retrieval.types import Encoder


def load_encoder(family: str, name: str, root: Path) -> Encoder:
    """The encoder `family:name`; a relative path in `name` is taken from `root`.

    Raises PluginUnknown for an unknown family, EncoderUnavailable when its files or library are absent.
    """
    encoder: Encoder = load_plugin(__name__, family, "bộ mã hoá").load(name, root)
    return encoder
