"""The cast of the demo, the tests and the screenshots: these people and nobody else, on platforms that are embedded only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from agencies import people, sign_in
from agencies.powers import Kind, Power
from inspection.planning import bookings
from inspection.server import cast_rosters

PORT, OTHER_PORT = "5316", "2248"
HENGTONG, XINDA, LUMEN = "91440300000000000E", "91440300000000001H", "LUMEN-SA"
CERTIFIED_UNTIL = date(2099, 12, 31)
CERTIFIED = frozenset({Power.EXPERT, Power.LEAD_INSPECT, Power.INSPECT})


@dataclass(frozen=True)
class Member:
    """One person of the cast; ``title`` says for people what the person is."""

    login: str
    name: str
    title: str
    kind: Kind
    powers: frozenset[Power]
    agency: str | None = None
    port: str | None = PORT
    enterprise: str | None = None


def _member(login: str, title: str, kind: Kind, *powers: Power, agency: str | None = None, **rest: str | None) -> Member:
    name = rest.pop("name", None) or login.capitalize()
    return Member(login=login, name=name, title=title, kind=kind, powers=frozenset(powers), agency=agency, **rest)


CAST: tuple[Member, ...] = (
    _member("lin", "海关统筹 coordinator (lead)", Kind.CUSTOMS, Power.COORDINATE, agency="customs"),
    _member("zhao", "海关审批 approver", Kind.CUSTOMS, Power.APPROVE, agency="customs"),
    _member("tao", "海关主检 lead inspector", Kind.CUSTOMS, Power.LEAD_INSPECT, Power.INSPECT, agency="customs"),
    _member("rong", "海关查验 second inspector", Kind.CUSTOMS, Power.INSPECT, agency="customs"),
    _member("gao", "海关上级 superior", Kind.CUSTOMS, Power.SUPERIOR, agency="customs"),
    _member("ping", "市场监管调度 dispatcher", Kind.AGENCY, Power.DISPATCH, agency="market_regulation"),
    _member("mei", "市场监管专家 expert", Kind.AGENCY, Power.EXPERT, agency="market_regulation"),
    _member("bo", "市场监管专家 expert", Kind.AGENCY, Power.EXPERT, agency="market_regulation"),
    _member("qiu", "知识产权专家兼调度 expert, dispatcher", Kind.AGENCY, Power.EXPERT, Power.DISPATCH, agency="ip"),
    _member("hua", "生态环境专家兼调度 expert, dispatcher", Kind.AGENCY, Power.EXPERT, Power.DISPATCH, agency="environment"),
    _member(
        "ou", "其他口岸关员 officer of another port", Kind.CUSTOMS, Power.COORDINATE, Power.APPROVE,
        agency="customs", port=OTHER_PORT,
    ),
    _member("ruo", "规则管理员 rule officer", Kind.RULES, Power.RULES),
    _member("an", "审计员 auditor", Kind.AUDITOR, Power.AUDIT),
    _member("wen", "系统管理员 administrator", Kind.ADMIN, Power.ADMINISTER, port=None),
    _member(
        "hengtong", "企业 enterprise", Kind.ENTERPRISE, Power.FILE,
        name="Hengtong Import Co.", port=None, enterprise=HENGTONG,
    ),
    _member(
        "xinda", "另一企业 another enterprise", Kind.ENTERPRISE, Power.FILE,
        name="Xinda Trading", port=None, enterprise=XINDA,
    ),
    _member("lumen", "权利人 rights holder", Kind.ENTERPRISE, Power.FILE, name="Lumen SA", port=None, enterprise=LUMEN),
)  # fmt: skip

UNITS: tuple[tuple[str, str, str], ...] = (
    ("customs", "口岸海关", "Port customs"),
    ("market_regulation", "口岸市场监管处", "Market regulation at the port"),
    ("ip", "口岸知识产权处", "IP office at the port"),
    ("environment", "口岸生态环境处", "Environment at the port"),
    ("agriculture", "口岸农业农村处", "Agriculture at the port"),
    ("drug", "口岸药品监管处", "Drug administration at the port"),
)

BAYS: tuple[tuple[str, str, int, tuple[str, ...]], ...] = (
    ("A1", "INSPECTION", 1, ("crane", "roofed")),
    ("A2", "INSPECTION", 2, ("roofed",)),
    ("B1", "INSPECTION", 1, ("cold",)),
    ("W1", "WAITING", 8, ()),
    ("P1", "PENDING", 4, ("fenced",)),
)
ZONE = "协同查验专区"


async def seed(session: AsyncSession, password: str, now: datetime) -> None:
    """The cast with one password for all, units, rosters, enterprises and bays; repeating it changes nothing. As the platform."""
    if await people.exists(session, CAST[0].login):
        return
    await people.add_agencies(session)
    for code, name in ((HENGTONG, "Hengtong Import Co."), (XINDA, "Xinda Trading"), (LUMEN, "Lumen SA")):
        await people.add_enterprise(session, code, name, demo=True)
    for agency, zh, en in UNITS:
        await people.add_unit(session, PORT, agency, zh, en, duty_24h=True)
    for code, kind, places, capabilities in BAYS:
        await bookings.add_bay(session, PORT, code, zone=ZONE, kind=kind, places=places, capabilities=capabilities)
    hashed = await sign_in.hash_password(password)
    officers: dict[str, tuple[UUID, str]] = {}
    for member in CAST:
        person = await people.add_person(
            session,
            login=member.login,
            name=member.name,
            kind=member.kind,
            powers=member.powers,
            now=now,
            agency=member.agency,
            port=member.port,
            enterprise=member.enterprise,
            certified_until=CERTIFIED_UNTIL if member.powers & CERTIFIED else None,
            demo=True,
        )
        await sign_in.store_password(session, person, hashed)
        officers[member.login] = person.id, member.agency or ""
    await cast_rosters.seed(session, PORT, HENGTONG, officers, now)
