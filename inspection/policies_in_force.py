"""Which merge policy a port's new cases get: chosen beforehand by a superior, never changed under a running case."""

from __future__ import annotations

from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_tables import PortPolicy
from inspection.events import EventType
from inspection.policy_files import shipped_names
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
    """The policy's name and why it is chosen."""

    policy: str
    reason: str


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """What new cases of the port are merged under; ``set_at`` null: the default that ships."""

    port: str
    policy: str
    reason: str
    set_at: datetime | None


async def policy_of(session: AsyncSession, port: str) -> str:
    """The name of the policy in force."""
    row = await session.get(PortPolicy, port)
    return DEFAULT if row is None else row.policy


async def view(session: AsyncSession, principal: Principal, port: str) -> PolicyView:
    """The policy of the person's own port."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port)
    if row is None:
        return PolicyView(port=port, policy=DEFAULT, reason="", set_at=None)
    return PolicyView(port=port, policy=row.policy, reason=row.reason, set_at=row.set_at)


async def choose(session: AsyncSession, principal: Principal, port: str, choice: PolicyChoice, now: datetime) -> PolicyView:
    """Sets the policy of the person's own port for cases opened from now on; the same choice again changes nothing."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port, with_for_update=True)

    if choice.policy not in shipped_names():
        raise PolicyUnknown(errors=[{"path": "$.policy", "message": f"one of {', '.join(shipped_names())}"}])
    if row is not None and (row.policy, row.reason) == (choice.policy, choice.reason):
        return await view(session, principal, port)

    if row is None:
        row = PortPolicy(port=port, policy=choice.policy, reason=choice.reason, set_by=principal.id, set_at=now)
        session.add(row)
    else:
        row.policy, row.reason, row.set_by, row.set_at = choice.policy, choice.reason, principal.id, now
    await session.flush()

    await event_log.append(
        session,
        f"rulebook:policy:{port}",
        EventType.PORT_POLICY_SET,
        {"policy": choice.policy, "reason": choice.reason},
        by=str(principal.id),
        at=now,
        tenant=port,
    )
    return PolicyView(port=port, policy=row.policy, reason=row.reason, set_at=row.set_at)
