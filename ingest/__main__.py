"""`python -m ingest`: one small function a command; the work is in the modules they import."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from pathlib import Path

from app.config import ROOT, Settings
from app.terminal import run_command


def main(argv: Sequence[str] | None = None) -> int:
    return run_command(_parser(), argv, interrupted="Đã dừng. Chỉ mục đang dùng không đổi.")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m ingest", description="Chuẩn bị kho hướng dẫn cho Trợ lý.")
    commands = parser.add_subparsers(required=True, metavar="LỆNH")

    build = commands.add_parser("build", help="dựng chỉ mục từ knowledge/ và đưa vào dùng")
    build.add_argument("--force", action="store_true", help="dựng cả nội dung đã bị quay lui")
    build.set_defaults(run=_build)

    check = commands.add_parser("check", help="kiểm tra mọi hướng dẫn, liệt kê mọi lỗi một lần")
    check.set_defaults(run=_check)

    convert = commands.add_parser("convert", help="đổi tệp DOCX, PDF, HTML thành bản nháp hướng dẫn")
    convert.add_argument("file", type=Path)
    convert.add_argument("-o", "--output", type=Path, help="ghi ra tệp này (mặc định: in ra màn hình)")
    convert.set_defaults(run=_convert)

    evaluate = commands.add_parser("evaluate", help="hỏi cả một tệp câu hỏi rồi chấm")
    evaluate.add_argument("--questions", type=Path, required=True, help="tệp JSONL")
    evaluate.add_argument("--json", action="store_true", help="in kết quả dạng JSON")
    evaluate.set_defaults(run=_evaluate)

    importing = commands.add_parser("import", help="nạp thủ tục hành chính từ tệp của Cổng Dịch vụ công và các bộ")
    importing.add_argument("what", choices=["procedures"], help="loại dữ liệu")
    importing.add_argument(
        "--source", type=Path, required=True, help="tệp hoặc thư mục (JSON của Cổng, JSONL, XLSX, DOCX)"
    )
    importing.set_defaults(run=_import)

    rollback = commands.add_parser("rollback", help="quay về phiên bản chỉ mục trước (hoặc bản chỉ định)")
    rollback.add_argument("version", nargs="?", help="tên phiên bản; bỏ trống là bản ngay trước")
    rollback.add_argument("--list", action="store_true", help="chỉ liệt kê các phiên bản đang giữ")
    rollback.set_defaults(run=_rollback)

    train = commands.add_parser("train", help="huấn luyện lại bộ mã hoá nhỏ (bản đầy đủ)")
    train.add_argument("-o", "--output", type=Path, default=ROOT / "knowledge/models/bdhvs-static")
    train.set_defaults(run=_train)
    return parser


def _build(arguments: argparse.Namespace, settings: Settings) -> int:
    from ingest.pipeline import build_index
    from ingest.progress import progress_bar

    with progress_bar() as progress:
        report = build_index(settings, progress, arguments.force)
    state = "Đã đưa vào dùng" if report.changed else "Không có gì đổi, vẫn dùng"
    if report.held:
        state = "Nội dung này đã bị quay lui (dùng lại: build --force), vẫn dùng"
    print(
        f"{state} phiên bản {report.version}: {report.guides} hướng dẫn, {report.chunks} đoạn "
        f"({report.embedded} đoạn mã hoá lại), {report.seconds:.1f} giây."
    )
    return 0


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    from ingest.corpus import load_corpus

    corpus = load_corpus(settings.knowledge_dir)
    for finding in corpus.findings:
        print(finding)
    errors = len(corpus.errors())
    print(f"{len(corpus.guides)} hướng dẫn đọc được, {errors} lỗi, {len(corpus.findings) - errors} điều nhắc.")
    return 1 if errors else 0


def _convert(arguments: argparse.Namespace, settings: Settings) -> int:
    from ingest.convert import draft_guide
    from ingest.formats import convert

    draft = draft_guide(convert(arguments.file), arguments.file.stem, date.today())
    if arguments.output:
        arguments.output.write_text(draft, encoding="utf-8")
        print(f"Đã ghi bản nháp {arguments.output}. Sửa các chỗ còn trống rồi chạy: python -m ingest check")
    else:
        print(draft)
    return 0


def _evaluate(arguments: argparse.Namespace, settings: Settings) -> int:
    from app.assistant import create_assistant
    from ingest.evaluate import evaluate, load_questions

    evaluation = evaluate(create_assistant(settings), load_questions(arguments.questions))
    if arguments.json:
        print(evaluation.to_json())
        return 0
    for kind, figures in evaluation.by_kind.items():
        values = "  ".join(f"{name} {value}" for name, value in asdict(figures).items() if value is not None)
        print(f"{kind}: {values}")
    for miss in evaluation.missed:
        print(f"- {miss['id']} [{miss['status']}] {miss['text'][:80]} → {miss['found']} (cần {miss['expected']})")
    return 0


def _import(arguments: argparse.Namespace, settings: Settings) -> int:
    from ingest.procedures.importer import import_procedures
    from ingest.progress import progress_bar

    with progress_bar() as progress:
        report = import_procedures(arguments.source, settings.data_dir, progress)
    for problem in report.problems[:20]:
        print(problem)
    changes = report.changes
    print(
        f"{report.records} thủ tục từ {report.files} tệp ({report.skipped} tệp không đổi), {report.seconds:.1f} giây: "
        f"{len(changes.added)} mới, {len(changes.changed)} đổi, {len(changes.withdrawn)} rút, "
        f"{len(changes.renamed)} đổi mã, {len(report.problems)} tệp có lỗi. Chi tiết: {report.report}"
    )
    return 0


def _rollback(arguments: argparse.Namespace, settings: Settings) -> int:
    from app.retrieval.artifact import ArtifactPaths
    from ingest.pipeline import roll_back

    paths = ArtifactPaths(settings.data_dir)
    if arguments.list:
        current = paths.current()
        for version in paths.versions():
            print(f"{version}{'  (đang dùng)' if version == current else ''}")
        return 0
    version = roll_back(settings, arguments.version)
    print(f"Đã quay về phiên bản {version}. Dịch vụ đang chạy tự chuyển trong vài giây.")
    return 0


def _train(arguments: argparse.Namespace, settings: Settings) -> int:
    from ingest.train import train_encoder

    report = train_encoder(settings, arguments.output)
    for name, value in asdict(report).items():
        print(f"{name}: {value}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
