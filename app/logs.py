"""Structured logs: one JSON object a line on standard error. What a person typed is never in them."""

from __future__ import annotations

import logging
import sys


def configure_logs(level: str) -> None:
    """Send every logger, uvicorn's too, through one JSON formatter."""
    from pythonjsonlogger.json import JsonFormatter

    handler = logging.StreamHandler(sys.stderr)
    fields = "{asctime} {levelname} {name} {message}"
    handler.setFormatter(
        JsonFormatter(
            fields, style="{", rename_fields={"asctime": "time", "levelname": "level"}, json_ensure_ascii=False
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers.clear()
    # uvicorn's own access lines would hold query strings, which are questions; `app.api.middleware` logs instead.
    logging.getLogger("uvicorn.access").disabled = True
