"""Recognition 结果互认: when an earlier result stands for an agency's own test, on which lines, and until when. Pure.

An agency says beforehand which results it holds equivalent to which of its standards, from whom, and for how long after they
were issued. A record cites one such equivalence and a mandate; a conclusion or a decline that rests on recognition cites a
record that covers the line and its checks and may still be relied on that day.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from inspection.concluding.merge_documents import LineNo
from inspection.fieldwork.finding import Kind as CheckKind
from inspection.policies.policy import Code
from kit.canonical import canonical_hash
from kit.errors import Conflict, Invalid

Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]
Perhaps = Annotated[str, Meta(pattern=r"^[^\x00]*$", max_length=500)]
Kinds = Annotated[tuple[CheckKind, ...], Meta(min_length=1, max_length=len(CheckKind))]
LONGEST_REUSE = 3_660


class Kind(StrEnum):
    """What is recognised: an earlier result of an agency, a certificate, a result of a third party."""

    EARLIER_RESULT = "EARLIER_RESULT"
    CERTIFICATE = "CERTIFICATE"
    THIRD_PARTY_RESULT = "THIRD_PARTY_RESULT"


class Equivalence(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Results by ``standard`` stand for the agency's own ``stands_for`` and save these checks, ``reuse_days`` from their issue.

    ``certificate_type`` and ``issuer`` empty: of any. ``basis`` is the agreement or announcement it rests on. Days included.
    """

    standard: Text
    stands_for: Text
    check_kinds: Kinds
    reuse_days: Annotated[int, Meta(ge=1, le=LONGEST_REUSE)]
    valid_from: date
    basis: Text
    certificate_type: Perhaps = ""
    issuer: Perhaps = ""
    valid_until: date | None = None


