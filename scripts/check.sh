#!/bin/sh
# Lint, format, types and import layers; runs them all and fails if any did.
set -u
cd "$(dirname "$0")/.." || exit 1
bin=${VENV:-.venv}/bin
failed=0
start=$(date +%s)

run() {
    output=$("$@" 2>&1) && { printf '  ok    %s\n' "$*"; return; }
    failed=1
    printf '  FAIL  %s\n%s\n' "$*" "$output"
}

echo "check:"
run "$bin/ruff" check --quiet .
run "$bin/ruff" format --quiet --check .
run "$bin/mypy"
run "$bin/mypy" scripts
run "$bin/lint-imports" --no-logo
run "$bin/shellcheck" scripts/*.sh deploy/postgres/roles.sh .ci/run
printf 'check: %s s of 60 s\n' "$(($(date +%s) - start))"
exit "$failed"
