"""The guide for policy authors: its policies are sound, its commands run, and it leaves out no field."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from inspection.merging import Conclusion, Context, RequiredPair, merge
from inspection.policies.policy import Policy, Risk
from inspection.policies.policy_files import policy_from_yaml
from inspection.server.cli import main

GUIDE = (Path(__file__).parents[2] / "docs" / "policies-guide.md").read_text(encoding="utf-8")
CHANGED, WHOLE = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)
COMMANDS = re.search(r"```\n(lianjian .*?)```", GUIDE, re.DOTALL)
NOT_IN_THE_TABLE = {"name", "version", "title_zh", "title_en", "conditions"}


def test_the_policies_of_the_guide_are_sound_and_do_what_it_says() -> None:
    changed, whole = policy_from_yaml(CHANGED), policy_from_yaml(WHOLE)
    assert changed.on_missing_of("ip", Risk(lane="red")).action == "ESCALATE"
    assert changed.on_missing_of("ip", Risk()).action == "SUBSTITUTE"
    assert changed.on_missing_of("emergency", Risk()).action == "DEEMED"
    required = [RequiredPair(agency="ip", line=1)]
    refused = [Conclusion(agency="ip", line=1, verdict="REFUSE", measures=("DESTROY",))]
    assert merge(changed, required, refused, Context()).lines[0].vetoed_by == ("ip",)
    assert merge(whole, required, refused, Context()).disposition == "DESTROY"
    assert merge(whole, required, [Conclusion(agency="ip", line=1, verdict="PASS")], Context()).automatic


def test_every_field_of_a_policy_stands_in_the_guide() -> None:
    said = set(re.findall(r"`(\w+)`", GUIDE.partition("## The fields")[2].partition("\n## ")[0]))
    assert set(Policy.__struct_fields__) - NOT_IN_THE_TABLE <= said


def test_the_commands_of_the_guide_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert COMMANDS is not None
    (tmp_path / "graded-v2.yaml").write_text(CHANGED, encoding="utf-8")
    (tmp_path / "in.json").write_text('{"policy": "graded", "required": [{"agency": "ip", "line": 1}], "conclusions": []}')
    monkeypatch.chdir(tmp_path)
    commands = [line.partition("#")[0].split()[1:] for line in COMMANDS[1].splitlines()]
    assert [command[0] for command in commands] == ["policies", "policies", "policies", "merge"]
    for command in commands:
        assert main(command) == 0, command
    assert '"WAIT"' in capsys.readouterr().out
