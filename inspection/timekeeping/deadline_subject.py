"""What a deadline of a case is about, as its row and its events spell it: ``<kind>/<case>/…``. Pure."""

from __future__ import annotations

from typing import Final
from uuid import UUID

INVITATION: Final = "invitation"
CONCLUSION: Final = "conclusion"
DISSENT: Final = "dissent"
APPEAL: Final = "appeal"
RECALL: Final = "recall"
INFO_REQUEST: Final = "info_request"
RIGHTS_HOLDER_REPLY: Final = "rights_holder_reply"


def invited_agency(subject: str) -> str | None:
    """The agency of ``invitation/<case>/<agency>/<round>``; None when the deadline is about something else."""
    match subject.split("/"):
        case [kind, _, agency, _] if kind == INVITATION:
            return agency
    return None


def concluding_agency(subject: str) -> str | None:
    """The agency of ``conclusion/<case>/<agency>``; None when the deadline is about something else."""
    match subject.split("/"):
        case [kind, _, agency] if kind == CONCLUSION:
            return agency
    return None


def departure_of(subject: str) -> UUID | None:
    """The departure of ``dissent/<case>/<agency>/<departure>``; None when the deadline is about something else."""
    match subject.split("/"):
        case [kind, _, _, id_] if kind == DISSENT:
            return UUID(id_)
    return None


def appealable_disposition(subject: str) -> UUID | None:
    """The disposition of ``appeal/<case>/<agency>/<disposition>``; None when the deadline is about something else."""
    match subject.split("/"):
        case [kind, _, _, id_] if kind == APPEAL:
            return UUID(id_)
    return None


def recalled_version(subject: str) -> int | None:
    """The report version of ``recall/<case>/<agency>/<version>``; None when the deadline is about something else."""
    match subject.split("/"):
        case [kind, _, _, version] if kind == RECALL and version.isdecimal():
            return int(version)
    return None


def asked_request(subject: str) -> str | None:
    """The id in ``info_request/<case>/<asked agency>/<id>``; None when the deadline is about something else."""
    return _id_in(subject, INFO_REQUEST)


def asked_holder(subject: str) -> str | None:
    """The id in ``rights_holder_reply/<case>/<agency>/<id>``; None when the deadline is about something else."""
    return _id_in(subject, RIGHTS_HOLDER_REPLY)


def _id_in(subject: str, wanted: str) -> str | None:
    match subject.split("/"):
        case [kind, _, _, id_] if kind == wanted:
            return id_
    return None
