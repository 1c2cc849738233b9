"""What happened to a case or a declaration, in the past tense, and the one function that writes it down.

``record`` puts a case's event into its stream ``case:<no>``. A secret one carries its owner and label from the beginning:
everybody else sees that something has this number, and nothing more.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import SYSTEM, Principal
from inspection.case_tables import JointCase
from kit import event_log


class EventType(StrEnum):
    """Names of events: facts. Readers ignore those they do not know."""

    DECLARATION_RECEIVED = "DeclarationReceived"
    DECLARATION_SCREENED = "DeclarationScreened"
    DECLARATION_SUPERSEDED = "DeclarationSuperseded"
    DECLARATION_CLOSED = "DeclarationClosed"
    PORT_POLICY_SET = "PortPolicySet"
    POLICY_DRAFTED = "PolicyDrafted"
    POLICY_PUBLISHED = "PolicyPublished"
    POLICY_RETIRED = "PolicyRetired"
    CASE_OPENED = "CaseOpened"
    CASE_FOLLOWED_DECLARATION = "CaseFollowedDeclaration"
    CASE_STATE_CHANGED = "CaseStateChanged"
    INVITATION_SENT = "InvitationSent"
    INVITATION_DELIVERED = "InvitationDelivered"
    INVITATION_ACCEPTED = "InvitationAccepted"
    INVITATION_DECLINED = "InvitationDeclined"
    DECLINE_CONFIRMED = "DeclineConfirmed"
    DEADLINE_REACHED = "DeadlineReached"
    DEADLINE_PAUSED = "DeadlinePaused"
    DEADLINE_RESUMED = "DeadlineResumed"
    DEADLINE_EXTENDED = "DeadlineExtended"
    DEADLINE_RECOMPUTED = "DeadlineRecomputed"
    INVITATION_LAPSED = "InvitationLapsed"
    INVITATION_ESCALATED = "InvitationEscalated"
    INVITATION_BLOCKED = "InvitationBlocked"
    INVITATION_DEEMED = "InvitationDeemed"
    INVITATION_WAIVED = "InvitationWaived"
    INVITATION_SUBSTITUTED = "InvitationSubstituted"
    EXPERT_REPLACED = "ExpertReplaced"
    LATE_ANSWER_OFFERED = "LateAnswerOffered"
    POINTS_CLAIMED = "PointsClaimed"
    INVITATION_WITHDRAWN = "InvitationWithdrawn"
    DRAW_COMMITTED = "DrawCommitted"
    DRAW_HELD = "DrawHeld"
    CERTIFICATE_WAIVED = "CertificateWaived"
    CASE_HANDED_OVER = "CaseHandedOver"
    TASK_SHEET_ISSUED = "TaskSheetIssued"
    TASK_SHEET_AMENDED = "TaskSheetAmended"
    TASK_SHEET_ACKNOWLEDGED = "TaskSheetAcknowledged"
    LIABILITY_READ = "LiabilityRead"
    CABIN_PAPER_FILED = "CabinPaperFiled"
    CABIN_PAPER_READ = "CabinPaperRead"
    READING_EXCUSED = "ReadingExcused"
    MESSAGE_POSTED = "MessagePosted"
    DIVISION_PROPOSED = "DivisionProposed"
    DIVISION_ANSWERED = "DivisionAnswered"
    DIVISION_ADOPTED = "DivisionAdopted"
    CHECKLIST_ANSWERED = "ChecklistAnswered"
    SCHEDULE_PROPOSED = "ScheduleProposed"
    SCHEDULE_AGREED = "ScheduleAgreed"
    SCHEDULE_REFUSED = "ScheduleRefused"
    SCHEDULE_CONFIRMED = "ScheduleConfirmed"
    SCHEDULE_CHANGED = "ScheduleChanged"
    SCHEDULE_CANCELLED = "ScheduleCancelled"
    NO_SHOW_RECORDED = "NoShowRecorded"
    PREFERRED_WINDOWS_STATED = "PreferredWindowsStated"
    GOODS_MOVED = "GoodsMoved"
    SESSION_CHECKED_IN = "SessionCheckedIn"
    SESSION_OPENED = "SessionOpened"
    SESSION_PAUSED = "SessionPaused"
    SESSION_RESUMED = "SessionResumed"
    SESSION_CLOSED = "SessionClosed"
    WORKSTREAM_COMPLETED = "WorkstreamCompleted"
    WORKSTREAM_EXCUSED = "WorkstreamExcused"
    FINDING_RECORDED = "FindingRecorded"
    INFO_REQUEST_SENT = "InfoRequestSent"
    INFO_REQUEST_ANSWERED = "InfoRequestAnswered"
    INFO_REQUEST_DECLINED = "InfoRequestDeclined"
    INFO_REQUEST_WITHDRAWN = "InfoRequestWithdrawn"
    MINUTES_FILED = "MinutesFiled"
    RESULT_RECOGNISED = "ResultRecognised"
    RECOGNITION_REVOKED = "RecognitionRevoked"
    RIGHTS_CONFIRMATION_OPENED = "RightsConfirmationOpened"
    RIGHTS_HOLDER_REPLIED = "RightsHolderReplied"
    RIGHTS_CONFIRMATION_LAPSED = "RightsConfirmationLapsed"
    RIGHTS_CONFIRMATION_WITHDRAWN = "RightsConfirmationWithdrawn"
    EVIDENCE_DECLARED = "EvidenceDeclared"
    EVIDENCE_STORED = "EvidenceStored"
    CONCLUSION_SUBMITTED = "ConclusionSubmitted"
    CONCLUSION_AMENDED = "ConclusionAmended"
    CONCLUSION_CARRIED_OVER = "ConclusionCarriedOver"
    REPORT_ISSUED = "ReportIssued"
    DISPOSITION_PROPOSED = "DispositionProposed"
    DISPOSITION_APPROVED = "DispositionApproved"
    DISPOSITION_HELD = "DispositionHeld"
    DEPARTURE_NOTIFIED = "DepartureNotified"
    DISSENT_RAISED = "DissentRaised"
    DEPARTURE_SETTLED = "DepartureSettled"
    APPEAL_FILED = "AppealFiled"
    MEASURE_SUSPENDED = "MeasureSuspended"
    REEXAMINATION_ORDERED = "ReexaminationOrdered"
    SECOND_TEST_RECORDED = "SecondTestRecorded"
    APPEAL_DECIDED = "AppealDecided"
    DISPOSITION_MOVED = "DispositionMoved"
    FOLLOW_UPS_OPENED = "FollowUpsOpened"
    FOLLOW_UP_MOVED = "FollowUpMoved"
    FOLLOW_UPS_REPLACED = "FollowUpsReplaced"
    FOLLOW_UP_OVERDUE = "FollowUpOverdue"
    DEMAND_STATED = "DemandStated"
    TESTING_EXCLUDED = "TestingExcluded"
    CASE_FILED = "CaseFiled"
    CASE_FILING_CLOSED = "CaseFilingClosed"
    GOODS_FACT_RECORDED = "GoodsFactRecorded"
    COST_RECORDED = "CostRecorded"
    AUDIT_ANNOUNCED = "AuditAnnounced"
    RELEASED = "Released"
    RECALLED = "Recalled"
    RECALL_ANSWERED = "RecallAnswered"
    RECALL_ESCALATED = "RecallEscalated"
    RECALL_CLOSED = "RecallClosed"
    REPORT_VOIDED = "ReportVoided"
    CASE_REOPENED = "CaseReopened"


def case_stream(no: str) -> str:
    """The stream of a case."""
    return f"case:{no}"


def declaration_stream(declaration_id: object) -> str:
    """The stream of a declaration version."""
    return f"declaration:{declaration_id}"


def case_no_of(stream: str) -> str:
    """The case number in a case's stream."""
    return stream.removeprefix("case:")


async def record(
    session: AsyncSession,
    case: JointCase,
    type: EventType,
    data: dict[str, Any],
    *,
    by: Principal | None,
    at: datetime,
    owner: str | None = None,
    label: str | None = None,
) -> int:
    """Writes one event of ``case`` in the caller's transaction; ``by`` None is the platform itself. Returns its number."""
    return await event_log.append(
        session,
        case_stream(case.no),
        type,
        data,
        by=str(by.id) if by else SYSTEM,
        at=at,
        tenant=case.port,
        owner=owner or (by.agency if by else None),
        label=label,
    )
