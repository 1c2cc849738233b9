"""scripts/setup.sh says in plain words what a machine lacks."""

from __future__ import annotations

import subprocess
from pathlib import Path

from house import ROOT

TOO_OLD = """#!/bin/sh
[ "$1" = --version ] && echo "Python 3.9.2"
exit 1
"""

WITHOUT_VENV = """#!/bin/sh
case "$*" in
    *ensurepip*) exit 1 ;;
    *print*) echo 3.11 ;;
    --version) echo "Python 3.11.2" ;;
esac
"""


def setup_with(python: str, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """Runs setup where every ``python3`` on PATH is the script ``python`` and uv is not installed."""
    for name in ("python3", "python3.11", "python3.12", "python3.13"):
        (tmp_path / name).write_text(python)
        (tmp_path / name).chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin", "UV": "", "VENV": str(tmp_path / "venv"), "LANG": "C.UTF-8"}
    return subprocess.run([ROOT / "scripts" / "setup.sh"], env=environment, capture_output=True, text=True, check=False)


def test_a_python_that_is_too_old_is_named_with_what_to_do(tmp_path: Path) -> None:
    run = setup_with(TOO_OLD, tmp_path)
    assert run.returncode == 1
    assert "found: Python 3.9.2" in run.stderr
    assert "PYTHON=/path/python3.12 make setup" in run.stderr
    assert "需要 Python 3.11" in run.stderr


def test_a_debian_python_without_venv_is_told_which_package_brings_it(tmp_path: Path) -> None:
    run = setup_with(WITHOUT_VENV, tmp_path)
    assert run.returncode == 1
    assert "apt-get install python3-venv" in run.stderr
    assert not (tmp_path / "venv").exists(), "nothing half made is left behind"
