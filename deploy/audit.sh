#!/bin/sh
# Known vulnerabilities in the locked libraries. Needs the advisory database on the network, and says so when offline.
set -eu
.venv-full/bin/python -m pip install --quiet --disable-pip-version-check pip-audit
.venv-full/bin/python -m pip_audit -r requirements/slim.lock --require-hashes --disable-pip || {
    echo "Kiểm tra chưa xong: hoặc có lỗ hổng ghi ở trên, hoặc không tới được kho dữ liệu lỗ hổng (không có mạng)." >&2
    exit 1
}
