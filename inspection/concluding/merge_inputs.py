"""What the merge reads of a case, gathered from its rows: the frozen sheet, the conclusions, what became of invitations.

Whoever gathers as an officer of the lead agency's port or as the platform sees all of it; an agency does not see the lane.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import merging
from inspection.carrying_over import declared
from inspection.case_tables import Invitation, JointCase
from inspection.concluding import conclusion
from inspection.concluding.merge_documents import Conclusion, Context, MergeOutput, RequiredPair
from inspection.deciding.decision_tables import ConclusionRow
from inspection.declaring import goods_facts
from inspection.declaring.declaration_tables import DeclarationRow, ScreeningRun
from inspection.inviting import invitation_rows, silence, substitution
from inspection.inviting.invitation import DeclineReason, State
from inspection.inviting.substitution import Substitute
from inspection.policies import policies_in_force
from inspection.policies.policy import Policy, Risk
from inspection.preparing import sheet_issue, task_sheet, task_sheets
from inspection.preparing.sheet_issue import InvitationStanding
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting.document_parts import FocusPoint
from kit.canonical import canonical_hash
from risk.declaration import Declaration

FROZEN = frozenset({task_sheet.State.FROZEN, task_sheet.State.CLOSED})


@dataclass(frozen=True)
class MergeInputs:
    """Everything that decides the outcome of a case, and nothing else."""

    policy: Policy
    policy_sha256: str
    sheet: TaskSheetDocument
    required: tuple[RequiredPair, ...]
    conclusions: tuple[Conclusion, ...]
    context: Context

    @property
    def inputs_hash(self) -> str:
        """SHA-256 (hex): the same inputs, the same hash, in whatever order they came."""
        said = sorted((msgspec.to_builtins(one) for one in self.conclusions), key=msgspec.json.encode)
        silence_leads_to = [msgspec.to_builtins(one) for one in self.policy.on_missing]
        chosen = {"on_missing": silence_leads_to} if silence_leads_to else {}
        return canonical_hash(
            {
                "policy": {"name": self.policy.name, "version": self.policy.version} | chosen,
                "task_sheet": self.sheet.version,
                "required": [msgspec.to_builtins(one) for one in self.required],
                "conclusions": said,
                "context": msgspec.to_builtins(self.context),
            }
        )

    def required_of(self, agency: str) -> bool:
        """Whether the sheet asks this agency for anything that still stands."""
        return any(one.agency == agency for one in self.required)

    def also(self, conclusions: Iterable[Conclusion]) -> MergeInputs:
        """The same with more conclusions."""
        return replace(self, conclusions=(*self.conclusions, *conclusions))

    def merged(self) -> MergeOutput:
        """The merge of all this."""
        return merging.merge(self.policy, self.required, self.conclusions, self.context)


async def gather(session: AsyncSession, case: JointCase, *, speaking: str | None = None) -> MergeInputs | None:
    """The inputs as they stand; None before the sheet is frozen, or while it has not followed the declaration.

    ``speaking``: an agency about to conclude. Only what was said of, or carried over to, the present version counts.
    """
    sheet_row = await task_sheets.latest(session, case)
    if sheet_row is None or sheet_row.state not in FROZEN:
        return None
    sheet = task_sheets.document_of(sheet_row)
    version = (await declared.present(session, case)).version
    if sheet.declaration.version != version:
        return None
    rows = list(
        await session.scalars(
            select(ConclusionRow)
            .where(
                ConclusionRow.port == case.port, ConclusionRow.case_no == case.no, ConclusionRow.declaration_version == version
            )
            .order_by(ConclusionRow.agency, ConclusionRow.version)
        )
    )
    spoken = {row.agency for row in rows} | ({speaking} if speaking else set())
    invited = await invitation_rows.latest(session, case)
    silent = [row for row in invited if row.agency not in spoken]
    in_force, known = await policies_in_force.of_case(session, case), await context(session, case)
    policy = in_force.policy
    said = (one for row in rows for one in conclusion.for_merge(row.agency, row.version, conclusion.stored_lines(row.lines)))
    disputed = [point for row in invited if _was_disputed(row) for point in invitation_rows.points_of(row)]
    required = _required(sheet, disputed, silent, {row.agency: _pair_state(row, policy, known) for row in silent})
    asked = {one.agency for one in required}
    return MergeInputs(
        policy=policy,
        policy_sha256=in_force.sha256,
        sheet=sheet,
        required=required,
        conclusions=(*said, *(one for row in silent if row.agency in asked for one in _in_its_place(row))),
        context=known,
    )


def _pair_state(row: Invitation, policy: Policy, known: Context) -> str | None:
    risk = Risk(lane=known.lane, credit=known.credit, hazard=known.hazard, prohibited=known.prohibited)
    path = policy.on_lapse(row.agency, risk).action
    return silence.pair_state(State(row.state), answered=row.decline_reason is not None, path=path)


def _in_its_place(row: Invitation) -> tuple[Conclusion, ...]:
    """What a substitute found, where the lead has accepted one, or the recognised result an agreed decline cites."""
    if row.state == State.DECLINED and row.decline_confirmed and row.substitute and "covered_by" in row.substitute:
        return substitution.word_of(row.agency, msgspec.convert(row.substitute["covered_by"], Substitute))
    if row.state != State.SUBSTITUTED or row.substitute is None:
        return ()
    known = {name: value for name, value in row.substitute.items() if name in Substitute.__struct_fields__}
    return substitution.word_of(row.agency, msgspec.convert(known, Substitute))


def _was_disputed(row: Invitation) -> bool:
    """Whether the agency called itself out of scope and that did not stand: it is asked again, on the sheet or not."""
    return row.decline_reason == DeclineReason.OUT_OF_SCOPE and not row.decline_confirmed


def _required(
    sheet: TaskSheetDocument, disputed: list[FocusPoint], silent: list[Invitation], states: dict[str, str | None]
) -> tuple[RequiredPair, ...]:
    """Who must conclude where. What became of an invitation counts for agencies that have not spoken: a word stands before it.

    A confirmed decline as out of scope takes the agency's points away even after the sheet was frozen; everything else leaves
    them missing, and a dispute about who is competent brings points back that were taken off the sheet before.
    """
    declined = [
        InvitationStanding(
            agency=row.agency,
            mandatory=row.mandatory,
            state=row.state,
            decline_confirmed=row.decline_confirmed,
            decline_reason=row.decline_reason or "",
        )
        for row in silent
        if row.state == "DECLINED"
    ]
    points = sheet_issue.points_in_force((*sheet.focus_points, *disputed), declined)
    in_force = msgspec.structs.replace(sheet, focus_points=points)
    pairs = task_sheet.required_pairs(in_force, {agency: state for agency, state in states.items() if state})
    return tuple(msgspec.convert(msgspec.to_builtins(one), RequiredPair) for one in pairs)


async def context(session: AsyncSession, case: JointCase) -> Context:
    """What is known of goods and enterprise; what nobody has recorded stands at the cautious value, e.g. not separable."""
    declared = await session.get_one(DeclarationRow, case.declaration_id)
    declaration = msgspec.convert(declared.document, Declaration)
    lane = await session.scalar(
        select(ScreeningRun.lane)
        .where(ScreeningRun.declaration_id == case.declaration_id)
        .order_by(ScreeningRun.at.desc())
        .limit(1)
    )
    known = {"credit": declaration.trader.credit, "hazard": case.priority_class == "HAZARD", "lane": lane}
    return msgspec.convert(known | await goods_facts.known(session, case), Context)
