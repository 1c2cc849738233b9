"""Which merge policy a port's new cases get: chosen beforehand by a superior, never changed under a running case."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.case_tables import JointCase, PortPolicy
from inspection.events import EventType
from inspection.fieldwork.session import LATE_SYNC_WINDOW
from inspection.policies.policy import Missing, Policy
from inspection.policies.policy_check import check_policy
from inspection.policies.policy_life import check_for_cases
from inspection.policies.published_policies import DEFAULT, InForce, load, names_in_force
from kit import event_log
from kit.errors import Invalid, NotFound


class PolicyUnknown(Invalid):
    """No policy of this name or version is in force; ``details['errors']`` lists those that are."""

    code = "policy_unknown"
    title_zh = "没有该名称或版本的合并处置规则"
    title_en = "No such policy is in force"
    advice_zh = "请从所列规则中选择。"
    advice_en = "Choose one of those listed."


class PolicyChoice(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The policy's name and why it is chosen. ``on_missing``: what follows from silence at this port, by agency and risk.

    ``version`` null: the newest in force whenever a case is opened.
    """

    policy: str
    reason: str
    version: int | None = None
    on_missing: tuple[Missing, ...] = ()


class PolicyView(msgspec.Struct, frozen=True, kw_only=True):
    """What new cases of the port are merged under; ``set_at`` null: the default that ships.

    ``version`` is the one chosen (null: the newest), ``in_force`` the one that a case opened now gets.
    """

    port: str
    policy: str
    version: int | None
    in_force: int
    reason: str
    set_at: datetime | None
    on_missing: tuple[Missing, ...] = ()


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What a case keeps of the policy it is opened under: name, version, and its port's rows of what follows from silence."""

    policy: str
    version: int
    on_missing: list[dict[str, Any]]


async def policy_of(session: AsyncSession, port: str, now: datetime) -> Opening:
    """What a case of the port opened now gets."""
    row = await session.get(PortPolicy, port)
    name, version, rows = (DEFAULT, None, []) if row is None else (row.policy, row.version, row.on_missing)
    return Opening(policy=name, version=version or (await names_in_force(session, now))[name][0], on_missing=rows)


async def of_case(session: AsyncSession, case: JointCase) -> InForce:
    """The policy a case was opened under, with its port's rows of what follows from silence before the policy's own."""
    published = await load(session, case.policy, case.policy_version)
    rows = msgspec.convert(case.on_missing, tuple[Missing, ...])
    return InForce(policy=_with_rows(published.policy, rows), sha256=published.sha256)


async def late_sync_of(session: AsyncSession, case: JointCase) -> timedelta:
    """How long after the close what was captured before it still counts when it arrives: hours by the clock."""
    window = (await of_case(session, case)).policy.windows.get("late_sync")
    return LATE_SYNC_WINDOW if window is None else timedelta(hours=int(window.removesuffix("h")))


def _with_rows(policy: Policy, rows: tuple[Missing, ...]) -> Policy:
    if not rows:
        return policy
    spoken_for = {row.agency for row in rows}
    kept = tuple(row for row in policy.on_missing if row.agency not in spoken_for)
    return msgspec.structs.replace(policy, on_missing=(*rows, *kept))


async def view(session: AsyncSession, principal: Principal, port: str, now: datetime) -> PolicyView:
    """The policy of the person's own port."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port)
    opening = await policy_of(session, port, now)
    return PolicyView(
        port=port,
        policy=opening.policy,
        version=None if row is None else row.version,
        in_force=opening.version,
        reason="" if row is None else row.reason,
        set_at=None if row is None else row.set_at,
        on_missing=msgspec.convert(opening.on_missing, tuple[Missing, ...]),
    )


async def choose(session: AsyncSession, principal: Principal, port: str, choice: PolicyChoice, now: datetime) -> PolicyView:
    """Sets the policy of the person's own port for cases opened from now on; the same choice again changes nothing."""
    if port != principal.port:
        raise NotFound(port=port)
    row = await session.get(PortPolicy, port, with_for_update=True)

    known = await names_in_force(session, now)
    _check_known(choice, known)
    chosen = await load(session, choice.policy, choice.version or known[choice.policy][0])
    check_for_cases(chosen.policy)
    check_policy(_with_rows(chosen.policy, choice.on_missing))
    rows = msgspec.to_builtins(choice.on_missing)
    wanted = (choice.policy, choice.version, choice.reason, rows)
    if row is not None and (row.policy, row.version, row.reason, row.on_missing) == wanted:
        return await view(session, principal, port, now)

    if row is None:
        row = PortPolicy(port=port)
        session.add(row)
    row.policy, row.version, row.reason, row.on_missing = wanted
    row.set_by, row.set_at = principal.id, now
    await session.flush()

    told = {"policy": choice.policy, "version": choice.version, "reason": choice.reason, "on_missing": rows}
    stream = f"rulebook:policy:{port}"
    await event_log.append(session, stream, EventType.PORT_POLICY_SET, told, by=str(principal.id), at=now, tenant=port)
    return await view(session, principal, port, now)


def _check_known(choice: PolicyChoice, known: dict[str, list[int]]) -> None:
    """Raises :class:`PolicyUnknown` for a policy, or a version of it, that is not in force."""
    if choice.policy not in known:
        raise PolicyUnknown(errors=[{"path": "$.policy", "message": f"one of {', '.join(sorted(known))}"}])
    versions = known[choice.policy]
    if choice.version is not None and choice.version not in versions:
        right = ", ".join(map(str, sorted(versions)))
        raise PolicyUnknown(errors=[{"path": "$.version", "message": f"null, or one of {right}"}])
