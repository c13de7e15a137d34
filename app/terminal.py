"""What every command of ours does alike: read its arguments, tell errors in Vietnamese, leave with a code."""

from __future__ import annotations

import argparse
import io
import sys
from collections.abc import Sequence

from app.config import load_settings
from app.errors import AssistantError

INTERRUPTED = 130  # as a shell tells a process stopped by Ctrl+C


def run_command(parser: argparse.ArgumentParser, argv: Sequence[str] | None, interrupted: str) -> int:
    """Parse `argv` and call its `run(arguments, settings)`; the exit code: 1 after an error told in one sentence.

    `interrupted` is said when a person stops it.
    """
    arguments = parser.parse_args(argv)
    _write_utf8()
    try:
        return int(arguments.run(arguments, load_settings()))
    except AssistantError as error:
        print(error, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"Không đọc hay ghi được {error.filename}: {error.strerror}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print(f"\n{interrupted}", file=sys.stderr)
        return INTERRUPTED


def _write_utf8() -> None:
    """Let this process print Vietnamese whatever the terminal's locale says."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="replace")
