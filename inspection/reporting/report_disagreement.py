"""What the report prints of disagreement: departures and dissent of agencies, objections of the enterprise. Pure."""

from __future__ import annotations

from datetime import datetime

import msgspec

from inspection.reporting.document_parts import Officer


class DepartedLine(msgspec.Struct, frozen=True, kw_only=True):
    """What one agency concluded on a line, as the mildest disposition that follows it, and what was decided instead."""

    line: int
    concluded: str
    decided: str


class Dissent(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A departure from an agency's conclusion and its dissent 不同意见, printed beside what was decided.

    ``departure`` is why it was departed from; ``ground`` is empty while the agency has not dissented; ``outcome`` the state it
    came to, ``decision`` why and ``decided_by`` who, where a superior decided.
    """

    agency: str
    ground: str
    at: datetime
    outcome: str = ""
    lines: tuple[DepartedLine, ...] = ()
    departure: str = ""
    due: datetime | None = None
    decision: str = ""
    decided_by: Officer | None = None


class CitedPaper(msgspec.Struct, frozen=True, kw_only=True):
    """A paper that the enterprise relies on, and where it is found."""

    title: str
    reference: str


class Reexamination(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A second opinion: the goods are looked at by other officers, or tested by another laboratory than the first.

    ``by`` OFFICERS or LABORATORY; the names of the laboratories where it is one. ``because`` is why a superior ordered it,
    ``found`` whether the laboratory CONFIRMS the first result or DIFFERS, by its report ``found_reference``.
    """

    by: str
    ordered_at: datetime | None = None
    ordered_by: Officer | None = None
    because: str = ""
    laboratory: str = ""
    earlier_laboratory: str = ""
    found: str = ""
    found_reference: str = ""


class Objection(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An objection 异议 of the enterprise to what the report in version ``against`` led to, and what came of it.

    ``outcome`` FILED while nobody has decided, then UPHELD, VARIED (to ``decided_type``) or REVOKED; ``suspended`` is why the
    measure stood still meanwhile, "" where it did not.
    """

    id: str
    against: int
    filed_at: datetime
    ground: str
    outcome: str
    materials: tuple[CitedPaper, ...] = ()
    suspended: str = ""
    reexamined: Reexamination | None = None
    decision: str = ""
    decided_at: datetime | None = None
    decided_by: Officer | None = None
    decided_type: str = ""
