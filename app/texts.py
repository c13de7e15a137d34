"""The sentences the service itself says, as data: `knowledge/languages/<lang>.json`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path


@cache
def load_texts(knowledge_dir: Path, language: str = "vi") -> Mapping[str, str]:
    """Sentences by key; placeholders are `str.format` fields."""
    path = knowledge_dir / "languages" / f"{language}.json"
    texts: dict[str, str] = json.loads(path.read_text(encoding="utf-8"))
    return texts
