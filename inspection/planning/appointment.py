"""What an enterprise is told of its appointment: exact time and place, what to bring, who bears which cost. Pure.

One document per change of the booking, in both languages, and the same as a calendar file.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo
from typing import Final, Literal

import msgspec
from icalendar import Calendar, Event

from inspection.status import Words
from risk.declaration import Declaration

Kind = Literal["APPOINTED", "BEING_MOVED", "CANCELLED", "MISSED"]

COST: Final = Words(
    "查验本身不收费；吊装、移位、仓储费用：查验未发现问题的按规定不由企业承担，发现问题的由企业承担",
    "The inspection itself is free. Lifting, moving and storage: not at your cost when nothing is found, at your cost otherwise",
)
"""The cost-bearer rule a port starts with; configuration, to be replaced by the port's own notice."""

OFF_HOURS_COST: Final = Words("非工作时间预约不另收查验费用", "no extra inspection fee outside working hours")

TITLE: Final[dict[Kind, Words]] = {
    "APPOINTED": Words("查验预约已确认", "Inspection appointment confirmed"),
    "BEING_MOVED": Words(
        "查验预约变更中，待各部门确认", "Inspection appointment being moved, the agencies still have to confirm"
    ),
    "CANCELLED": Words("查验预约已取消", "Inspection appointment cancelled"),
    "MISSED": Words("查验预约未能进行", "Inspection appointment did not take place"),
}
ICS_STATUS: Final[dict[Kind, str]] = {
    "APPOINTED": "CONFIRMED",
    "BEING_MOVED": "TENTATIVE",
    "CANCELLED": "CANCELLED",
    "MISSED": "CANCELLED",
}


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """A window at a numbered place. Instants carry the port's offset."""

    zone: str
    bay: str
    place: int
    starts_at: datetime
    ends_at: datetime
    off_hours: bool = False


class AppointmentDocument(msgspec.Struct, frozen=True, kw_only=True):
    """One notice. ``sequence`` grows with every change; only the highest counts. ``reason`` where something was taken back."""

    case: str
    declaration: str
    kind: Kind
    sequence: int
    title_zh: str
    title_en: str
    where: Place
    when_where_zh: str
    when_where_en: str
    bring: tuple[Words, ...]
    cost_zh: str
    cost_en: str
    reason: str = ""
    issued_at: datetime


def document(
    *,
    case: str,
    declaration: Declaration,
    kind: Kind,
    sequence: int,
    where: Place,
    reason: str,
    issued_at: datetime,
    zone: tzinfo,
) -> AppointmentDocument:
    """The notice of one change."""
    local = msgspec.structs.replace(where, starts_at=where.starts_at.astimezone(zone), ends_at=where.ends_at.astimezone(zone))
    said, cost = when_and_where(local, zone), cost_of(off_hours=where.off_hours)
    coming = kind in ("APPOINTED", "BEING_MOVED")
    return AppointmentDocument(
        case=case,
        declaration=declaration.number,
        kind=kind,
        sequence=sequence,
        title_zh=TITLE[kind].zh,
        title_en=TITLE[kind].en,
        where=local,
        when_where_zh=said.zh,
        when_where_en=said.en,
        bring=bring(declaration) if coming else (),
        cost_zh=cost.zh if coming else "",
        cost_en=cost.en if coming else "",
        reason=reason,
        issued_at=issued_at.astimezone(zone),
    )


def when_and_where(where: Place, zone: tzinfo) -> Words:
    """Exact time and place, as the enterprise asked for in every survey."""
    start, end = where.starts_at.astimezone(zone), where.ends_at.astimezone(zone)
    return Words(
        f"请于 {start:%Y-%m-%d %H:%M} 至 {end:%H:%M} 到{where.zone} {where.bay} 台位 {where.place} 号位配合查验",
        f"Attend {start:%Y-%m-%d %H:%M}-{end:%H:%M}, {where.zone}, bay {where.bay}, place {where.place}",
    )


def cost_of(*, off_hours: bool) -> Words:
    """Who bears which cost."""
    return Words(f"{COST.zh}；{OFF_HOURS_COST.zh}", f"{COST.en}; {OFF_HOURS_COST.en}") if off_hours else COST


def bring(declaration: Declaration) -> tuple[Words, ...]:
    """Papers and people: the declaration's own, the original of every certificate it names, who may act for the enterprise."""
    certificates = {
        (certificate.type, certificate.number): None for line in declaration.lines for certificate in line.certificates
    }
    return (
        Words(
            f"报关单 {declaration.number} 及合同、发票、装箱单",
            f"declaration {declaration.number} with contract, invoice and packing list",
        ),
        *(Words(f"{type_} {number} 原件", f"the original of {type_} {number}") for type_, number in certificates),
        Words("到场人员身份证件及企业授权书", "identity document and authorisation of whoever attends"),
    )


def next_step(declaration: Declaration, where: Place, zone: tzinfo, *, being_moved: bool) -> Words:
    """The sentence in the enterprise's one status: when, where, what to bring, who pays."""
    said, cost, papers = when_and_where(where, zone), cost_of(off_hours=where.off_hours), bring(declaration)
    moved = Words("（变更待各部门确认）", " (change awaiting the agencies)") if being_moved else Words("", "")
    return Words(
        f"{said.zh}{moved.zh}。请携带：{listed(papers, 'zh')}。费用：{cost.zh}",
        f"{said.en}{moved.en}. Bring: {listed(papers, 'en')}. Cost: {cost.en}",
    )


def listed(words: Sequence[Words], language: Literal["zh", "en"]) -> str:
    """Several things in one sentence."""
    return ("、" if language == "zh" else "; ").join(getattr(one, language) for one in words)


def calendar(uid: str, one: AppointmentDocument) -> bytes:
    """The notice as an iCalendar file: the same ``uid`` with a higher sequence replaces what a calendar has."""
    event = Event()
    event.add("uid", f"{uid}@lianjian")
    event.add("sequence", one.sequence)
    event.add("dtstamp", one.issued_at.astimezone(UTC))
    event.add("dtstart", one.where.starts_at.astimezone(UTC))
    event.add("dtend", one.where.ends_at.astimezone(UTC))
    event.add("summary", f"{one.title_zh} {one.title_en} · {one.declaration}")
    event.add("location", f"{one.where.zone} {one.where.bay}-{one.where.place}")
    event.add("description", _description(one))
    event.add("status", ICS_STATUS[one.kind])
    found = Calendar()
    found.add("prodid", "-//Lianjian//appointments//ZH")
    found.add("version", "2.0")
    found.add("method", "CANCEL" if ICS_STATUS[one.kind] == "CANCELLED" else "PUBLISH")
    found.add_component(event)
    return bytes(found.to_ical())


def _description(one: AppointmentDocument) -> str:
    lines = [one.when_where_zh, one.when_where_en]
    if one.bring:
        lines += [f"请携带：{listed(one.bring, 'zh')}", f"Bring: {listed(one.bring, 'en')}"]
    lines += [text for text in (one.cost_zh, one.cost_en, one.reason) if text]
    return "\n".join(lines)
