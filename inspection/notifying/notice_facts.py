"""What an event says, in words: the variables of its template in every language. As the platform; it only reads."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from agencies import directory
from inspection.case_tables import JointCase
from inspection.enterprise_tables import EnterpriseStatus
from inspection.following_up import demand, follow_up_demand
from inspection.notifying.notice_catalogue import deadline_of
from inspection.notifying.notice_files import catalogues
from inspection.notifying.notice_rendering import LANGUAGES, Language
from inspection.planning.appointment import AppointmentDocument, listed
from inspection.planning.schedule_tables import AppointmentNotice
from inspection.status import PublicStatus
from inspection.statuses import PORT_ZONE
from kit.event_log import Event

Variables = dict[Language, dict[str, str]]


TOLD = ("agency", "due", "number", "version", "type", "rung", "level", "booking", "state")
TOLD_OF_WINDOW = ("zone", "bay", "place", "starts_at", "ends_at")
"""What of an event's data a receiving system gets to read, besides the words."""


_CASE = frozenset({"case", "declaration", "agency", "number", "due", "reason", "because", "disposition"})
_ASKED = _CASE | {"line", "subject", "text", "brand", "outcome"}
_DEADLINE, _WINDOW = _CASE | {"matter"}, _CASE | {"when", "where"}

_RULEBOOK = frozenset({"title", "rulebook", "version", "reason", "since", "until", "left", "failure"})

VARIABLES: dict[str, frozenset[str]] = {
    **dict.fromkeys(("invitation", "invitation_lapsed", "invitation_declined", "task_sheet", "task_sheet_amended"), _CASE),
    **dict.fromkeys(("invitation_escalated", "invitation_blocked", "late_answer"), _CASE),
    **dict.fromkeys(("calendar_unpublished", "calendar_provisional"), frozenset({"agency", "calendar", "until"})),
    **dict.fromkeys(("report", "report_voided", "disposition", "released", "recalled"), _CASE),
    **{f"recall_{what}": _CASE for what in ("due", "overdue", "answered", "closed")},
    **dict.fromkeys(("appeal_filed", "measure_suspended", "second_test", "appeal_decided", "case_reopened"), _CASE),
    **dict.fromkeys(("departure", "departure_ruled", "dissent", "departure_settled"), _CASE),
    "demand": frozenset({"case", "declaration", "disposition", "items", "due", "channel", "cost"}),
    **dict.fromkeys(("sent_back", "proof_sent", "overdue"), _CASE | {"matter"}),
    "testing": _CASE | {"what"},
    "audit": _CASE | {"matter", "day", "contact"},
    **dict.fromkeys(("deadline_half", "deadline_near", "deadline_over"), _DEADLINE),
    **{f"window_{what}": _WINDOW for what in ("proposed", "confirmed", "changed", "refused", "cancelled", "missed")},
    **dict.fromkeys(("info_request", "info_request_answered", "info_request_declined"), _ASKED),
    **dict.fromkeys(("rights_holder_replied", "rights_holder_silent"), _ASKED),
    "rights_confirmation": frozenset({"agency", "holder", "brand", "question", "due", "link"}),
    "appointment": frozenset({"case", "declaration", "title", "when_where", "bring", "cost", "reason"}),
    "stage": frozenset({"case", "declaration", "stage", "holder", "next_step", "due"}),
    **dict.fromkeys(
        ("rulebook_waits", "rulebook_published", "rulebook_retired", "back_test_done", "back_test_failed"), _RULEBOOK
    ),
    "ping": frozenset({"at"}),
}
"""What each template may ask for: :func:`facts_of` fills in all of it."""


