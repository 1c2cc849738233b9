"""Who may read, add and change which row, said once more in plain Python: what row-level security is held against.

Written from the product's table of roles, not from the policies. A kind that has no entry for a table may do nothing there; a
row is a mapping of its columns. ``None`` as a kind is somebody who has not signed in.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from agencies.powers import Kind, Principal

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Facts:
    """What more than the row itself decides: who takes part in which case, and the declarations by id."""

    members: frozenset[tuple[str, str, str]]
    declarations: Mapping[Any, Row]
    declared_for: Mapping[Any, str]
    """Declaration id → the number of its case."""

    notices: Mapping[Any, Row]
    subscriptions: Mapping[Any, Row]


Rule = Callable[[Row, Principal, Facts], bool]
Access = dict[str, dict[Kind | None, Rule]]
PREFIX = "case:"


def port_of(row: Row) -> str | None:
    """The port whose row it is."""
    return row.get("port", row.get("tenant"))


def case_of(row: Row) -> str | None:
    """The case a row hangs on: by column, or in an opaque stream or scope."""
    for name in ("case_no", "stream", "scope"):
        if row.get(name):
            return str(row[name]).removeprefix(PREFIX)
    return row.get("no")


def everything(_row: Row, _who: Principal, _facts: Facts) -> bool:
    return True


def at_port(row: Row, who: Principal, _facts: Facts) -> bool:
    return port_of(row) == who.port


def member(row: Row, who: Principal, facts: Facts) -> bool:
    return at_port(row, who, facts) and (who.port, case_of(row), who.agency) in facts.members


def own_part(row: Row, who: Principal, _facts: Facts) -> bool:
    return row.get("owner", row.get("agency")) == who.agency


def unsealed(row: Row, who: Principal, facts: Facts) -> bool:
    return row["label"] is None or own_part(row, who, facts)


def own_trade(row: Row, who: Principal, _facts: Facts) -> bool:
    return who.enterprise in (row["trader"], row["broker"])


def himself(row: Row, who: Principal, _facts: Facts) -> bool:
    return who.id == row.get("person_id", row.get("id")) or str(who.id) == row.get("principal")


def himself_or_at_port(row: Row, who: Principal, facts: Facts) -> bool:
    return himself(row, who, facts) or at_port(row, who, facts)


def colleague(row: Row, who: Principal, facts: Facts) -> bool:
    return (at_port(row, who, facts) and row["kind"] != Kind.ENTERPRISE) or himself(row, who, facts)


def own_enterprise(row: Row, who: Principal, _facts: Facts) -> bool:
    return row.get("enterprise", row.get("code")) == who.enterprise


def approved_by_himself(row: Row, who: Principal, _facts: Facts) -> bool:
    return row["approver"] == who.id


def called(row: Row, who: Principal, facts: Facts) -> bool:
    declaration = row.get("declaration_id", row.get("id"))
    return at_port(row, who, facts) and (who.port, facts.declared_for.get(declaration), who.agency) in facts.members


def of_own_declaration(row: Row, who: Principal, facts: Facts) -> bool:
    return own_trade(facts.declarations[row["declaration_id"]], who, facts)


def of_own_desk(row: Row, who: Principal, _facts: Facts) -> bool:
    """A unit's, or an enterprise's."""
    unit = who.port is not None and who.agency is not None and (row["port"], row["agency"]) == (who.port, who.agency)
    return unit or (who.enterprise is not None and row["enterprise"] == who.enterprise)


def addressed(row: Row, who: Principal, facts: Facts) -> bool:
    return row["person_id"] == who.id or (row["person_id"] is None and of_own_desk(row, who, facts))


def of_addressed(row: Row, who: Principal, facts: Facts) -> bool:
    notice = facts.notices.get(row["notice_id"])
    return notice is not None and addressed(notice, who, facts)


def of_own_subscription(row: Row, who: Principal, facts: Facts) -> bool:
    subscription = facts.subscriptions.get(row["subscription_id"])
    return subscription is not None and of_own_desk(subscription, who, facts)


def own_inbox(row: Row, who: Principal, _facts: Facts) -> bool:
    own = {f"inbox:person:{who.id}", f"inbox:unit:{who.port}/{who.agency}", f"inbox:enterprise:{who.enterprise}"}
    return row["stream"] in own


def of_own_office(row: Row, who: Principal, _facts: Facts) -> bool:
    return row["office"] is not None and row["office"] == f"{who.port}/{who.agency}"


def either(*rules: Rule) -> Rule:
    return lambda row, who, facts: any(rule(row, who, facts) for rule in rules)


def published(row: Row, _who: Principal, _facts: Facts) -> bool:
    return row["status"] != "DRAFT"


def own_draft(row: Row, who: Principal, _facts: Facts) -> bool:
    return row["status"] == "DRAFT" and row["author"] == who.id


def own_question(row: Row, who: Principal, _facts: Facts) -> bool:
    return row["asked_by"] == who.id and row["state"] == "QUEUED"


def own_open(row: Row, who: Principal, _facts: Facts) -> bool:
    return row["status"] in {"DRAFT", "SHADOW"} and row["author"] == who.id


def calls_own_agency(row: Row, who: Principal, facts: Facts) -> bool:
    return published(row, who, facts) and who.agency in row["agencies"]


def both(*rules: Rule) -> Rule:
    return lambda row, who, facts: all(rule(row, who, facts) for rule in rules)


def for_all(rule: Rule, *besides: None) -> dict[Kind | None, Rule]:
    return dict.fromkeys((*Kind, *besides), rule)


OF_NOBODY: tuple[Rule | None, ...] = (everything, published)
"""Rules that ask nothing about who looks: what they let through belongs to nobody."""

ADMIN_ALL: dict[Kind | None, Rule] = {Kind.ADMIN: everything}
CUSTOMS_PORT: dict[Kind | None, Rule] = {Kind.CUSTOMS: at_port}
PORT_READ: dict[Kind | None, Rule] = {Kind.CUSTOMS: at_port, Kind.AUDITOR: at_port}
OFFICE_READ: dict[Kind | None, Rule] = PORT_READ | {Kind.AGENCY: at_port}
CASE_READ: dict[Kind | None, Rule] = PORT_READ | {Kind.AGENCY: member}
SEALED_READ: dict[Kind | None, Rule] = {
    Kind.CUSTOMS: both(at_port, unsealed),
    Kind.AUDITOR: both(at_port, unsealed),
    Kind.AGENCY: both(member, unsealed),
}
OWN_WRITE: dict[Kind | None, Rule] = {Kind.CUSTOMS: both(at_port, own_part), Kind.AGENCY: both(member, own_part)}
OWN_NAME: dict[Kind | None, Rule] = {kind: both(rule, himself) for kind, rule in OWN_WRITE.items()}
FOLLOWED: dict[Kind | None, Rule] = {
    Kind.AUDITOR: at_port,
    Kind.CUSTOMS: either(at_port, of_own_office),
    Kind.AGENCY: either(member, of_own_office),
    Kind.ENTERPRISE: own_trade,
}
LOG_WRITE: dict[Kind | None, Rule] = {Kind.CUSTOMS: at_port, Kind.AGENCY: member}
UNIT: dict[Kind | None, Rule] = ADMIN_ALL | dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY), both(at_port, own_part))
OWN_UNIT: dict[Kind | None, Rule] = dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY), both(at_port, own_part))
OWN_INBOX: dict[Kind | None, Rule] = dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY), both(at_port, own_part))

DESK: dict[Kind | None, Rule] = dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.ENTERPRISE), of_own_desk)
OWN_SECRETS: dict[Kind | None, Rule] = dict.fromkeys(DESK, of_own_subscription)


def with_inbox(rules: dict[Kind | None, Rule]) -> dict[Kind | None, Rule]:
    """The log of an inbox, besides what else of the log a kind reads."""
    return {kind: either(rules[kind], own_inbox) if kind in rules else own_inbox for kind in Kind}


READS: Access = {
    "agency": for_all(everything, None),
    "unit": for_all(everything),
    "bay": OFFICE_READ,
    "enterprise": dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.AUDITOR, Kind.ADMIN), everything)
    | {Kind.ENTERPRISE: own_enterprise},
    "person": dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.AUDITOR), colleague)
    | {Kind.ENTERPRISE: himself, Kind.RULES: himself, Kind.ADMIN: everything},
    "credential": for_all(himself),
    "sign_in_session": for_all(himself),
    "one_time_link": {},
    "declaration": PORT_READ | {Kind.AGENCY: called, Kind.ENTERPRISE: own_trade},
    "declaration_line": PORT_READ | {Kind.AGENCY: called, Kind.ENTERPRISE: of_own_declaration},
    "screening_run": PORT_READ,
    "progress_key": {Kind.ENTERPRISE: own_trade},
    "enterprise_report": PORT_READ | {Kind.ENTERPRISE: own_trade},
    "enterprise_status": PORT_READ | {Kind.ENTERPRISE: own_trade},
    "port_policy": OFFICE_READ,
    "merge_policy": dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.AUDITOR, Kind.RULES), everything)
    | {Kind.ENTERPRISE: published},
    "rulebook_version": dict.fromkeys((Kind.CUSTOMS, Kind.AUDITOR, Kind.RULES), everything) | {Kind.AGENCY: calls_own_agency},
    "rule_set": dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.AUDITOR, Kind.RULES), everything),
    "shadow_result": {},
    "back_test": dict.fromkeys((Kind.CUSTOMS, Kind.AUDITOR, Kind.RULES), everything),
    "case_counter": {},
    "case_member": PORT_READ | {Kind.AGENCY: both(at_port, own_part)},
    **dict.fromkeys(("joint_case", "invitation", "task_sheet", "booking", "field_session", "workstream"), CASE_READ),
    **dict.fromkeys(("conclusion", "report", "disposition", "deadline"), CASE_READ),
    **dict.fromkeys(("finding", "evidence"), SEALED_READ),
    "event_stream": with_inbox(CASE_READ),
    "event": with_inbox(SEALED_READ),
    "notice": for_all(addressed),
    "notice_attempt": for_all(of_addressed),
    "notice_preference": for_all(himself),
    "webhook_subscription": DESK,
    "webhook_secret": {},
    "inbox_item": OWN_INBOX,
    **dict.fromkeys(("certificate", "roster_shift", "absence", "conflict_of_interest"), UNIT | {Kind.AUDITOR: at_port}),
    **dict.fromkeys(("duty_desk", "mandate", "equivalence"), OFFICE_READ | ADMIN_ALL),
    **dict.fromkeys(("certificate_waiver", "rights_silence"), OFFICE_READ),
    **dict.fromkeys(("info_request", "info_answer", "finding_minutes", "recognition"), CASE_READ),
    **dict.fromkeys(("rights_confirmation", "rights_reply"), CASE_READ),
    **dict.fromkeys(("rights_holder", "rights_authorisation"), OWN_UNIT | {Kind.AUDITOR: at_port}),
    "coordinator_assignment": PORT_READ | ADMIN_ALL | {Kind.ENTERPRISE: own_enterprise},
    "draw_seed": {},
    "printable_photo": {},
    "followed_version": CASE_READ,
    **dict.fromkeys(("draw_record", "case_duty", "booking_expert", "booking_answer", "yard_position"), CASE_READ),
    "hit_outcome": CASE_READ,
    "case_reopening": CASE_READ,
    "recall": CASE_READ | {Kind.ENTERPRISE: own_trade},
    "liability_record": PORT_READ | {Kind.AGENCY: both(member, own_part)},
    **dict.fromkeys(("case_filing", "goods_fact", "cost_record"), CASE_READ),
    **dict.fromkeys(("follow_up", "follow_up_entry"), FOLLOWED),
    "preferred_windows": PORT_READ | {Kind.AGENCY: called, Kind.ENTERPRISE: own_trade},
    "appointment_notice": PORT_READ | {Kind.ENTERPRISE: own_trade},
    "deadline_rung": PORT_READ,
    "case_time": CASE_READ,
    "party_time": PORT_READ | {Kind.AGENCY: both(at_port, own_part)},
    "work_calendar": OFFICE_READ | ADMIN_ALL | {Kind.ENTERPRISE: everything},
    "calendar_warning": {},
    "signing_key": for_all(himself) | dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY, Kind.AUDITOR), himself_or_at_port),
    "checklist": OFFICE_READ | ADMIN_ALL,
    "cabin_paper": SEALED_READ | {Kind.ENTERPRISE: own_trade},
    "read_receipt": SEALED_READ,
    **dict.fromkeys(("reading_excuse", "checklist_answer", "deliberation_message"), CASE_READ),
    **dict.fromkeys(("division_proposal", "division_answer", "sheet_acknowledgement"), CASE_READ),
    "departure": CASE_READ,
    "appeal": CASE_READ | {Kind.ENTERPRISE: own_trade},
    "listed_laboratory": OFFICE_READ | ADMIN_ALL,
    "stored_answer": for_all(himself),
    "clock_offset": for_all(everything, None),
}
"""Every table has its line: a new one without it fails the test."""

ADDS: Access = {
    "notice_preference": for_all(himself),
    "webhook_subscription": DESK,
    "webhook_secret": OWN_SECRETS,
    **dict.fromkeys(("agency", "unit", "enterprise", "person", "one_time_link", "work_calendar"), ADMIN_ALL),
    **dict.fromkeys(("bay", "port_policy", "task_sheet", "booking", "field_session"), CUSTOMS_PORT),
    **dict.fromkeys(("workstream", "disposition", "deadline"), CUSTOMS_PORT),
    "declaration": {Kind.ENTERPRISE: own_trade},
    "merge_policy": {Kind.RULES: own_draft},
    "rulebook_version": {Kind.RULES: own_draft},
    "back_test": dict.fromkeys((Kind.CUSTOMS, Kind.RULES), own_question),
    **dict.fromkeys(("finding", "conclusion", "evidence"), OWN_WRITE),
    **dict.fromkeys(("event", "event_stream"), LOG_WRITE),
    "stored_answer": for_all(himself),
    "signing_key": for_all(both(himself, at_port)),
    **dict.fromkeys(("certificate", "roster_shift", "absence", "conflict_of_interest"), UNIT),
    **dict.fromkeys(("duty_desk", "mandate"), ADMIN_ALL),
    "certificate_waiver": {Kind.CUSTOMS: both(at_port, approved_by_himself)},
    "coordinator_assignment": CUSTOMS_PORT | ADMIN_ALL,
    "case_duty": OWN_WRITE,
    **dict.fromkeys(("booking_expert", "booking_answer", "yard_position", "hit_outcome"), CUSTOMS_PORT),
    **dict.fromkeys(("goods_fact", "cost_record"), CUSTOMS_PORT),
    "checklist": ADMIN_ALL | dict.fromkeys((Kind.CUSTOMS, Kind.AGENCY), both(at_port, own_part)),
    **dict.fromkeys(("cabin_paper", "checklist_answer", "division_proposal", "division_answer"), OWN_WRITE),
    **dict.fromkeys(("read_receipt", "deliberation_message", "sheet_acknowledgement"), OWN_NAME),
    "reading_excuse": CUSTOMS_PORT,
    "departure": CUSTOMS_PORT,
    "listed_laboratory": ADMIN_ALL,
    **dict.fromkeys(("info_request", "info_answer", "finding_minutes", "recognition", "rights_confirmation"), OWN_WRITE),
    "equivalence": UNIT,
    **dict.fromkeys(("rights_holder", "rights_authorisation", "rights_silence"), OWN_UNIT),
}

CHANGES: Access = {
    "merge_policy": {Kind.RULES: own_draft, Kind.CUSTOMS: everything},
    "rulebook_version": {Kind.RULES: own_open, Kind.CUSTOMS: everything},
    "notice_preference": for_all(himself),
    "webhook_subscription": DESK,
    **dict.fromkeys(("agency", "unit", "enterprise", "person"), ADMIN_ALL),
    **dict.fromkeys(("bay", "port_policy", "task_sheet", "booking", "field_session", "disposition"), CUSTOMS_PORT),
    **dict.fromkeys(("credential", "sign_in_session", "signing_key"), for_all(himself)),
    **dict.fromkeys(("joint_case", "deadline", "event_stream"), CUSTOMS_PORT | {Kind.AGENCY: member}),
    **dict.fromkeys(("invitation", "workstream"), CUSTOMS_PORT | {Kind.AGENCY: both(member, own_part)}),
    **dict.fromkeys(("finding", "evidence"), OWN_WRITE),
    "inbox_item": OWN_INBOX,
    **dict.fromkeys(("certificate", "roster_shift", "absence", "conflict_of_interest"), UNIT),
    **dict.fromkeys(("duty_desk", "mandate"), ADMIN_ALL),
    "coordinator_assignment": CUSTOMS_PORT | ADMIN_ALL,
    "case_duty": OWN_WRITE,
    **dict.fromkeys(("booking_expert", "yard_position"), CUSTOMS_PORT),
    "booking_answer": CUSTOMS_PORT | {Kind.AGENCY: both(member, own_part)},
    **dict.fromkeys(("checklist_answer", "division_answer"), OWN_WRITE),
    "division_proposal": CUSTOMS_PORT,
    "departure": CUSTOMS_PORT | {Kind.AGENCY: both(member, own_part)},
    "appeal": CUSTOMS_PORT,
    "listed_laboratory": ADMIN_ALL,
    "liability_record": CUSTOMS_PORT,
    **dict.fromkeys(("info_request", "recognition", "rights_confirmation"), OWN_WRITE),
    "equivalence": UNIT,
    **dict.fromkeys(("rights_holder", "rights_authorisation", "rights_silence"), OWN_UNIT),
}

NARROW_CHANGES: dict[tuple[str, Kind | None], str] = {
    ("joint_case", Kind.AGENCY): "version",
    ("merge_policy", Kind.CUSTOMS): "status",
    ("rulebook_version", Kind.CUSTOMS): "status",
    **{("webhook_subscription", kind): "url" for kind in DESK},
    **{("signing_key", kind): "revoked_at" for kind in Kind},
    ("division_proposal", Kind.CUSTOMS): "adopted_at",
    ("departure", Kind.AGENCY): "ground",
    ("liability_record", Kind.CUSTOMS): "insurance",
    **{(table, kind): "withdrawn_at" for table in ("info_request", "rights_confirmation") for kind in OWN_WRITE},
    **{("recognition", kind): "revoked_at" for kind in OWN_WRITE},
    **{("equivalence", kind): "ended_at" for kind in UNIT},
    **{("rights_holder", kind): "ended_at" for kind in OWN_UNIT},
    **{("rights_authorisation", kind): "revoked_at" for kind in OWN_UNIT},
}
"""A column that a kind may write, where it is not all of them."""
