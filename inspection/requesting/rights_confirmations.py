"""Confirmations 云确权: opened by the agency on a line it concludes on, put to the rights holder by e-mail, answered once."""

from __future__ import annotations

import secrets
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory, running_deadlines
from agencies.deadlines import in_time
from agencies.powers import PLATFORM, Principal, nobody
from agencies.sign_in import token_hash
from agencies.work_calendars import calendar_for
from inspection import events
from inspection.carrying_over import declared
from inspection.case_access import case_for
from inspection.case_tables import JointCase
from inspection.events import EventType
from inspection.fieldwork.field import EXCERPT
from inspection.notifying import notices
from inspection.notifying.notice_catalogue import RIGHTS_HOLDER, Channel, Kind
from inspection.notifying.notice_files import catalogues
from inspection.notifying.notice_people import Recipient
from inspection.notifying.notice_rendering import LANGUAGES, Language, render
from inspection.notifying.notice_tables import Notice
from inspection.preparing import task_sheets
from inspection.requesting import rights_confirmation as rules
from inspection.requesting import rights_registry, rights_views
from inspection.requesting.equivalences import Ending
from inspection.requesting.recognitions import kinds_by_line
from inspection.requesting.request_rows import check_running
from inspection.requesting.rights_confirmation import (
    Action,
    ConfirmationDiffers,
    ConfirmationInvalid,
    Question,
    Reply,
    ReplyDiffers,
)
from inspection.requesting.rights_tables import RightsConfirmation, RightsHolder, RightsReply
from inspection.requesting.rights_views import ConfirmationView, ReplyView
from inspection.statuses import PORT_ZONE
from inspection.timekeeping.deadline_subject import RIGHTS_HOLDER_REPLY as SUBJECT
from inspection.timekeeping.time_limits import RIGHTS_HOLDER_REPLY
from kit.database import elevated
from kit.errors import NotAllowed, NotFound
from risk.declaration import Declaration

SECRET_BYTES = 32


class NotYourConfirmation(NotAllowed):
    """The agency that asked the rights holder takes it back, nobody else."""

    code = "not_your_confirmation"
    title_zh = "该确权请求由其他部门发出"
    title_en = "Another agency asked this rights holder"


class AskedOfHolder(msgspec.Struct, frozen=True, kw_only=True):
    """What the rights holder reads behind its link: who asks what, until when, and what it has said. Nothing of the trader."""

    id: UUID
    agency_zh: str
    agency_en: str
    brand: str
    question: str
    holder: str
    due: datetime | None
    state: rules.State
    reply: ReplyView | None


async def ask(
    session: AsyncSession,
    principal: Principal,
    case_no: str,
    id_: UUID,
    question: Question,
    now: datetime,
    address: str,
) -> ConfirmationView:
    """Asks a rights holder on file about a line of one's own; an authorisation that matches settles it at once.

    ``address`` is where people reach the platform. The same question again is answered again, and writes to nobody.
    """
    case = await case_for(session, principal, case_no, lock=True)
    agency = principal.agency or ""
    content_hash = rules.content_hash(f"{case.no}/{agency}", question)
    known = await _known(session, case, id_)
    if known is not None:
        if known[0].content_hash != content_hash:
            raise ConfirmationDiffers(id=str(id_))
        return rights_views.view_of(*known)

    check_running(case)
    holder = await rights_registry.holder(session, principal, case.port, agency, question.holder)
    if holder.ended_at is not None:
        raise ConfirmationInvalid(errors=[{"path": "$.holder", "message": "a holder whose contact is still in use"}])
    declaration = msgspec.convert((await declared.present(session, case)).document, Declaration)
    lines = [line.no for line in declaration.lines]
    rules.check_question(question, lines=lines, asked=await _asked(session, case, agency, lines), brands=holder.brands)
    day = now.astimezone(PORT_ZONE).date()
    settled = rules.matching(question, case.trader, await rights_registry.authorisations(session, holder.id), day)

    row = {
        "id": id_, "port": case.port, "case_no": case.no, "agency": agency, "line": question.line, "brand": question.brand,
        "question": question.text, "holder_id": holder.id, "holder_name": holder.name, "content_hash": content_hash,
        "person_id": principal.id, "name": principal.name, "opened_at": now,
    }  # fmt: skip
    secret = secrets.token_urlsafe(SECRET_BYTES)
    if settled is not None:
        row |= {"authorisation_id": UUID(settled.id), "authorisation": settled.reference}
    else:
        deadline_id, due = await _start(session, principal, case, id_, agency, now)
        row |= {"deadline_id": deadline_id, "due_at": due, "secret_hash": token_hash(secret)}
    written = await session.scalar(insert(RightsConfirmation).values(row).on_conflict_do_nothing().returning(RightsConfirmation))
    if written is None:  # the id stands in another case
        raise ConfirmationDiffers(id=str(id_))
    if settled is None:
        await _write_to(session, principal, case, written, holder, f"{address}/#/rights/{id_}?secret={secret}", now)

    told = _told(written) | {"holder": holder.name, "state": "GENUINE" if settled else "OPEN", "name": principal.name}
    told |= {"authorisation": settled.reference} if settled else {"due": written.due_at and written.due_at.isoformat()}
    await events.record(session, case, EventType.RIGHTS_CONFIRMATION_OPENED, told, by=principal, at=now)
    return rights_views.view_of(written, None)


