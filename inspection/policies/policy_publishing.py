"""Publishing merge policies: drafted by a rule officer, checked as a whole, published by another person, retired.

Each act is an event of the policy's own stream; what cases read of it stands in ``inspection/policies/published_policies.py``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, Principal
from inspection.case_tables import PortPolicy
from inspection.events import EventType
from inspection.policies import policy_changes, policy_files, policy_life
from inspection.policies.policy import Policy
from inspection.policies.policy_changes import Change
from inspection.policies.policy_check import PolicyInvalid
from inspection.policies.policy_life import Action, PolicyInUse, PolicyPublished, State
from inspection.policies.policy_problems import told
from inspection.policies.policy_tables import MergePolicy
from inspection.policies.policy_versions import Checked, Draft, Publication, Retirement, Source, VersionView, WholeVersion
from inspection.policies.published_policies import DEFAULT, in_force
from kit import event_log
from kit.database import elevated
from kit.decoding import Problem
from kit.errors import NotFound, StaleVersion


# ------------------------------------------------------------------------------------------------------------ drafting
async def draft(session: AsyncSession, principal: Principal, name: str, version: int, data: Draft, now: datetime) -> WholeVersion:
    """Writes, or writes again, the draft of a version; the same again changes nothing. A draft may still be wrong."""
    await _lock(session, name)
    rows = await _versions(session, name)
    held = next((row for row in rows if row.version == version), None)
    if held is not None and (held.source, held.note) == (data.source, data.note):
        return await _whole(session, held)

    _check_draftable(name, version, rows, held)
    policy, found = await _read(session, name, version, data.source)

    if held is None:
        held = MergePolicy(name=name, version=version, status=State.DRAFT.value, reason="", retired_because="")
        session.add(held)
    held.source, held.note, held.author, held.drafted_at = data.source, data.note, principal.id, now
    held.document = None if policy is None or found else msgspec.to_builtins(policy)
    held.sha256 = None if policy is None or found else policy_files.document_hash(policy)
    await session.flush()

    said = {"version": version, "sha256": held.sha256, "note": data.note, "problems": len(found)}
    await _record(session, principal, name, EventType.POLICY_DRAFTED, said, now)
    return _view(held, found)


async def check(session: AsyncSession, data: Source) -> Checked:
    """All that is wrong with a document and what it would change; keeps nothing."""
    policy, found = policy_files.policy_in(data.source, await _bases(session))
    if policy is None:
        return Checked(name=None, version=None, sha256=None, problems=tuple(found), changes=())
    rows = await _versions(session, policy.name)
    found += _out_of_turn(policy.version, rows)
    newest = _newest(rows)
    return Checked(
        name=policy.name,
        version=policy.version,
        sha256=None if found else policy_files.document_hash(policy),
        problems=tuple(found),
        changes=() if newest is None else policy_changes.changes(_policy(newest), policy),
    )


# ---------------------------------------------------------------------------------------------------------- publishing
async def publish(
    session: AsyncSession, principal: Principal, name: str, version: int, data: Publication, now: datetime
) -> WholeVersion:
    """Another person puts the version in force for cases opened from then on. The same again changes nothing."""
    await _lock(session, name)
    rows = await _versions(session, name)
    row = _one(rows, name, version)
    starts = max(data.effective_from or now, now)
    if row.approver == principal.id and row.sha256 == data.sha256 and row.reason == data.reason:
        return await _whole(session, row)

    policy_life.check_second_person(str(row.author) if row.author else None, str(principal.id))
    after = policy_life.advance(State(row.status), Action.PUBLISH)
    policy, found = await _read(session, name, version, row.source)
    if policy is None or found:
        raise PolicyInvalid(found, name)
    # What it extends may have changed since it was drafted; the approver publishes what the approver has read.
    if policy_files.document_hash(policy) != data.sha256 or row.sha256 != data.sha256:
        raise StaleVersion(version=version, sha256=row.sha256)

    row.status, row.approver, row.published_at, row.effective_from, row.reason = (
        after.value,
        principal.id,
        now,
        starts,
        data.reason,
    )
    await session.flush()

    said = {"version": version, "sha256": row.sha256, "effective_from": starts.isoformat(), "reason": data.reason}
    await _record(session, principal, name, EventType.POLICY_PUBLISHED, said, now)
    return _view(row, [])


async def retire(
    session: AsyncSession, principal: Principal, name: str, version: int, data: Retirement, now: datetime
) -> WholeVersion:
    """New cases get the version no longer; running ones keep it. Refused while a port would be left without a policy."""
    await _lock(session, name)
    rows = await _versions(session, name)
    row = _one(rows, name, version)
    if row.retired_by == principal.id and row.retired_because == data.reason:
        return await _whole(session, row)

    after = policy_life.advance(State(row.status), Action.RETIRE)
    left = [one for one in rows if one is not row and in_force(one, now)]
    async with elevated(session, PLATFORM, principal.acting):  # a choice of another port counts too
        chosen = list(await session.scalars(select(PortPolicy).where(PortPolicy.policy == name)))
    stranded = sorted(one.port for one in chosen if one.version == version or (one.version is None and not left))
    if stranded or (name == DEFAULT and not left):
        raise PolicyInUse(ports=stranded, policy=name, version=version)

    row.status, row.retired_by, row.retired_at, row.retired_because = after.value, principal.id, now, data.reason
    await session.flush()

    await _record(session, principal, name, EventType.POLICY_RETIRED, {"version": version, "reason": data.reason}, now)
    return _view(row, [])


# ------------------------------------------------------------------------------------------------------------- reading
async def listed(session: AsyncSession) -> list[VersionView]:
    """Every version that the reader may see, by name, the newest first."""
    rows = await session.scalars(select(MergePolicy).order_by(MergePolicy.name, MergePolicy.version.desc()))
    return [_short(row) for row in rows]


async def whole(session: AsyncSession, name: str, version: int) -> WholeVersion:
    """One version with its text; NotFound for one that is not there or that the reader may not see."""
    return await _whole(session, _one(await _versions(session, name), name, version))


async def differences(session: AsyncSession, name: str, version: int, since: int) -> list[Change]:
    """What the version says otherwise than another of the same name; a draft with errors says nothing yet."""
    rows = await _versions(session, name)
    before, after = (_one(rows, name, one) for one in (since, version))
    if before.document is None or after.document is None:
        raise PolicyInvalid([told("$", "draft", "草稿尚有错误，无法比较", "the draft has errors; correct them first")], name)
    return list(policy_changes.changes(_policy(before), _policy(after)))


# ------------------------------------------------------------------------------------------------------------ the rows
async def _lock(session: AsyncSession, name: str) -> None:
    """Writers of one policy queue; a lock on its rows would hide from a rule officer those that can no longer be changed."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"policy:{name}"))))


