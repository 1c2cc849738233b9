"""What the tables of inspection share: instants with a zone, and the key of whatever hangs on a joint case."""

from __future__ import annotations

from sqlalchemy import DateTime, ForeignKeyConstraint

Instant = DateTime(timezone=True)


def of_case(*columns: str) -> ForeignKeyConstraint:
    """The foreign key to the case a row belongs to."""
    return ForeignKeyConstraint(["port", "case_no", *columns], ["joint_case.port", "joint_case.no", *columns])
