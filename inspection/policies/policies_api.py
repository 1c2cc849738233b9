"""Merge policies at the edge: drafts, checks, publication, what each version says. Thin: each handler is one operation."""

from __future__ import annotations

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.act import Act
from inspection.policies import policy_publishing
from inspection.policies.policy_changes import Change
from inspection.policies.policy_versions import Checked, Draft, Publication, Retirement, Source, VersionView, WholeVersion

POLICIES = "/api/v1/policies"
VERSION = POLICIES + "/{name:str}/versions/{version:int}"


@get(POLICIES)
async def list_policies(session: NamedDependency[AsyncSession]) -> list[VersionView]:
    """Every version, the newest of each policy first; enterprises see what is published."""
    return await policy_publishing.listed(session)


@post(POLICIES + "/check", status_code=200)
async def check_policy(data: JSONBody[Source], session: NamedDependency[AsyncSession]) -> Checked:
    """Every problem of a policy file with line and column, and what it would change; keeps nothing."""
    return await policy_publishing.check(session, data)


@get(VERSION)
async def one_version(name: FromPath[str], version: FromPath[int], session: NamedDependency[AsyncSession]) -> WholeVersion:
    """One version with its file and its whole document."""
    return await policy_publishing.whole(session, name, version)


@put(VERSION)
async def draft_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Draft], act: NamedDependency[Act]
) -> WholeVersion:
    """A rule officer's draft; it may still be wrong, and says so."""
    return await policy_publishing.draft(act.session, act.principal, name, version, data, act.now)


@post(VERSION + "/publish", status_code=200)
async def publish_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Publication], act: NamedDependency[Act]
) -> WholeVersion:
    """Another person puts it in force for cases opened from then on."""
    return await policy_publishing.publish(act.session, act.principal, name, version, data, act.now)


@post(VERSION + "/retire", status_code=200)
async def retire_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Retirement], act: NamedDependency[Act]
) -> WholeVersion:
    """New cases get it no longer; running ones keep it."""
    return await policy_publishing.retire(act.session, act.principal, name, version, data, act.now)


@get(VERSION + "/changes")
async def version_changes(
    name: FromPath[str], version: FromPath[int], since: FromQuery[int], session: NamedDependency[AsyncSession]
) -> list[Change]:
    """What it says otherwise than version ``since``."""
    return await policy_publishing.differences(session, name, version, since)


HANDLERS = [list_policies, check_policy, one_version, draft_version, publish_version, retire_version, version_changes]
