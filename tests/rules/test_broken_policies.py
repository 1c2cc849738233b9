"""Policies that must not be published: the first lines of each file of broken_policies say what is wrong with it, and where."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from inspection.policies.policy_files import FOLDER, policy_in
from inspection.server.cli import main
from inspection.server.verbs.policies import told

FILES = sorted(Path(__file__).with_name("broken_policies").glob("*.yaml"))
MARK = "#! "


def expected(file: Path) -> list[str]:
    """``line:column: path: message`` of every problem, in the order of the file."""
    return [line.removeprefix(MARK) for line in file.read_text(encoding="utf-8").splitlines() if line.startswith(MARK)]


@pytest.mark.parametrize("file", FILES, ids=[file.stem for file in FILES])
def test_a_broken_policy_is_refused_with_exactly_these_words_at_these_places(file: Path) -> None:
    policy, found = policy_in(file.read_text(encoding="utf-8"))
    said = [told("", problem).removeprefix(":") for problem in found]
    assert [line.replace(": ", ": $: ", 1) if "$" not in line else line for line in said] == expected(file)
    assert found, "the file is sound"
    assert all(problem.message_zh != problem.message_en for problem in found)
    assert policy is None or policy.name in ("broken", "graded")


def test_there_are_enough_of_them_and_they_meet_every_kind_of_problem() -> None:
    codes = {problem.code for file in FILES for problem in policy_in(file.read_text(encoding="utf-8"))[1]}
    assert len(FILES) >= 25
    assert codes >= {"cycle", "chain", "gap", "repeated", "unreachable", "ambiguous", "not_allowed", "order", "missing"}
    assert codes >= {"unknown_field", "malformed_yaml"}


def test_several_problems_of_several_files_are_told_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    many = next(file for file in FILES if file.stem == "many-at-once")
    twice = next(file for file in FILES if file.stem == "rank-used-twice")
    assert main(["policies", "check", str(many), str(twice)]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines == [f"{file}:{line}" for file in (many, twice) for line in expected(file)]
    assert len(lines) == 6


def test_what_ships_passes_the_check_on_the_command_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policies", "check", "--json", str(FOLDER), str(FOLDER / "examples")]) == 0
    assert json.loads(capsys.readouterr().out) == {"policies": 4, "problems": []}
    assert main(["policies", "check", "nowhere.yaml"]) == 2


def test_a_policy_is_shown_whole_and_two_are_told_apart_by_their_codes(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    later = tmp_path / "graded-v2.yaml"
    later.write_text("extends: graded\nversion: 2\nveto_at: REFUSE\nto_lead: []\nwindows: {rectification: 10wd, dissent: 4wh}\n")
    assert main(["policies", "show", "--json", str(later)]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert shown["document"]["veto_at"] == "REFUSE"
    assert [one["code"] for one in shown["document"]["verdicts"]][:2] == ["PASS", "PASS_AFTER_INTERVENTION"]
    assert len(shown["sha256"]) == 64
    assert main(["policies", "diff", "--json", "graded", str(later)]) == 0
    changes = {one["path"]: (one["before"], one["after"]) for one in json.loads(capsys.readouterr().out)["changes"]}
    assert changes["veto_at"] == ("null", '"REFUSE"')
    assert changes["windows.rectification"] == ('"7wd"', '"10wd"')
    assert changes["windows.recall"] == ('"7wd"', None)
    assert main(["policies", "diff", "veto", "veto"]) == 0
    assert capsys.readouterr().out == ""
    assert main(["policies", "show", str(FILES[0])]) == 1
    assert main(["policies", "show", "nowhere"]) == 2
