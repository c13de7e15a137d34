#!/bin/sh
# Start of the container: bring the index in DATA_DIR up to date with the image's guides, then become the command.
# Any command but the service (`docker run … python -m ingest check`) runs as it is.
set -eu
seed=$(dirname "$0")/../seed/artifacts

say() { printf '%s\n' "$*" >&2; }

case "$*" in
"python -m app serve"*) ;;
*) exec "$@" ;;
esac

trap 'exit 143' TERM INT # the first process of a container ignores what it does not catch

: "${DATA_DIR:=var}"
if ! { mkdir -p "$DATA_DIR" && probe=$(mktemp "$DATA_DIR/.ghi-thu.XXXXXX") && rm "$probe"; } 2>/dev/null; then
    say "Không ghi được vào thư mục dữ liệu $DATA_DIR (đang chạy bằng người dùng số $(id -u):$(id -g))."
    say "Sửa một trong hai cách, rồi chạy lại:"
    say "  - dùng volume có tên:  docker run -v tro-ly:$DATA_DIR …"
    say "  - giao thư mục đang gắn vào cho người dùng ấy:  sudo chown -R $(id -u):$(id -g) <thư mục trên máy chủ>"
    exit 1
fi

# A new volume takes the index that came with the image: whole or not at all.
if [ ! -e "$DATA_DIR/artifacts" ] && [ -d "$seed" ]; then
    copy=$(mktemp -d "$DATA_DIR/.artifacts.XXXXXX")
    { cp -R "$seed/." "$copy" && chmod 755 "$copy" && mv -T "$copy" "$DATA_DIR/artifacts"; } || rm -rf "$copy"
fi

if ! python -m ingest build; then
    if [ ! -e "$DATA_DIR/artifacts/current" ]; then
        say "Chưa có chỉ mục nào để chạy. Sửa lỗi ghi ở trên rồi chạy lại."
        exit 1
    fi
    say "Chưa dựng được chỉ mục mới (lý do ghi ở trên). Dịch vụ chạy tiếp với chỉ mục đang có."
fi
exec "$@"
