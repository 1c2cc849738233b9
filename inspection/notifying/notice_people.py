"""Who a catalogue row's audiences are for one event, and through which channels each of them can be reached. As the platform."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import addressees
from agencies.powers import Power
from inspection.case_tables import CaseMember, Invitation, JointCase
from inspection.notifying.notice_catalogue import Audience, Channel, Row, Way
from inspection.notifying.notice_rendering import DEFAULT, Language
from inspection.notifying.notice_tables import NoticePreference, WebhookSubscription
from inspection.notifying.notice_timing import Quiet

_HOLDERS: dict[Audience, tuple[Power, bool]] = {
    Audience.DISPATCHERS: (Power.DISPATCH, False),
    Audience.COORDINATORS: (Power.COORDINATE, True),
    Audience.SUPERIORS: (Power.SUPERIOR, True),
}
"""Audiences that are whoever holds a power: of the agency the event is about, or (true) of the lead."""


class Recipient(msgspec.Struct, frozen=True, kw_only=True):
    """One recipient by one channel: a person, an enterprise or a unit; ``subscription`` for a webhook.

    An enterprise's person keeps ``of_enterprise``, which decides about quiet hours. ``address``: of somebody without an account.
    """

    channel: Channel
    person: UUID | None = None
    port: str | None = None
    agency: str | None = None
    enterprise: str | None = None
    subscription: UUID | None = None
    of_enterprise: bool = False
    address: str | None = None
    language: Language = DEFAULT
    quiet: Quiet | None = None

    @property
    def key(self) -> str:
        """What tells this recipient from every other one."""
        if self.subscription is not None:
            return f"webhook:{self.subscription}"
        if self.person is not None:
            return f"person:{self.person}"
        if self.address is not None:
            return f"address:{self.address}"
        return f"enterprise:{self.enterprise}" if self.enterprise else f"unit:{self.port}/{self.agency}"


class Preference(msgspec.Struct, frozen=True, kw_only=True):
    """What one person has set."""

    language: Language = DEFAULT
    email: str | None = None
    quiet: Quiet | None = None


async def recipients(
    session: AsyncSession, row: Row, case: JointCase, agency: str, groups: Collection[str], now: datetime
) -> list[Recipient]:
    """Everybody one row reaches, each (recipient, channel) once. ``agency``: whom the event is about; ``groups``: the units
    (``port/agency``) that have a group address."""
    found: dict[tuple[str, Channel], Recipient] = {}
    for way in row.ways:
        for one in await _reached(session, row.template, way, case, agency, groups, now):
            found.setdefault((one.key, one.channel), one)
    return list(found.values())


async def operators(session: AsyncSession, row: Row) -> list[Recipient]:
    """Everybody one row of a unit's event reaches: those who run the platform."""
    people = await addressees.administrators(session)
    return [one for way in row.ways for one in await _people(session, people, way.channels)]


async def of_rulebook(session: AsyncSession, row: Row, author: UUID | None, by: str) -> list[Recipient]:
    """Everybody one row of a rulebook's event reaches; not the person who did it (``by``)."""
    found = []
    for way in row.ways:
        authors = [] if author is None else [author]
        people = authors if way.audience is Audience.AUTHOR else await addressees.anywhere(session, Power.APPROVE)
        found += await _people(session, [one for one in people if str(one) != by], way.channels)
    return found


async def preferences(session: AsyncSession, people: Collection[UUID]) -> dict[UUID, Preference]:
    """What these people have set; who has set nothing is absent."""
    rows = await session.scalars(select(NoticePreference).where(NoticePreference.person_id.in_(people)))
    return {row.person_id: preference_of(row) for row in rows}


def preference_of(row: NoticePreference) -> Preference:
    """The row as rules read it."""
    quiet = None
    if row.quiet_since is not None and row.quiet_until is not None:
        quiet = Quiet(since=row.quiet_since, until=row.quiet_until)
    return Preference(language="en" if row.language == "en" else DEFAULT, email=row.email, quiet=quiet)


async def _reached(
    session: AsyncSession, template: str, way: Way, case: JointCase, agency: str, groups: Collection[str], now: datetime
) -> list[Recipient]:
    audience, channels = way.audience, way.channels
    if audience in {Audience.UNIT, Audience.UNITS, Audience.LEAD_UNIT}:
        units = {Audience.UNIT: [agency], Audience.LEAD_UNIT: [case.lead_agency]}.get(audience)
        return await _units(session, template, case.port, units or await _members(session, case), channels, groups)
    if audience is Audience.ENTERPRISE:
        return await _enterprises(session, template, [code for code in (case.trader, case.broker) if code], channels)
    return await _people(session, await _meant(session, audience, case, agency, now), channels)


