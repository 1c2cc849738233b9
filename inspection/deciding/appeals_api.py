"""Objections at the edge. Thin: each handler is one operation."""

from __future__ import annotations

from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody

from agencies.act import Act
from inspection.concluding import laboratories
from inspection.concluding.laboratories import Laboratory, LaboratoryView
from inspection.deciding import appeals
from inspection.deciding.appeals import (
    AppealDecision,
    AppealRequest,
    AppealView,
    ExamineRequest,
    SecondTestRequest,
    SuspendRequest,
)
from kit.idempotency import Once

APPEAL = "/api/v1/cases/{no:str}/appeals"
OWN = "/api/v1/declarations/{number:str}/appeals"


@post(OWN, status_code=200)
async def file_appeal(number: FromPath[str], data: JSONBody[AppealRequest], act: NamedDependency[Act]) -> AppealView:
    """The enterprise objects to the disposition in force. Its own id makes it repeatable."""
    return await appeals.file(act.session, act.principal, number, data, act.now)


@get(OWN)
async def own_appeals(number: FromPath[str], act: NamedDependency[Act]) -> list[AppealView]:
    """The enterprise's objections and what came of them."""
    return await appeals.of_declaration(act.session, act.principal, number)


@get(APPEAL)
async def list_appeals(no: FromPath[str], act: NamedDependency[Act]) -> list[AppealView]:
    """The objections of a case."""
    return await appeals.of_case(act.session, act.principal, no)


@post(APPEAL + "/{appeal_id:uuid}/suspend", status_code=200)
async def suspend_measure(
    no: FromPath[str], appeal_id: FromPath[UUID], data: JSONBody[SuspendRequest], act: NamedDependency[Act]
) -> AppealView:
    """A superior lets the measure stand still until the decision."""
    return await appeals.suspend(act.session, act.principal, no, appeal_id, data, act.now)


@post(APPEAL + "/{appeal_id:uuid}/examine", status_code=200)
async def examine_again(
    no: FromPath[str], appeal_id: FromPath[UUID], data: JSONBody[ExamineRequest], act: NamedDependency[Act]
) -> AppealView:
    """A superior has the goods looked at again, by others."""
    return await appeals.examine(act.session, act.principal, no, appeal_id, data, act.now)


@post(APPEAL + "/{appeal_id:uuid}/second-test", status_code=200)
async def record_second_test(
    no: FromPath[str], appeal_id: FromPath[UUID], data: JSONBody[SecondTestRequest], act: NamedDependency[Act]
) -> AppealView:
    """What the other laboratory found."""
    return await appeals.record_second_test(act.session, act.principal, no, appeal_id, data, act.now)


@post(APPEAL + "/{appeal_id:uuid}/decide", status_code=200)
async def decide_appeal(
    no: FromPath[str],
    appeal_id: FromPath[UUID],
    data: JSONBody[AppealDecision],
    act: NamedDependency[Act],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A superior who took no part upholds, varies or revokes."""
    return await once(lambda: appeals.decide(act.session, act.principal, no, appeal_id, data, act.now), required=False)


@get("/api/v1/ports/{port:str}/laboratories")
async def list_laboratories(port: FromPath[str], act: NamedDependency[Act]) -> list[LaboratoryView]:
    """The laboratories listed for the port."""
    return await laboratories.of_port(act.session, act.principal, port)


@put("/api/v1/ports/{port:str}/laboratories/{code:str}")
async def put_laboratory(
    port: FromPath[str], code: FromPath[str], data: JSONBody[Laboratory], act: NamedDependency[Act]
) -> LaboratoryView:
    """Lists a laboratory for the port, or takes it off the list."""
    return await laboratories.put(act.session, act.principal, port, code, data)


HANDLERS = [
    file_appeal,
    own_appeals,
    list_appeals,
    suspend_measure,
    examine_again,
    record_second_test,
    decide_appeal,
    list_laboratories,
    put_laboratory,
]
"""The routes of objections."""