async def withdraw(
    session: AsyncSession, principal: Principal, case_no: str, id_: UUID, why: Ending, now: datetime
) -> ConfirmationView:
    """The agency takes the question back, with a reason; the link is dead from now on. Again changes nothing."""
    case = await case_for(session, principal, case_no, lock=True)
    known = await _known(session, case, id_)
    if known is None:
        raise NotFound(confirmation=str(id_))
    row, reply = known
    if row.agency != principal.agency:
        raise NotYourConfirmation(agency=row.agency)
    if row.withdrawn_because == why.reason:
        return rights_views.view_of(row, reply)

    rules.advance(rights_views.confirmation_of(row, reply).state, Action.WITHDRAW)

    row.withdrawn_at, row.withdrawn_because = now, why.reason
    await session.flush()
    async with elevated(session, PLATFORM, principal.acting):
        await running_deadlines.withdraw(session, row.deadline_id, now)

    told = _told(row) | {"reason": why.reason, "name": principal.name}
    await events.record(session, case, EventType.RIGHTS_CONFIRMATION_WITHDRAWN, told, by=principal, at=now)
    return rights_views.view_of(row, reply)


async def read(session: AsyncSession, secret_hash: bytes, id_: UUID) -> AskedOfHolder:
    """What the holder is asked, as the role that showed the secret: a wrong one finds nothing. Raises NotFound."""
    row, reply = await _shown(session, secret_hash, id_)
    name = (await directory.agency_names(session))[row.agency]
    return AskedOfHolder(
        id=row.id,
        agency_zh=name.zh,
        agency_en=name.en,
        brand=row.brand,
        question=row.question,
        holder=row.holder_name,
        due=row.due_at,
        state=rights_views.confirmation_of(row, reply).state,
        reply=rights_views.reply_view(reply) if reply else None,
    )


async def reply(session: AsyncSession, secret_hash: bytes, id_: UUID, said: Reply, now: datetime) -> AskedOfHolder:
    """The holder's one reply; the same again is answered again. Late ones count, and are shown as late.

    As the role that showed the secret; what follows from the reply is the platform's to write. Raises NotFound, ReplyDiffers.
    """
    row, _ = await _shown(session, secret_hash, id_)
    async with elevated(session, PLATFORM, nobody(progress_hash=secret_hash.hex())):
        case = await session.get_one(JointCase, (row.port, row.case_no), with_for_update=True)
        await session.refresh(row)
        before = await session.get(RightsReply, row.id)
        if before is None:
            await _keep(session, case, row, said, now)
        elif (before.outcome, before.text, before.name) != (said.outcome, said.text, said.name):
            raise ReplyDiffers(outcome=before.outcome)
    return await read(session, secret_hash, id_)