TO_THE_ASKED = frozenset({"InfoRequestSent"})
"""Events whose news is for the agency that was asked, not for the one that asks."""


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What a template is filled with, for whom the event is (``agency``), and what of it makes a notice the same one.

    ``source`` is the event unless the news is something else: a window's version, a status' number. Then two events that
    bring the same news make one notice.
    """

    agency: str
    source: tuple[str, int]
    variables: Variables
    data: dict[str, Any]
    calendar: str | None = None


async def facts_of(session: AsyncSession, event: Event, case: JointCase, template: str) -> Facts | None:
    """The facts of one event for one template; None when there is nothing to say to anybody."""
    source = (event.stream, event.seq)
    match template:
        case "appointment":
            return await _appointment(session, event, case)
        case "stage":
            return await _stage(session, case)
        case "demand":
            return await _demand(session, event, case)
        case _:
            agency = _agency(event, case)
            names = await directory.agency_names(session)
            known = names.get(agency)
            named: dict[Language, str] = {"zh-CN": known.zh if known else agency, "en": known.en if known else agency}
            said = {language: _said(event, case, language) | {"agency": named[language]} for language in LANGUAGES}
            data = {name: event.data[name] for name in (*TOLD, *TOLD_OF_WINDOW) if name in event.data}
            return Facts(agency=agency, source=source, variables=said, data=data)


async def unit_facts(session: AsyncSession, event: Event, port: str, agency: str) -> Facts:
    """The facts of an event in a unit's stream: its calendar ends. ``agency`` empty: the port's."""
    names = await directory.agency_names(session)
    known = names.get(agency)
    shared = {"calendar": str(event.data["calendar"]), "until": str(event.data["published_until"])}
    said: Variables = {
        "zh-CN": shared | {"agency": known.zh if known else f"口岸 {port} "},
        "en": shared | {"agency": known.en if known else f"port {port}"},
    }
    return Facts(agency=agency, source=(event.stream, event.seq), variables=said, data=shared)


def rulebook_facts(event: Event) -> Facts:
    """The facts of an event in a rulebook's stream."""
    data = event.data
    shared = {"rulebook": str(data["rulebook"]), "version": str(data["version"]), "reason": str(data.get("reason", ""))}
    shared |= {"since": _local(data.get("effective_from")), "until": _local(data.get("until"))}
    left, failure = data.get("in_force"), data.get("failure") or {}
    said: Variables = {
        "zh-CN": shared | {"title": str(data["title_zh"]), "left": "无" if left is None else f"第 {left} 版"},
        "en": shared | {"title": str(data["title_en"]), "left": "none" if left is None else f"version {left}"},
    }
    said["zh-CN"]["failure"] = f"{failure.get('title_zh', '')}。{failure.get('advice_zh', '')}"
    said["en"]["failure"] = f"{failure.get('title_en', '')}. {failure.get('advice_en', '')}"
    told = {
        name: data[name] for name in ("rulebook", "version", "reason", "until", "effective_from", "back_test") if name in data
    }
    titles = {"title_zh": data["title_zh"], "title_en": data["title_en"]}
    return Facts(agency="", source=(event.stream, event.seq), variables=said, data=told | titles)


def _agency(event: Event, case: JointCase) -> str:
    """Whom the event is about: the agency it names, the one its deadline runs for, else the lead."""
    if event.type in TO_THE_ASKED:
        return str(event.data["asked"])
    named = event.data.get("agency") or (deadline_of(event.data).agency if "subject" in event.data else None)
    return str(named or case.lead_agency)


def _said(event: Event, case: JointCase, language: Language) -> dict[str, str]:
    """What the event's own data says, each thing under the name templates know."""
    words, data = catalogues()[language], event.data
    said = {"case": case.no, "declaration": case.declaration_number, "number": str(data.get("number", ""))}
    said["due"] = _local(data.get("due"))
    said["reason"] = words.say(str(data.get("reason", "")))
    said["because"] = words.say(str(data.get("because", "")))
    said["disposition"] = words.say(str(data.get("type", "")))
    said |= {name: str(data.get(name, "")) for name in ("line", "text", "brand")}
    said["outcome"] = words.say(str(data.get("outcome", "")))
    said["subject"] = words.say(str(data.get("subject", "")))
    if "subject" in data:
        said["matter"] = words.say(deadline_of(data).about)
    elif "kind" in data or "follow_ups" in data:
        kinds = [str(data["kind"])] if "kind" in data else sorted({str(one["kind"]) for one in data["follow_ups"]})
        said["matter"] = "、".join(words.say(kind) for kind in kinds)
    if "contact" in data:
        said |= {"matter": str(data["matter"]), "day": str(data["on"]), "contact": str(data["contact"])}
    if "running" in data:
        said["what"] = words.say("testing_began" if data["running"] else "testing_ended")
        said["reason"] = str(data["why"])
    if "starts_at" in data:
        starts, ends = (_local(data[name]) for name in ("starts_at", "ends_at"))
        said["when"] = f"{starts}–{ends[-5:]}"
        said["where"] = f"{data['zone']} {data['bay']}-{data['place']}"
    return said


