"""Where a rule may hold in a declaration."""

from __future__ import annotations

Place = tuple[int, int]
"""Index of the line, and of the subject within it: 0 the line itself, ``i`` its ``i``-th component counted from 1."""

OF_THE_HEADER: Place = (-1, 0)
"""The declaration as a whole."""
