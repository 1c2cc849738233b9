"""What a person may propose, given what the merge found: never a release past a veto, never a silent departure. Pure.

Stricter than the merge: with a reason. Milder than a conclusion: what the policy's adoption says of its standing. As shipped a
BINDING one is never departed from, and a PRESUMPTIVE one takes a second approver, a notice and a dissent window, which the
platform does not offer yet: both are refused openly.
Source: the domain page, section 3 (Adoption, Outcome of a line, Excluding measures).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, get_args

import msgspec
from msgspec import Meta

from inspection import disposition
from inspection.disposition import Type
from inspection.merge_documents import Conclusion, Context, LineNo, LineOutcome, MergeOutput, RequiredPair
from inspection.merge_selection import Required, select
from inspection.policy import AS_ASKED, Code, Policy, Standing
from inspection.policy_reading import Reading
from kit.errors import Conflict, Invalid, NotAllowed

Reason = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


class ProposalInvalid(Invalid):
    """The proposal contradicts itself or the case; ``details['errors']`` lists path and what would be right."""

    code = "proposal_invalid"
    title_zh = "处置建议内容有误"
    title_en = "The proposal is not valid"
    advice_zh = "请按所列字段更正后重新提交。"
    advice_en = "Correct the fields listed and propose again."


class DepartureRefused(Conflict):
    """A binding conclusion is followed; ``details``: line, agencies, concluded, proposed."""

    code = "departure_refused"
    title_zh = "该部门结论具有约束力，不得作出更宽的处置"
    title_en = "The conclusion binds: nothing milder may be proposed"
    advice_zh = "请按该部门结论处置，或由该部门修改结论。"
    advice_en = "Follow the conclusion, or have the agency amend it."


class DepartureNotSupported(Conflict):
    """Milder than the conclusions or the policy say; ``details``: line, agencies, concluded, proposed."""

    code = "departure_not_supported"
    title_zh = "处置建议宽于部门结论，现阶段不能办理"
    title_en = "This is milder than what was concluded, which cannot be proposed yet"
    advice_zh = "偏离部门结论须经第二审批、告知并给予异议期；该流程开通前，请按结论处置或由该部门修改结论。"
    advice_en = "Departing needs a second approver, notice and a dissent window; until these exist, follow the conclusion."


class SuperiorDecides(NotAllowed):
    """Each measure is mandatory by its own law: the conflict is the superior's; ``details``: line, measures."""

    code = "superior_decides"
    title_zh = "法定措施相互冲突，须由上级决定"
    title_en = "The superior decides this conflict"
    advice_zh = "请报上级决定。"
    advice_en = "Submit it to the superior."


class LineChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of one line of a split consignment."""

    line: LineNo
    type: Type


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person proposes and why. ``lines`` with SPLIT only; ``conditions`` are added to those the agencies set."""

    type: Type
    reason: Reason
    lines: Annotated[tuple[LineChoice, ...], Meta(max_length=2_000)] = ()
    conditions: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()


