"""A rule as an officer writes it: where it looks (scope), what it calls for (then), who answers for it (meta).

The structs are the YAML form and the stored form at once. An absent part of a scope asks nothing; parts are joined by AND.
Open lists (``{any, none}``): an absent value is in no list, so it fails ``any`` and passes ``none``.
All parts that look at goods must hold for one and the same subject: the line itself, or one of its components.
Meaning lives in ``matching.py``, what makes a rule acceptable in ``rule_checks.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from risk.declaration import Amount, Certificate, Component, Country, Credit, Currency, Direction, HsCode, Line, TransportMode

CheckKind = Literal["DOC", "IDENTITY", "PHYSICAL", "MARKING", "LICENCE", "SAMPLE"]
"""单证, 货证, 实货, 标识, 授权/许可, 取样."""

NumberName = Literal[
    "value",
    "unit_price",
    "price_per_kg",
    "quantity",
    "net_weight",
    "weight_per_unit",
    "gross_weight",
    "line_count",
    "component_count",
]
"""The derived numbers a threshold may look at. Money in the line's currency, weights in kg; see ``derived_numbers.py``."""

MONEY: frozenset[str] = frozenset({"value", "unit_price", "price_per_kg"})
OF_THE_HEADER: frozenset[str] = frozenset({"gross_weight", "line_count"})

END = r"$(?!\n)"
"""The true end of a text: ``$`` alone would let a line feed follow."""


def _form(pattern: str, zh: str, en: str) -> Meta:
    """A form of text, and how it is told to whoever wrote something else."""
    return Meta(pattern=f"^{pattern}{END}", description=en, extra={"zh": zh})


HsPrefix = Annotated[str, _form(r"[0-9]{2}([0-9]{2}){0,4}", "2、4、6、8 或 10 位数字", "2, 4, 6, 8 or 10 digits")]
CertificateType = Annotated[str, _form(r"[A-Z][A-Z0-9_]*", "证书代码，例如 CCC、CCC_EXEMPTION", "for example CCC, CCC_EXEMPTION")]
AgencyName = Annotated[str, _form(r"[a-z][a-z0-9_]*", "部门代码，例如 market_regulation", "for example market_regulation")]
DomainName = Annotated[str, _form(r"[A-Z][A-Z0-9_]*", "领域代码，例如 PRESSURE", "for example PRESSURE")]
DOTTED = r"[a-z][a-z0-9_-]*(\.[a-z0-9][a-z0-9_-]*)+"
RuleId = Annotated[str, _form(DOTTED, "规则编号，例如 mr.pressure.piping", "for example mr.pressure.piping")]
Name = Annotated[str, Meta(min_length=1)]


