"""A piece of evidence from its declaration to its bytes: what is declared, when a resend is one, how its state moves. Pure.

It is declared first, offline on a terminal, with the hash of its bytes; the bytes follow whenever there is a network. Neither
ever changes afterwards: a corrected photo is another photo.
"""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

import msgspec
from msgspec import Meta

from kit.canonical import canonical_hash
from kit.errors import Conflict

_MOST = {"lat": 90, "lon": 180}


class State(StrEnum):
    """DECLARED: known by hash, the bytes are on their way. STORED: the bytes are kept and are the declared ones."""

    DECLARED = "DECLARED"
    STORED = "STORED"


class Action(StrEnum):
    """What moves it."""

    STORE = "store"


TRANSITIONS: Final[dict[tuple[State, Action], State]] = {(State.DECLARED, Action.STORE): State.STORED}


class Geo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Where the device says it was: degrees (WGS 84, north and east positive), accuracy in metres. Decimal text."""

    lat: Decimal
    lon: Decimal
    accuracy: Decimal | None = None

    def __post_init__(self) -> None:
        for name, most in _MOST.items():
            value: Decimal = getattr(self, name)
            if not value.is_finite() or abs(value) > most:
                raise ValueError(f"{name} is a number of degrees from -{most} to {most}")
        if self.accuracy is not None and not (self.accuracy.is_finite() and self.accuracy >= 0):
            raise ValueError("accuracy is a number of metres from 0")


class EvidenceDeclaration(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What a terminal declares, hashed whole. ``sha256`` and ``size`` (bytes) are of the original file.

    ``captured_at`` is the device's time; ``device_seq`` its own running number; ``label`` a secrecy label, set now or never.
    """

    sha256: Annotated[str, Meta(pattern=r"^[0-9a-f]{64}$(?!\n)")]
    size: Annotated[int, Meta(ge=1, le=2**53)]
    media_type: Annotated[str, Meta(min_length=3, max_length=100)]
    file_name: Annotated[str, Meta(pattern=r"^[^/\\\x00-\x1f\x7f]{1,255}$(?!\n)")]
    captured_at: Annotated[datetime, Meta(tz=True)]
    device_id: Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}$(?!\n)")]
    device_seq: Annotated[int, Meta(ge=0, le=2**53)]
    geo: Geo | None = None
    label: str | None = None


class DeclarationDiffers(Conflict):
    """The id is known with another declaration, or somebody else’s. Nothing changed; ``details``: id, received (SHA-256)."""

    code = "evidence_declaration_differs"
    title_zh = "同一编号的证据声明不一致"
    title_en = "This id was already used for another piece of evidence"
    advice_zh = "原声明保持不变；请以新编号声明另一份证据。"
    advice_en = "The first one stands; declare another piece of evidence under a new id."


def content_hash(declaration: EvidenceDeclaration) -> str:
    """SHA-256 (hex) of the canonical declaration. The capture instant counts as an instant, whatever its offset."""
    return canonical_hash(msgspec.structs.replace(declaration, captured_at=declaration.captured_at.astimezone(UTC)))


def is_resend(evidence_id: UUID, stored: str | None, received: str) -> bool:
    """True when this very declaration is known, False when the id is new; raises :class:`DeclarationDiffers` otherwise."""
    if stored is None:
        return False
    if stored != received:
        raise DeclarationDiffers(id=str(evidence_id), received=received)
    return True


def advance(state: State, action: Action) -> State:
    """The state after ``action``; storing what is stored leaves it as it is (asked for again after a lost answer)."""
    return TRANSITIONS.get((state, action), state)
