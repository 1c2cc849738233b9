"""Back-tests of a rulebook's version as jobs: asked for, followed, cancelled; a worker claims one, tells how far it is, ends it.

The whole book is tested, with the version in the place of the one in force, beside the book that decides: only so is the workload
that of a day. Declarations are not named to rule officers: the report keeps figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import PLATFORM, SYSTEM, Principal
from kit import event_log
from kit.database import elevated
from kit.errors import Conflict, LianjianError, NotFound
from risk import published_rulebooks, rulebook_rows
from risk.backtest_report import BacktestReport, RuleResult
from risk.pack_files import PackRefused
from risk.rule import Pack
from risk.rulebook_publishing import RulebookEvent, stream_of
from risk.rulebook_tables import BackTest
from risk.rulebook_versions import Form, Member

LEASE = timedelta(seconds=60)
"""A job whose worker said nothing for so long is another worker's."""

JobState = Literal["QUEUED", "RUNNING", "DONE", "CANCELLED", "FAILED"]
ENDED = ("DONE", "CANCELLED", "FAILED")


class BackTestDiffers(Conflict):
    """Another back-test was asked for under this id."""

    code = "back_test_differs"
    title_zh = "该编号已用于另一次回测"
    title_en = "Another back-test was asked for under this id"
    advice_zh = "请使用新的编号。"
    advice_en = "Use another id."


class DraftChanged(Conflict):
    """The draft was written anew after its back-test was asked for."""

    code = "draft_changed"
    title_zh = "草稿在回测开始前已被修改"
    title_en = "The draft changed before its back-test began"
    advice_zh = "请对新的草稿重新发起回测。"
    advice_en = "Ask for a back-test of the draft as it is now."


class Options(Form, frozen=True, kw_only=True):
    """``dated``: rules by their days in force, not as if they had always been; ``refresh``: history is exported anew first."""

    dated: bool = False
    refresh: bool = False


