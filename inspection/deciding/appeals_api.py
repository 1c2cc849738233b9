"""Objections at the edge. Thin: each handler is one operation."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

import msgspec
from litestar import get, post, put
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody
from sqlalchemy.ext.asyncio import AsyncSession

from agencies.powers import Principal
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
async def file_appeal(
    number: FromPath[str],
    data: JSONBody[AppealRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> AppealView:
    """The enterprise objects to the disposition in force. Its own id makes it repeatable."""
    return await appeals.file(session, principal, number, data, now)


@get(OWN)
async def own_appeals(
    number: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> list[AppealView]:
    """The enterprise's objections and what came of them."""
    return await appeals.of_declaration(session, principal, number)


@get(APPEAL)
async def list_appeals(
    no: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> list[AppealView]:
    """The objections of a case."""
    return await appeals.of_case(session, principal, no)


@post(APPEAL + "/{appeal_id:uuid}/suspend", status_code=200)
async def suspend_measure(
    no: FromPath[str],
    appeal_id: FromPath[UUID],
    data: JSONBody[SuspendRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> AppealView:
    """A superior lets the measure stand still until the decision."""
    return await appeals.suspend(session, principal, no, appeal_id, data, now)


@post(APPEAL + "/{appeal_id:uuid}/examine", status_code=200)
async def examine_again(
    no: FromPath[str],
    appeal_id: FromPath[UUID],
    data: JSONBody[ExamineRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> AppealView:
    """A superior has the goods looked at again, by others."""
    return await appeals.examine(session, principal, no, appeal_id, data, now)


@post(APPEAL + "/{appeal_id:uuid}/second-test", status_code=200)
async def record_second_test(
    no: FromPath[str],
    appeal_id: FromPath[UUID],
    data: JSONBody[SecondTestRequest],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
) -> AppealView:
    """What the other laboratory found."""
    return await appeals.record_second_test(session, principal, no, appeal_id, data, now)


@post(APPEAL + "/{appeal_id:uuid}/decide", status_code=200)
async def decide_appeal(
    no: FromPath[str],
    appeal_id: FromPath[UUID],
    data: JSONBody[AppealDecision],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
    now: NamedDependency[datetime],
    once: NamedDependency[Once],
) -> msgspec.Raw:
    """A superior who took no part upholds, varies or revokes."""
    return await once(lambda: appeals.decide(session, principal, no, appeal_id, data, now), required=False)


@get("/api/v1/ports/{port:str}/laboratories")
async def list_laboratories(
    port: FromPath[str], session: NamedDependency[AsyncSession], principal: NamedDependency[Principal]
) -> list[LaboratoryView]:
    """The laboratories listed for the port."""
    return await laboratories.of_port(session, principal, port)


@put("/api/v1/ports/{port:str}/laboratories/{code:str}")
async def put_laboratory(
    port: FromPath[str],
    code: FromPath[str],
    data: JSONBody[Laboratory],
    session: NamedDependency[AsyncSession],
    principal: NamedDependency[Principal],
) -> LaboratoryView:
    """Lists a laboratory for the port, or takes it off the list."""
    return await laboratories.put(session, principal, port, code, data)


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
