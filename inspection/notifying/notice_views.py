"""Notices as those they are addressed to see them: a list, what became of each attempt, that they were read; one's own wishes."""

from __future__ import annotations

from datetime import datetime, time
from typing import Annotated, Any, Final, Literal
from uuid import UUID

import msgspec
from msgspec import Meta
from sqlalchemy import and_, or_, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.notifying import notice_feed
from inspection.notifying.notice_people import preference_of
from inspection.notifying.notice_rendering import DEFAULT, Language
from inspection.notifying.notice_tables import Notice, NoticeAttempt, NoticePreference
from kit.errors import Invalid, NotFound

SHOWN: Final = 200
EMAIL: Final = r"^[^@\s<>,;:\"\\()\[\]\x00-\x1f\x7f]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])$(?!\n)"


class QuietHoursIncomplete(Invalid):
    """Quiet hours have a beginning and an end, or are not set."""

    code = "quiet_hours_incomplete"
    title_zh = "免打扰时段须同时填写起止时间"
    title_en = "Quiet hours need both ends"
    advice_zh = "请填写起止时间，或两者都不填。"
    advice_en = "Give both times, or neither."


class NoticeView(msgspec.Struct, frozen=True, kw_only=True):
    """One notice: ``subject`` and ``body`` in the reader's language, ``data`` for machines; ``calendar`` an iCalendar file."""

    id: UUID
    template: str
    kind: str
    channel: str
    to: str
    case: str | None
    subject: str
    body: str
    data: dict[str, Any]
    calendar: str | None
    state: str
    attempts: int
    at: datetime
    next_try_at: datetime | None
    done_at: datetime | None
    acknowledged_at: datetime | None


class NoticePage(msgspec.Struct, frozen=True, kw_only=True):
    """Newest first; ``cursor`` asks for what is older."""

    notices: list[NoticeView]
    cursor: str | None


class AttemptView(msgspec.Struct, frozen=True, kw_only=True):
    """One attempt to send a notice. Without ``ended_at`` nothing is known of its end: it was, or is, being sent."""

    attempt: int
    at: datetime
    state: str
    answer: str
    ended_at: datetime | None


class Wishes(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one wants to be told. Local times of the port; in quiet hours only what is convenience, to enterprises, waits."""

    language: Language = DEFAULT
    email: Annotated[str, Meta(pattern=EMAIL, max_length=254)] | None = None
    quiet_since: time | None = None
    quiet_until: time | None = None


async def page(
    session: AsyncSession,
    principal: Principal,
    *,
    channel: str | None = None,
    state: str | None = None,
    subscription: UUID | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> NoticePage:
    """What was said to the person, the person's unit or enterprise."""
    query = select(Notice).where(_addressed(principal)).order_by(Notice.at.desc(), Notice.id.desc())
    for column, wanted in ((Notice.channel, channel), (Notice.state, state), (Notice.subscription_id, subscription)):
        query = query if wanted is None else query.where(column == wanted)
    if cursor is not None:
        at, id_ = _after(cursor)
        query = query.where(or_(Notice.at < at, and_(Notice.at == at, Notice.id < id_)))
    asked = max(1, min(limit, SHOWN))
    rows = list(await session.scalars(query.limit(asked + 1)))
    language = (await wishes(session, principal)).language
    more = f"{rows[asked - 1].at.isoformat()} {rows[asked - 1].id}" if len(rows) > asked else None
    return NoticePage(notices=[_view(row, language) for row in rows[:asked]], cursor=more)


async def one(session: AsyncSession, principal: Principal, notice_id: UUID) -> NoticeView:
    """One notice of one's own."""
    return _view(await _own(session, principal, notice_id), (await wishes(session, principal)).language)


async def attempts(session: AsyncSession, principal: Principal, notice_id: UUID) -> list[AttemptView]:
    """The delivery log of a notice of one's own, the first attempt first."""
    row = await _own(session, principal, notice_id)
    log = await session.scalars(select(NoticeAttempt).where(NoticeAttempt.notice_id == row.id).order_by(NoticeAttempt.attempt))
    return [AttemptView(attempt=one.attempt, at=one.at, state=one.state, answer=one.answer, ended_at=one.ended_at) for one in log]


async def acknowledge(session: AsyncSession, principal: Principal, notice_id: UUID, now: datetime) -> None:
    """It was read; the first time counts."""
    await notice_feed.acknowledge(session, principal, await _own(session, principal, notice_id), now)


async def wishes(session: AsyncSession, principal: Principal) -> Wishes:
    """How the person wants to be told; what holds when nothing was set: Chinese, no e-mail, no quiet hours."""
    row = await session.get(NoticePreference, principal.id)
    if row is None:
        return Wishes()
    language: Literal["zh-CN", "en"] = preference_of(row).language
    return Wishes(language=language, email=row.email, quiet_since=row.quiet_since, quiet_until=row.quiet_until)


async def set_wishes(session: AsyncSession, principal: Principal, wanted: Wishes, now: datetime) -> Wishes:
    """Replaces them as a whole."""
    if (wanted.quiet_since is None) != (wanted.quiet_until is None):
        raise QuietHoursIncomplete(errors=[{"path": "$.quiet_until", "message": "both, or neither"}])
    values = {
        "language": wanted.language,
        "email": wanted.email,
        "quiet_since": wanted.quiet_since.replace(tzinfo=None) if wanted.quiet_since else None,
        "quiet_until": wanted.quiet_until.replace(tzinfo=None) if wanted.quiet_until else None,
        "set_at": now,
    }
    put = insert(NoticePreference).values(person_id=principal.id, **values)
    await session.execute(put.on_conflict_do_update(index_elements=["person_id"], set_=values))
    return await wishes(session, principal)


def _addressed(principal: Principal) -> Any:
    """The person's own; what has no person belongs to everybody of the unit or enterprise."""
    shared = []
    if principal.enterprise is not None:
        shared.append(Notice.enterprise == principal.enterprise)
    if principal.port is not None and principal.agency is not None:
        shared.append(and_(Notice.port == principal.port, Notice.agency == principal.agency))
    own = Notice.person_id == principal.id
    return or_(own, and_(Notice.person_id.is_(None), or_(*shared))) if shared else own


async def _own(session: AsyncSession, principal: Principal, notice_id: UUID) -> Notice:
    row: Notice | None = await session.scalar(select(Notice).where(Notice.id == notice_id, _addressed(principal)))
    if row is None:
        raise NotFound(notice=str(notice_id))
    return row


def _after(cursor: str) -> tuple[datetime, UUID]:
    try:
        at, id_ = cursor.split(" ")
        return datetime.fromisoformat(at), UUID(id_)
    except ValueError:
        raise NotFound(cursor=cursor) from None


def _view(row: Notice, language: Language) -> NoticeView:
    text = row.texts.get(language, {})
    return NoticeView(
        id=row.id,
        template=row.template,
        kind=row.kind,
        channel=row.channel,
        to=_to(row),
        case=row.case_no,
        subject=text.get("subject", ""),
        body=text.get("body", ""),
        data=row.data,
        calendar=row.calendar,
        state=row.state,
        attempts=row.attempts,
        at=row.at,
        next_try_at=row.next_try_at if row.state == "QUEUED" else None,
        done_at=row.done_at,
        acknowledged_at=row.acknowledged_at,
    )


def _to(row: Notice) -> str:
    if row.subscription_id is not None:
        return f"webhook:{row.subscription_id}"
    return notice_feed.stream_of(row).removeprefix("inbox:")
