"""Why a case got this window, this place and not an earlier one, in both languages; or why it got none. Pure.

Reasons are read off the finished plan, so they hold whichever planner made it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from typing import Final

import msgspec

from inspection.planning.first_fit import best_fit
from inspection.planning.schedule_board import Board
from inspection.planning.schedule_problem import (
    AGED_AFTER,
    Assignment,
    Problem,
    Reason,
    Request,
    held_by,
    is_aged,
    is_wanted,
    waited,
    whole_minutes,
)

CAPABILITY: Final[dict[str, tuple[str, str]]] = {
    "crane": ("吊机", "a crane"),
    "cold": ("冷藏设施", "cold storage"),
    "roofed": ("雨棚", "a roof"),
    "fenced": ("围网", "a fence"),
    "hazard": ("危险品作业条件", "what dangerous goods need"),
}
"""What a bay can do, as people say it; another word is printed as it is."""

CLASS: Final[dict[str, tuple[str, str]]] = {
    "HAZARD": ("危险品", "dangerous goods"),
    "PERISHABLE": ("鲜活易腐", "perishables"),
    "LARGE_COMPLETE_EQUIPMENT": ("大型成套设备", "large complete equipment"),
    "HIGH_TECH_MATERIAL": ("高新技术材料", "high-tech material"),
    "AGRI_FOOD": ("农食产品", "agricultural products and food"),
    "AEO": ("高级认证企业", "a senior-certified enterprise"),
    "NORMAL": ("普通货物", "ordinary goods"),
}


def why(problem: Problem, request: Request, plan: Sequence[Assignment], one: Assignment) -> Assignment:
    """``one`` with its reasons: the window, the bay, the turn, wishes, hours, the target."""
    others = [held_by(other) for other in plan if other.case != one.case]
    reasons = (
        _window(problem, request, one, others_hold=msgspec.structs.replace(problem, held=(*problem.held, *others))),
        _bay(problem, request, one),
        *_turn(problem, request),
        *_wishes(request, one),
        *_target(request, one),
    )
    return msgspec.structs.replace(one, reasons=reasons)


def why_not(problem: Problem, request: Request) -> tuple[Reason, ...]:
    """What keeps a case from every window of the horizon; never empty."""
    board = Board(problem)
    if not board.places(request):
        zh, en = _named(request.capabilities)
        return (Reason(code="NO_CAPABLE_BAY", zh=f"本口岸没有具备{zh}的台位", en=f"no bay of the port has {en}"),)
    free = Board(msgspec.structs.replace(problem, held=()))
    starts = list(free.starts(request))
    if not starts:
        return (Reason(code="TOO_LONG", zh="计划期内没有足够长的时段", en="no stretch of the horizon is long enough"),)
    missing = [seat.agency for seat in request.seats if not any(free.free_choices(seat.choices, start) for start in starts)]
    if missing:
        text = ", ".join(missing)
        return (Reason(code="EXPERT_NOT_ON_DUTY", zh=f"计划期内专家不在岗：{text}", en=f"no expert on duty: {text}"),)
    if best_fit(free, request) is None:
        return (Reason(code="NO_COMMON_WINDOW", zh="各部门专家没有共同时段", en="the experts have no window in common"),)
    return (Reason(code="NO_ROOM", zh="计划期内台位和专家均已排满", en="places and experts are taken for the whole horizon"),)


def _window(problem: Problem, request: Request, one: Assignment, *, others_hold: Problem) -> Reason:
    """Earliest of all, earliest left, or a later one on purpose."""
    if not _earlier(Board(problem), request, one):
        return Reason(code="EARLIEST_COMMON_WINDOW", zh="最早共同时段", en="earliest common window")
    if not _earlier(Board(others_hold), request, one):
        zh, en = (
            "更早时段已排给更紧急或先到的案件，此为余下最早",
            "earlier ones go to cases more urgent or first come; earliest left",
        )
        return Reason(code="EARLIEST_LEFT", zh=zh, en=en)
    return Reason(code="BEST_WINDOW", zh="兼顾企业意愿与其他案件的最优时段", en="best window, given wishes and the other cases")


def _earlier(board: Board, request: Request, one: Assignment) -> bool:
    places = board.places(request)
    before = (start for start in board.starts(request) if start.at < one.starts_at)
    return any(board.fit(request, start, places) is not None for start in before)


def _bay(problem: Problem, request: Request, one: Assignment) -> Reason:
    able = sorted({bay for bay, _ in Board(problem).places(request)})
    if not request.capabilities:
        zh = f"{one.bay} 台位空闲，专用台位留给需要的货物"
        return Reason(code="FREE_BAY", zh=zh, en=f"bay {one.bay} is free; special bays are kept for goods that need them")
    zh, en = _named(request.capabilities)
    if len(able) == 1:
        zh = f"{one.bay} 台位是唯一具备{zh}的台位"
        return Reason(code="ONLY_CAPABLE_BAY", zh=zh, en=f"bay {one.bay} is the only one with {en}")
    zh = f"{one.bay} 台位具备{zh}（共 {len(able)} 个台位具备）"
    return Reason(code="CAPABLE_BAY", zh=zh, en=f"bay {one.bay} has {en}, one of {len(able)} that do")


def _turn(problem: Problem, request: Request) -> Iterator[Reason]:
    if is_aged(request, problem.now):
        hours = int(waited(request, problem.now) / timedelta(hours=1))
        limit = int(AGED_AFTER / timedelta(hours=1))
        zh, en = f"已等待 {hours} 小时，超过 {limit} 小时优先安排", f"waited {hours} h: beyond {limit} h a case goes first"
        yield Reason(code="AGED", zh=zh, en=en)
    elif request.priority != "NORMAL":
        zh, en = CLASS[request.priority]
        yield Reason(code="PRIORITY_CLASS", zh=f"{zh}优先", en=f"{en} first")


def _wishes(request: Request, one: Assignment) -> Iterator[Reason]:
    if request.preferred and is_wanted(request, one.starts_at):
        yield Reason(code="PREFERRED_WINDOW", zh="在企业期望时段内", en="inside a window the enterprise prefers")
    elif request.preferred:
        yield Reason(
            code="PREFERENCE_NOT_MET", zh="企业期望时段内无法更早安排", en="no better window inside those the enterprise prefers"
        )
    if one.off_hours:
        zh, en = "非工作时间预约：所需人员均在值班表上", "outside working hours: everybody needed is on the roster"
        yield Reason(code="OFF_HOURS", zh=zh, en=en)


def _target(request: Request, one: Assignment) -> Iterator[Reason]:
    if request.due_by is None:
        return
    late = whole_minutes(one.ends_at - request.due_by)
    if late > 0:
        yield Reason(code="TARGET_MISSED", zh=f"超出总时长目标 {late} 分钟", en=f"{late} min beyond the target of total time")
    else:
        yield Reason(code="WITHIN_TARGET", zh="在总时长目标内", en="within the target of total time")


def _named(capabilities: Iterable[str]) -> tuple[str, str]:
    names = [CAPABILITY.get(one, (one, one)) for one in capabilities]
    return "、".join(zh for zh, _ in names), " and ".join(en for _, en in names)
