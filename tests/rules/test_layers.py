"""Every import-linter contract breaks when somebody plants what it forbids."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from house import PACKAGES, ROOT, contracts


@dataclass(frozen=True)
class Violation:
    """Lines planted at the end of files; the last one is the import that the linter must then name."""

    contract: str
    planted: dict[str, str]

    @property
    def importer(self) -> str:
        """The module that must be named as the culprit."""
        return list(self.planted)[-1].removesuffix(".py").replace("/", ".")

    @property
    def imported(self) -> str:
        """What it must not import."""
        return list(self.planted.values())[-1].removeprefix("import ")


VIOLATIONS = [
    Violation("layers", {"kit/planted_up.py": "import risk.declaration"}),
    Violation("layers", {"media/planted_side.py": "import risk.declaration"}),
    Violation("shell", {"inspection/planted_shell.py": "import inspection.server.cli"}),
    # Not even through another module: the rules file itself looks innocent.
    Violation("rules", {"kit/ids.py": "import kit.planted_driver", "kit/planted_driver.py": "import asyncpg"}),
    Violation("tables-agencies", {"inspection/planted_roster.py": "import agencies.tables"}),
    Violation("tables-agencies", {"inspection/planted_key.py": "import agencies.key_tables"}),
    Violation("tables-agencies", {"inspection/planted_certificate.py": "import agencies.people_tables"}),
    Violation("tables-agencies", {"inspection/planted_calendar.py": "import agencies.calendar_tables"}),
    Violation("tables-media", {"inspection/planted_photo.py": "import media.tables"}),
    Violation("tables-media", {"inspection/planted_print.py": "import media.derivative_tables"}),
    Violation("tables-risk", {"inspection/planted_rulebook.py": "import risk.rulebook_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_case.py": "import inspection.case_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_version.py": "import inspection.carrying_over.carry_over_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_cabin.py": "import inspection.preparing.cabin_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_thread.py": "import inspection.preparing.deliberation_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_dissent.py": "import inspection.deciding.dissent_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_draw.py": "import inspection.staffing.draw_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_wait.py": "import inspection.timekeeping.elapsed_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_follow_up.py": "import inspection.following_up.follow_up_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_notice.py": "import inspection.notifying.notice_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_hit.py": "import inspection.inviting.invitation_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_blame.py": "import inspection.reporting.liability_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_recall.py": "import inspection.following_up.recall_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_reopening.py": "import inspection.following_up.reopening_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_policy.py": "import inspection.policies.policy_tables"}),
    Violation(
        "tables-inspection", {"inspection/server/planted_equivalence.py": "import inspection.requesting.recognition_tables"}
    ),
    Violation("tables-inspection", {"inspection/server/planted_request.py": "import inspection.requesting.request_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_right.py": "import inspection.requesting.rights_tables"}),
    Violation("tables-inspection", {"inspection/server/planted_yard.py": "import inspection.planning.schedule_tables"}),
]


@pytest.fixture(scope="module")
def broken_house(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What lint-imports says of a copy of the house with every violation planted."""
    copy = tmp_path_factory.mktemp("house")
    shutil.copy2(ROOT / "pyproject.toml", copy)
    for package in PACKAGES:
        shutil.copytree(ROOT / package, copy / package, ignore=shutil.ignore_patterns("__pycache__", "static"))
    for violation in VIOLATIONS:
        for name, line in violation.planted.items():
            with (copy / name).open("a", encoding="utf-8") as file:
                file.write(f"\n{line}\n")
    linter = Path(sys.executable).with_name("lint-imports")
    run = subprocess.run(
        [linter, "--no-logo", "--no-cache"],
        cwd=copy,
        env=os.environ | {"PYTHONPATH": str(copy), "COLUMNS": "400"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1, run.stdout + run.stderr
    return run.stdout


def report_on(output: str, contract: str) -> str:
    """The section of the linter's report about one broken contract: its name, a rule below it, the offending imports."""
    name = contracts()[contract]["name"]
    assert f"{name} BROKEN" in output
    section = output.partition("Broken contracts")[2].partition(f"{name}\n")[2]
    others = [other["name"] for other in contracts().values() if other["name"] != name]
    for other in others:
        section = section.partition(f"{other}\n")[0]
    return section


@pytest.mark.parametrize("violation", VIOLATIONS, ids=lambda violation: f"{violation.contract}-{violation.importer}")
def test_a_planted_import_breaks_its_contract_and_is_named(violation: Violation, broken_house: str) -> None:
    report = report_on(broken_house, violation.contract)
    assert any(violation.importer in line and violation.imported in line for line in report.splitlines()), report


def test_every_contract_has_a_planted_violation() -> None:
    assert {violation.contract for violation in VIOLATIONS} == set(contracts())