async def _meant(session: AsyncSession, audience: Audience, case: JointCase, agency: str, now: datetime) -> list[UUID]:
    if audience in _HOLDERS:
        power, of_lead = _HOLDERS[audience]
        return await addressees.holding(session, case.port, case.lead_agency if of_lead else agency, power)
    match audience:
        case Audience.EXPERTS_ON_DUTY:
            return await addressees.experts_on_duty(session, case.port, agency, now)
        case Audience.UNIT_HEAD:
            return await addressees.heads(session, case.port, agency)
        case Audience.PARTICIPANTS:
            return await _participants(session, case)
        case _:
            return await addressees.administrators(session)


async def _members(session: AsyncSession, case: JointCase) -> list[str]:
    rows = await session.scalars(
        select(CaseMember.agency).where(CaseMember.port == case.port, CaseMember.case_no == case.no).order_by(CaseMember.agency)
    )
    return list(rows)


async def _participants(session: AsyncSession, case: JointCase) -> list[UUID]:
    """Dispatchers and named experts of the agencies that come."""
    rows = await session.scalars(
        select(Invitation).where(Invitation.port == case.port, Invitation.case_no == case.no, Invitation.state == "ACCEPTED")
    )
    people: dict[UUID, None] = {}
    for row in rows:
        named = [UUID(str(expert["person"])) for expert in row.experts]
        for one in (*await addressees.holding(session, case.port, row.agency, Power.DISPATCH), *named):
            people[one] = None
    return list(people)


async def _people(session: AsyncSession, ids: Iterable[UUID], channels: tuple[Channel, ...]) -> list[Recipient]:
    people = sorted(await addressees.active(session, list(ids)))
    set_by = await preferences(session, people)
    return [one for person in people for one in _by_person(person, set_by, channels, of_enterprise=False)]


async def _enterprises(session: AsyncSession, template: str, codes: list[str], channels: tuple[Channel, ...]) -> list[Recipient]:
    """The shared inbox and the webhooks of each enterprise, the e-mail of its people."""
    people = await addressees.of_enterprises(session, codes)
    set_by = await preferences(session, people)
    found = []
    if Channel.INBOX in channels:
        found += [Recipient(channel=Channel.INBOX, enterprise=code, of_enterprise=True) for code in dict.fromkeys(codes)]
    if Channel.WEBHOOK in channels:
        found += await _webhooks(session, template, WebhookSubscription.enterprise.in_(codes))
    if Channel.EMAIL in channels:
        found += [one for person in people for one in _by_person(person, set_by, (Channel.EMAIL,), of_enterprise=True)]
    return found


async def _units(
    session: AsyncSession,
    template: str,
    port: str,
    agencies: list[str],
    channels: tuple[Channel, ...],
    groups: Collection[str],
) -> list[Recipient]:
    found = []
    if Channel.WEBHOOK in channels:
        of_units = (WebhookSubscription.port == port) & WebhookSubscription.agency.in_(agencies)
        found += await _webhooks(session, template, of_units)
    if Channel.MESSAGE in channels:
        known = [agency for agency in agencies if f"{port}/{agency}" in groups]
        found += [Recipient(channel=Channel.MESSAGE, port=port, agency=agency) for agency in known]
    return found


async def _webhooks(session: AsyncSession, template: str, whose: ColumnElement[bool]) -> list[Recipient]:
    """Those that asked for this notice, or for all."""
    asked = or_(WebhookSubscription.templates == [], WebhookSubscription.templates.contains([template]))
    rows = await session.scalars(
        select(WebhookSubscription).where(whose, asked, WebhookSubscription.ended_at.is_(None)).order_by(WebhookSubscription.id)
    )
    return [
        Recipient(
            channel=Channel.WEBHOOK,
            subscription=row.id,
            port=row.port,
            agency=row.agency,
            enterprise=row.enterprise,
        )
        for row in rows
    ]


def _by_person(
    person: UUID, set_by: Mapping[UUID, Preference], channels: tuple[Channel, ...], *, of_enterprise: bool
) -> list[Recipient]:
    """An e-mail only where the person has given an address."""
    known = set_by.get(person, Preference())
    reachable = [channel for channel in channels if channel is not Channel.EMAIL or known.email]
    return [
        Recipient(channel=channel, person=person, of_enterprise=of_enterprise, language=known.language, quiet=known.quiet)
        for channel in reachable
    ]