class BackTestView(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test. ``done`` of ``total`` tables of history (0 of 0: not begun, or history is being exported)."""

    id: UUID
    name: str
    version: int
    sha256: str
    against: tuple[Member, ...]
    options: Options
    state: JobState
    asked_by: UUID
    asked_at: datetime
    done: int
    total: int
    cancelled: bool
    ended_at: datetime | None
    failure: dict[str, Any] | None
    report: BacktestReport | None


class Job(msgspec.Struct, frozen=True, kw_only=True):
    """A back-test as a worker does it."""

    id: UUID
    packs: tuple[Pack, ...]
    against: tuple[Pack, ...]
    options: Options


# -------------------------------------------------------------------------------------------------------------- people
async def ask(
    session: AsyncSession, principal: Principal, name: str, version: int, id_: UUID, options: Options, now: datetime
) -> BackTestView:
    """Puts a back-test of the version into the queue; the same again changes nothing."""
    row = rulebook_rows.one(await rulebook_rows.versions(session, name), name, version)
    held = await session.get(BackTest, id_)
    if held is not None:
        wanted = (name, version, row.sha256, msgspec.to_builtins(options), principal.id)
        if (held.name, held.version, held.sha256, held.options, held.asked_by) != wanted:
            raise BackTestDiffers(id=str(id_))
        return _view(held)

    if row.sha256 is None:
        raise PackRefused((await rulebook_rows.whole(session, row, now)).problems)
    against = await published_rulebooks.members(session, now)

    added = BackTest(id=id_, name=name, version=version, sha256=row.sha256, state="QUEUED", done=0, total=0, cancelled=False)
    added.against, added.options = msgspec.to_builtins(against), msgspec.to_builtins(options)
    added.asked_by, added.asked_at = principal.id, now
    session.add(added)
    await session.flush()
    return _view(added)


async def listed(session: AsyncSession, name: str, version: int) -> list[BackTestView]:
    """The back-tests of a version, the newest first, without their reports."""
    of = BackTest.name == name, BackTest.version == version
    rows = await session.scalars(select(BackTest).where(*of).order_by(BackTest.asked_at.desc(), BackTest.id.desc()))
    return [msgspec.structs.replace(_view(row), report=None) for row in rows]


async def one(session: AsyncSession, id_: UUID) -> BackTestView:
    """One back-test with its report."""
    row = await session.get(BackTest, id_)
    if row is None:
        raise NotFound(back_test=str(id_))
    return _view(row)


async def cancel(session: AsyncSession, principal: Principal, id_: UUID, now: datetime) -> BackTestView:
    """Not begun: it never is. Under way: its worker stops soon. Over: nothing changes. As the platform, whose job it is."""
    await one(session, id_)
    async with elevated(session, PLATFORM, principal.acting):
        row = await session.get_one(BackTest, id_, with_for_update=True, populate_existing=True)
        if row.state not in ENDED:
            row.cancelled = True
        if row.state == "QUEUED":
            row.state, row.ended_at = "CANCELLED", now
        await session.flush()
        return _view(row)


def _view(row: BackTest) -> BackTestView:
    named = {name: getattr(row, name) for name in BackTestView.__struct_fields__}
    return msgspec.convert(named, BackTestView)


# -------------------------------------------------------------------------------------------------------------- workers
async def claim(session: AsyncSession, now: datetime) -> Job | None:
    """The next one to be done, whoever asked. One whose draft was written anew meanwhile has failed. As the platform."""
    free = or_(BackTest.state == "QUEUED", (BackTest.state == "RUNNING") & (BackTest.alive_at < func.now() - LEASE))
    row = await session.scalar(
        select(BackTest).where(free).order_by(BackTest.asked_at).limit(1).with_for_update(skip_locked=True)
    )
    if row is None:
        return None
    await session.execute(update(BackTest).where(BackTest.id == row.id).values(state="RUNNING", alive_at=func.now()))
    own = Member(name=row.name, version=row.version, sha256=row.sha256)
    against = msgspec.convert(row.against, tuple[Member, ...])
    wanted = [*(one for one in against if one.name != own.name), own]
    try:
        packs, before = [await published_rulebooks.packs(session, book) for book in (wanted, against)]
    except NotFound:
        await end(session, row.id, DraftChanged(), now)
        return None
    return Job(id=row.id, packs=packs, against=before, options=msgspec.convert(row.options, Options))


async def tell(session: AsyncSession, id_: UUID, done: int, total: int) -> bool:
    """How far it is, and that somebody is at it; returns whether it was cancelled meanwhile."""
    said = update(BackTest).where(BackTest.id == id_, BackTest.state == "RUNNING")
    cancelled = await session.scalar(said.values(done=done, total=total, alive_at=func.now()).returning(BackTest.cancelled))
    return cancelled is not False


async def end(session: AsyncSession, id_: UUID, outcome: BacktestReport | LianjianError | None, now: datetime) -> None:
    """Done with a report, failed with a reason, or (None) cancelled; whoever asked is told of the first two."""
    values: dict[str, Any] = {"ended_at": now}
    if outcome is None:
        values |= {"state": "CANCELLED"}
    elif isinstance(outcome, LianjianError):
        titles = {"title_zh": outcome.title_zh, "title_en": outcome.title_en}
        advice = {"advice_zh": outcome.advice_zh, "advice_en": outcome.advice_en}
        values |= {"state": "FAILED", "failure": {"code": outcome.code, "detail": outcome.message, **titles, **advice}}
    else:
        values |= {"state": "DONE", "report": msgspec.to_builtins(_figures(outcome))}
    ended = update(BackTest).where(BackTest.id == id_, BackTest.state == "RUNNING").values(**values)
    row = await session.scalar(ended.returning(BackTest))
    if row is not None and outcome is not None:
        await _record(session, row, now)


async def _record(session: AsyncSession, row: BackTest, now: datetime) -> None:
    """Into the rulebook's stream: no person ended it, the platform did."""
    tested = rulebook_rows.one(await rulebook_rows.versions(session, row.name), row.name, row.version)
    said = {"rulebook": row.name, "version": row.version, "back_test": str(row.id), "asked_by": str(row.asked_by)}
    said |= {"state": row.state, "failure": row.failure, "title_zh": tested.title_zh, "title_en": tested.title_en}
    await event_log.append(session, stream_of(row.name), RulebookEvent.BACK_TESTED, said, by=SYSTEM, at=now, tenant="")


async def give_back(session: AsyncSession, id_: UUID) -> None:
    """Its worker stops before it is done: another goes on, from what was answered so far."""
    await session.execute(update(BackTest).where(BackTest.id == id_, BackTest.state == "RUNNING").values(state="QUEUED"))


def _figures(report: BacktestReport) -> BacktestReport:
    return msgspec.structs.replace(report, rules=_unnamed(report.rules), retired=_unnamed(report.retired))


def _unnamed(rules: Sequence[RuleResult]) -> tuple[RuleResult, ...]:
    return tuple(msgspec.structs.replace(one, gained_examples=(), lost_examples=()) for one in rules)
