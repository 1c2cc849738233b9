"""The state diagrams of docs/state-diagrams.md, drawn from the tables themselves: each as Mermaid and as a list of steps."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import msgspec

from inspection import case
from inspection.deciding import disposition
from inspection.declaring import declaration_state
from inspection.fieldwork import finding, session
from inspection.inviting import invitation
from inspection.planning import booking, yard
from inspection.preparing import task_sheet
from inspection.reporting import report
from inspection.requesting import request, rights_confirmation
from inspection.transitions import A, S, reachable
from risk import rulebook_life

HEADER = """\
# State diagrams 状态图

Generated from the tables of transitions by `lianjian docs`; do not edit. What is not drawn is refused with 409, the present
state and the actions it allows. A step may have a guard besides: the module named under each heading says which.
"""


class Machine(msgspec.Struct, frozen=True, kw_only=True):
    """One machine: its names, the module of its table, where it starts, its steps (state, action, state) and its ends."""

    zh: str
    en: str
    module: str
    initial: str
    steps: tuple[tuple[str, str, str], ...]
    ends: tuple[str, ...]
    note: str = ""


def machine(zh: str, en: str, module: str, initial: S, table: Mapping[tuple[S, A], S], *, note: str = "") -> Machine:
    """A machine as it is drawn, in the order of its table; its ends are the states without a way out."""
    steps = tuple((source.value, action.value, target.value) for (source, action), target in table.items())
    left = {source for source, _, _ in steps}
    ends = tuple(sorted(state.value for state in reachable(table, initial) if state.value not in left))
    return Machine(zh=zh, en=en, module=module, initial=initial.value, steps=steps, ends=ends, note=note)


def machines() -> tuple[Machine, ...]:
    """Every machine of the product."""
    return (
        machine(
            "报关单",
            "Declaration",
            declaration_state.__name__,
            declaration_state.State.RECEIVED,
            declaration_state.TRANSITIONS,
            note="Imported history stops at SCREENED.",
        ),
        machine(
            "协同查验案件",
            "Joint case",
            case.__name__,
            case.State.SUGGESTED,
            case.TRANSITIONS,
            note="The state follows from the children (`derive_state`); resuming leads from SUSPENDED back to their stage.",
        ),
        machine("协同邀请", "Invitation", invitation.__name__, invitation.State.DRAFT, invitation.TRANSITIONS),
        machine("协同查验任务单", "Task sheet", task_sheet.__name__, task_sheet.State.DRAFT, task_sheet.TRANSITIONS),
        machine(
            "查验预约",
            "Booking",
            booking.__name__,
            booking.State.PROPOSED,
            booking.TRANSITIONS,
            note="A proposal is a hold of 15 minutes; the last mandatory agency's yes confirms it.",
        ),
        machine("货物位置", "Goods in the yard", yard.__name__, yard.State.OUTSIDE, yard.TRANSITIONS),
        machine("现场查验", "Field session", session.__name__, session.State.PLANNED, session.TRANSITIONS),
        machine("查验发现", "Finding", finding.__name__, finding.State.DRAFT, finding.TRANSITIONS),
        machine(
            "协查请求",
            "Information request",
            request.__name__,
            request.State.OPEN,
            request.TRANSITIONS,
            note="A decline is no answer: the chain stays open until whoever asked takes the request back.",
        ),
        machine(
            "权利人确认",
            "Rights holder's confirmation",
            rights_confirmation.__name__,
            rights_confirmation.State.OPEN,
            rights_confirmation.TRANSITIONS,
            note="An authorisation on file settles it without a reply; silence (LAPSED) confirms nothing.",
        ),
        machine("综合报告", "Report", report.__name__, report.State.ASSEMBLING, report.TRANSITIONS),
        machine(
            "处置",
            "Disposition",
            disposition.__name__,
            disposition.State.PROPOSED,
            disposition.TRANSITIONS,
            note="Only RELEASE, CONDITIONAL_RELEASE and SPLIT can be recalled.",
        ),
        machine(
            "规则集版本",
            "Rulebook version",
            rulebook_life.__name__,
            rulebook_life.State.DRAFT,
            rulebook_life.TRANSITIONS,
            note="In force is the highest ACTIVE version whose time has come; retiring it brings the one before it back.",
        ),
    )


def state_diagrams() -> str:
    """The whole page."""
    return "\n".join([HEADER, *(_page(one) for one in machines())])


def _page(one: Machine) -> str:
    lines = [f"## {one.zh} {one.en}", "", f"`{one.module.replace('.', '/')}.py`"]
    lines += ["", one.note] if one.note else []
    lines += ["", "```mermaid", *_mermaid(one), "```", "", "| state | action | becomes |", "|---|---|---|"]
    lines += [f"| {source} | {action} | {target} |" for source, action, target in one.steps]
    return "\n".join([*lines, ""])


def _mermaid(one: Machine) -> Iterator[str]:
    yield "stateDiagram-v2"
    yield f"    [*] --> {one.initial}"
    for (source, target), actions in _edges(one).items():
        yield f"    {source} --> {target}: {', '.join(actions)}"
    for end in one.ends:
        yield f"    {end} --> [*]"


def _edges(one: Machine) -> dict[tuple[str, str], list[str]]:
    """Actions that lead from the same state to the same state share an arrow."""
    edges: dict[tuple[str, str], list[str]] = {}
    for source, action, target in one.steps:
        edges.setdefault((source, target), []).append(action)
    return edges
