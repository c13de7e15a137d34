"""One file per vector store; each offers a class `Store` that is a VectorStore."""

from __future__ import annotations

from app.retrieval.plugins import load_plugin
from app.retrieval.types import VectorStore


def store_class(name: str) -> type[VectorStore]:
    """The store of that name. Raises PluginUnknown."""
    store: type[VectorStore] = load_plugin(__name__, name, "kho véc-tơ").Store
    return store
