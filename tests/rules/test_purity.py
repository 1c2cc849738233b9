"""Rules files are pure: they load no database or web library, read no clock, draw no chance and touch no file."""

from __future__ import annotations

import ast
import subprocess
import sys

import grimp
import pytest
from house import PACKAGES, ROOT, forbidden_libraries, rules_modules, source_of

IMPURE = {
    "now",
    "utcnow",
    "today",
    "time_ns",
    "monotonic",
    "urandom",
    "open",
    "read_text",
    "write_text",
    "getenv",
    "uuid4",
}
IMPURE_MODULES = {"os", "random", "secrets", "socket", "subprocess", "time", "asyncio", "threading"}
READS_THE_CLOCK = {"kit.ids": "an id carries the time of its making, and chance: that is its job; no decision reads it"}

NOT_RULES: dict[str, str] = {
    "inspection.notifying.notice_files": "reads the message catalogues from their files",
    "kit.settings": "read once at the start",
    "kit.logs": "configures the logs of the process",
    "inspection.live_feed.live_watchers": "wakes the sockets of this process",
    "kit.rate_limit": "counts by the clock of its process",
    "agencies.calendar_seed": "asks an installed package for the year's holidays",
    "risk.backtests": "runs back-tests over files, in processes of their own",
    "risk.kept_answers": "keeps what back-tests found on disk",
    "risk.history_files": "reads and writes history on disk",
    "risk.pack_files": "reads packs from disk",
    "risk.problem_words": "reads the message catalogue from its files",
    "risk.sheet_reading": "reads workbooks that somebody else wrote",
    "risk.sheet_rows": "reads workbooks that somebody else wrote",
    "risk.sheet_writing": "makes workbooks",
    "media.object_store": "the protocol of the stores",
    "media.file_store": "the store in a folder",
    "media.scaling": "decodes photos in a process of its own",
    "media.checked_reader": "reads bytes on their way into a store",
    "inspection.declaring.nomenclature": "loads the code lists from their packages and files",
    "inspection.declaring.file_lines": "reads files that somebody else wrote",
    "inspection.declaring.history_reading": "reads files that somebody else wrote",
    "inspection.declaring.table_rows": "reads files that somebody else wrote",
    "inspection.declaring.column_mapping": "reads mappings from disk",
    "inspection.policies.policy_files": "reads policies from disk",
    "inspection.declaring.declaration_schema": "draws a schema of docs",
    "inspection.state_diagrams": "draws a page of docs",
    "inspection.declaring.declaration_files": "reads files that somebody else wrote",
    "inspection.reporting.typesetting": "calls the typesetter",
    "inspection.reporting.seal_check": "reads a sealed file and decides nothing of the domain",
    "inspection.reporting.seal": "signs with the platform's key and decides nothing",
}
"""Modules that load no forbidden library either, and why they are no rules files."""


def loaded_after_importing(modules: list[str]) -> set[str]:
    """The forbidden libraries that a fresh interpreter holds after importing ``modules``."""
    code = f"import sys\nfor m in {modules!r}: __import__(m)\nprint(*({set(forbidden_libraries())!r} & set(sys.modules)))"
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return set(run.stdout.split())


def test_no_rules_file_loads_a_database_or_web_library() -> None:
    # One interpreter for all is fast; only when it finds something is each asked alone, to name the culprit.
    if loaded_after_importing(rules_modules()):
        culprits = {module: found for module in rules_modules() if (found := loaded_after_importing([module]))}
        pytest.fail(f"not pure: {culprits}")


@pytest.mark.parametrize("module", sorted(set(rules_modules()) - set(READS_THE_CLOCK)))
def test_a_rules_file_reads_no_clock_no_chance_and_no_file(module: str) -> None:
    tree = ast.parse(source_of(module).read_text(encoding="utf-8"))
    imported = {name for node in ast.walk(tree) for name in names_imported(node)}
    called = {name_called(node) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not imported & IMPURE_MODULES
    assert not called & IMPURE


def names_imported(node: ast.AST) -> set[str]:
    """Top names of what an import statement imports."""
    if isinstance(node, ast.Import):
        return {alias.name.partition(".")[0] for alias in node.names}
    return {(node.module or "").partition(".")[0]} if isinstance(node, ast.ImportFrom) else set()


def name_called(call: ast.Call) -> str:
    """``open`` for ``open(…)``, ``now`` for ``datetime.now(…)``."""
    return call.func.id if isinstance(call.func, ast.Name) else call.func.attr if isinstance(call.func, ast.Attribute) else ""


def test_every_module_that_could_be_a_rules_file_is_listed_as_one() -> None:
    """Else a new rules file would be pure today and nobody would notice when it no longer is."""
    graph = grimp.build_graph(PACKAGES[0], *PACKAGES[1:], include_external_packages=True, cache_dir=None)
    heavy = {library for library in forbidden_libraries() if library in graph.modules}
    tainted = set[str]().union(*(graph.find_downstream_modules(library) for library in heavy))
    ours = {module for module in graph.modules if module.partition(".")[0] in PACKAGES and source_of(module).is_file()}
    outside = {module for module in ours if module.startswith("inspection.server.")}
    unlisted = ours - outside - tainted - set(rules_modules()) - set(NOT_RULES)
    assert not unlisted, f"add to the contract 'rules' in pyproject.toml, or say in NOT_RULES why not: {sorted(unlisted)}"
