"""The documents of the merge: what goes in, what comes out, and the refusal of what cannot go in.

Field names are part of the public interface (``lianjian merge``, the report, docs/schemas). Codes of verdicts, measures and
conditions belong to the policy and are plain text here;
``inspection/concluding/merge_check.py`` says whether the policy knows them.
"""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from inspection.concluding.verdict import Basis, PairState
from inspection.policies.policy import Code, Credit, Lane, Name, Policy
from kit.decoding import MalformedJson, Problem, decode, parse, problems
from kit.errors import Invalid

LineNo = Annotated[int, Meta(ge=1, le=2_147_483_647, description="number of the declaration line")]


class MergeInputInvalid(Invalid):
    """The merge cannot read this: ``details['errors']`` lists JSON path and what would be right, the first one is ``path``."""

    code = "merge_input_invalid"
    title_zh = "合并输入不符合要求"
    title_en = "The merge input is not valid"
    advice_zh = "请按所列路径更正后重新提交。"
    advice_en = "Correct what stands at the paths listed and send it again."

    def __init__(self, problems: list[Problem]) -> None:
        first = problems[0]
        super().__init__(f"{first.path}: {first.message_en}", errors=msgspec.to_builtins(problems), path=first.path)
        self.path = first.path


class Context(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the merge knows of the goods and the enterprise. ``place`` of the graded table is ``rectifiable_at_port``."""

    credit: Credit = "ordinary"
    hazard: bool = False
    prohibited: bool = False
    separable: bool = False
    rectifiable_at_port: bool = True
    returnable: bool = True
    release_first: bool = False
    lane: Lane | None = None


class RequiredPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One conclusion the frozen task sheet requires. ``state`` says what became of it where there is none."""

    agency: Name
    line: LineNo
    check: Name | None = None
    state: PairState | None = None


class Conclusion(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One version of an agency's conclusion. ``line`` None: every line required of it.

    ``exclusive``: the agency's law makes its measure mandatory. ``offence``: it suspects one; ``evidence_needed``: the goods are
    needed as evidence of it. A ``dry_run`` is recorded and never counts.
    """

    agency: Name
    line: LineNo | None
    verdict: Code
    version: Annotated[int, Meta(ge=1, le=2_147_483_647)] = 1
    measures: tuple[Code, ...] = ()
    conditions: tuple[Code, ...] = ()
    basis: Basis | None = None
    check: Name | None = None
    cause: Name | None = None
    dry_run: bool = False
    exclusive: bool = False
    offence: bool = False
    evidence_needed: bool = False


class MergeInput(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What ``lianjian merge`` reads. ``policy``: a shipped name or a whole policy document."""

    policy: str | Policy
    required: tuple[RequiredPair, ...]
    conclusions: tuple[Conclusion, ...]
    context: Context = Context()


class MissingPair(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A required conclusion that is not there, and why. ``covered_by`` DEEMED: the policy lets its silence stand."""

    agency: str
    cause: str
    check: str | None = None
    covered_by: str | None = None


class Conflict(msgspec.Struct, frozen=True, kw_only=True):
    """Measures that exclude each other, who asks for them, and who decides: LEAD or SUPERIOR."""

    measures: tuple[str, ...]
    asked_by: tuple[str, ...]
    decided_by: str


class CheckOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """What the conclusions of one check lead to, where the policy never merges checks; fields as in :class:`LineOutcome`."""

    check: str | None
    verdict: str | None
    outcome: str
    disposition: str | None
    releasable: bool
    measures: tuple[str, ...]
    conditions: tuple[str, ...]
    missing: tuple[MissingPair, ...]
    vetoed_by: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    advice: tuple[str, ...]
    queued: tuple[str, ...]


class LineOutcome(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the conclusions on one line lead to. ``verdict`` None: nobody has concluded. Every list is sorted.

    ``checks``, under a policy that never merges them: the result of each, of which the line shows the strictest.
    """

    line: int
    verdict: str | None
    outcome: str
    disposition: str | None
    releasable: bool
    measures: tuple[str, ...]
    conditions: tuple[str, ...]
    missing: tuple[MissingPair, ...]
    vetoed_by: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    advice: tuple[str, ...]
    queued: tuple[str, ...]
    checks: tuple[CheckOutcome, ...] = ()


class TraceStep(msgspec.Struct, frozen=True, kw_only=True):
    """One reason: the rule's stable id (titles in ``inspection/concluding/merge_trace.py``) and the facts it applied to."""

    rule: str
    because: str


class MergeOutput(msgspec.Struct, frozen=True, kw_only=True):
    """The merged result. ``automatic``: the system may release without a person."""

    outcome: str
    disposition: str | None
    automatic: bool
    separable: bool
    lines: tuple[LineOutcome, ...]
    trace: tuple[TraceStep, ...]

    def to_json(self) -> bytes:
        """One line of JSON; the same result gives the same bytes."""
        return msgspec.json.encode(self)


def decoded(data: bytes) -> MergeInput:
    """The merge input in ``data``, strictly; raises :class:`MergeInputInvalid` naming every field that is wrong."""
    try:
        return decode(data, MergeInput)
    except MalformedJson as malformed:
        at = f"第 {malformed.details['line']} 行第 {malformed.details['column']} 列"
        zh, en = f"不是 UTF-8 编码的 JSON：{at}", f"not JSON in UTF-8: {malformed}"
        raise MergeInputInvalid([Problem(path="$", code=MalformedJson.code, message_zh=zh, message_en=en)]) from malformed
    except Invalid as refused:
        found = msgspec.convert(refused.details["errors"], list[Problem])
        raise MergeInputInvalid(_inside_the_policy(found, data)) from refused


def _inside_the_policy(found: list[Problem], data: bytes) -> list[Problem]:
    """``found`` with what is wrong inside a policy document told at its place, not at ``$.policy`` as a whole."""
    document = parse(data)
    policy = document.get("policy") if isinstance(document, dict) else None
    if policy is None or isinstance(policy, str):
        return found
    zh, en = "应为策略名称或完整的策略文档", "must be a shipped policy's name or a whole policy document"
    neither = [Problem(path="$", code="type", message_zh=zh, message_en=en)]
    inside = [below("$.policy", problem) for problem in (problems(policy, Policy) if isinstance(policy, dict) else neither)]
    return [*inside, *(problem for problem in found if problem.path != "$.policy")] or found


def below(path: str, problem: Problem) -> Problem:
    """The same problem, told from the document around the one it was found in."""
    return msgspec.structs.replace(problem, path=path + problem.path.removeprefix("$"))