class LineDisposition(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one line. ``type`` None: still open. ``queued`` measures wait until the type's has been lifted."""

    line: int
    type: str | None
    measures: tuple[str, ...]
    conditions: tuple[str, ...]
    queued: tuple[str, ...]
    vetoed_by: tuple[str, ...]


def as_merged(merged: MergeOutput) -> tuple[LineDisposition, ...]:
    """The lines as the merge decided them."""
    return tuple(_line(line, line.disposition, line.conditions) for line in merged.lines)


def check_vetoes(merged: MergeOutput, chosen: Mapping[int, str | None]) -> None:
    """Raises :class:`~inspection.disposition.Vetoed` where a line would be released past a veto. ``chosen`` types by line."""
    for line in merged.lines:
        wanted = chosen.get(line.line)
        if wanted is not None:
            disposition.check_release(Type(wanted), line=line.line, vetoed_by=line.vetoed_by)


def choose(
    proposal: Proposal,
    merged: MergeOutput,
    *,
    policy: Policy,
    required: Sequence[RequiredPair],
    conclusions: Sequence[Conclusion],
    context: Context,
    superior: bool,
) -> tuple[LineDisposition, ...]:
    """The lines as proposed; raises what stands in the way. ``superior``: the proposer decides what only a superior may."""
    chosen = _chosen(proposal, merged, policy)
    check_vetoes(merged, chosen)
    reading = Reading(policy, context)
    spoken = list(_floors(reading, required, conclusions))
    for line in merged.lines:
        _check_line(reading, line, chosen[line.line], spoken, superior=superior)
    conditions = {*proposal.conditions}
    lines = tuple(_line(line, chosen[line.line], {*line.conditions, *conditions}) for line in merged.lines)
    _check_conditions(proposal, policy, lines)
    return lines


def _line(line: LineOutcome, type_: str | None, conditions: Sequence[str] | set[str]) -> LineDisposition:
    return LineDisposition(
        line=line.line,
        type=type_,
        measures=line.measures,
        conditions=tuple(sorted(conditions)),
        queued=line.queued,
        vetoed_by=line.vetoed_by,
    )


def _chosen(proposal: Proposal, merged: MergeOutput, policy: Policy) -> dict[int, str]:
    """The type of every line. A type that is the merge's own leaves the lines as merged; any other goes for all goods."""
    if proposal.type is Type.SPLIT:
        return _split(proposal, merged, policy)
    if proposal.lines:
        raise _invalid("$.lines", "lines are told apart by SPLIT only; leave them out")
    if proposal.type not in policy.strength:
        raise _invalid("$.type", f"{proposal.type} accompanies a disposition; one of SPLIT, {', '.join(policy.strength)}")
    if proposal.type == merged.disposition:
        return {line.line: line.disposition or proposal.type.value for line in merged.lines}
    return {line.line: proposal.type.value for line in merged.lines}


def _split(proposal: Proposal, merged: MergeOutput, policy: Policy) -> dict[int, str]:
    if not merged.separable:
        raise _invalid("$.type", "the goods are not recorded as separable: one disposition for the whole consignment")
    merged_lines = {line.line: line.disposition for line in merged.lines}
    choices = {choice.line: choice.type.value for choice in proposal.lines}
    if len(choices) != len(proposal.lines):
        raise _invalid("$.lines", "a line stands here twice; say it once")
    if unknown := sorted(choices.keys() - merged_lines.keys()):
        raise _invalid("$.lines", f"no such line: {unknown}")
    if alien := sorted({*choices.values()} - {*policy.strength}):
        raise _invalid("$.lines", f"{', '.join(alien)} disposes of no line; one of {', '.join(policy.strength)}")
    chosen = {no: choices.get(no) or type_ for no, type_ in merged_lines.items()}
    if open_lines := sorted(no for no, type_ in chosen.items() if type_ is None):
        raise _invalid("$.lines", f"say what becomes of {open_lines}; nothing has been decided there")
    if len({*chosen.values()}) == 1:
        raise _invalid("$.type", "every line has the same disposition: that is no split")
    return {no: type_ for no, type_ in chosen.items() if type_ is not None}


class _Floor(msgspec.Struct, frozen=True, kw_only=True):
    """The mildest that still follows one agency's conclusion on one line."""

    agency: str
    line: int
    standing: str
    at_least: str


def _floors(reading: Reading, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> Iterator[_Floor]:
    for pair, conclusion in select(Required(required), conclusions).counted.items():
        if conclusion.verdict not in reading.verdicts:
            continue  # undecided: it asks for nothing yet
        part = reading.contribution(conclusion)
        row = next((reading.rows_by_id[hit.row] for hit in part.rows if hit.row is not None), None)
        asked = reading.strongest(part.measures | frozenset(conclusion.measures))
        at_least = asked if row is None or row.disposition == AS_ASKED else row.disposition
        if at_least is not None:
            standing = reading.standing(pair.agency, pair.check or None)
            yield _Floor(agency=pair.agency, line=pair.line, standing=standing, at_least=at_least)


def _check_line(reading: Reading, line: LineOutcome, type_: str, spoken: Sequence[_Floor], *, superior: bool) -> None:
    if line.conflicts:
        _check_conflict(reading, line, type_, superior=superior)
        return
    if type_ == line.disposition:
        return  # what the merge resolved between the agencies is followed, not departed from

    def milder_than(code: str) -> bool:
        return reading.strength[type_] < reading.strength[code]

    passed_over = [floor for floor in spoken if floor.line == line.line and milder_than(floor.at_least)]
    for standing in get_args(Standing):
        if departed := [floor for floor in passed_over if floor.standing == standing]:
            takes = reading.policy.adoption_of(standing).milder
            if takes is not None and {*takes} <= {"REASON"}:
                continue  # every proposal has a reason
            concluded = reading.strongest(floor.at_least for floor in departed)
            agencies = sorted({floor.agency for floor in departed})
            refusal = DepartureRefused if takes is None else DepartureNotSupported
            raise refusal(line=line.line, agencies=agencies, concluded=concluded, proposed=type_)
    if line.disposition is not None and milder_than(line.disposition):
        raise DepartureNotSupported(line=line.line, agencies=[], concluded=line.disposition, proposed=type_)


def _check_conflict(reading: Reading, line: LineOutcome, type_: str, *, superior: bool) -> None:
    """One of the measures that exclude each other is taken, or something stricter; a release is never the way out."""
    for conflict in line.conflicts:
        if conflict.decided_by == "SUPERIOR" and not superior:
            raise SuperiorDecides(line=line.line, measures=list(conflict.measures))
        strongest = reading.strongest(conflict.measures)
        stricter = strongest is None or reading.strength[type_] >= reading.strength[strongest]
        if type_ in reading.policy.releasing or (type_ not in conflict.measures and not stricter):
            raise DepartureNotSupported(
                line=line.line, agencies=list(conflict.asked_by), concluded=list(conflict.measures), proposed=type_
            )


def _check_conditions(proposal: Proposal, policy: Policy, lines: Sequence[LineDisposition]) -> None:
    if unknown := sorted({*proposal.conditions} - {*policy.conditions}):
        raise _invalid("$.conditions", f"{', '.join(unknown)} is not known; one of {', '.join(policy.conditions)}")
    bare = [line.line for line in lines if line.type == Type.CONDITIONAL_RELEASE and not line.conditions]
    if bare:
        raise _invalid(
            "$.conditions", f"a conditional release of {bare} needs a condition; one of {', '.join(policy.conditions)}"
        )


def _invalid(path: str, message: str) -> ProposalInvalid:
    return ProposalInvalid(f"{path}: {message}", errors=[{"path": path, "message": message}])
