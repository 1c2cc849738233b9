#!/bin/sh
# Makes or refreshes the virtual environment from the lock files; does nothing when it is up to date.
# usage: scripts/setup.sh run    what running needs (requirements.lock)
#        scripts/setup.sh test   that and what test, check and bench need (requirements-test.lock)
#        scripts/setup.sh optimiser   what running needs and the extra that plans a port's whole day (requirements-optimiser.lock)
#        scripts/setup.sh backtest    what running needs and the extra for back-tests of rules (requirements-backtest.lock)
# VENV names another folder than .venv, PYTHON another interpreter, UV="" makes it use pip even where uv is installed.
set -eu
cd "$(dirname "$0")/.."

what=${1:-run}
venv=${VENV:-.venv}
case $what in
    run) lock=requirements.lock ;;
    test) lock=requirements-test.lock ;;
    optimiser) lock=requirements-optimiser.lock ;;
    backtest) lock=requirements-backtest.lock ;;
    *) echo "usage: scripts/setup.sh run|test|optimiser|backtest" >&2; exit 2 ;;
esac

say() { printf '%s\n' "$*"; }
give_up() { { echo; printf '%s\n' "$@"; } >&2; exit 1; }

# Two makes at once would install into the same folder: the second waits for the first.
if command -v flock >/dev/null 2>&1; then exec 9<"$0"; flock 9; fi

# ---- an interpreter that will do -------------------------------------------------------------------------------------
# 3.11 to 3.13 are what the locks were tried on: a newer python3 is taken only when none of them is there.
version_is() { "$1" -c "import sys; sys.exit(not ($2))" >/dev/null 2>&1; }

choose_python() {
    for candidate in ${PYTHON:-} python3 python3.13 python3.12 python3.11; do
        if version_is "$candidate" "(3, 11) <= sys.version_info < (3, 14)"; then say "$candidate"; return; fi
    done
    if version_is python3 "sys.version_info >= (3, 14)"; then say python3; return; fi
    found=$(python3 --version 2>/dev/null || say "no python3")
    give_up "需要 Python 3.11 或更高版本（当前：$found）。请安装后重试，或用 PYTHON=/路径/python3.12 make setup 指定。" \
        "Python 3.11 or newer is needed (found: $found). Install one and try again, or name it: PYTHON=/path/python3.12 make setup"
}

uv=${UV-$(command -v uv || true)}

make_venv() {
    python=$(choose_python)
    say "$venv: $("$python" --version 2>&1)${uv:+, uv}"
    if [ -n "$uv" ]; then
        "$uv" venv --quiet --clear --python "$(command -v "$python")" "$venv"
    else
        # Debian and Ubuntu ship venv without ensurepip: the folder would be left behind half made.
        if ! "$python" -c "import ensurepip, venv" >/dev/null 2>&1; then
            minor=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
            give_up "此 Python 缺少 venv 组件（Debian/Ubuntu 单独打包）。请先执行：apt-get install python3-venv （或 python$minor-venv）" \
                "This Python cannot make virtual environments: Debian and Ubuntu package that apart." \
                "Run: apt-get install python3-venv   (or python$minor-venv), then try again."
        fi
        "$python" -m venv --clear "$venv"
    fi
    pwd >"$venv/.made-in"
}

# A moved folder or an upgraded system Python leaves scripts that point nowhere: such a .venv is made anew.
if ! "$venv/bin/python" -c "" >/dev/null 2>&1; then make_venv
elif [ -f "$venv/.made-in" ] && [ "$(cat "$venv/.made-in")" != "$(pwd)" ]; then make_venv
fi

# ---- what it holds ---------------------------------------------------------------------------------------------------
install() {
    if [ -n "$uv" ]; then
        VIRTUAL_ENV="$venv" "$uv" pip install --quiet --python "$venv/bin/python" "$@"
    else
        "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip --upgrade >/dev/null
        "$venv/bin/python" -m pip install --quiet --disable-pip-version-check --no-input --progress-bar off \
            --root-user-action ignore "$@"
    fi
}

# A stamp holds the checksum of what was installed, so that neither a git checkout nor a clock can fool it.
stamp_of() { cat "$@" | cksum; }
is_current() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

locked=$(stamp_of "$lock")
if ! is_current "$venv/.locked-$what" "$locked"; then
    say "$venv: $lock ($(grep -c '^[a-zA-Z0-9]' "$lock") packages; the first time takes a minute or two) …"
    install --require-hashes -r "$lock"
    stamp_of requirements.lock >"$venv/.locked-run" # the test lock holds the same versions and more (tests/rules says so)
    say "$locked" >"$venv/.locked-$what"
fi

own=$(stamp_of pyproject.toml)
if ! is_current "$venv/.own" "$own" || [ ! -x "$venv/bin/lianjian" ]; then
    # hatchling and editables stand in the lock, so nothing unpinned is fetched to build our own package.
    install --no-deps --no-build-isolation -e .
    say "$own" >"$venv/.own"
fi
