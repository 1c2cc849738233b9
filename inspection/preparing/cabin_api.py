"""Before the yard: the task cabin, the agencies' checklists, the deliberation, the acknowledgements of the task sheet."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
from inspection.fieldwork import evidence_stream
from inspection.preparing import (
    cabin_checklists,
    cabin_enterprise,
    cabin_papers,
    cabin_publication,
    cabin_reading,
    deliberation,
    deliberation_divisions,
    deliberation_views,
    sheet_acknowledgements,
)
from inspection.preparing.cabin_checklists import AnswersRequest, EntryView
from inspection.preparing.cabin_enterprise import EnterprisePaper
from inspection.preparing.cabin_papers import DocumentRequest, PaperView, StandardRequest
from inspection.preparing.cabin_publication import ChecklistRequest, ChecklistView
from inspection.preparing.cabin_reading import CabinView, ExcuseRequest, ExcuseView, ReadRequest
from inspection.preparing.deliberation import MessageRequest, MessageView
from inspection.preparing.deliberation_divisions import AnswerRequest
from inspection.preparing.deliberation_views import ProposalRequest, ProposalView, ThreadView
from inspection.preparing.sheet_acknowledgements import AcknowledgementsView, AcknowledgeRequest
from media.object_store import ObjectStore

CASE = "/api/v1/cases/{no:str}"
CABIN = CASE + "/cabin"
DIVISION = CABIN + "/divisions/{proposal_id:uuid}"
CHECKLISTS = "/api/v1/units/{port:str}/{agency:str}/checklists"
TICKS = CASE + "/sessions/{session_id:uuid}/workstreams/{agency:str}/checklist"
PAPERS = "/api/v1/declarations/{number:str}/papers"


@get(CABIN)
async def cabin(no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]) -> CabinView:
    """Every version of every paper the person may see, who has read what, and what the person still has to read."""
    return await cabin_reading.look(session, principal, no)


@put(CABIN + "/documents/{paper_id:uuid}")
async def file_document(
    no: FromPath[str],
    paper_id: FromPath[UUID],
    data: JSONBody[DocumentRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> PaperView:
    """Files a version of a document whose bytes were uploaded as evidence before."""
    return await cabin_papers.file_document(session, principal, no, paper_id, data, now)


@put(CABIN + "/standards/{paper_id:uuid}")
async def file_standard(
    no: FromPath[str],
    paper_id: FromPath[UUID],
    data: JSONBody[StandardRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> PaperView:
    """Cites a standard, or the next version of the citation."""
    return await cabin_papers.file_standard(session, principal, no, paper_id, data, now)


@post(CABIN + "/read-receipts", status_code=200)
async def confirm_read(
    no: FromPath[str],
    data: JSONBody[ReadRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> CabinView:
    """The person has read these versions."""
    return await cabin_reading.confirm(session, principal, no, data, now)


@post(CABIN + "/excuses", status_code=200)
async def excuse_reading(
    no: FromPath[str],
    data: JSONBody[ExcuseRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ExcuseView:
    """The lead lets somebody check in without having read everything, with a reason."""
    return await cabin_reading.excuse(session, principal, no, data, now)


@get(CABIN + "/threads")
async def thread(no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]) -> ThreadView:
    """The deliberation: messages, proposals with the agencies' answers, and a draft to start from."""
    return await deliberation_views.thread(session, principal, no)