async def _keep(session: AsyncSession, case: JointCase, row: RightsConfirmation, said: Reply, now: datetime) -> None:
    rules.advance(rights_views.confirmation_of(row, None).state, Action.REPLY)

    late = row.due_at is not None and not in_time(now, row.due_at)
    known = {"port": row.port, "case_no": row.case_no, "agency": row.agency}
    words = {"outcome": said.outcome.value, "text": said.text, "name": said.name}
    session.add(RightsReply(confirmation_id=row.id, **known, **words, late=late, at=now))
    await running_deadlines.meet(session, row.deadline_id, now)

    told = _told(row) | {"outcome": said.outcome.value, "text": said.text[:EXCERPT], "name": said.name, "late": late}
    await events.record(session, case, EventType.RIGHTS_HOLDER_REPLIED, told, by=None, at=now, owner=row.agency)


async def _start(
    session: AsyncSession, principal: Principal, case: JointCase, id_: UUID, agency: str, now: datetime
) -> tuple[UUID, datetime]:
    """Three working days of the agency's own calendar."""
    calendar = await calendar_for(session, case.port, agency)
    async with elevated(session, PLATFORM, principal.acting):  # a deadline is the platform's to start
        deadline = await running_deadlines.start(
            session,
            port=case.port,
            stream=events.case_stream(case.no),
            subject=f"{SUBJECT}/{case.no}/{agency}/{id_}",
            terms=RIGHTS_HOLDER_REPLY,
            starts=now,
            calendar=calendar,
            agency=agency,
        )
    return deadline.id, deadline.due_at


async def _write_to(
    session: AsyncSession,
    principal: Principal,
    case: JointCase,
    row: RightsConfirmation,
    holder: RightsHolder,
    link: str,
    now: datetime,
) -> None:
    """The one letter that carries the secret: it stands in no event, and nobody but the courier reads it."""
    names = (await directory.agency_names(session))[row.agency]
    named: dict[Language, str] = {"zh-CN": names.zh, "en": names.en}
    assert row.due_at is not None
    said = {"holder": holder.name, "brand": row.brand, "question": row.question, "link": link}
    said["due"] = f"{row.due_at.astimezone(PORT_ZONE):%Y-%m-%d %H:%M}"
    texts = {one: render(catalogues()[one], RIGHTS_HOLDER, said | {"agency": named[one]}) for one in LANGUAGES}
    language: Language = "en" if holder.language == "en" else "zh-CN"
    letter = notices.queued(
        dedupe=f"{RIGHTS_HOLDER} {row.id}",
        event=(events.case_stream(case.no), 0, EventType.RIGHTS_CONFIRMATION_OPENED.value),
        template=RIGHTS_HOLDER,
        kind=Kind.STATUTORY,
        to=Recipient(channel=Channel.EMAIL, address=holder.email, language=language),
        case_no=None,
        texts=msgspec.to_builtins(texts),
        data={"brand": row.brand},
        at=now,
        due_at=now,
    )
    async with elevated(session, PLATFORM, principal.acting):  # letters are the platform's to send
        await session.execute(insert(Notice).values(letter).returning(func.pg_notify(notices.WOKEN, "")))


async def _asked(session: AsyncSession, case: JointCase, agency: str, lines: list[int]) -> set[int]:
    """The lines the task sheet asks the agency about."""
    sheet = await task_sheets.latest(session, case)
    points = task_sheets.document_of(sheet).focus_points if sheet else ()
    return {*kinds_by_line([point for point in points if point.agency == agency], lines)}


async def _known(session: AsyncSession, case: JointCase, id_: UUID) -> tuple[RightsConfirmation, RightsReply | None] | None:
    row = await session.get(RightsConfirmation, id_)
    if row is None or (row.port, row.case_no) != (case.port, case.no):
        return None
    return row, await session.get(RightsReply, row.id)


async def _shown(session: AsyncSession, secret_hash: bytes, id_: UUID) -> tuple[RightsConfirmation, RightsReply | None]:
    """What whoever holds the secret may see, which the database's policies say once more; a question taken back is gone."""
    by_secret = (RightsConfirmation.id == id_, RightsConfirmation.secret_hash == secret_hash)
    row = await session.scalar(select(RightsConfirmation).where(*by_secret))
    if row is None or row.withdrawn_at is not None:
        raise NotFound(confirmation=str(id_))
    return row, await session.get(RightsReply, row.id)


def _told(row: RightsConfirmation) -> dict[str, object]:
    return {"confirmation": str(row.id), "agency": row.agency, "line": row.line, "brand": row.brand}
