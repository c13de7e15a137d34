"""`python -m ingest`: one line a command; the work is in the modules named after them."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from app.config import Settings, load_settings
from app.errors import AssistantError
from ingest.corpus import load_corpus


def main(argv: Sequence[str] | None = None) -> int:
    arguments = _parser().parse_args(argv)
    try:
        return int(arguments.run(arguments, load_settings()))
    except AssistantError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nĐã dừng. Chỉ mục đang dùng không đổi.", file=sys.stderr)
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="Chuẩn bị kho hướng dẫn cho Trợ lý.")
    commands = parser.add_subparsers(required=True, metavar="LỆNH")
    check = commands.add_parser("check", help="kiểm tra mọi hướng dẫn, liệt kê mọi lỗi một lần")
    check.set_defaults(run=_check)
    return parser


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    corpus = load_corpus(settings.knowledge_dir)
    for finding in corpus.findings:
        print(finding)
    errors = len(corpus.errors())
    print(f"{len(corpus.guides)} hướng dẫn đọc được, {errors} lỗi, {len(corpus.findings) - errors} điều nhắc.")
    return 1 if errors else 0


if __name__ == "__main__":
    sys.exit(main())
