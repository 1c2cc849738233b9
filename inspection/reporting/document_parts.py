"""What the printed documents have in common: parties, people, goods lines, numbers. Pure.

Codes (agency, verdict, measure …) are plain text here: the documents outlive the code that wrote them, and agencies, policies
and check kinds are data of a port. Instants carry the offset of the port's zone; amounts are decimal text.

Defaults are left out of the JSON, and msgspec tells them by identity, not by value: only None, True, False, "", () and small
integers may be defaults here, or a copy from a database or another process would have other bytes than the original.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import datetime, tzinfo
from typing import Any, Literal, TypeVar, cast

import msgspec

from kit.errors import Invalid
from risk.declaration import Declaration

SecrecyLabel = Literal["ENTERPRISE_SECRET", "IP_SECRET", "LAW_ENFORCEMENT"]

_CASE_NUMBER = re.compile(r"JC-([0-9A-Z]{4,5}-[0-9]{8}-[0-9]{4,})")


class DocumentInvalid(Invalid):
    """What was handed in cannot become a document; ``details['errors']`` lists path and message."""

    code = "document_invalid"
    title_zh = "文书内容不完整或相互矛盾"
    title_en = "The document would be incomplete or contradict itself"
    advice_zh = "请按所列事项更正后重新生成。"
    advice_en = "Correct the items listed and build it again."


class Agency(msgspec.Struct, frozen=True, kw_only=True):
    """An agency as it is printed. ``code`` as in the agency directory, e.g. ``market_regulation``."""

    code: str
    zh: str
    en: str = ""


class Officer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A person who acts for an agency. ``person``, ``certificate``, ``contact`` are private: no enterprise edition has them."""

    name: str
    agency: str
    person: str = ""
    certificate: str = ""
    contact: str = ""


class Lead(msgspec.Struct, frozen=True, kw_only=True):
    """The lead agency 牵头部门 and its officer, answerable for the whole case."""

    agency: str
    officer: Officer


class GoodsLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A declaration line in one row. ``quantity`` is decimal text in ``unit``."""

    no: int
    hs: str
    name: str
    quantity: str = ""
    unit: str = ""
    origin: str = ""
    components: tuple[str, ...] = ()


class DeclarationSummary(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The declaration 报关单 as far as an officer needs it on paper; (number, version) finds the rest."""

    number: str
    version: int
    direction: str
    port: str
    trader: str
    trader_code: str
    credit: str
    lines: tuple[GoodsLine, ...]
    broker: str = ""
    arrival: datetime | None = None


class LegalBasis(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Why an agency may check this: title of the text, its number, the article.

    ``page`` is where the article was read; without one the basis counts as unverified and is printed as 依据待核实.
    """

    text: str
    number: str = ""
    article: str = ""
    page: str = ""
    basis_unverified: bool = False


class FocusPoint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing one agency looks at. ``line`` None means every line of the declaration."""

    agency: str
    focus_zh: str
    focus_en: str = ""
    line: int | None = None
    component: str | None = None
    check_kinds: tuple[str, ...] = ()
    legal_basis: tuple[LegalBasis, ...] = ()
    rule: str = ""
    rule_version: int = 0
    reason: str = ""
    mandatory: bool = False


class Participant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An invited agency with the state its invitation had when this version was issued."""

    agency: str
    state: str
    mandatory: bool = True
    experts: tuple[Officer, ...] = ()
    answered_at: datetime | None = None
    due: datetime | None = None
    late: bool = False
    note: str = ""


class Appointment(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The confirmed window 查验预约: joint zone, bay with its numbered place, from and until."""

    zone: str
    bay: str
    starts_at: datetime
    ends_at: datetime
    place: int = 1


def summary_of(declaration: Declaration, zone: tzinfo) -> DeclarationSummary:
    """The summary of one version of a declaration, instants in the port's ``zone``."""
    return DeclarationSummary(
        number=declaration.number,
        version=declaration.version,
        direction=declaration.direction,
        port=declaration.port,
        trader=declaration.trader.name or declaration.trader.code,
        trader_code=declaration.trader.code,
        credit=declaration.trader.credit,
        broker=(declaration.broker.name or declaration.broker.code) if declaration.broker else "",
        arrival=declaration.arrival and declaration.arrival.astimezone(zone),
        lines=tuple(
            GoodsLine(
                no=line.no,
                hs=line.hs,
                name=line.name,
                quantity="" if line.quantity is None else f"{line.quantity:f}",
                unit=line.unit,
                origin=line.origin or "",
                components=tuple(component.name for component in line.components),
            )
            for line in sorted(declaration.lines, key=lambda line: line.no)
        ),
    )


def document_number(letter: Literal["T", "R"], case: str, version: int) -> str:
    """``T-5316-20261120-0001/v1`` of case ``JC-5316-20261120-0001``. Raises DocumentInvalid for any other case number."""
    match = _CASE_NUMBER.fullmatch(case)
    if match is None or version < 1:
        raise DocumentInvalid(errors=[{"path": "case", "message": f"no case number with version >= 1: {case!r} v{version}"}])
    return f"{letter}-{match[1]}/v{version}"


T = TypeVar("T")


def in_zone(value: T, zone: tzinfo) -> T:
    """``value`` (structs, tuples, instants, nested) with every instant in ``zone``: one instant, one text, one hash."""
    moved: Any = value
    if isinstance(value, datetime):
        moved = value.astimezone(zone)
    elif isinstance(value, tuple):
        moved = tuple(in_zone(item, zone) for item in value)
    elif isinstance(value, msgspec.Struct):
        moved = msgspec.structs.replace(value, **{name: in_zone(getattr(value, name), zone) for name in value.__struct_fields__})
    return cast("T", moved)


def each_once(items: Iterable[T], key: Callable[[T], tuple[Any, ...]]) -> tuple[T, ...]:
    """``items`` without repetitions, by ``key`` and then by content: the order they came in leaves no trace."""
    return tuple(sorted(set(items), key=lambda item: (key(item), msgspec.json.encode(item))))
