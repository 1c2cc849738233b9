"""The task cabin 云端任务舱: what lies ready for a case, who still has to read it, what an agency ticks off in the yard. Pure.

Papers are documents, standards and checklists. A paper is never edited but followed by its next version; whoever must have read
it must have read the newest. Where nobody files anything mandatory, nothing is asked of anybody.
Source: joint-inspection guide A.二.2 (requirements, standards and papers are shared beforehand).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import msgspec
from msgspec import Meta

from kit.errors import Conflict, Invalid, NotAllowed, StaleVersion

Line = Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$(?!\n)", max_length=300)]
Words = Annotated[str, Meta(pattern=r"^[^\x00]*\S[^\x00]*$", max_length=2_000)]
Code = Annotated[str, Meta(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,39}$(?!\n)")]


class Kind(StrEnum):
    """What a paper is."""

    DOCUMENT = "DOCUMENT"
    STANDARD = "STANDARD"
    CHECKLIST = "CHECKLIST"


class DocumentKind(StrEnum):
    """What a document is: filed with the declaration, technical, or anything else."""

    DECLARATION_ATTACHMENT = "DECLARATION_ATTACHMENT"
    TECHNICAL_FILE = "TECHNICAL_FILE"
    OTHER = "OTHER"


class Outcome(StrEnum):
    """What is said to an entry of a checklist."""

    DONE = "DONE"
    NOT_APPLICABLE = "NOT_APPLICABLE"


class Entry(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """One thing to do in the yard. A mandatory one is done, or said not to apply, before the agency's share is complete."""

    code: Code
    zh: Line
    en: str = ""
    mandatory: bool = False


class Paper(msgspec.Struct, frozen=True, kw_only=True):
    """One version of a paper; ``required_of`` are the agencies whose people must have read it."""

    id: UUID
    version: int
    kind: Kind
    agency: str
    title: str
    required_of: tuple[str, ...] = ()
    label: str | None = None


class PaperDiffers(Conflict):
    """This version of the paper is known with other content, or the id is somebody else's; ``details``: id, version."""

    code = "paper_differs"
    title_zh = "同一编号、同一版本的资料内容不一致"
    title_en = "This version of the paper was filed with other content"
    advice_zh = "原资料保持不变；如需更正，请以下一版本提交。"
    advice_en = "The first one stands; file the next version to correct it."


class PaperInvalid(Invalid):
    """The paper cannot be filed like this; ``details['errors']`` says why."""

    code = "paper_invalid"
    title_zh = "资料内容有误"
    title_en = "The paper cannot be filed like this"


class NotYourPaper(NotAllowed):
    """Only the agency that filed a paper files its next version, and only an agency publishes its checklists."""

    code = "not_your_paper"
    title_zh = "仅资料提交部门可更新该资料"
    title_en = "Only the agency that filed it files the next version"


class PapersUnread(Conflict):
    """Somebody has not read what his agency must have read; ``details['people']`` lists who, and what with title and version."""

    code = "papers_unread"
    title_zh = "有人员尚未阅读任务舱必读资料的最新版本"
    title_en = "Somebody has not read the mandatory papers of the task cabin"
    advice_zh = "请所列人员阅读并签收所列资料；确需先行到场的，由牵头方说明理由后予以免除。"
    advice_en = "The people listed read and confirm the papers listed, or the lead excuses them with a reason."


class NothingUnread(Conflict):
    """There is nothing to excuse: the person has read everything."""

    code = "nothing_unread"
    title_zh = "该人员没有未读的必读资料"
    title_en = "The person has nothing left to read"


class ChecklistOpen(Conflict):
    """Mandatory entries have no answer yet; ``details['entries']`` lists paper, entry and words."""

    code = "checklist_open"
    title_zh = "查验清单尚有必办事项未填"
    title_en = "Mandatory entries of the checklist have no answer yet"
    advice_zh = "请逐项填写“已完成”，或说明理由填写“不适用”；确不能完成的，由主检免除本部门分工。"
    advice_en = "Answer each as done, or as not applicable with a reason; or the lead inspector excuses the agency's share."


class ChecklistInvalid(Invalid):
    """The answers do not fit the checklist; ``details['errors']`` names every bad one."""

    code = "checklist_invalid"
    title_zh = "清单填写有误"
    title_en = "The answers do not fit the checklist"


# --- versions -------------------------------------------------------------------------------------------------------------


