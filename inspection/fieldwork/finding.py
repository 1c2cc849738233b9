"""A finding 查验发现: one agency's observation, written by that agency alone, repeatable by its client's id, never deleted."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from inspection import transitions
from kit.canonical import canonical_hash
from kit.errors import Conflict, NotAllowed


class Kind(StrEnum):
    """What was checked: 单证, 货证, 实货 (opening, count), 标识, 授权/许可, 取样."""

    DOC = "DOC"
    IDENTITY = "IDENTITY"
    PHYSICAL = "PHYSICAL"
    MARKING = "MARKING"
    LICENCE = "LICENCE"
    SAMPLE = "SAMPLE"


class Grade(StrEnum):
    """How grave it is: 相符, 轻微, 严重, 重大. CRITICAL reaches everyone who watches the case."""

    CONFORMS = "CONFORMS"
    MINOR = "MINOR"
    MAJOR = "MAJOR"
    CRITICAL = "CRITICAL"


class State(StrEnum):
    """Where a finding stands. DRAFT lives on the terminal only."""

    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    CONFIRMED = "CONFIRMED"
    DISPUTED = "DISPUTED"
    SUPERSEDED = "SUPERSEDED"
    WITHDRAWN = "WITHDRAWN"


class Action(StrEnum):
    """What moves it. There is no deletion."""

    SUBMIT = "submit"
    CONFIRM = "confirm"
    DISPUTE = "dispute"
    SUPERSEDE = "supersede"
    WITHDRAW = "withdraw"


FINAL = frozenset({State.SUPERSEDED, State.WITHDRAWN})
_STANDING = (State.SUBMITTED, State.CONFIRMED, State.DISPUTED)

TRANSITIONS: dict[tuple[State, Action], State] = {
    (State.DRAFT, Action.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Action.CONFIRM): State.CONFIRMED,
    (State.SUBMITTED, Action.DISPUTE): State.DISPUTED,
    (State.DISPUTED, Action.CONFIRM): State.CONFIRMED,
    **{(state, Action.SUPERSEDE): State.SUPERSEDED for state in _STANDING},
    **{(state, Action.WITHDRAW): State.WITHDRAWN for state in _STANDING},
}

COMPETENCE: Mapping[str, frozenset[Kind]] = {
    "customs": frozenset({Kind.DOC, Kind.IDENTITY, Kind.PHYSICAL, Kind.SAMPLE}),
    "market_regulation": frozenset({Kind.DOC, Kind.MARKING, Kind.SAMPLE}),
    "ip": frozenset({Kind.DOC, Kind.MARKING, Kind.LICENCE}),
    "environment": frozenset({Kind.DOC, Kind.LICENCE, Kind.SAMPLE}),
    "agriculture": frozenset({Kind.DOC, Kind.LICENCE, Kind.SAMPLE}),
    "drug": frozenset({Kind.DOC, Kind.MARKING, Kind.LICENCE, Kind.SAMPLE}),
    "emergency": frozenset({Kind.DOC, Kind.MARKING, Kind.LICENCE}),
}
"""What an agency may record unasked. Opening and counting stay with customs. Agencies that are data only are asked."""


class FindingContent(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What the terminal sends, hashed whole: whatever the server adds (receipt, admission, state) is no part of it.

    ``line`` is the declaration's line number; ``evidence`` the ids of photos and videos; ``links`` of findings and requests.
    """

    session: UUID
    agency: Annotated[str, Meta(min_length=1)]
    line: Annotated[int, Meta(ge=1)]
    component: str | None = None
    kind: Kind
    grade: Grade
    observation: Annotated[str, Meta(min_length=1, max_length=100_000)]
    captured_at: datetime
    evidence: tuple[UUID, ...] = ()
    links: tuple[str, ...] = ()
    label: str | None = None


class FindingDiffers(Conflict):
    """The id is known with other content. Nothing was changed; ``details``: id, stored, received (SHA-256 of the contents)."""

    code = "finding_differs"
    title_zh = "同一编号的查验发现内容不一致"
    title_en = "This id was already used for another content"
    advice_zh = "原记录保持不变；如需更正，请以新编号提交并注明取代原记录。"
    advice_en = "The first one stands; to correct it submit a new finding that supersedes it."


class NotYourFinding(NotAllowed):
    """A finding has a single writer: an officer of its own agency."""

    code = "not_your_finding"
    title_zh = "不得以其他部门名义记录查验发现"
    title_en = "Only the agency itself writes its findings"
    advice_zh = "如有不同意见，请在该发现下提出异议或批注。"
    advice_en = "Dispute or annotate the other agency's finding instead."


class NotCompetent(NotAllowed):
    """The check kind is neither in the agency's competence nor asked of it by the task sheet; ``details``: kind, allowed."""

    code = "not_competent"
    title_zh = "该查验类别不属于本部门职责"
    title_en = "This check is not within the agency's competence"
    advice_zh = "请由专业归口部门记录，或由牵头部门修订任务单。"
    advice_en = "The competent agency records it, or the lead amends the task sheet."


def advance(state: State, action: Action) -> State:
    """The state after ``action``."""
    return transitions.advance(TRANSITIONS, state, action)


def content_hash(content: FindingContent) -> str:
    """SHA-256 (hex) of the canonical content. The capture instant counts as an instant, whatever its offset."""
    return canonical_hash(msgspec.structs.replace(content, captured_at=content.captured_at.astimezone(UTC)))


def is_resend(finding_id: UUID, stored: str | None, received: str) -> bool:
    """Asked before any other check: True when this very content is known, False when the id is new.

    Raises :class:`FindingDiffers` when the id carries other content. ``stored`` and ``received`` are content hashes.
    """
    if stored is None:
        return False
    if stored != received:
        raise FindingDiffers(id=str(finding_id), stored=stored, received=received)
    return True


def competence(agency: str, asked: Collection[str] = ()) -> frozenset[Kind]:
    """The kinds ``agency`` may record: its own, and those the task sheet's focus points ``asked`` of it."""
    return COMPETENCE.get(agency, frozenset()) | {Kind(kind) for kind in asked}


def check_writer(officer_agency: str, content: FindingContent, asked: Collection[str] = ()) -> None:
    """Raises :class:`NotYourFinding` or :class:`NotCompetent`; ``asked`` are the check kinds the sheet gives this agency."""
    if officer_agency != content.agency:
        raise NotYourFinding(agency=content.agency)
    kinds = competence(content.agency, asked)
    if content.kind not in kinds:
        raise NotCompetent(kind=content.kind.value, allowed=sorted(kind.value for kind in kinds))
