"""What a newcomer meets first: make, the locks, CI; and what no committed file may hold."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from house import PACKAGES, ROOT
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

TARGETS = {"setup", "run", "test", "test-long", "check", "fmt", "bench", "planted", "docs", "help"}
LOCKS = ("requirements.lock", "requirements-test.lock")
TOP = {*PACKAGES, "tests", "docs", "scripts", "deploy", "bench"}
SUITES = ("rules", "flows", "contracts", "faults", "browser")

# The brackets keep this file from holding what it looks for. The options are those that would carry an address.
REGISTRIES = re.compile(r"pypi[.]org|files[.]pythonhosted|registry[.]npmjs|--(extra-)?index[-]url|--find[-]links")
BINARY = {".png", ".jpg", ".woff2", ".pdf", ".xlsx"}


def text_of(name: str) -> str:
    """A file of the tree."""
    return (ROOT / name).read_text(encoding="utf-8")


@cache
def project() -> dict[str, Any]:
    """pyproject.toml."""
    return tomllib.loads(text_of("pyproject.toml"))


@cache
def pins(lock: str) -> dict[str, Version]:
    """Package → the exact version that ``lock`` names."""
    found = re.findall(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^ ;\\]+)", text_of(lock), re.MULTILINE)
    return {canonicalize_name(name): Version(version) for name, version in found}


def committed() -> list[Path]:
    """Every file git knows or would add; none in a copy that is no clone."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, capture_output=True, check=False
    )
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


def wanted(group: str) -> list[Requirement]:
    """What pyproject.toml asks for: ``run`` or a dependency group."""
    listed = project()["project"]["dependencies"] if group == "run" else project()["dependency-groups"][group]
    return [Requirement(text) for text in listed]


def test_make_help_lists_every_target_a_newcomer_needs() -> None:
    shown = subprocess.run(["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert set(re.findall(r"^  make (\S+)", shown, re.MULTILINE)) >= TARGETS


def test_make_test_runs_check_and_every_suite() -> None:
    rule = re.search(r"^test: (.*?) ##", text_of("Makefile"), re.MULTILINE)
    assert rule is not None
    assert set(rule[1].split()) >= {"check", *SUITES}
    assert all(f"scripts/suite.sh {suite} " in text_of("Makefile") for suite in SUITES)


def test_ci_runs_make_test_then_make_test_long() -> None:
    lines = [line for line in text_of(".ci/run").splitlines() if line.startswith("make")]
    assert lines == ["make test", "make test-long"]


@pytest.mark.parametrize(("lock", "groups"), [(LOCKS[0], ("run", "build")), (LOCKS[1], ("run", "build", "test"))])
def test_the_lock_satisfies_what_the_project_asks_for(lock: str, groups: tuple[str, ...]) -> None:
    for requirement in (one for group in groups for one in wanted(group)):
        version = pins(lock).get(canonicalize_name(requirement.name))
        assert version is not None, f"{requirement.name} is not in {lock}: make lock"
        assert requirement.specifier.contains(version), f"{lock} has {requirement.name} {version}: make lock"


@pytest.mark.parametrize("lock", LOCKS)
def test_everything_locked_has_an_exact_version_and_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[A-Za-z0-9])", text_of(lock).split("\n", 2)[2])
    for entry in entries:
        assert re.match(r"[A-Za-z0-9._-]+(\[[^]]*\])?==", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]


def test_tests_run_with_the_versions_that_run_in_production() -> None:
    run, test = (pins(lock) for lock in LOCKS)
    assert {name: test.get(name) for name in run} == run


def test_the_wheel_holds_every_file_of_the_packages(tmp_path: Path) -> None:
    """The image installs the wheel: a pack, a template or a migration left out would be missed only there."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(build, cwd=ROOT, check=True, capture_output=True)
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        held = set(wheel.namelist())
    ours = {path.relative_to(ROOT).as_posix() for path in committed()}
    assert {name for name in ours if name.partition("/")[0] in PACKAGES} <= held


def test_npm_writes_no_address_into_its_lock() -> None:
    assert "omit-lockfile-registry-resolved=true" in text_of(".npmrc").splitlines()


def test_no_committed_file_names_a_registry() -> None:
    for path in committed():
        name = path.relative_to(ROOT).as_posix()
        if path.suffix in BINARY:
            continue
        found = REGISTRIES.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{name} holds {found[0] if found else ''}"


def pages() -> list[Path]:
    """The pages people read, generated ones too."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("page", pages(), ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_a_page_speaks_of_is_there(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = [page.parent / link.partition("#")[0] for link in re.findall(r"\]\((?!https?:|#|mailto:)([^)\s]+)\)", text)]
    paths = [ROOT / path for path in re.findall(r"`([\w.-]+/[\w./-]*)`", text) if path.partition("/")[0] in TOP]
    missing = {str(path) for path in (*links, *paths) if not path.exists()}
    assert not missing


def test_every_planted_bug_still_applies_and_names_a_test_that_is_there() -> None:
    """make planted runs long after the code has moved on; a stale patch is seen at once."""
    for patch in sorted((ROOT / "tests" / "planted").glob("*.patch")):
        named = re.match(r"# must fail: (tests/\S+?\.py)::(?:\w+::)?(\w+)", patch.read_text(encoding="utf-8"))
        assert named is not None, f"{patch.name} must begin with '# must fail: <pytest node id>'"
        assert f"def {named[2]}(" in text_of(named[1]), f"{patch.name}: {named[1]} has no {named[2]}"
        applies = subprocess.run(["git", "apply", "--check", patch], cwd=ROOT, capture_output=True, text=True, check=False)
        assert applies.returncode == 0, f"{patch.name}: {applies.stderr}"


def test_only_pages_of_people_stand_at_the_root() -> None:
    """What setup and tests leave behind is ignored: a newcomer's clone stays clean."""
    ignored = text_of(".gitignore").splitlines()
    assert {".venv/", ".venv.*/", "var/", "uv.lock", "__pycache__/", ".hypothesis/"} <= set(ignored)
