"""Which merge policy a port's new cases get: chosen beforehand by a superior, never changed under a running case."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_tables import JointCase, PortPolicy
from inspection.events import EventType
from inspection.policy import Missing, Policy
from inspection.policy_check import check_policy
from inspection.policy_files import shipped, shipped_names
from kit import event_log
from kit.errors import Invalid, NotFound

DEFAULT = "graded"


class PolicyUnknown(Invalid):
    """No policy of this name; ``details['errors']`` lists those there are."""

    code = "policy_unknown"
    title_zh = "没有该名称的合并处置规则"
    title_en = "There is no policy of this name"
    advice_zh = "请从所列规则中选择。"
    advice_en = "Choose one of those listed."


class PolicyChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy's name and why it is chosen. ``on_missing``: what follows from silence at this port, by agency and risk."""

    policy: str
    reason: str
    on_missing: tuple[Missing, ...] = ()


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """What new cases of the port are merged under; ``set_at`` null: the default that ships."""

    port: str
    policy: str
    reason: str
    set_at: datetime | None
    on_missing: tuple[Missing, ...] = ()


async def policy_of(session: AsyncSession, port: str) -> tuple[str, list[dict[str, Any]]]:
    """The name of the policy in force, and the port's own rows of what follows from silence."""
    row = await session.get(PortPolicy, port)
    return (DEFAULT, []) if row is None else (row.policy, row.on_missing)


def of_case(case: JointCase) -> Policy:
    """The policy a case was opened under, with its port's rows of what follows from silence before the policy's own."""
    return _with_rows(case.policy, msgspec.convert(case.on_missing, tuple[Missing, ...]))


def _with_rows(name: str, rows: tuple[Missing, ...]) -> Policy:
    policy = shipped(name)
    spoken_for = {row.agency for row in rows}
    kept = tuple(row for row in policy.on_missing if row.agency not in spoken_for)
    return msgspec.structs.replace(policy, on_missing=(*rows, *kept))


async def view(session: AsyncSession, principal: Principal, port: str) -> PolicyView:
    """The policy of the person's own port."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port)
    return _view(port, row)


def _view(port: str, row: PortPolicy | None) -> PolicyView:
    if row is None:
        return PolicyView(port=port, policy=DEFAULT, reason="", set_at=None)
    rows = msgspec.convert(row.on_missing, tuple[Missing, ...])
    return PolicyView(port=port, policy=row.policy, reason=row.reason, set_at=row.set_at, on_missing=rows)


async def choose(session: AsyncSession, principal: Principal, port: str, choice: PolicyChoice, now: datetime) -> PolicyView:
    """Sets the policy of the person's own port for cases opened from now on; the same choice again changes nothing."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port, with_for_update=True)

    if choice.policy not in shipped_names():
        raise PolicyUnknown(errors=[{"path": "$.policy", "message": f"one of {', '.join(shipped_names())}"}])
    check_policy(_with_rows(choice.policy, choice.on_missing))
    rows = msgspec.to_builtins(choice.on_missing)
    if row is not None and (row.policy, row.reason, row.on_missing) == (choice.policy, choice.reason, rows):
        return _view(port, row)

    if row is None:
        row = PortPolicy(port=port)
        session.add(row)
    row.policy, row.reason, row.on_missing, row.set_by, row.set_at = choice.policy, choice.reason, rows, principal.id, now
    await session.flush()

    told = {"policy": choice.policy, "reason": choice.reason, "on_missing": rows}
    stream = f"rulebook:policy:{port}"
    await event_log.append(session, stream, EventType.PORT_POLICY_SET, told, by=str(principal.id), at=now, tenant=port)
    return _view(port, row)
