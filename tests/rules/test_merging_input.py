"""What the merge is given through the command line: read strictly, refused in one line that names the path and the remedy."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from merging_strategies import SHIPPED, Input, inputs

from inspection.concluding.merge_documents import MergeInput, decoded
from inspection.server.cli import main
from inspection.server.verbs.merge import merged
from inspection.server.verbs.schemas import schemas
from kit.errors import Invalid

SCHEMAS = Path(__file__).parents[2] / "docs" / "schemas"

EXAMPLE: dict[str, Any] = {
    "policy": "graded",
    "context": {
        "credit": "ordinary",
        "hazard": False,
        "prohibited": False,
        "separable": False,
        "rectifiable_at_port": True,
        "returnable": True,
        "release_first": False,
    },
    "required": [
        {"agency": "customs", "line": 1},
        {"agency": "market_regulation", "line": 1},
        {"agency": "ip", "line": 1, "state": "LAPSED"},
    ],
    "conclusions": [
        {
            "agency": "market_regulation",
            "line": 1,
            "version": 1,
            "verdict": "RECTIFY",
            "measures": ["RECTIFY"],
            "conditions": [],
            "basis": "TESTED",
            "cause": "certificate_invalid",
        }
    ],
}


def changed(path: str, value: Any) -> dict[str, Any]:
    """The example with one thing changed; ``path`` as in ``conclusions.0.verdict``."""
    document: dict[str, Any] = json.loads(json.dumps(EXAMPLE))
    *above, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    node: Any = document
    for step in above:
        node = node[step]
    node[last] = value
    return document


def run(monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes], data: bytes) -> tuple[int, bytes, str]:
    """(exit status, standard output, standard error) of ``lianjian merge`` with ``data`` on standard input."""
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(data)))
    status = main(["merge"])
    out, err = capfdbinary.readouterr()
    return status, out, err.decode()


def test_the_command_prints_one_line_of_json_with_the_fields_agreed(
    monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    status, out, err = run(monkeypatch, capfdbinary, json.dumps(EXAMPLE).encode())
    assert (status, err, out.count(b"\n")) == (0, "", 1)
    answer = json.loads(out)
    trace = answer.pop("trace")
    assert all(set(step) == {"rule", "because"} for step in trace)
    missing = [{"agency": "customs", "cause": "NOT_SUBMITTED"}, {"agency": "ip", "cause": "LAPSED"}]
    line = {
        "line": 1,
        "verdict": "RECTIFY",
        "outcome": "WAIT",
        "disposition": None,
        "releasable": False,
        "measures": ["RECTIFY"],
        "conditions": [],
        "missing": missing,
        "vetoed_by": [],
        "conflicts": [],
        "advice": [],
        "queued": [],
    }
    assert answer == {"outcome": "WAIT", "disposition": None, "automatic": False, "separable": False, "lines": [line]}


REFUSED: list[tuple[bytes | dict[str, Any], str, str]] = [
    (b"", "$", "not JSON"),
    (b'{"policy": "graded", ', "$", "not JSON"),
    (b"\xff\xfe", "$", "not JSON"),
    (b"[]", "$", "must be an object"),
    (b"[" * 100_000, "$", "nested too deeply"),
    ({k: v for k, v in EXAMPLE.items() if k != "required"}, "$.required", "is required"),
    (changed("policy", "gradde"), "$.policy", "one of graded, veto, veto_strict"),
    (changed("policy", {"name": "mine"}), "$.policy.version", "is required"),
    (changed("policy", 7), "$.policy", "name or a whole policy document"),
    (changed("hurry", True), "$.hurry", "there is no field hurry"),
    (changed("context.creditt", "aeo"), "$.context.creditt", "did you mean credit?"),
    (changed("context.credit", "AEO"), "$.context.credit", "one of aeo, ordinary, low"),
    (changed("context.hazard", "no"), "$.context.hazard", "true or false"),
    (changed("required.2.state", "LATE"), "$.required[2].state", "one of LAPSED, WITHDRAWN, WAIVED"),
    (changed("required.0.line", 0), "$.required[0].line", "must be 1 to"),
    (changed("required.0.line", "1"), "$.required[0].line", "must be an integer"),
    (changed("required.0.agency", "Customs"), "$.required[0].agency", "lower case"),
    (changed("conclusions.0.verdict", "MAYBE"), "$.conclusions[0].verdict", "one of PASS"),
    (changed("conclusions.0.basis", "HEARSAY"), "$.conclusions[0].basis", "TESTED"),
    (changed("conclusions.0.version", 0), "$.conclusions[0].version", "must be 1 to"),
    (changed("conclusions.0.version", 10**40), "$.conclusions[0].version", ""),
    (changed("conclusions.0.measures", ["BURN"]), "$.conclusions[0].measures[0]", "one of CASE_FILING"),
    (changed("conclusions.0.line", 2), "$.conclusions[0].line", "null or one of 1"),
    (changed("conclusions.0.agency", "drug"), "$.conclusions[0].agency", "one of customs, ip, market_regulation"),
    (changed("conclusions.0", {"agency": "customs", "verdict": "PASS"}), "$.conclusions[0].line", "is required"),
]


@pytest.mark.parametrize(("document", "path", "remedy"), REFUSED, ids=[f"{n}-{case[1]}" for n, case in enumerate(REFUSED)])
def test_bad_input_is_refused_in_one_line_naming_the_path_and_what_would_be_right(
    document: bytes | dict[str, Any],
    path: str,
    remedy: str,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    data = document if isinstance(document, bytes) else json.dumps(document).encode()
    status, out, err = run(monkeypatch, capfdbinary, data)
    assert (status, out) == (2, b"")
    assert err.count("\n") == 1
    assert err.startswith(f"{path}: ")
    assert remedy in err


def test_a_file_that_is_not_there_is_one_line_too(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["merge", str(tmp_path / "nothing.json")]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_every_problem_is_named_not_only_the_first() -> None:
    document = changed("conclusions.0.verdict", "MAYBE")
    document["conclusions"][0]["conditions"] = ["PRAYER"]
    with pytest.raises(Invalid) as refusal:
        merged(json.dumps(document).encode())
    assert [error["path"] for error in refusal.value.details["errors"]] == [
        "$.conclusions[0].conditions[0]",
        "$.conclusions[0].verdict",
    ]


def as_document(one: Input) -> dict[str, Any]:
    """A drawn input as the JSON others would write; the policy as a whole document."""
    document: dict[str, Any] = msgspec.to_builtins(
        MergeInput(policy=one.policy, required=one.required, conclusions=one.conclusions, context=one.context)
    )
    return document


@given(inputs())
def test_a_whole_policy_document_in_the_input_merges_like_the_policy_itself(one: Input) -> None:
    assert merged(msgspec.json.encode(as_document(one))) == one.merged().to_json()


def test_what_is_read_and_written_validates_against_the_schemas_shipped() -> None:
    reads = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "merge_input.schema.json").read_bytes()))
    writes = jsonschema.Draft202012Validator(json.loads((SCHEMAS / "merge_output.schema.json").read_bytes()))
    reads.validate(EXAMPLE)
    assert not reads.is_valid(changed("context.creditt", "aeo"))
    assert not reads.is_valid(changed("conclusions.0.version", "1"))

    @given(inputs(SHIPPED))
    def holds(one: Input) -> None:
        writes.validate(json.loads(one.merged().to_json()))

    holds()


@given(
    st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5), st.sampled_from(sorted(EXAMPLE))
)
def test_nothing_that_is_json_makes_the_merge_crash(value: Any, field: str) -> None:
    try:
        merged(json.dumps(EXAMPLE | {field: value}).encode())
    except Invalid as refusal:
        assert refusal.details["errors"][0]["path"].startswith("$")


def test_the_schemas_in_the_documentation_are_those_generated(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["schemas", "--check", str(SCHEMAS)]) == 0
    assert main(["schemas", str(tmp_path)]) == 0
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir()} == schemas()
    (tmp_path / "policy.schema.json").write_text("{}", encoding="utf-8")
    assert main(["schemas", "--check", str(tmp_path)]) == 1
    assert "policy.schema.json" in capsys.readouterr().err


def test_a_document_decodes_to_what_was_meant() -> None:
    document = decoded(json.dumps(EXAMPLE).encode())
    assert document.conclusions[0].cause == "certificate_invalid"
    assert document.required[2].state == "LAPSED"
