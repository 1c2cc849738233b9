"""Who bears a cost of a joint inspection 费用: waived where nothing was found, unless the enterprise was late. Pure.

Source: requirement R1-09 (the ports' notice on lifting, moving and storage).
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

import msgspec

from inspection.status import Words


class Kind(StrEnum):
    """What was paid for."""

    LIFTING = "LIFTING"
    MOVING = "MOVING"
    UNPACKING = "UNPACKING"
    STORAGE = "STORAGE"
    LABORATORY = "LABORATORY"
    TRANSPORT = "TRANSPORT"
    DISPOSAL = "DISPOSAL"
    OTHER = "OTHER"


class Cause(StrEnum):
    """Why it arose."""

    INSPECTION = "INSPECTION"
    MEASURE = "MEASURE"
    LATE_ATTENDANCE = "LATE_ATTENDANCE"
    LATE_PICK_UP = "LATE_PICK_UP"


class Bearer(StrEnum):
    """Who pays. WAIVED: the port's programme pays, nobody is charged. UNDECIDED: nobody has concluded yet."""

    ENTERPRISE = "ENTERPRISE"
    WAIVED = "WAIVED"
    UNDECIDED = "UNDECIDED"


LATE: Final = frozenset({Cause.LATE_ATTENDANCE, Cause.LATE_PICK_UP})

WHY: Final[dict[str, Words]] = {
    "late": Words("因企业迟到或迟提产生", "the enterprise came or collected late"),
    "problem": Words("查验发现问题", "the inspection found a problem"),
    "measure": Words("因处置措施产生", "it arose from a measure"),
    "none": Words("查验未发现问题，费用免除", "nothing was found, the cost is waived"),
    "open": Words("结论未齐全，尚不能确定", "not everybody has concluded: nobody can say yet"),
}


class Borne(msgspec.Struct, frozen=True, kw_only=True):
    """Who bears a cost, and why in both languages."""

    bearer: Bearer
    because_zh: str
    because_en: str


def borne(cause: Cause, problem_found: bool | None) -> Borne:
    """``problem_found`` None: not decided yet. Lateness is the enterprise's whatever was found."""
    if cause in LATE:
        return _borne(Bearer.ENTERPRISE, "late")
    if problem_found is None:
        return _borne(Bearer.UNDECIDED, "open")
    if not problem_found:
        return _borne(Bearer.WAIVED, "none")
    return _borne(Bearer.ENTERPRISE, "measure" if cause is Cause.MEASURE else "problem")


def _borne(bearer: Bearer, why: str) -> Borne:
    return Borne(bearer=bearer, because_zh=WHY[why].zh, because_en=WHY[why].en)
