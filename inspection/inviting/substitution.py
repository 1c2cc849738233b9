"""Who or what stands in for a silent agency 替代: an accredited institution or a recognised result, under its mandate. Pure.

The result is transcribed with its source and counts in the merge in the agency's place, on its own basis; the agency's word,
should it come after all, stands before it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta

from agencies.mandate import Act
from inspection.concluding.merge_documents import Conclusion
from inspection.concluding.verdict import Basis
from kit.errors import Conflict, Invalid

Kind = Literal["INSTITUTION", "RECOGNISED_RESULT"]
Text = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=500)]

ACTS: Final[dict[Kind, Act]] = {"INSTITUTION": Act.SUBSTITUTE, "RECOGNISED_RESULT": Act.RECOGNISE}
"""What the mandate of the agency stood in for has to allow."""

BASES: Final[dict[Kind, Basis]] = {"INSTITUTION": "SUBSTITUTED", "RECOGNISED_RESULT": "RECOGNISED"}


class Substitute(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The institution, or who issued the recognised result. ``reference`` is the accreditation's or the result's number.

    ``verdict`` is what the result says of every point of the agency; an institution's may follow later.
    """

    kind: Kind
    name: Text
    reference: Text
    valid_until: date
    reason: Text
    verdict: str | None = None


class SubstituteInvalid(Invalid):
    """It cannot stand in for the agency; ``details['errors']`` says why."""

    code = "substitute_invalid"
    title_zh = "替代机构或互认结果不成立"
    title_en = "This cannot stand in for the agency"
    advice_zh = "资质或结果须在有效期内；互认结果须写明结论。"
    advice_en = "Accreditation or result must be valid today, and a recognised result says what it found."


class SubstituteDiffers(Conflict):
    """Another one stands in already; ``details``: the one that does."""

    code = "substitute_differs"
    title_zh = "已确定其他替代"
    title_en = "Somebody else stands in already"


def check_substitute(one: Substitute, *, day: date, verdicts: Collection[str]) -> None:
    """Raises :class:`SubstituteInvalid` for what has expired or finds nothing. ``verdicts``: those of the case's policy."""
    errors = []
    if one.valid_until < day:
        errors.append({"path": "$.valid_until", "message": f"expired on {one.valid_until.isoformat()}"})
    if one.kind == "RECOGNISED_RESULT" and one.verdict is None:
        errors.append({"path": "$.verdict", "message": "a recognised result says what it found"})
    if one.verdict is not None and one.verdict not in verdicts:
        errors.append({"path": "$.verdict", "message": f"one of {', '.join(sorted(verdicts))}"})
    if errors:
        raise SubstituteInvalid(errors=errors)


def check_same(known: Substitute, one: Substitute) -> None:
    """Raises :class:`SubstituteDiffers` unless ``one`` is ``known`` with the result that was awaited of it."""
    awaited = msgspec.structs.replace(one, verdict=known.verdict, reason=known.reason)
    if awaited != known or known.verdict not in (None, one.verdict):
        raise SubstituteDiffers(name=known.name, reference=known.reference, verdict=known.verdict)


def word_of(agency: str, one: Substitute) -> tuple[Conclusion, ...]:
    """What it says in the agency's place, for the merge; nothing before the result is there."""
    if one.verdict is None:
        return ()
    return (Conclusion(agency=agency, line=None, version=1, verdict=one.verdict, basis=BASES[one.kind]),)
