#!/bin/sh
# Prove the Dockerfile where no container engine runs: read its instructions and execute them, stage by stage, in a
# Debian of the base's release made by debootstrap; then start the container's command and ask it a question.
#   sh deploy/prove-dockerfile.sh            the whole proof; root, Linux, a Debian mirror and PyPI; about 2 minutes
#   sh deploy/prove-dockerfile.sh --parse    what was read of Dockerfile and .dockerignore, as JSON; needs nothing
# The container runs as an engine would start it: read-only root, its own volume, no network but loopback, first process
# of its own, not root. What is not proved: the official base image itself (its Python is newer than Debian's).
set -eu
cd "$(dirname "$0")/.."

if [ "${1:-}" = --parse ]; then exec python3 deploy/prove_dockerfile.py --parse; fi

say() { printf '%s\n' "$*" >&2; }

if [ "$(id -u)" != 0 ]; then
    say "Cần quyền root (chroot, mount): sudo sh deploy/prove-dockerfile.sh"
    exit 1
fi
if ! command -v debootstrap >/dev/null 2>&1; then
    apt-get update -qq >/dev/null 2>&1 || true
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq debootstrap >/dev/null 2>&1 || {
        say "Cần debootstrap: sudo apt install debootstrap"
        exit 1
    }
fi

# Mounts and processes live in namespaces of their own and end with them, however this ends; then the folder goes.
work=$(mktemp -d)
child=
end() {
    if [ -n "$child" ]; then
        kill "$child" 2>/dev/null || true
        wait "$child" 2>/dev/null || true
    fi
    rm -rf "$work"
}
trap end EXIT
trap 'exit 130' INT TERM
umask 022
chmod 755 "$work" # the container's user passes through it
unshare --mount --pid --fork --kill-child --mount-proc --propagation private python3 deploy/prove_dockerfile.py "$work" &
child=$!
wait "$child"
