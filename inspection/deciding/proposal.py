"""What a person may propose, given what the merge found: never a release past a veto, never a silent departure. Pure.

Stricter than the merge: with a reason. Milder than a conclusion: a departure, which takes what ``adoption.py`` says; it is said
of every agency departed from. Past a veto: only a superior, and only when saying so.
Source: the domain page, section 3 (Adoption, Outcome of a line, Excluding measures).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Annotated, NamedTuple

import msgspec
from msgspec import Meta

from inspection.concluding.merge_documents import Conclusion, Context, LineNo, LineOutcome, MergeOutput, RequiredPair
from inspection.deciding import adoption, disposition, floors
from inspection.deciding.adoption import Departure, MilderThanPolicy, SuperiorDecides
from inspection.deciding.disposition import Type
from inspection.merging import merge
from inspection.policies.policy import Code, Policy
from inspection.policies.policy_reading import Reading
from kit.errors import Invalid

Reason = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=4_000)]


class ProposalInvalid(Invalid):
    """The proposal contradicts itself or the case; ``details['errors']`` lists path and what would be right."""

    code = "proposal_invalid"
    title_zh = "处置建议内容有误"
    title_en = "The proposal is not valid"
    advice_zh = "请按所列字段更正后重新提交。"
    advice_en = "Correct the fields listed and propose again."


class LineChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What becomes of one line of a split consignment."""

    line: LineNo
    type: Type


class Proposal(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a person proposes and why. ``lines`` with SPLIT only; ``conditions`` are added to those the agencies set.

    ``past_veto``: a superior decides past the agencies that veto, knowing that they do.
    """

    type: Type
    reason: Reason
    lines: Annotated[tuple[LineChoice, ...], Meta(max_length=2_000)] = ()
    conditions: Annotated[tuple[Code, ...], Meta(max_length=50)] = ()
    past_veto: bool = False


class LineDisposition(msgspec.Struct, frozen=True, kw_only=True):
    """What becomes of one line. ``type`` None: still open. ``queued`` measures wait until the type's has been lifted."""

    line: int
    type: str | None
    measures: tuple[str, ...]
    conditions: tuple[str, ...]
    queued: tuple[str, ...]
    vetoed_by: tuple[str, ...]


class Chosen(NamedTuple):
    """The lines as proposed, and every departure from a conclusion that lies in them."""

    lines: tuple[LineDisposition, ...]
    departures: tuple[Departure, ...]


def as_merged(merged: MergeOutput) -> tuple[LineDisposition, ...]:
    """The lines as the merge decided them."""
    return tuple(_line(line, line.disposition, line.conditions) for line in merged.lines)


def check_vetoes(
    merged: MergeOutput, chosen: Mapping[int, str | None], lifted: Collection[tuple[int, str]] = frozenset()
) -> None:
    """Raises :class:`~inspection.deciding.disposition.Vetoed` where a line would be released past a veto.

    ``chosen``: types by line.
    ``lifted``: line and agency of each veto that a superior has decided past.
    """
    for line in merged.lines:
        wanted = chosen.get(line.line)
        standing = [agency for agency in line.vetoed_by if (line.line, agency) not in lifted]
        if wanted is not None:
            disposition.check_release(Type(wanted), line=line.line, vetoed_by=standing)


def choose(
    proposal: Proposal,
    merged: MergeOutput,
    *,
    policy: Policy,
    required: Sequence[RequiredPair],
    conclusions: Sequence[Conclusion],
    context: Context,
    superior: bool,
) -> Chosen:
    """The lines as proposed; raises what stands in the way. ``superior``: the proposer decides what only a superior may."""
    chosen = _chosen(proposal, merged, policy)
    past_veto = superior and proposal.past_veto
    check_vetoes(merged, chosen, {(line.line, agency) for line in merged.lines for agency in line.vetoed_by if past_veto})
    reading = Reading(policy, context)
    spoken = tuple(floors.of_conclusions(reading, required, conclusions))
    unadvised = _unadvised(reading, required, conclusions)
    detained = floors.detained(reading, required, conclusions)
    departed: list[Departure] = []
    for line in merged.lines:
        type_ = chosen[line.line]
        if line.conflicts:
            _check_conflict(reading, line, type_, superior=superior)
        else:
            departed += adoption.departures(
                *(reading, line, type_, spoken),
                unadvised=unadvised.get(line.line),
                detained=detained.get(line.line),
                superior=superior,
                lifts_veto=past_veto,
            )
    conditions = {*proposal.conditions}
    lines = tuple(_line(line, chosen[line.line], {*line.conditions, *conditions}) for line in merged.lines)
    _check_conditions(proposal, policy, lines)
    return Chosen(lines, tuple(departed))


def _unadvised(reading: Reading, required: Sequence[RequiredPair], conclusions: Sequence[Conclusion]) -> dict[int, str | None]:
    """What the merge says of each line without those whom a mere reason passes over; lines of theirs alone are not there."""

    def counts(one: RequiredPair | Conclusion) -> bool:
        return not floors.is_mere_advice(reading, reading.standing(one.agency, one.check))

    left = tuple(filter(counts, required))
    if not left:
        return {}
    merged = merge(reading.policy, left, tuple(filter(counts, conclusions)), reading.context)
    return {line.line: line.disposition for line in merged.lines}


def _line(line: LineOutcome, type_: str | None, conditions: Sequence[str] | set[str]) -> LineDisposition:
    return LineDisposition(
        line=line.line,
        type=type_,
        measures=line.measures,
        conditions=tuple(sorted(conditions)),
        queued=line.queued if type_ == line.disposition else (),  # another decision leaves nothing behind it
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


def _check_conflict(reading: Reading, line: LineOutcome, type_: str, *, superior: bool) -> None:
    """One of the measures that exclude each other is taken, or something stricter; a release is never the way out."""
    for conflict in line.conflicts:
        if conflict.decided_by == "SUPERIOR" and not superior:
            raise SuperiorDecides(line=line.line, measures=list(conflict.measures))
        strongest = reading.strongest(conflict.measures)
        stricter = strongest is None or reading.strength[type_] >= reading.strength[strongest]
        if type_ in reading.policy.releasing or (type_ not in conflict.measures and not stricter):
            raise MilderThanPolicy(
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
