"""The import table of the design ("Who may import whom"), held over the syntax trees of all our modules."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from app.config import ROOT

# The first row whose name covers a module holds for it. Every package may import itself.
TABLE: dict[str, tuple[str, ...]] = {
    "app.errors": (),
    "app.schemas": (),
    "app.config": ("app.errors",),
    "app.content": ("app.errors",),
    "app.retrieval": ("app.errors",),
    "app.safety.personal_data": ("app.errors",),
    "app": ("app",),
    "ingest": (
        "app.retrieval",
        "app.content",
        "app.config",
        "app.errors",
        "app.library",
        "app.terminal",
        "app.safety.personal_data",
        "app.assistant",
        "app.schemas",
    ),
    "bots": ("app.schemas", "app.safety.personal_data"),
}
HOMES = {
    "bm25s": {"app/retrieval/lexical.py"},
    "faiss": {"app/retrieval/stores/faiss.py"},
    "model2vec": {"app/retrieval/encoders/static.py"},
    "sentence_transformers": {"app/retrieval/encoders/sentence_transformer.py", "ingest/train.py"},  # use, and train
    "torch": {"ingest/train.py"},
    "underthesea": {"app/retrieval/segment.py"},
}
WEB = ("fastapi", "starlette", "uvicorn", "httpx", "requests", "jinja2")


@dataclass(frozen=True)
class Import:
    """One name imported, in full ("app.errors.Finding"), and where."""

    module: str
    file: str
    line: int
    name: str
    lazy: bool

    def __str__(self) -> str:
        return f"{self.file}:{self.line} imports {self.name}"


@cache
def all_imports() -> tuple[Import, ...]:
    paths = sorted(path for package in ("app", "ingest", "bots") for path in (ROOT / package).rglob("*.py"))
    return tuple(found for path in paths for found in imports_of(path, ROOT))


def imports_of(path: Path, root: Path) -> Iterator[Import]:
    file = path.relative_to(root)
    parts = file.with_suffix("").parts
    module = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
    tree = ast.parse(path.read_text(encoding="utf-8"))
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
    inside = {id(node) for function in functions for node in ast.walk(function)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            origin = node.module or ""
            if node.level:
                origin = ".".join([*parts[: len(parts) - node.level], origin]).rstrip(".")
            names = [f"{origin}.{alias.name}" for alias in node.names]
        else:
            continue
        for name in names:
            yield Import(module, file.as_posix(), node.lineno, name, id(node) in inside)


def covered(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def row_of(module: str) -> str:
    return next(row for row in TABLE if covered(module, row))


@pytest.mark.parametrize("row", TABLE)
def test_each_package_imports_only_what_it_may(row: str) -> None:
    own = [found for found in all_imports() if row_of(found.module) == row]
    ours = [found for found in own if covered(found.name, "app", "ingest", "bots")]
    assert [str(found) for found in ours if not covered(found.name, row, *TABLE[row])] == []


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_has_one_home_and_is_imported_when_needed(library: str) -> None:
    found = [each for each in all_imports() if covered(each.name, library)]
    assert {each.file for each in found} == HOMES[library]
    assert [str(each) for each in found if not each.lazy] == []


def test_retrieval_and_content_know_no_web() -> None:
    own = [found for found in all_imports() if covered(found.module, "app.retrieval", "app.content")]
    assert [str(found) for found in own if covered(found.name, *WEB)] == []


def test_importing_the_service_and_the_build_loads_nothing_heavy() -> None:
    code = "import sys, app.main, ingest.pipeline; print(*sorted(set(sys.argv[1:]) & set(sys.modules)))"
    command = [sys.executable, "-c", code, *HOMES]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_lazy_and_relative_imports_are_seen_in_full(tmp_path: Path) -> None:
    package = tmp_path / "app" / "api"
    package.mkdir(parents=True)
    (package / "ask.py").write_text(
        "from ..errors import Finding\nfrom . import health\n\n\ndef serve():\n    import bots.client\n",
        encoding="utf-8",
    )
    assert [(found.name, found.line, found.lazy) for found in imports_of(package / "ask.py", tmp_path)] == [
        ("app.errors.Finding", 1, False),
        ("app.api.health", 2, False),
        ("bots.client", 6, True),
    ]
