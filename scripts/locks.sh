#!/bin/sh
# Writes requirements.lock, requirements-optimiser.lock, requirements-backtest.lock and requirements-test.lock from pyproject.toml: exact versions with hashes, and no address of any registry.
# usage: scripts/locks.sh [uv pip compile options, e.g. --upgrade-package litestar]
set -eu
cd "$(dirname "$0")/.."
uv=${UV:-uv}
command -v "$uv" >/dev/null 2>&1 || { echo "making the locks needs uv (pip install uv), or UV=/path/uv" >&2; exit 1; }

compile() {
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url --no-emit-find-links \
        --custom-compile-command "make lock" pyproject.toml "$@"
}
compile --group build -o requirements.lock "$@"
compile --group build --extra optimiser --constraints requirements.lock -o requirements-optimiser.lock "$@"
compile --group build --extra backtest --constraints requirements.lock -o requirements-backtest.lock "$@"
compile --group build --group test --constraints requirements.lock -o requirements-test.lock "$@"