class Form(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Base of the parts of a rule: frozen, by keyword, unknown fields refused."""


class Text(Form, frozen=True):
    """Words for people: Chinese first, English second."""

    zh: Name
    en: Name


class HsRange(Form, frozen=True):
    """HS codes from ``first`` to ``last``, both included, compared on as many digits as they have (the same number)."""

    first: HsPrefix
    last: HsPrefix


class HsScope(Form, frozen=True):
    """Any of the prefixes or ranges, and none of the exclusions. A declared code shorter than a prefix is not under it."""

    prefixes: tuple[HsPrefix, ...] = ()
    ranges: tuple[HsRange, ...] = ()
    exclusions: tuple[HsPrefix, ...] = ()


class Countries(Form, frozen=True):
    """ISO 3166-1 alpha-2 codes."""

    any: tuple[Country, ...] = ()
    none: tuple[Country, ...] = ()


class Codes(Form, frozen=True):
    """Codes or names compared whole (ports and traders as written, brands as goods text)."""

    any: tuple[Name, ...] = ()
    none: tuple[Name, ...] = ()


class Keywords(Form, frozen=True):
    """Words in the goods text (name, description, brand, model), Chinese and English alike; see ``goods_text.py``."""

    any: tuple[Name, ...] = ()
    all: tuple[Name, ...] = ()
    none: tuple[Name, ...] = ()


class Expiring(Form, frozen=True):
    """A certificate of one of ``types`` is still valid but ends within so many days of the day it is judged on."""

    types: Annotated[tuple[CertificateType, ...], Meta(min_length=1)]
    within_days: Annotated[int, Meta(ge=1, le=3650)]


class CertificateScope(Form, frozen=True):
    """``missing``: no valid certificate of these types (one is enough), and none that exempts or recognises.

    The rest of the scope holding, the requirement is reported with its state even where nothing is missing.
    """

    missing: tuple[CertificateType, ...] = ()
    exempting: tuple[CertificateType, ...] = ()
    recognising: tuple[CertificateType, ...] = ()
    presented: tuple[CertificateType, ...] = ()
    expiring: Expiring | None = None


class Threshold(Form, frozen=True):
    """A bound on a derived number. A number that cannot be computed, or stands in another currency, is under no bound."""

    number: NumberName
    above: Decimal | None = None
    at_least: Decimal | None = None
    below: Decimal | None = None
    at_most: Decimal | None = None
    currency: Currency | None = None


class Scope(Form, frozen=True):
    """Where a rule looks. Everything said must hold."""

    direction: tuple[Direction, ...] = ()
    hs: HsScope | None = None
    origin: Countries | None = None
    dispatch: Countries | None = None
    transport_mode: tuple[TransportMode, ...] = ()
    port: Codes | None = None
    credit: tuple[Credit, ...] = ()
    trader: Codes | None = None
    brand: Codes | None = None
    keywords: Keywords | None = None
    certificates: CertificateScope | None = None
    thresholds: tuple[Threshold, ...] = ()

    def looks_at_goods(self) -> bool:
        """False when only the header is asked about: such a rule hits the declaration once, with line null."""
        of_a_line = any(t.number not in OF_THE_HEADER for t in self.thresholds)
        return of_a_line or any(part is not None for part in (self.hs, self.origin, self.brand, self.keywords, self.certificates))


class Citation(Form, frozen=True):
    """An article of a text in the pack's ``texts``. ``basis_unverified`` when this article was not read."""

    text: Name
    article: Name
    basis_unverified: bool = False


class Then(Form, frozen=True):
    """What a hit calls for. ``hard``: prohibited, sanctioned, or a licence the law makes a condition of entry."""

    agency: AgencyName
    domain: DomainName
    check_kinds: Annotated[tuple[CheckKind, ...], Meta(min_length=1)]
    focus: Annotated[tuple[Text, ...], Meta(min_length=1)]
    legal_basis: Annotated[tuple[Citation, ...], Meta(min_length=1)]
    weight: Annotated[int, Meta(ge=0, le=100)]
    mandatory: bool = False
    hard: bool = False


class Effective(Form, frozen=True):
    """Days in force, both included, in the port's zone; ``until`` absent: no end yet."""

    since: date = msgspec.field(name="from")
    until: date | None = None


class ExampleHeader(Form, frozen=True):
    """What an example says of the header; the rest is an ordinary sea import on 2026-11-20."""

    direction: Direction = "import"
    declared_at: datetime | None = None
    arrival: datetime | None = None
    port: str = "5316"
    transport_mode: TransportMode = "sea"
    dispatch_country: Country | None = None
    credit: Credit = "ordinary"
    trader: str = "91440300000000000E"
    gross_weight: Amount | None = None


class ExampleLine(Form, frozen=True):
    """One goods line of an example: the fields of a declaration line without its number."""

    hs: HsCode
    name: Name
    description: str = ""
    origin: Country | None = None
    quantity: Amount | None = None
    unit: str = ""
    net_weight: Amount | None = None
    value: Amount | None = None
    currency: Currency | None = None
    brand: str = ""
    model: str = ""
    certificates: tuple[Certificate, ...] = ()
    components: tuple[Component, ...] = ()

    def as_line(self) -> Line:
        """The line it stands for, number 1."""
        return Line(no=1, **{field: getattr(self, field) for field in self.__struct_fields__})


class Example(Form, frozen=True):
    """Goods the rule must hit, or must leave alone."""

    line: ExampleLine
    header: ExampleHeader = ExampleHeader()
    note: str = ""


class Examples(Form, frozen=True):
    """At least one of each: a rule nobody tried to hit is a guess, one nobody tried to escape is a net."""

    must_hit: Annotated[tuple[Example, ...], Meta(min_length=1)]
    must_not_hit: Annotated[tuple[Example, ...], Meta(min_length=1)]


class RuleMeta(Form, frozen=True):
    """Who answers for the rule, since when, and why it was last changed."""

    id: RuleId
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    title: Text
    owner: Name
    effective: Effective
    change: Name
    examples: Examples


class Rule(Form, frozen=True):
    """One rule. ``when`` says what the scope cannot, see ``expression.py``; it holds besides the scope, never instead of it."""

    meta: RuleMeta
    scope: Scope
    then: Then
    when: str | None = None

    def in_force(self, day: date) -> bool:
        """Whether the rule is in force on ``day`` (a day in the port's zone)."""
        effective = self.meta.effective
        return effective.since <= day and (effective.until is None or day <= effective.until)


class LegalText(Form, frozen=True):
    """A law or regulation. Exactly one of ``page`` (where its articles were read, with ``read_on``) and ``basis_unverified``."""

    title: Text
    number: Name
    page: str | None = None
    read_on: date | None = None
    basis_unverified: bool = False


class PackHead(Form, frozen=True):
    """What the rules of one file share: its name, the agencies they may call and the texts they may cite."""

    pack: AgencyName
    version: Annotated[int, Meta(ge=1, le=2**31 - 1)]
    title: Text
    agencies: Annotated[tuple[AgencyName, ...], Meta(min_length=1)]
    texts: dict[str, LegalText]


class Pack(Form, frozen=True):
    """A file of rules, read and checked."""

    head: PackHead
    rules: tuple[Rule, ...]
