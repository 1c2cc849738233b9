"""Plants the bugs of tests/planted, one at a time, each in a copy of the tree: the test that the patch names must turn red.

A patch file begins with ``# must fail: <pytest node id>``, may go on with ``# `` lines that tell the bug, and then holds a
unified diff for ``patch -p1``. The named test must pass in the untouched copy and *fail* in the patched one; a skip, a
fixture that breaks or an error of collection proves nothing and counts as a miss.

usage: .venv/bin/python scripts/planted.py [NAME…]     (NAME: part of a patch's file name)
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ET
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
HEADER = "# must fail: "
PARALLEL = 2
TIMEOUT_SECONDS = 600


@dataclass(frozen=True)
class Patch:
    """One planted bug: its file, the test that must see it, and what it is in words."""

    path: Path
    node: str
    bug: str


@dataclass(frozen=True)
class Outcome:
    """How a pytest run ended: counts from its report and, for a person, its last lines."""

    passed: int
    failed: int
    errors: int
    skipped: int
    output: str

    @property
    def green(self) -> bool:
        """At least one test ran and nothing else happened."""
        return self.passed > 0 and not (self.failed or self.errors or self.skipped)


@dataclass(frozen=True)
class Verdict:
    """Whether a patch was caught, and why not; seconds it took."""

    patch: Patch
    caught: bool
    because: str
    seconds: float
    output: str = ""


def read_patch(path: Path) -> Patch:
    """The header of a patch file. Exits with its name when the first line is not the one expected."""
    lines = path.read_text(encoding="utf-8").splitlines()
    if not lines or not lines[0].startswith(HEADER):
        sys.exit(f"{path.relative_to(ROOT)}:1: must begin with '{HEADER}<pytest node id>'")
    bug = []
    for line in lines[1:]:
        if not line.startswith("# "):
            break
        bug.append(line[2:])
    return Patch(path, lines[0].removeprefix(HEADER).strip(), " ".join(bug))


def copy_tree(target: Path) -> None:
    """Everything git knows or would add, as it is in the work tree: a bug is planted in what is being written, not in HEAD."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=ROOT, check=True, capture_output=True
    )
    for name in filter(None, listed.stdout.decode().split("\0")):
        source, copy = ROOT / name, target / name
        if source.is_file():
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, copy)


def environment(tree: Path) -> dict[str, str]:
    """The environment of a run in ``tree``: its packages come before the installed ones, and it leaves nothing behind."""
    return os.environ | {"PYTHONPATH": str(tree), "PYTHONDONTWRITEBYTECODE": "1", "GIT_CEILING_DIRECTORIES": str(tree.parent)}


def run_tests(tree: Path, nodes: list[str]) -> Outcome:
    """Runs ``nodes`` in ``tree`` and counts how they ended."""
    report = tree / ".planted-report.xml"
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-m", "long or not long", f"--junitxml={report}", *nodes]
    try:
        run = subprocess.run(
            command, cwd=tree, env=environment(tree), capture_output=True, text=True, timeout=TIMEOUT_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return Outcome(0, 0, 1, 0, f"no end after {TIMEOUT_SECONDS} s")
    output = (run.stdout + run.stderr).strip()
    if not report.exists():
        return Outcome(0, 0, 1, 0, output)
    suite = next(ET.parse(report).getroot().iter("testsuite")).attrib
    failed, errors, skipped = (int(suite[key]) for key in ("failures", "errors", "skipped"))
    return Outcome(int(suite["tests"]) - failed - errors - skipped, failed, errors, skipped, output)


def apply(tree: Path, patch: Patch, *how: str) -> str:
    """``git apply`` in ``tree``; what went wrong, or nothing."""
    command = ["git", "apply", "--whitespace=nowarn", *how, str(patch.path)]
    run = subprocess.run(command, cwd=tree, env=environment(tree), capture_output=True, text=True, check=False)
    return (run.stderr or f"git apply ended with {run.returncode}") if run.returncode else ""


def plant(base: Path, patch: Patch) -> Verdict:
    """Applies ``patch`` to a copy of ``base`` and runs the test it names."""
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="planted-", dir=base.parent) as folder:
        tree = Path(folder) / "tree"
        shutil.copytree(base, tree)
        applied = apply(tree, patch) or apply(tree, patch, "--reverse", "--check")
        if applied:
            return Verdict(patch, False, "does not apply", time.monotonic() - started, applied)
        outcome = run_tests(tree, [patch.node])
        if not outcome.failed:  # a race may be won by chance on a busy machine: a bug counts as missed when it is missed twice
            outcome = run_tests(tree, [patch.node])
    caught = outcome.failed > 0
    because = "" if caught else "passed with the bug in it" if outcome.passed else "did not run"
    return Verdict(patch, caught, because, time.monotonic() - started, "" if caught else outcome.output)


def check_the_copy_wins(tree: Path) -> None:
    """A patch in a copy proves nothing if the installed packages are the ones imported."""
    command = [sys.executable, "-c", "import inspection; print(inspection.__file__)"]
    seen = subprocess.run(command, cwd=tree, env=environment(tree), check=True, capture_output=True, text=True).stdout
    if not Path(seen.strip()).is_relative_to(tree):
        sys.exit(f"the copy at {tree} is not what is imported, but {seen.strip()}")


def main(names: list[str]) -> int:
    """Runs the patches whose file name contains one of ``names`` (all without names); 0 when every bug was caught."""
    files = sorted((ROOT / "tests" / "planted").glob("*.patch"))
    patches = [read_patch(path) for path in files if not names or any(name in path.name for name in names)]
    if not patches:
        print("planted: no patches")
        return 1 if names else 0
    with tempfile.TemporaryDirectory(prefix="planted-") as folder:
        # A root user's suites start PostgreSQL under another user, which must be able to reach the tree.
        Path(folder).chmod(0o755)
        base = Path(folder).resolve() / "base"
        copy_tree(base)
        check_the_copy_wins(base)
        for suite, nodes in sorted(suites(patches).items()):
            untouched = run_tests(base, nodes)
            if not untouched.green:
                print(untouched.output)
                print(f"planted: the tests named must all pass before a bug is planted; those of {suite} do not")
                return 1
        with ThreadPoolExecutor(PARALLEL) as pool:
            verdicts = list(pool.map(lambda patch: plant(base, patch), patches))
    print(table(verdicts))
    return 0 if all(verdict.caught for verdict in verdicts) else 1


def suites(patches: list[Patch]) -> dict[str, list[str]]:
    """The tests named, by suite: a browser suite leaves its event loop running, so each suite gets a process of its own."""
    found: dict[str, set[str]] = {}
    for patch in patches:
        found.setdefault("/".join(patch.node.split("/")[:2]), set()).add(patch.node)
    return {suite: sorted(nodes) for suite, nodes in found.items()}


def table(verdicts: list[Verdict]) -> str:
    """One line a patch, the output of those that were missed, and the count."""
    width = max(len(verdict.patch.path.stem) for verdict in verdicts)
    lines = []
    for verdict in verdicts:
        mark = "caught" if verdict.caught else "MISSED"
        what = verdict.patch.bug or verdict.patch.node
        lines.append(f"{mark}  {verdict.patch.path.stem:<{width}}  {verdict.seconds:5.1f} s  {verdict.because or what}")
    for verdict in verdicts:
        if verdict.output:
            lines.append(f"\n---- {verdict.patch.path.name}: {verdict.patch.node}\n{verdict.output}")
    caught = sum(verdict.caught for verdict in verdicts)
    lines.append(f"planted: {caught} of {len(verdicts)} bugs caught")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
