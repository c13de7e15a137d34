#!/bin/sh
# setup.sh VENV LOCK: a virtual environment holding exactly LOCK; does nothing when it already does.
set -eu
venv=$1
lock=$2
stamp=$venv/.installed
need_mb=700
[ "$lock" = requirements/full.lock ] && need_mb=3000

say() { printf '%s\n' "$*" >&2; }

if [ -f "$stamp" ] && cmp -s "$lock" "$stamp"; then exit 0; fi

python=
for candidate in "${PYTHON:-}" python3.13 python3.12 python3.11 python3; do
    [ -n "$candidate" ] || continue
    if command -v "$candidate" >/dev/null 2>&1 &&
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    say "Cần Python 3.11 trở lên kèm venv. Debian, Ubuntu: sudo apt install python3 python3-venv. Rồi chạy lại lệnh này."
    exit 1
fi

free_mb=$(df -Pm . | awk 'NR == 2 { print $4 }')
if [ "$free_mb" -lt "$need_mb" ]; then
    say "Đĩa còn $free_mb MB, cần khoảng $need_mb MB. Dọn bớt đĩa rồi chạy lại."
    exit 1
fi

say "Đang cài thư viện vào $venv (chỉ lần đầu, vài phút) …"
"$python" -m venv --clear "$venv"
if ! "$venv/bin/python" -m pip install --quiet --disable-pip-version-check ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} -r "$lock" >"$venv/install.log" 2>&1; then
    tail -n 5 "$venv/install.log" >&2
    say "Chưa cài được thư viện. Kiểm tra mạng (cần tới kho PyPI hoặc bản sao của nó) rồi chạy lại; chi tiết: $venv/install.log"
    exit 1
fi
cp "$lock" "$stamp"