def is_resend(number: object, version: int, stored: Sequence[str], received: str) -> bool:
    """True when exactly this version is known, False when it is the next one.

    ``stored`` are the content hashes of the versions there are, from the first. Raises :class:`PaperDiffers` when the version is
    known with other content, :class:`~kit.errors.StaleVersion` when one in between is missing.
    """
    if version <= len(stored):
        if stored[version - 1] != received:
            raise PaperDiffers(id=str(number), version=version)
        return True
    if version != len(stored) + 1:
        raise StaleVersion(current=len(stored), received=version)
    return False


def newest(papers: Iterable[Paper]) -> list[Paper]:
    """The highest version of each paper, by title."""
    found: dict[UUID, Paper] = {}
    for paper in papers:
        if paper.id not in found or paper.version > found[paper.id].version:
            found[paper.id] = paper
    return sorted(found.values(), key=lambda paper: (paper.title, paper.id))


# --- filing ---------------------------------------------------------------------------------------------------------------


def check_filing(
    *, agency: str, required_of: Iterable[str], members: Collection[str], label: str | None, enterprise: bool
) -> None:
    """Raises :class:`PaperInvalid` when somebody would have to read what he may not see, or does not take part.

    A labelled paper is for the agency that files it; ENTERPRISE_SECRET may also be shown to the enterprise whose secret it is.
    """
    errors = [
        {"path": f"$.required_of[{place}]", "message": f"{one} takes no part in this case"}
        for place, one in enumerate(required_of)
        if one not in members
    ]
    if label is not None:
        hidden = [(place, one) for place, one in enumerate(required_of) if one != agency]
        errors += [{"path": f"$.required_of[{place}]", "message": f"{label}: {one} may not see it"} for place, one in hidden]
    if enterprise and label not in (None, "ENTERPRISE_SECRET"):
        errors.append({"path": "$.for_enterprise", "message": f"{label}: not for the enterprise"})
    if errors:
        raise PaperInvalid(errors=errors)


def check_entries(entries: Sequence[Entry]) -> None:
    """Raises :class:`PaperInvalid` when two entries have one code."""
    codes = [entry.code for entry in entries]
    errors = [
        {"path": f"$.entries[{place}].code", "message": f"{code} stands there twice"}
        for place, code in enumerate(codes)
        if code in codes[:place]
    ]
    if errors:
        raise PaperInvalid(errors=errors)


# --- reading --------------------------------------------------------------------------------------------------------------


def unread(agency: str, papers: Iterable[Paper], read: Collection[tuple[UUID, int]]) -> list[Paper]:
    """What somebody of ``agency`` still has to read: the newest version of each mandatory paper.

    ``read`` are the versions the person has confirmed or was excused from; an older version counts for nothing.
    """
    return [paper for paper in newest(papers) if agency in paper.required_of and (paper.id, paper.version) not in read]


# --- checklists -----------------------------------------------------------------------------------------------------------


class Answer(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """What an agency says to one entry of a checklist in its cabin; not applicable needs a reason."""

    paper: UUID
    entry: Code
    outcome: Outcome
    reason: Words | None = None


def check_answers(answers: Iterable[Answer], checklists: Mapping[UUID, Sequence[Entry]]) -> None:
    """Raises :class:`ChecklistInvalid` for an entry the agency's ``checklists`` do not have, twice the same, or no reason."""
    errors, seen = [], set()
    for place, one in enumerate(answers):
        if one.entry not in {entry.code for entry in checklists.get(one.paper, ())}:
            errors.append({"path": f"$.answers[{place}]", "message": f"no entry {one.entry} in checklist {one.paper}"})
        if (one.paper, one.entry) in seen:
            errors.append({"path": f"$.answers[{place}]", "message": f"{one.entry} is answered twice"})
        if one.outcome is Outcome.NOT_APPLICABLE and one.reason is None:
            errors.append({"path": f"$.answers[{place}].reason", "message": "say why it does not apply"})
        seen.add((one.paper, one.entry))
    if errors:
        raise ChecklistInvalid(errors=errors)


def unanswered(checklists: Mapping[UUID, Sequence[Entry]], answered: Collection[tuple[UUID, str]]) -> list[dict[str, Any]]:
    """The mandatory entries that nobody has answered, in the order of the lists."""
    return [
        {"paper": str(paper), "entry": entry.code, "zh": entry.zh, "en": entry.en}
        for paper, entries in checklists.items()
        for entry in entries
        if entry.mandatory and (paper, entry.code) not in answered
    ]


def check_done(checklists: Mapping[UUID, Sequence[Entry]], answered: Collection[tuple[UUID, str]]) -> None:
    """Raises :class:`ChecklistOpen` with what is :func:`unanswered`."""
    if left := unanswered(checklists, answered):
        raise ChecklistOpen(entries=left)
