"""Writing notices down: what the catalogue says follows from an event, each recipient and channel once, ever. As the platform.

Sending is the courier's (``notice_delivery``), the in-app feed's (``notice_feed``): here a notice becomes a row, in the worker's
transaction. Its id follows from its dedupe key, so a reaction that runs twice, and a message that is sent twice, have one id.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid5

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from inspection import events
from inspection.case_tables import JointCase
from inspection.notifying.notice_catalogue import OF_RULEBOOKS, OF_UNITS, Channel, Kind, Row, rows_for
from inspection.notifying.notice_facts import Facts, facts_of, rulebook_facts, unit_facts
from inspection.notifying.notice_files import catalogues
from inspection.notifying.notice_people import Recipient, of_rulebook, operators, recipients
from inspection.notifying.notice_rendering import LANGUAGES, render
from inspection.notifying.notice_tables import Notice
from inspection.notifying.notice_timing import send_at
from inspection.reaction import Parts
from inspection.statuses import PORT_ZONE
from kit.event_log import Event

NAMESPACE: Final = UUID("6f7e9d1c-3c55-5d0e-9a6b-2d3b3a4c5e10")
WOKEN: Final = "notice"
"""The channel on which PostgreSQL says at commit that there is something to deliver."""


class State(StrEnum):
    """Where a notice is. SENT: handed to the provider; DELIVERED: the receiver said so."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    DELIVERED = "DELIVERED"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


def notice_id(dedupe: str) -> UUID:
    """The id of the notice with this dedupe key: what a receiver tells repetitions by."""
    return uuid5(NAMESPACE, dedupe)


async def announce(session: AsyncSession, event: Event, now: datetime, groups: Collection[str] = ()) -> int:
    """Writes the notices that follow from ``event``; returns how many are new. Repeating it writes nothing.

    ``groups``: the units (``port/agency``) that have a group address.
    """
    if event.type in OF_UNITS:
        return await _announce_unit(session, event, now)
    if event.type in OF_RULEBOOKS:
        return await _announce_rulebook(session, event, now)
    rows = rows_for(event.type, event.data)
    case = await session.scalar(select(JointCase).where(JointCase.no == events.case_no_of(event.stream))) if rows else None
    if case is None:
        return 0
    written = 0
    for row in rows:
        facts = await facts_of(session, event, case, row.template)
        if facts is None:
            continue
        reached = await recipients(session, row, case, facts.agency, groups, now)
        written += await _write(session, [_notice(event, case.no, row, facts, one, now) for one in reached])
    return written


async def _announce_unit(session: AsyncSession, event: Event, now: datetime) -> int:
    """An event of ``agency:<port>/<agency>``: those who run the platform are told."""
    port, _, agency = event.stream.removeprefix("agency:").partition("/")
    facts = await unit_facts(session, event, port, agency)
    written = 0
    for row in rows_for(event.type, event.data):
        reached = await operators(session, row)
        written += await _write(session, [_notice(event, None, row, facts, one, now) for one in reached])
    return written


async def _announce_rulebook(session: AsyncSession, event: Event, now: datetime) -> int:
    """An event of ``rulebook:<name>``: its author, or those who decide about it, are told."""
    facts = rulebook_facts(event)
    author = event.data.get("asked_by") or event.data.get("author")
    written = 0
    for row in rows_for(event.type, event.data):
        reached = await of_rulebook(session, row, UUID(author) if author else None, event.by)
        written += await _write(session, [_notice(event, None, row, facts, one, now) for one in reached])
    return written


async def write_notices(session: AsyncSession, event: Event, now: datetime, parts: Parts) -> None:
    """The reaction to every event the catalogue knows: whoever it names is told."""
    await announce(session, event, now, parts.groups)


async def _write(session: AsyncSession, notices: list[dict[str, Any]]) -> int:
    """The unique dedupe key decides what is new."""
    if not notices:
        return 0
    new = (await session.scalars(insert(Notice).values(notices).on_conflict_do_nothing().returning(Notice.id))).all()
    if new:
        await wake(session)
    return len(new)


async def wake(session: AsyncSession) -> None:
    """At commit whoever delivers looks at once; the same word said twice in a transaction is heard once."""
    await session.execute(select(func.pg_notify(WOKEN, "")))


def _notice(event: Event, case_no: str | None, row: Row, facts: Facts, to: Recipient, now: datetime) -> dict[str, Any]:
    stream, seq = facts.source
    texts = {language: render(catalogues()[language], row.template, facts.variables[language]) for language in LANGUAGES}
    return queued(
        dedupe=f"{stream} {seq} {row.template} {to.key} {to.channel}",
        event=(stream, seq, event.type),
        template=row.template,
        kind=row.kind,
        to=to,
        case_no=case_no,
        texts=msgspec.to_builtins(texts),
        data=facts.data,
        calendar=facts.calendar,
        at=now,
        due_at=send_at(row.kind, to_enterprise=to.of_enterprise, now=now, quiet=to.quiet, zone=PORT_ZONE),
    )


def queued(
    *,
    dedupe: str,
    event: tuple[str, int, str],
    template: str,
    kind: Kind,
    to: Recipient,
    case_no: str | None,
    texts: dict[str, Any],
    data: dict[str, Any],
    at: datetime,
    due_at: datetime,
    calendar: str | None = None,
    id: UUID | None = None,
) -> dict[str, Any]:
    """The row of a notice that waits to be delivered; ``id`` where it is known by another one already."""
    stream, seq, type_ = event
    return {
        "id": id or notice_id(dedupe),
        "dedupe": dedupe,
        "stream": stream,
        "seq": seq,
        "event": type_,
        "template": template,
        "kind": kind.value,
        "channel": to.channel.value,
        "case_no": case_no,
        "port": to.port,
        "agency": to.agency,
        "enterprise": to.enterprise,
        "person_id": to.person,
        "subscription_id": to.subscription,
        "address": to.address,
        "language": to.language,
        "texts": texts,
        "data": data,
        "calendar": calendar,
        "state": State.QUEUED.value,
        "attempts": 0,
        "at": at,
        "next_try_at": due_at,
        "done_at": None,
        "acknowledged_at": None,
    }


UNIT_ITEM: Final = "inbox_item"
"""The template name of what an operation puts into a unit's inbox by itself: the reader's page says it in words."""


def unit_item(item: dict[str, Any]) -> dict[str, Any]:
    """The notice that carries an item of a unit's inbox (``inbox.item_of``) to the unit's live feed, under the item's id."""
    return queued(
        id=item["id"],
        dedupe=f"inbox {item['id']}",
        event=(events.case_stream(item["case_no"]), 0, UNIT_ITEM),
        template=UNIT_ITEM,
        kind=Kind.STATUTORY,
        to=Recipient(channel=Channel.INBOX, port=item["port"], agency=item["agency"]),
        case_no=item["case_no"],
        texts={},
        data={"kind": item["kind"], "data": item["data"]},
        at=item["at"],
        due_at=item["at"],
    )