@put(CABIN + "/threads/messages/{message_id:uuid}")
async def post_message(
    no: FromPath[str],
    message_id: FromPath[UUID],
    data: JSONBody[MessageRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> MessageView:
    """Says something under an id that the client makes."""
    return await deliberation.post(session, principal, no, message_id, data, now)


@put(DIVISION)
async def propose_division(
    no: FromPath[str],
    proposal_id: FromPath[UUID],
    data: JSONBody[ProposalRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ProposalView:
    """Proposes who looks at which focus point, in which order; refused with every point left over or given twice."""
    return await deliberation_divisions.propose(session, principal, no, proposal_id, data, now)


@post(DIVISION + "/agree", status_code=200)
async def agree_to_division(
    no: FromPath[str],
    proposal_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ProposalView:
    """An agency agrees."""
    return await deliberation_divisions.agree(session, principal, no, proposal_id, now)


@post(DIVISION + "/object", status_code=200)
async def object_to_division(
    no: FromPath[str],
    proposal_id: FromPath[UUID],
    data: JSONBody[AnswerRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ProposalView:
    """An agency objects, with a reason."""
    return await deliberation_divisions.object_to(session, principal, no, proposal_id, data, now)


@post(DIVISION + "/adopt", status_code=200)
async def adopt_division(
    no: FromPath[str],
    proposal_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ProposalView:
    """The lead adopts what every agency has agreed to: the task sheet gets its next version."""
    return await deliberation_divisions.adopt(session, principal, no, proposal_id, now)


@get(CASE + "/task-sheet/acknowledgements")
async def acknowledgements(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> AcknowledgementsView:
    """Who has taken note of which version of the task sheet, and who is awaited."""
    return await sheet_acknowledgements.of_case(session, principal, no)


@post(CASE + "/task-sheet/acknowledge", status_code=200)
async def acknowledge_sheet(
    no: FromPath[str],
    data: JSONBody[AcknowledgeRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> AcknowledgementsView:
    """The person's agency takes note of the newest version."""
    return await sheet_acknowledgements.acknowledge(session, principal, no, data, now)


@get(TICKS)
async def checklist(
    no: FromPath[str],
    session_id: FromPath[UUID],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[EntryView]:
    """An agency's checklist with what was said to it in this session."""
    return await cabin_checklists.shown(session, principal, no, session_id, agency)


@put(TICKS)
async def answer_checklist(
    no: FromPath[str],
    session_id: FromPath[UUID],
    agency: FromPath[str],
    data: JSONBody[AnswersRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> list[EntryView]:
    """The agency ticks entries off; those it does not name stay as they are."""
    return await cabin_checklists.answer(session, principal, no, session_id, agency, data, now)


@get(CHECKLISTS)
async def list_checklists(
    port: FromPath[str],
    agency: FromPath[str],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> list[ChecklistView]:
    """Every version of an agency's checklists at the port."""
    return await cabin_publication.published(session, principal, port, agency)


@put(CHECKLISTS + "/{code:str}")
async def publish_checklist(
    port: FromPath[str],
    agency: FromPath[str],
    code: FromPath[str],
    data: JSONBody[ChecklistRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> ChecklistView:
    """Puts the next version of a checklist into force for cases that come; running cases keep theirs."""
    return await cabin_publication.publish(session, principal, port, agency, code, data, now)


@get(PAPERS)
async def papers_of_declaration(
    number: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> list[EnterprisePaper]:
    """The papers that are meant for the enterprise."""
    return await cabin_enterprise.of_declaration(session, principal, number)


@get(PAPERS + "/{paper_id:uuid}/bytes")
async def paper_bytes(
    number: FromPath[str],
    paper_id: FromPath[UUID],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    store: NamedDependency[ObjectStore],
    wanted: Annotated[str | None, HeaderParameter(name="Range")] = None,
) -> Stream:
    """The document itself."""
    held = await cabin_enterprise.bytes_for_enterprise(session, principal, number, paper_id)
    return await evidence_stream.streamed(store, held, wanted)


HANDLERS = [
    cabin,
    file_document,
    file_standard,
    confirm_read,
    excuse_reading,
    thread,
    post_message,
    propose_division,
    agree_to_division,
    object_to_division,
    adopt_division,
    acknowledgements,
    acknowledge_sheet,
    checklist,
    answer_checklist,
    list_checklists,
    publish_checklist,
    papers_of_declaration,
    paper_bytes,
]
