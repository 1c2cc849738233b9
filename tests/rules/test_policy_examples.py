"""Another country's published precedence, written as a policy, gives that country's outcomes."""

from __future__ import annotations

import json
import sys
from collections import Counter
from io import BytesIO, TextIOWrapper
from itertools import combinations
from pathlib import Path
from typing import Any

import msgspec
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from inspection.merging import Conclusion, Context, MergeOutput, RequiredPair, merge
from inspection.policies.policy_files import FOLDER, policy_from_yaml, shipped_names
from inspection.policies.policy_life import PolicyNotForCases, check_for_cases
from inspection.server import cli

EXAMPLE = FOLDER / "examples" / "uk_border.yaml"
UK = policy_from_yaml(EXAMPLE.read_text(encoding="utf-8"))
CASES: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("uk_border_cases.yaml").read_text(encoding="utf-8"))
CITABLE = {"codes", "builder", "chedpp", "iuu", "cveda", "status", "passive"}
RANK = {verdict.code: verdict.rank for verdict in UK.verdicts}
RELEASES = {"C02", "C03", "C05", "C06", "C07", "C08"}


def given_by(said: dict[str, list[str]]) -> tuple[list[RequiredPair], list[Conclusion]]:
    """Required pairs and conclusions: a document per decision; a rule on trial speaks for the first document."""
    pairs, conclusions = [], []
    for check, codes in said.items():
        for number, code in enumerate(code for code in codes if not code.startswith("dry:")):
            document = f"ched_2026_{check}_{number}"
            pairs.append(RequiredPair(agency=document, line=1, check=check))
            if code != "-":
                conclusions.append(Conclusion(agency=document, line=1, check=check, verdict=code))
        for number, code in enumerate(code for code in codes if code.startswith("dry:")):
            document = f"ched_2026_{check}_0"
            trial = Conclusion(agency=document, line=1, check=check, verdict=code[4:], version=2 + number, dry_run=True)
            conclusions.append(trial)
    return pairs, conclusions


def merged(said: dict[str, list[str]]) -> MergeOutput:
    """The item's outcome."""
    return merge(UK, *given_by(said), Context())


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_the_published_outcome_is_what_the_merge_gives(case: dict[str, Any]) -> None:
    line = merged(case["said"]).lines[0]
    assert {check.check: check.verdict for check in line.checks} == case["checks"]
    assert line.releasable is case["releases"]
    assert (line.outcome == "WAIT") is ("waits" in case)
    assert [check.check for check in line.checks if check.outcome == "WAIT"] == case.get("waits", [])
    assert line.disposition == case.get("disposition", "CLEARED" if case["releases"] else None)
    assert (line.outcome == "AUTOMATIC") is case["releases"]


def test_the_cases_cite_their_source_and_reach_every_outcome_and_every_source() -> None:
    assert {case["cites"] for case in CASES} == CITABLE
    assert max(Counter(case["name"] for case in CASES).values()) == 1
    assert {case.get("disposition") for case in CASES} == {None, "HELD", "UNDECIDED", "REFUSED", "IN_TRANSIT"}


def test_within_a_check_the_published_order_decides_between_any_two_codes() -> None:
    for one, other in combinations(RANK, 2):
        worst = max(one, other, key=RANK.__getitem__)
        assert merged({"h222": [one, other]}).lines[0].checks[0].verdict == worst
    assert RANK["H02"] < RANK["X00"] < RANK["N01"]


CODES = st.sampled_from([*RANK, "-", "dry:X00", "dry:C03"])


@given(
    st.dictionaries(
        st.sampled_from(["h218", "h219", "h221", "h222", "h224"]), st.lists(CODES, min_size=1, max_size=4), min_size=1
    )
)
def test_an_item_is_cleared_exactly_when_every_check_releases_and_no_check_touches_another(said: dict[str, list[str]]) -> None:
    said = {check: codes for check, codes in said.items() if any(not code.startswith("dry:") for code in codes)}
    if not said:
        return
    line = merged(said).lines[0]
    real = {check: [code for code in codes if not code.startswith("dry:")] for check, codes in said.items()}
    assert line.releasable == all(set(codes) <= RELEASES for codes in real.values())
    for check in line.checks:
        assert check.check is not None
        alone = merged({check.check: said[check.check]}).lines[0].checks
        assert alone == (check,)


def test_the_example_is_written_on_the_command_line_like_any_policy(
    monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    pairs, conclusions = given_by({"h222": ["C03"], "h224": ["X00"]})
    for policy, options in ((msgspec.to_builtins(UK), []), ("graded", ["--policy", str(EXAMPLE)])):
        document = {"policy": policy, "required": pairs, "conclusions": conclusions}
        monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO(msgspec.json.encode(document))))
        assert cli.main(["merge", *options]) == 0
        result = json.loads(capsysbinary.readouterr().out)
        assert result["disposition"] == "UNDECIDED"
        assert [check["verdict"] for check in result["lines"][0]["checks"]] == ["C03", "X00"]


def test_an_example_is_no_policy_that_ships_and_no_port_may_choose_it() -> None:
    assert UK.name not in shipped_names()
    with pytest.raises(PolicyNotForCases) as refused:
        check_for_cases(UK)
    assert {error["path"] for error in refused.value.details["errors"]} >= {"$.strength[0]", "$.merged_by"}
