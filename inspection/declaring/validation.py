"""Technical validation of a declaration: what refuses it, and what is only worth a flag. Pure; says nothing of risk.

An **error** is something no declaration can mean (a line number used twice, a negative quantity): it refuses the document.
A **flag** is something that happens to honest traders (a code the nomenclature dropped, a mistyped check digit): it is kept
beside the declaration, shown, and never refuses. Both name path, code, Chinese and English text, and facts for programs.

Sources: declaration number and its ninth digit (1 import, 0 export) per the Chinese 18-digit numbering; unified social credit
code per GB 32100-2015; HS 2022; ISO 3166-1; ISO 4217. The bounds on dates are ours and deliberately wide.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, Literal

import msgspec
from stdnum.cn import uscc
from stdnum.exceptions import InvalidChecksum, ValidationError

from inspection.declaring.nomenclature import Nomenclature
from kit import decoding
from kit.decoding import Problem
from kit.errors import Invalid
from risk.declaration import Declaration

MAX_INTEGER_DIGITS = 18
MAX_FRACTION_DIGITS = 20  # spreadsheets and exports of floats write 241.58000000000004
EARLIEST_YEAR, LATEST_YEAR = 1980, 2100
FARTHEST_ARRIVAL = timedelta(days=366)
LONGEST_STORAGE = timedelta(days=366 * 5)
CLOCK_TOLERANCE = timedelta(days=1)
USCC_LENGTH = 18
_NINTH_DIGIT = {"import": "1", "export": "0"}


class DeclarationInvalid(Invalid):
    """The declaration's fields or their relations refuse it; ``details["errors"]`` names every one, ``["flags"]`` the rest."""

    code = "declaration_invalid"
    title_zh = "报关单内容不符合要求"
    title_en = "The declaration is not valid"


class Findings(msgspec.Struct, frozen=True):
    """The outcome of :func:`check`: errors refuse, flags are kept with the declaration."""

    errors: tuple[Problem, ...] = ()
    flags: tuple[Problem, ...] = ()


def decode(raw: bytes | memoryview) -> Declaration:
    """One JSON object as a :class:`Declaration`.

    Raises :class:`kit.decoding.MalformedJson` (line, column) or :class:`DeclarationInvalid` naming every bad field.
    """
    return decoding.decode(raw, Declaration, DeclarationInvalid)


def convert(document: Any) -> Declaration:
    """Plain values (a mapped CSV row) as a :class:`Declaration`; raises :class:`DeclarationInvalid` like :func:`decode`."""
    try:
        return msgspec.convert(document, Declaration)
    except msgspec.ValidationError:
        raise DeclarationInvalid(errors=msgspec.to_builtins(decoding.problems(document, Declaration))) from None


def check(declaration: Declaration, nomenclature: Nomenclature, *, received_at: datetime | None = None) -> Findings:
    """Every technical rule, none skipped. ``received_at`` bounds the date of declaration; history has none."""
    errors = [problem for rule in _ERROR_RULES for problem in rule(declaration, nomenclature)]
    if received_at is not None and declaration.declared_at > received_at + CLOCK_TOLERANCE:
        zh, en = "申报时间晚于接收时间一天以上", "declared more than a day after it was received"
        errors.append(_problem("$.declared_at", "declared_in_future", zh, en, received_at=received_at.isoformat()))
    flags = [problem for rule in _FLAG_RULES for problem in rule(declaration, nomenclature)]
    return Findings(tuple(errors), tuple(flags))


def accept(declaration: Declaration, nomenclature: Nomenclature, *, received_at: datetime | None = None) -> tuple[Problem, ...]:
    """The flags of a declaration that :func:`check` does not refuse; else raises :class:`DeclarationInvalid`."""
    findings = check(declaration, nomenclature, received_at=received_at)
    if findings.errors:
        raise DeclarationInvalid(errors=msgspec.to_builtins(findings.errors), flags=msgspec.to_builtins(findings.flags))
    return findings.flags


def _problem(path: str, code: str, zh: str, en: str, **facts: str | int) -> Problem:
    return Problem(path=path, code=code, message_zh=zh, message_en=en, facts=facts)


