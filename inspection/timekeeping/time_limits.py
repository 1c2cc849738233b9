"""What each kind of deadline gives by default: configuration, with the source of its figure.

G joint-inspection guide, Q consultation study, P pilot, M port measures; a port may replace any of them.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec

from agencies.deadline_ledger import Terms
from agencies.deadlines import Basis, Budget

ENTERPRISE_DOCUMENTS, LABORATORY, FORCE_MAJEURE = "awaiting_enterprise_documents", "laboratory", "force_majeure"


RED_AGAIN = {Basis.CLOCK_HOURS: "1h", Basis.WORKING_HOURS: "1wh", Basis.WORKING_DAYS: "1wd", Basis.CALENDAR_DAYS: "1wd"}
RED_TIMES = 3


def _terms(type_: str, budget: str, *reasons: str, cap_days: int = 0, extension: int = 0, legal_basis: str = "") -> Terms:
    given = Budget.parse(budget)
    return Terms(
        type=type_,
        budget=given,
        pause_reasons=reasons,
        pause_cap=timedelta(days=cap_days),
        extension_limit=extension,
        repeat=Budget.parse(RED_AGAIN[given.basis]),
        repeats=RED_TIMES,
        legal_basis=legal_basis,
    )


INVITATION_ON_DUTY = _terms("invitation", "2h")  # G: answer within two hours
INVITATION_OFFICE_HOURS = _terms("invitation", "2wh")
DISSENT = _terms("dissent", "4wh")
APPEAL = _terms("appeal", "15d")
INFO_REQUEST_IN_SESSION = _terms("info_request", "1wh")
INFO_REQUEST = _terms("info_request", "1wd")
CONCLUSION = _terms("conclusion", "4wh", LABORATORY, FORCE_MAJEURE, cap_days=30, extension=4)
REPORT = _terms("report", "1wd")
RECTIFICATION = _terms("rectification", "7wd", ENTERPRISE_DOCUMENTS, LABORATORY, FORCE_MAJEURE, cap_days=30, extension=7)
FOLLOW_UP = _terms(  # no source of its own: as a rectification
    "follow_up", "7wd", ENTERPRISE_DOCUMENTS, FORCE_MAJEURE, cap_days=30, extension=7
)
RIGHTS_HOLDER_REPLY = _terms("rights_holder_reply", "3wd")  # M no. 3
IP_DETERMINATION = _terms("ip_determination", "30wd", FORCE_MAJEURE, cap_days=30)
INQUIRIES = tuple(_terms("inquiry", f"{days}wd") for days in (1, 2, 3, 7))  # Q: simple, ordinary, complex to first and full reply
RECALL = _terms("recall", "7wd", FORCE_MAJEURE, cap_days=30, extension=7)
DETENTION = _terms("detention", "30d", LABORATORY, cap_days=90, extension=30)  # testing time is excluded, and announced


def of_policy(terms: Terms, budget: str) -> Terms:
    """The same terms with the time that a case's policy gives."""
    given = Budget.parse(budget)
    again = None if terms.repeat is None else Budget.parse(RED_AGAIN[given.basis])
    return msgspec.structs.replace(terms, budget=given, repeat=again)


def invitation_terms(*, duty_24h: bool) -> Terms:
    """Clock hours for a unit with a 24 h duty roster at the port, else its working hours; the invitation says which."""
    return INVITATION_ON_DUTY if duty_24h else INVITATION_OFFICE_HOURS
