"""A declaration of the past, and what became of its lines: what history files are written from."""

from __future__ import annotations

import msgspec

from risk.declaration import Declaration


class PastDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A declaration with its outcomes.

    ``outcomes``: by line number the labels found (``fraud``, ``adverse.market_regulation`` …); a line with an empty list was
    looked at and nothing was found, one that is absent was never judged. ``hits``: ``rule@version`` that called somebody at the
    time, by line number, "0" for the declaration as a whole; told for the record, a back-test asks the rules anew.
    """

    declaration: Declaration
    outcomes: dict[int, tuple[str, ...]] = {}
    hits: dict[int, tuple[str, ...]] = {}
