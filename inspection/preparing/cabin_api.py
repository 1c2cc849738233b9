"""Before the yard: the task cabin, the agencies' checklists, the deliberation, the acknowledgements of the task sheet."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody
from litestar.response import Stream

from agencies.act import Act
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
async def cabin(no: FromPath[str], act: NamedDependency[Act]) -> CabinView:
    """Every version of every paper the person may see, who has read what, and what the person still has to read."""
    return await cabin_reading.look(act.session, act.principal, no)


@put(CABIN + "/documents/{paper_id:uuid}")
async def file_document(
    no: FromPath[str], paper_id: FromPath[UUID], data: JSONBody[DocumentRequest], act: NamedDependency[Act]
) -> PaperView:
    """Files a version of a document whose bytes were uploaded as evidence before."""
    return await cabin_papers.file_document(act.session, act.principal, no, paper_id, data, act.now)


@put(CABIN + "/standards/{paper_id:uuid}")
async def file_standard(
    no: FromPath[str], paper_id: FromPath[UUID], data: JSONBody[StandardRequest], act: NamedDependency[Act]
) -> PaperView:
    """Cites a standard, or the next version of the citation."""
    return await cabin_papers.file_standard(act.session, act.principal, no, paper_id, data, act.now)


@post(CABIN + "/read-receipts", status_code=200)
async def confirm_read(no: FromPath[str], data: JSONBody[ReadRequest], act: NamedDependency[Act]) -> CabinView:
    """The person has read these versions."""
    return await cabin_reading.confirm(act.session, act.principal, no, data, act.now)


@post(CABIN + "/excuses", status_code=200)
async def excuse_reading(no: FromPath[str], data: JSONBody[ExcuseRequest], act: NamedDependency[Act]) -> ExcuseView:
    """The lead lets somebody check in without having read everything, with a reason."""
    return await cabin_reading.excuse(act.session, act.principal, no, data, act.now)


@get(CABIN + "/threads")
async def thread(no: FromPath[str], act: NamedDependency[Act]) -> ThreadView:
    """The deliberation: messages, proposals with the agencies' answers, and a draft to start from."""
    return await deliberation_views.thread(act.session, act.principal, no)


@put(CABIN + "/threads/messages/{message_id:uuid}")
async def post_message(
    no: FromPath[str], message_id: FromPath[UUID], data: JSONBody[MessageRequest], act: NamedDependency[Act]
) -> MessageView:
    """Says something under an id that the client makes."""
    return await deliberation.post(act.session, act.principal, no, message_id, data, act.now)


@put(DIVISION)
async def propose_division(
    no: FromPath[str], proposal_id: FromPath[UUID], data: JSONBody[ProposalRequest], act: NamedDependency[Act]
) -> ProposalView:
    """Proposes who looks at which focus point, in which order; refused with every point left over or given twice."""
    return await deliberation_divisions.propose(act.session, act.principal, no, proposal_id, data, act.now)


@post(DIVISION + "/agree", status_code=200)
async def agree_to_division(no: FromPath[str], proposal_id: FromPath[UUID], act: NamedDependency[Act]) -> ProposalView:
    """An agency agrees."""
    return await deliberation_divisions.agree(act.session, act.principal, no, proposal_id, act.now)


@post(DIVISION + "/object", status_code=200)
async def object_to_division(
    no: FromPath[str], proposal_id: FromPath[UUID], data: JSONBody[AnswerRequest], act: NamedDependency[Act]
) -> ProposalView:
    """An agency objects, with a reason."""
    return await deliberation_divisions.object_to(act.session, act.principal, no, proposal_id, data, act.now)


@post(DIVISION + "/adopt", status_code=200)
async def adopt_division(no: FromPath[str], proposal_id: FromPath[UUID], act: NamedDependency[Act]) -> ProposalView:
    """The lead adopts what every agency has agreed to: the task sheet gets its next version."""
    return await deliberation_divisions.adopt(act.session, act.principal, no, proposal_id, act.now)


@get(CASE + "/task-sheet/acknowledgements")
async def acknowledgements(no: FromPath[str], act: NamedDependency[Act]) -> AcknowledgementsView:
    """Who has taken note of which version of the task sheet, and who is awaited."""
    return await sheet_acknowledgements.of_case(act.session, act.principal, no)


@post(CASE + "/task-sheet/acknowledge", status_code=200)
async def acknowledge_sheet(
    no: FromPath[str], data: JSONBody[AcknowledgeRequest], act: NamedDependency[Act]
) -> AcknowledgementsView:
    """The person's agency takes note of the newest version."""
    return await sheet_acknowledgements.acknowledge(act.session, act.principal, no, data, act.now)


@get(TICKS)
async def checklist(
    no: FromPath[str], session_id: FromPath[UUID], agency: FromPath[str], act: NamedDependency[Act]
) -> list[EntryView]:
    """An agency's checklist with what was said to it in this session."""
    return await cabin_checklists.shown(act.session, act.principal, no, session_id, agency)


@put(TICKS)
async def answer_checklist(
    no: FromPath[str],
    session_id: FromPath[UUID],
    agency: FromPath[str],
    data: JSONBody[AnswersRequest],
    act: NamedDependency[Act],
) -> list[EntryView]:
    """The agency ticks entries off; those it does not name stay as they are."""
    return await cabin_checklists.answer(act.session, act.principal, no, session_id, agency, data, act.now)


@get(CHECKLISTS)
async def list_checklists(port: FromPath[str], agency: FromPath[str], act: NamedDependency[Act]) -> list[ChecklistView]:
    """Every version of an agency's checklists at the port."""
    return await cabin_publication.published(act.session, act.principal, port, agency)


@put(CHECKLISTS + "/{code:str}")
async def publish_checklist(
    port: FromPath[str], agency: FromPath[str], code: FromPath[str], data: JSONBody[ChecklistRequest], act: NamedDependency[Act]
) -> ChecklistView:
    """Puts the next version of a checklist into force for cases that come; running cases keep theirs."""
    return await cabin_publication.publish(act.session, act.principal, port, agency, code, data, act.now)


@get(PAPERS)
async def papers_of_declaration(number: FromPath[str], act: NamedDependency[Act]) -> list[EnterprisePaper]:
    """The papers that are meant for the enterprise."""
    return await cabin_enterprise.of_declaration(act.session, act.principal, number)


@get(PAPERS + "/{paper_id:uuid}/bytes")
async def paper_bytes(
    number: FromPath[str],
    paper_id: FromPath[UUID],
    act: NamedDependency[Act],
    store: NamedDependency[ObjectStore],
    wanted: Annotated[str | None, HeaderParameter(name="Range")] = None,
) -> Stream:
    """The document itself."""
    held = await cabin_enterprise.bytes_for_enterprise(act.session, act.principal, number, paper_id)
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
