#!/bin/sh
# Runs one folder of tests/ in its own pytest and says how long it took.
# usage: scripts/suite.sh NAME BUDGET_SECONDS [pytest options]
set -eu
cd "$(dirname "$0")/.."
name=$1 budget=$2
shift 2
python=${VENV:-.venv}/bin/python

# pytest ends with 5 when it finds nothing, which would read as a failure of a suite that has no test yet.
if [ -z "$(find "tests/$name" -name 'test_*.py' 2>/dev/null | head -n 1)" ]; then
    printf 'tests/%s: no tests yet\n' "$name"
    exit 0
fi

status=0
start=$(date +%s)
"$python" -m pytest "tests/$name" "$@" || status=$?
# A selection (-m long) may be empty; a whole suite may not.
[ "$status" != 5 ] || [ "$#" = 0 ] || status=0
took=$(($(date +%s) - start))
late=""
[ "$took" -le "$budget" ] || late=" - over its budget"
printf 'tests/%s: %s s of %s s%s\n' "$name" "$took" "$budget" "$late"
exit "$status"