async def _versions(session: AsyncSession, name: str) -> list[MergePolicy]:
    """The versions of a policy that the reader may see, the newest first."""
    query = select(MergePolicy).where(MergePolicy.name == name).order_by(MergePolicy.version.desc())
    return list(await session.scalars(query))


def _one(rows: Sequence[MergePolicy], name: str, version: int) -> MergePolicy:
    row = next((row for row in rows if row.version == version), None)
    if row is None:
        raise NotFound(policy=name, version=version)
    return row


def _newest(rows: Sequence[MergePolicy]) -> MergePolicy | None:
    return next((row for row in rows if row.status != State.DRAFT), None)


def _policy(row: MergePolicy) -> Policy:
    return msgspec.convert(row.document, Policy)


def _check_draftable(name: str, version: int, rows: Sequence[MergePolicy], held: MergePolicy | None) -> None:
    """Only the version after the newest published one is drafted, and a published one is never written again."""
    newest = _newest(rows)
    turn = 1 if newest is None else newest.version + 1
    if held is not None and held.status != State.DRAFT:
        raise PolicyPublished(name=name, version=version, next=turn)
    if version != turn:
        raise PolicyInvalid(_out_of_turn(version, rows), name)


def _out_of_turn(version: int, rows: Sequence[MergePolicy]) -> list[Problem]:
    newest = _newest(rows)
    turn = 1 if newest is None else newest.version + 1
    if version == turn:
        return []
    return [
        told("$.version", "not_allowed", f"下一版本应为 {turn}，而非 {version}", f"the next version is {turn}, not {version}")
    ]


async def _read(session: AsyncSession, name: str, version: int, source: str) -> tuple[Policy | None, list[Problem]]:
    """What the file says and what is wrong with it, its name and version included."""
    policy, found = policy_files.policy_in(source, await _bases(session))
    if policy is not None and (policy.name, policy.version) != (name, version):
        zh = f"文档写的是 {policy.name} 第 {policy.version} 版；应为 {name} 第 {version} 版"
        en = f"the document says {policy.name} version {policy.version}; write {name} and {version}"
        found.append(told("$.name", "differs", zh, en))
    return policy, found


async def _bases(session: AsyncSession) -> policy_files.Base:
    """What a document may extend: the newest published version of each policy."""
    documents: dict[str, Mapping[str, Any]] = {}
    published = select(MergePolicy).where(MergePolicy.status == State.PUBLISHED.value).order_by(MergePolicy.version)
    for row in await session.scalars(published):
        documents[row.name] = row.document or {}
    return documents.get


async def _record(
    session: AsyncSession, principal: Principal, name: str, type: EventType, data: dict[str, Any], now: datetime
) -> None:
    """Into the policy's own stream, which belongs to no port's officers; the platform writes what the person did."""
    said = {"policy": name, **data}
    async with elevated(session, PLATFORM, principal.acting):
        stream, tenant = f"policy:{name}", principal.port or ""
        await event_log.append(session, stream, type, said, by=str(principal.id), at=now, tenant=tenant)


async def _whole(session: AsyncSession, row: MergePolicy) -> WholeVersion:
    found = (await _read(session, row.name, row.version, row.source))[1] if row.status == State.DRAFT else []
    return _view(row, found)


def _short(row: MergePolicy) -> VersionView:
    return VersionView(**_fields(row))


def _view(row: MergePolicy, problems: Sequence[Problem]) -> WholeVersion:
    return WholeVersion(**_fields(row), source=row.source, document=row.document, problems=tuple(problems))


def _fields(row: MergePolicy) -> dict[str, Any]:
    titles = {name: (row.document or {}).get(name, "") for name in ("title_zh", "title_en")}
    named = {name: getattr(row, name) for name in VersionView.__struct_fields__ if name not in titles}
    return named | titles
