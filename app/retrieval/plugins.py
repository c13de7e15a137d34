"""Parts found by file name: a new encoder family or vector store is one new file, and nothing else changes."""

from __future__ import annotations

import importlib
import pkgutil
from types import ModuleType

from app.errors import PluginUnknown


def plugin_names(package: str) -> list[str]:
    """The names of the modules in `package`, sorted."""
    return sorted(module.name for module in pkgutil.iter_modules(importlib.import_module(package).__path__))


def load_plugin(package: str, name: str, what: str) -> ModuleType:
    """Import `package.name`. Raises PluginUnknown naming those there are; `what` is its Vietnamese kind."""
    known = plugin_names(package)
    if name not in known:
        raise PluginUnknown(what, name, known)
    return importlib.import_module(f"{package}.{name}")
