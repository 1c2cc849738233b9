"""Rulebooks at the edge: drafts, checks, examples, the shadow, publication. Thin: each handler is one operation."""

from __future__ import annotations

import asyncio
from datetime import datetime
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.act import Act
from kit.errors import NotFound
from risk import (
    published_rulebooks,
    rulebook_backtests,
    rulebook_examples,
    rulebook_publishing,
    rulebook_rows,
    rulebook_shadowing,
)
from risk.rulebook_backtests import BackTestView, Options
from risk.rulebook_changes import RuleChange
from risk.rulebook_in_force import RulebookInForce
from risk.rulebook_versions import (
    Checked,
    Deciding,
    Draft,
    Examples,
    Publication,
    Retirement,
    ShadowComparison,
    Source,
    VersionView,
    WholeVersion,
)

RULEBOOKS = "/api/v1/rulebooks"
VERSION = RULEBOOKS + "/{name:str}/versions/{version:int}"
LARGEST_BODY = 32 * 1024 * 1024
"""Bytes: 10,000 rules with their examples, as JSON text."""


@get(RULEBOOKS)
async def list_rulebooks(session: NamedDependency[AsyncSession], now: NamedDependency[datetime]) -> list[VersionView]:
    """Every version the person may see, the newest of each rulebook first."""
    return await rulebook_rows.listed(session, now)


@get(RULEBOOKS + "/in-force")
async def rulebooks_in_force(session: NamedDependency[AsyncSession], rulebook: NamedDependency[RulebookInForce]) -> Deciding:
    """What the process that answers screens with: the name that results carry, and the versions behind it."""
    return await _set(session, rulebook.ruleset)


@get(RULEBOOKS + "/sets/{ruleset:str}")
async def one_set(ruleset: FromPath[str], session: NamedDependency[AsyncSession]) -> Deciding:
    """The versions behind the ``ruleset`` of a screening's result, whenever it was."""
    return await _set(session, ruleset)


async def _set(session: AsyncSession, ruleset: str) -> Deciding:
    found = await published_rulebooks.set_of(session, ruleset)
    if found is None:
        raise NotFound(ruleset=ruleset)
    return found


@post(RULEBOOKS + "/check", status_code=200, request_max_body_size=LARGEST_BODY)
async def check_rulebook(data: JSONBody[Source], session: NamedDependency[AsyncSession]) -> Checked:
    """Every problem of a pack file with line, column and advice, and what it would change; keeps nothing."""
    return await rulebook_publishing.check(session, data)


@post(RULEBOOKS + "/examples", status_code=200, request_max_body_size=LARGEST_BODY)
async def try_examples(data: JSONBody[Source]) -> Examples:
    """Each example of each rule as it comes out, with the reason of the hit; keeps nothing."""
    return await asyncio.to_thread(rulebook_examples.tried, data.source)


@get(VERSION)
async def one_version(
    name: FromPath[str], version: FromPath[int], session: NamedDependency[AsyncSession], now: NamedDependency[datetime]
) -> WholeVersion:
    """One version with its file."""
    row = rulebook_rows.one(await rulebook_rows.versions(session, name), name, version)
    return await rulebook_rows.whole(session, row, now)


@put(VERSION, request_max_body_size=LARGEST_BODY)
async def draft_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Draft], act: NamedDependency[Act]
) -> WholeVersion:
    """A rule officer's draft; it may still be wrong, and says so."""
    return await rulebook_publishing.draft(act.session, act.principal, name, version, data, act.now)


@get(VERSION + "/changes")
async def version_changes(
    name: FromPath[str], version: FromPath[int], since: FromQuery[int], session: NamedDependency[AsyncSession]
) -> list[RuleChange]:
    """The rules added, dropped and changed since another version."""
    return await rulebook_rows.differences(session, name, version, since)


@post(VERSION + "/shadow", status_code=200)
async def begin_shadow(name: FromPath[str], version: FromPath[int], act: NamedDependency[Act]) -> WholeVersion:
    """From now on every screening is also done with it, and nobody acts on that."""
    return await rulebook_shadowing.begin(act.session, act.principal, name, version, act.now)


@post(VERSION + "/shadow/stop", status_code=200)
async def stop_shadow(name: FromPath[str], version: FromPath[int], act: NamedDependency[Act]) -> WholeVersion:
    """It is a draft again, to be corrected."""
    return await rulebook_shadowing.stop(act.session, act.principal, name, version, act.now)


@get(VERSION + "/shadow")
async def shadow_comparison(name: FromPath[str], version: FromPath[int], act: NamedDependency[Act]) -> ShadowComparison:
    """What it would have done since it went into the shadow, against what decided: figures, not declarations."""
    return await rulebook_shadowing.comparison(act.session, act.principal, name, version)


@put(VERSION + "/back-tests/{back_test_id:uuid}")
async def ask_back_test(
    name: FromPath[str], version: FromPath[int], back_test_id: FromPath[UUID], data: JSONBody[Options], act: NamedDependency[Act]
) -> BackTestView:
    """Asks what the version would have hit over history, beside what decides. The client makes the id."""
    return await rulebook_backtests.ask(act.session, act.principal, name, version, back_test_id, data, act.now)


@get(VERSION + "/back-tests")
async def list_back_tests(
    name: FromPath[str], version: FromPath[int], session: NamedDependency[AsyncSession]
) -> list[BackTestView]:
    """The version's back-tests, the newest first, without their reports."""
    return await rulebook_backtests.listed(session, name, version)


@get(RULEBOOKS + "/back-tests/{back_test_id:uuid}")
async def one_back_test(back_test_id: FromPath[UUID], session: NamedDependency[AsyncSession]) -> BackTestView:
    """How far it is, and its report once it is done."""
    return await rulebook_backtests.one(session, back_test_id)


@post(RULEBOOKS + "/back-tests/{back_test_id:uuid}/cancel", status_code=200)
async def cancel_back_test(back_test_id: FromPath[UUID], act: NamedDependency[Act]) -> BackTestView:
    """It is not begun, or stops at the next table; what was answered is kept for the next one."""
    return await rulebook_backtests.cancel(act.session, act.principal, back_test_id, act.now)


@post(VERSION + "/publish", status_code=200)
async def publish_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Publication], act: NamedDependency[Act]
) -> WholeVersion:
    """Another person puts it in force; every process takes it without a pause."""
    return await rulebook_publishing.publish(act.session, act.principal, name, version, data, act.now)


@post(VERSION + "/retire", status_code=200)
async def retire_version(
    name: FromPath[str], version: FromPath[int], data: JSONBody[Retirement], act: NamedDependency[Act]
) -> WholeVersion:
    """It decides no longer; the version before it does again."""
    return await rulebook_publishing.retire(act.session, act.principal, name, version, data, act.now)


HANDLERS = [
    list_rulebooks,
    rulebooks_in_force,
    one_set,
    check_rulebook,
    try_examples,
    one_version,
    draft_version,
    version_changes,
    begin_shadow,
    stop_shadow,
    shadow_comparison,
    ask_back_test,
    list_back_tests,
    one_back_test,
    cancel_back_test,
    publish_version,
    retire_version,
]
