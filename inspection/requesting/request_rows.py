"""What the operations of the evidence chain ask of a case before anything else."""

from __future__ import annotations

from inspection import transitions
from inspection.case_tables import JointCase


def check_running(case: JointCase) -> None:
    """Raises StateForbids for a case that has come to its end: nothing new is asked or recognised in it."""
    if case.cancelled or case.closed_at is not None:
        raise transitions.StateForbids(state=case.state, action="ask", allowed=[])
