#!/bin/sh
# Runs tests/rules under the other supported Pythons that this machine has, each in its own .venv.3.x.
set -eu
cd "$(dirname "$0")/.."

works() { "$1" -c "import sys, venv, ensurepip; sys.exit(sys.version_info[:2] != (${2%%.*}, ${2##*.}))" >/dev/null 2>&1; }

find_python() {
    for candidate in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python3 /opt/python"$1"/bin/python3; do
        if works "$candidate" "$1"; then echo "$candidate"; return; fi
    done
}

failed=0
for version in 3.11 3.12 3.13; do
    if "${VENV:-.venv}/bin/python" -c "import sys; sys.exit(sys.version_info[:2] != (3, ${version#3.}))"; then continue; fi
    python=$(find_python "$version")
    if [ -z "$python" ]; then echo "Python $version: not on this machine"; continue; fi
    echo "Python $version: $python"
    VENV=.venv.$version PYTHON=$python scripts/setup.sh test
    VENV=.venv.$version scripts/suite.sh rules 30 || failed=1
done
exit "$failed"