class Result(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """The earlier result, and for what it shall stand here.

    Its source is ``evidence`` of the agency in this case, or ``declared``: the number of a certificate the declaration names.
    """

    kind: Kind
    number: Text
    issuer: Text
    standard: Text
    issued_on: date
    valid_until: date
    verdict: Code
    lines: Annotated[tuple[LineNo, ...], Meta(min_length=1, max_length=500)]
    check_kinds: Kinds
    stands_for: Text
    certificate_type: Perhaps = ""
    evidence: UUID | None = None
    declared: Text | None = None


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A recognition record as the rules see it: ``reusable_until`` is the last day it may be relied on."""

    id: str
    agency: str
    number: str
    verdict: str
    lines: frozenset[int]
    check_kinds: frozenset[str]
    issued_on: date
    reusable_until: date
    revoked: bool = False


class RecognitionInvalid(Invalid):
    """The result cannot be recognised; ``details['errors']`` says what stands against it and what would be right."""

    code = "recognition_invalid"
    title_zh = "该结果不能互认"
    title_en = "This result cannot be recognised"
    advice_zh = "请核对有效期、适用商品项和查验类别，以及本部门登记的等效标准。"
    advice_en = "See validity, lines and checks, and the equivalences your agency has on file."


class RecognitionDiffers(Conflict):
    """The id is known with another result, or somebody else's; what was recognised stands."""

    code = "recognition_differs"
    title_zh = "同一编号的互认记录内容不一致"
    title_en = "This id was already used for another result"
    advice_zh = "原记录保持不变；请以新编号登记。"
    advice_en = "The first one stands; record the other under a new id."


class EquivalenceInvalid(Invalid):
    """The equivalence cannot be kept; ``details['errors']`` names the field."""

    code = "equivalence_invalid"
    title_zh = "等效标准内容有误"
    title_en = "The equivalence is not valid"


class EquivalenceDiffers(Conflict):
    """The id is known with other content; an equivalence is never edited."""

    code = "equivalence_differs"
    title_zh = "同一编号的等效标准内容不一致"
    title_en = "This id was already used for another equivalence"
    advice_zh = "请终止原条目后以新编号登记。"
    advice_en = "End the first one and register the other under a new id."


def check_equivalence(one: Equivalence) -> None:
    """Raises :class:`EquivalenceInvalid` for days in the wrong order."""
    if one.valid_until is not None and one.valid_until < one.valid_from:
        raise EquivalenceInvalid(errors=[{"path": "$.valid_until", "message": "not before valid_from"}])


def content_hash(agency: str, content: Result | Equivalence) -> str:
    """SHA-256 (hex) of what ``agency`` says."""
    return canonical_hash({"agency": agency, "content": msgspec.to_builtins(content)})


def reusable_until(result: Result, rule: Equivalence) -> date:
    """The last day the result may be relied on: while it is valid, and within the equivalence's window of reuse."""
    window = result.issued_on + timedelta(days=rule.reuse_days)
    days = (result.valid_until, window, rule.valid_until)
    return min(day for day in days if day is not None)


def check_result(
    result: Result, *, day: date, lines: Collection[int], certificates: Mapping[str, Collection[int]], verdicts: Collection[str]
) -> None:
    """Raises :class:`RecognitionInvalid` for what no equivalence could mend.

    ``lines`` and ``certificates`` (number → lines) are the declaration's, ``verdicts`` the decided ones of the case's policy.
    """
    errors = []
    if result.issued_on > day:
        errors.append(("$.issued_on", f"not after {day}"))
    if result.valid_until < day:
        errors.append(("$.valid_until", f"expired on {result.valid_until}: a result that is valid on {day}"))
    if result.verdict not in verdicts:
        errors.append(("$.verdict", f"one of {', '.join(sorted(verdicts))}"))
    if unknown := sorted({*result.lines} - {*lines}):
        errors.append(("$.lines", f"the declaration has no line {', '.join(map(str, unknown))}"))
    if (result.evidence is None) == (result.declared is None):
        errors.append(
            ("$.evidence", "its source: evidence of yours in this case, or a certificate the declaration names; one of the two")
        )
    if result.declared is not None and not {*result.lines} <= {*certificates.get(result.declared, ())}:
        errors.append(
            ("$.declared", f"a certificate that the declaration names on each line: {', '.join(sorted(certificates)) or 'none'}")
        )
    if errors:
        raise RecognitionInvalid(errors=[{"path": path, "message": message} for path, message in errors])


def equivalent(result: Result, rules: Mapping[str, Equivalence], day: date) -> str:
    """The id of the equivalence in force that lets the result be relied on longest. Raises :class:`RecognitionInvalid`.

    ``rules`` are the agency's that have not been ended, by id. The refusal says of the nearest ones what stands against each.
    """
    against = {id_: tuple(_against(result, rule, day)) for id_, rule in rules.items()}
    fitting = sorted(id_ for id_, problems in against.items() if not problems)
    if fitting:
        return max(fitting, key=lambda id_: reusable_until(result, rules[id_]))
    nearest = sorted((len(problems), id_) for id_, problems in against.items())[:3]
    errors = [{"path": path, "message": message} for _, id_ in nearest for path, message in against[id_]]
    nothing = [{"path": "$.standard", "message": "your agency has no equivalence on file at this port"}]
    raise RecognitionInvalid(errors=errors or nothing)


def _against(result: Result, rule: Equivalence, day: date) -> Iterable[tuple[str, str]]:
    if (result.standard, result.stands_for) != (rule.standard, rule.stands_for):
        yield "$.standard", f"{rule.standard} stands for {rule.stands_for}, not {result.standard} for {result.stands_for}"
    if rule.certificate_type and rule.certificate_type != result.certificate_type:
        yield "$.certificate_type", f"{rule.certificate_type} only"
    if rule.issuer and rule.issuer != result.issuer:
        yield "$.issuer", f"{rule.issuer} only"
    if more := sorted({*result.check_kinds} - {*rule.check_kinds}):
        yield "$.check_kinds", f"{', '.join(rule.check_kinds)} only, not {', '.join(more)}"
    if not rule.valid_from <= day or (rule.valid_until is not None and rule.valid_until < day):
        yield "$.standard", f"the equivalence is in force from {rule.valid_from} to {rule.valid_until or 'now on'}"
    if result.issued_on + timedelta(days=rule.reuse_days) < day:
        yield (
            "$.issued_on",
            f"may be relied on for {rule.reuse_days} days: issued {day - timedelta(days=rule.reuse_days)} or later",
        )


def valid_on(record: Record, day: date) -> bool:
    """Whether it may be relied on that day."""
    return not record.revoked and record.issued_on <= day <= record.reusable_until


def problem(record: Record | None, *, agency: str, line: int, kinds: Collection[str], day: date) -> str | None:
    """What stands against relying on ``record`` for this line and the agency's checks there on that day; None: nothing."""
    if record is None or record.agency != agency:
        return "no recognition record of your agency in this case has this id"
    if record.revoked:
        return f"the recognition of {record.number} was revoked"
    if not valid_on(record, day):
        return f"{record.number} could be relied on until {record.reusable_until}; test again, or recognise a newer result"
    if line not in record.lines:
        return f"{record.number} covers lines {', '.join(map(str, sorted(record.lines)))}, not line {line}"
    if missing := sorted({*kinds} - record.check_kinds):
        return f"{record.number} covers {', '.join(sorted(record.check_kinds))}, not {', '.join(missing)}"
    return None


def uncovered(
    records: Iterable[Record], *, agency: str, asked: Iterable[tuple[int, Collection[str]]], day: date
) -> tuple[int, ...]:
    """The lines of ``asked`` (with the checks asked for there) that no record of the agency covers on that day, in order."""
    known = list(records)
    return tuple(
        sorted(
            line
            for line, kinds in asked
            if all(problem(one, agency=agency, line=line, kinds=kinds, day=day) is not None for one in known)
        )
    )