async def _appointment(session: AsyncSession, event: Event, case: JointCase) -> Facts | None:
    """The appointment as it was written for the enterprise; a proposal that nobody confirmed has none."""
    booking, version = UUID(str(event.data["booking"])), int(event.data["version"])
    row = await session.get(AppointmentNotice, (booking, version))
    if row is None:
        return None
    one = msgspec.convert(row.document, AppointmentDocument)
    shared = {"case": one.case, "declaration": one.declaration, "reason": one.reason}
    zh = {"title": one.title_zh, "when_where": one.when_where_zh, "cost": one.cost_zh, "bring": listed(one.bring, "zh")}
    en = {"title": one.title_en, "when_where": one.when_where_en, "cost": one.cost_en, "bring": listed(one.bring, "en")}
    said: Variables = {"zh-CN": shared | zh, "en": shared | en}
    source = (f"appointment:{booking}", version)
    data = {"declaration": one.declaration, "kind": one.kind, "sequence": one.sequence, "booking": str(booking)}
    data |= msgspec.to_builtins(one.where)
    return Facts(agency=case.lead_agency, source=source, variables=said, data=data, calendar=row.calendar)


async def _demand(session: AsyncSession, event: Event, case: JointCase) -> Facts | None:
    """Everything the enterprise has to do now, of every agency, in one list; None when nothing is."""
    found = await follow_up_demand.merged(session, event, case)
    if found is None:
        return None
    shared = {"case": case.no, "declaration": case.declaration_number}
    due = {"zh-CN": _local(found.due), "en": _local(found.due)}
    if found.provisional:
        due = {"zh-CN": f"{due['zh-CN']}（暂定，工作日历尚未公布至该日）", "en": f"{due['en']} (provisional)"}
    words = catalogues()
    said: Variables = {
        "zh-CN": shared | {"items": found.items.zh, "channel": demand.CHANNEL.zh, "cost": demand.COST.zh, "due": due["zh-CN"]},
        "en": shared | {"items": found.items.en, "channel": demand.CHANNEL.en, "cost": demand.COST.en, "due": due["en"]},
    }
    for language in LANGUAGES:
        said[language]["disposition"] = words[language].say(str(found.type or ""))
    data = {
        "declaration": case.declaration_number,
        "due": found.due.isoformat() if found.due else None,
        "kinds": list(found.kinds),
    }
    return Facts(agency=case.lead_agency, source=(event.stream, event.seq), variables=said, data=data)


async def _stage(session: AsyncSession, case: JointCase) -> Facts | None:
    """The enterprise's newest status: one combined signal, however many states the case went through."""
    row = await session.scalar(
        select(EnterpriseStatus)
        .where(EnterpriseStatus.declaration_id == case.declaration_id)
        .order_by(EnterpriseStatus.seq.desc())
        .limit(1)
    )
    if row is None:
        return None
    one = msgspec.convert(row.status, PublicStatus)
    shared = {"case": case.no, "declaration": row.number, "due": _local(one.due)}
    said: Variables = {
        "zh-CN": shared | {"stage": one.status_zh, "holder": one.holder_zh, "next_step": one.next_step_zh},
        "en": shared | {"stage": one.status_en, "holder": one.holder_en, "next_step": one.next_step_en},
    }
    data = {"declaration": row.number, "code": one.code.value, "seq": row.seq, "due": one.due.isoformat() if one.due else None}
    return Facts(agency=case.lead_agency, source=(f"status:{row.declaration_id}", row.seq), variables=said, data=data)


def _local(instant: str | datetime | None) -> str:
    """Local time at the port; nothing for no instant."""
    if instant is None:
        return ""
    at = instant if isinstance(instant, datetime) else datetime.fromisoformat(instant)
    return f"{at.astimezone(PORT_ZONE):%Y-%m-%d %H:%M}"