# ── errors ────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _number_digits(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    year, direction = declaration.number[4:8], declaration.number[8]
    if not EARLIEST_YEAR <= int(year) <= LATEST_YEAR:
        zh, en = f"编号第 5 至 8 位应为年份，实际为 {year}", f"digits 5 to 8 must be a year; they are {year}"
        yield _problem("$.number", "number_year", zh, en, year=year)
    if direction not in _NINTH_DIGIT.values():
        zh, en = (
            f"编号第 9 位应为 1（进口）或 0（出口），实际为 {direction}",
            f"digit 9 must be 1 (import) or 0 (export); it is {direction}",
        )
        yield _problem("$.number", "number_direction", zh, en, digit=direction)


def _line_numbers(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    first: dict[int, int] = {}
    for index, line in enumerate(declaration.lines):
        if line.no in first:
            zh, en = f"商品项号 {line.no} 重复", f"line number {line.no} is used twice"
            yield _problem(f"$.lines[{index}].no", "duplicate_line", zh, en, no=line.no, first=f"$.lines[{first[line.no]}]")
        first.setdefault(line.no, index)


def _amounts(declaration: Declaration) -> Iterator[tuple[str, Decimal]]:
    if declaration.gross_weight is not None:
        yield "$.gross_weight", declaration.gross_weight
    for index, line in enumerate(declaration.lines):
        for name, amount in (("quantity", line.quantity), ("net_weight", line.net_weight), ("value", line.value)):
            if amount is not None:
                yield f"$.lines[{index}].{name}", amount


def _amount_bounds(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    for path, amount in _amounts(declaration):
        exponent = amount.as_tuple().exponent
        if not isinstance(exponent, int):
            yield _problem(path, "not_a_number", "应为有限的十进制数", "must be a finite decimal number")
        elif amount < 0:
            yield _problem(path, "negative", f"不得为负数：{amount}", f"must not be negative: {amount}")
        elif amount.adjusted() >= MAX_INTEGER_DIGITS or exponent < -MAX_FRACTION_DIGITS:
            zh = f"整数不得超过 {MAX_INTEGER_DIGITS} 位，小数不得超过 {MAX_FRACTION_DIGITS} 位"
            en = f"must have at most {MAX_INTEGER_DIGITS} digits before and {MAX_FRACTION_DIGITS} after the point"
            yield _problem(path, "too_many_digits", zh, en)


def _weights(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    gross, nets = declaration.gross_weight, [line.net_weight for line in declaration.lines if line.net_weight is not None]
    if gross is None or not nets or not all(weight.is_finite() for weight in (gross, *nets)):
        return
    if (net := sum(nets, Decimal(0))) > gross:
        zh, en = (
            f"净重合计 {net} 千克大于毛重 {gross} 千克",
            f"net weights add up to {net} kg, more than the gross weight {gross} kg",
        )
        yield _problem("$.gross_weight", "net_exceeds_gross", zh, en, net=str(net), gross=str(gross))


def _dates(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    in_range = True
    for path, instant in (("$.declared_at", declaration.declared_at), ("$.arrival", declaration.arrival)):
        if instant is not None and not EARLIEST_YEAR <= instant.year <= LATEST_YEAR:
            in_range = False
            zh, en = f"年份 {instant.year} 不合理", f"the year {instant.year} cannot be right"
            yield _problem(path, "impossible_date", zh, en)
    if declaration.arrival is None or not in_range:
        return
    ahead = declaration.arrival - declaration.declared_at
    if ahead > FARTHEST_ARRIVAL or -ahead > LONGEST_STORAGE:
        zh, en = f"运抵时间与申报时间相差 {abs(ahead.days)} 天", f"arrival and declaration are {abs(ahead.days)} days apart"
        yield _problem("$.arrival", "impossible_date", zh, en, days=ahead.days)


def _countries(declaration: Declaration, nomenclature: Nomenclature) -> Iterator[Problem]:
    named = [("$.dispatch_country", declaration.dispatch_country)]
    for index, line in enumerate(declaration.lines):
        named.append((f"$.lines[{index}].origin", line.origin))
        named.extend((f"$.lines[{index}].components[{at}].origin", part.origin) for at, part in enumerate(line.components))
    for path, country in named:
        if country is not None and country not in nomenclature.countries:
            zh, en = f"ISO 3166-1 中没有国别（地区）代码 {country}", f"{country} is no country of ISO 3166-1"
            yield _problem(path, "unknown_country", zh, en, country=country)


def _currencies(declaration: Declaration, nomenclature: Nomenclature) -> Iterator[Problem]:
    for index, line in enumerate(declaration.lines):
        if line.currency is not None and line.currency not in nomenclature.currencies:
            zh, en = f"ISO 4217 中没有币制代码 {line.currency}", f"{line.currency} is no currency of ISO 4217"
            yield _problem(f"$.lines[{index}].currency", "unknown_currency", zh, en, currency=line.currency)


# ── flags ─────────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _number_agrees(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    year, digit = int(declaration.number[4:8]), declaration.number[8]
    if abs(year - declaration.declared_at.year) > 1:
        zh, en = f"编号中的年份 {year} 与申报时间不符", f"the number says {year}, the date of declaration another year"
        yield _problem("$.number", "number_year_differs", zh, en, year=year)
    expected = _NINTH_DIGIT.get(declaration.direction, digit)
    if digit != expected:
        zh = f"编号第 9 位 {digit} 与进出口方向不符，应为 {expected}"
        en = f"digit 9 of the number is {digit}; for this direction it is {expected}"
        yield _problem("$.number", "number_direction_differs", zh, en, expected=expected)


def _hs_codes(declaration: Declaration, nomenclature: Nomenclature) -> Iterator[Problem]:
    for index, line in enumerate(declaration.lines):
        codes = [(f"$.lines[{index}].hs", line.hs)]
        codes.extend((f"$.lines[{index}].components[{at}].hs", part.hs) for at, part in enumerate(line.components) if part.hs)
        for path, hs in codes:
            if nomenclature.known(hs):
                continue
            if edition := nomenclature.retired_in(hs):
                zh, en = f"商品编码 {hs} 已在 {edition} 中停用", f"HS code {hs} is retired: {edition} no longer has it"
                yield _problem(path, "hs_retired", zh, en, hs=hs, retired_in=edition)
            else:
                zh, en = f"税则目录中没有商品编码 {hs}", f"HS code {hs} is not in the nomenclature"
                yield _problem(path, "hs_unknown", zh, en, hs=hs)


def _credit_codes(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    for path, party in (("$.trader.code", declaration.trader), ("$.broker.code", declaration.broker)):
        # Foreign identifiers are free text; only what has the shape of a Chinese code is held to GB 32100.
        if party is None or len(party.code) != USCC_LENGTH or not party.code.isascii() or not party.code[0].isdigit():
            continue
        fault = _fault_of_credit_code(party.code)
        if fault == "check_digit":
            expected = uscc.calc_check_digit(party.code)
            zh = f"统一社会信用代码校验位应为 {expected}，实际为 {party.code[-1]}"
            en = f"the check digit of the unified social credit code must be {expected}; it is {party.code[-1]}"
            yield _problem(path, "credit_code_check_digit", zh, en, expected=expected)
        elif fault == "format":
            zh, en = "不符合统一社会信用代码的编码规则（GB 32100）", "not written as a unified social credit code (GB 32100)"
            yield _problem(path, "credit_code_format", zh, en)


@lru_cache(maxsize=16_384)
def _fault_of_credit_code(code: str) -> Literal["check_digit", "format"] | None:
    """Traders come again and again; working out a check digit costs as much as hashing a line."""
    try:
        uscc.validate(code)
    except InvalidChecksum:
        return "check_digit"
    except ValidationError:
        return "format"
    return None


def _currency_named(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    for index, line in enumerate(declaration.lines):
        if line.value is not None and line.currency is None:
            yield _problem(f"$.lines[{index}].currency", "currency_absent", "有金额而未注明币制", "a value without its currency")


def _certificates_in_force(declaration: Declaration, _: Nomenclature) -> Iterator[Problem]:
    day = declaration.declared_at.date()
    for index, line in enumerate(declaration.lines):
        held = [(f"$.lines[{index}].certificates[{at}]", one) for at, one in enumerate(line.certificates)]
        for at, part in enumerate(line.components):
            held.extend((f"$.lines[{index}].components[{at}].certificates[{n}]", one) for n, one in enumerate(part.certificates))
        for path, certificate in held:
            if certificate.expires is not None and certificate.expires < day:
                zh = f"证件 {certificate.type} 已于 {certificate.expires} 到期，早于申报日"
                en = f"{certificate.type} expired on {certificate.expires}, before the declaration"
                yield _problem(f"{path}.expires", "certificate_expired", zh, en, expires=certificate.expires.isoformat())


Rule = Callable[[Declaration, Nomenclature], Iterator[Problem]]
_ERROR_RULES: tuple[Rule, ...] = (_number_digits, _line_numbers, _amount_bounds, _weights, _dates, _countries, _currencies)
_FLAG_RULES: tuple[Rule, ...] = (_number_agrees, _hs_codes, _credit_codes, _currency_named, _certificates_in_force)
