#!/bin/sh
# Debian packages that the tests use. Installs only what is missing, and only where it may.
set -eu
missing=
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
[ -f /usr/share/fonts/truetype/dejavu/DejaVuSans.ttf ] || missing="$missing fonts-dejavu-core"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "Thiếu gói:$missing. Cài bằng: sudo apt install$missing. Các kiểm thử cần chúng sẽ bị bỏ qua." >&2
    exit 0
fi
echo "Đang cài gói Debian:$missing …" >&2
apt-get update -qq >/dev/null 2>&1 || true
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive apt-get install -y -qq $missing >/dev/null 2>&1 ||
    echo "Chưa cài được$missing. Các kiểm thử cần chúng sẽ bị bỏ qua." >&2
