#!/bin/sh
# Rewrite requirements/*.lock from pyproject.toml. Slim: resolved for every platform, with hashes. Full: what really got
# installed here on top of it, without hashes, so that either build of the pinned torch (CPU, CUDA) satisfies it.
set -eu
cd "$(dirname "$0")/.."
tools=$(mktemp -d)
trap 'rm -rf "$tools"' EXIT
python3 -m venv "$tools/uv" && "$tools/uv/bin/pip" install -q uv
"$tools/uv/bin/uv" pip compile pyproject.toml --generate-hashes --universal --python-version 3.11 \
    --no-header --no-emit-index-url -q -o requirements/slim.lock
"$tools/uv/bin/uv" pip compile pyproject.toml --universal --python-version 3.11 \
    --no-header --no-emit-index-url --no-annotate -q -o "$tools/slim.txt"
python3 -m venv "$tools/full"
"$tools/full/bin/pip" install -q -c "$tools/slim.txt" ${TORCH_INDEX:+--extra-index-url "$TORCH_INDEX"} torch==2.13.0
# "-e ." would install the project; only its requirements are wanted.
"$tools/full/bin/python" - <<'PY' > "$tools/wanted.txt"
import tomllib
project = tomllib.load(open("pyproject.toml", "rb"))["project"]
print("\n".join(project["dependencies"] + sum(project["optional-dependencies"].values(), [])))
PY
"$tools/full/bin/pip" install -q -c "$tools/slim.txt" -r "$tools/wanted.txt"
"$tools/full/bin/pip" freeze | sed -e 's/+cpu$//' -e 's/ @ file:.*//' > requirements/full.lock
