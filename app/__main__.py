"""`python -m app`: serve, or ask one question in the terminal."""

from __future__ import annotations

import argparse
import socket
import sys
from collections.abc import Sequence

from app.config import Settings
from app.errors import SettingsInvalid
from app.terminal import run_command

KEEP_ALIVE_S = 75  # longer than a proxy or client keeps an idle connection, so that none is cut just as it is used


def main(argv: Sequence[str] | None = None) -> int:
    return run_command(_parser(), argv, interrupted="Đã dừng.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description="Trợ lý Bình dân học vụ số.")
    commands = parser.add_subparsers(required=True, metavar="LỆNH")
    serve = commands.add_parser("serve", help="chạy dịch vụ (HOST, PORT)")
    serve.set_defaults(run=_serve)
    ask = commands.add_parser("ask", help="hỏi một câu ngay trong cửa sổ lệnh")
    ask.add_argument("question", help="câu hỏi, gõ có dấu hay không dấu đều được")
    ask.add_argument("--json", action="store_true", help="in nguyên câu trả lời dạng JSON")
    ask.set_defaults(run=_ask)
    return parser


def _serve(arguments: argparse.Namespace, settings: Settings) -> int:
    import uvicorn
    from prometheus_client import start_http_server

    from app.logs import configure_logs
    from app.main import create_app

    _refuse_taken_port(settings.host, settings.port, "PORT")
    if settings.metrics_port:
        _refuse_taken_port("127.0.0.1", settings.metrics_port, "METRICS_PORT")
    configure_logs(settings.log_level)
    if settings.metrics_port:
        start_http_server(settings.metrics_port, addr="127.0.0.1")
    print(f"Trợ lý đang chạy ở http://localhost:{settings.port} (dừng: Ctrl+C)", flush=True)
    uvicorn.run(
        create_app(settings),
        host=settings.host,
        port=settings.port,
        log_config=None,
        access_log=False,
        timeout_keep_alive=KEEP_ALIVE_S,
    )
    return 0


def _refuse_taken_port(host: str, port: int, setting: str) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            message = f"Không mở được cổng {port} ({error.strerror}). Chọn cổng khác: make run {setting}=8001"
            raise SettingsInvalid(message) from error


def _ask(arguments: argparse.Namespace, settings: Settings) -> int:
    from app.assistant import create_assistant
    from app.schemas import AskRequest

    answer = create_assistant(settings).ask(AskRequest(text=arguments.question, channel="terminal"))
    print(answer.model_dump_json(indent=2) if arguments.json else answer.text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
