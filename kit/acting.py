"""Who acts, as the database sees it: a role and the settings its policies read. No word of the domain, no import."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

SETTINGS = ("person", "agency", "port", "enterprise", "token_hash", "login", "progress_hash")
"""Names of the ``app.*`` settings that policies read. Every transaction sets all of them, so none leaks from the one before."""


@dataclass(frozen=True)
class Acting:
    """A database role and its settings (absent ones are empty: fail closed)."""

    role: str
    settings: Mapping[str, str] = field(default_factory=dict)
