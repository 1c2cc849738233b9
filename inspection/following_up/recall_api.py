"""Recalls and the versions of a report at the edge. Thin: each handler is one operation."""

from __future__ import annotations

from typing import Annotated

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, JSONBody, QueryParameter

from agencies.act import Act
from inspection.following_up import recalls
from inspection.following_up.recalls import AnswerRequest, CloseRequest, RecallView
from inspection.reporting import report_versions
from inspection.reporting.report_diff import ReportDiff
from inspection.reporting.report_versions import VersionView, VoidRequest

CASE = "/api/v1/cases/{no:str}"
OWN = "/api/v1/declarations/{number:str}"


@get(CASE + "/report/versions")
async def list_versions(no: FromPath[str], act: NamedDependency[Act]) -> list[VersionView]:
    """Every version of the report: its state, its hash, what changed and why."""
    return await report_versions.of_case(act.session, act.principal, no)


@get(CASE + "/report/diff")
async def diff_versions(
    no: FromPath[str],
    act: NamedDependency[Act],
    before: Annotated[int | None, QueryParameter(name="from")] = None,
    after: Annotated[int | None, QueryParameter(name="to")] = None,
) -> ReportDiff:
    """What changed between any two versions of the report; by default from the one before to the newest."""
    return await report_versions.diff(act.session, act.principal, no, before, after)


@post(CASE + "/report/versions/{version:int}/void", status_code=200)
async def void_version(
    no: FromPath[str], version: FromPath[int], data: JSONBody[VoidRequest], act: NamedDependency[Act]
) -> VersionView:
    """An approver declares the newest version void, with a reason; the next one follows."""
    return await report_versions.void(act.session, act.principal, no, version, data, act.now)


@get(CASE + "/recalls")
async def list_recalls(no: FromPath[str], act: NamedDependency[Act]) -> list[RecallView]:
    """What of the case was let go and is called back."""
    return await recalls.of_case(act.session, act.principal, no)


@post(CASE + "/recalls/{version:int}/close", status_code=200)
async def close_recall(
    no: FromPath[str], version: FromPath[int], data: JSONBody[CloseRequest], act: NamedDependency[Act]
) -> RecallView:
    """Customs says what became of the goods; an approver may lift the recall where its reason has gone."""
    return await recalls.close(act.session, act.principal, no, version, data, act.now)


@get(OWN + "/recall")
async def own_recalls(number: FromPath[str], act: NamedDependency[Act]) -> list[RecallView]:
    """The recalls of an own declaration: which lines, until when."""
    return await recalls.of_declaration(act.session, act.principal, number)


@post(OWN + "/recall/answer", status_code=200)
async def answer_recall(number: FromPath[str], data: JSONBody[AnswerRequest], act: NamedDependency[Act]) -> RecallView:
    """The enterprise says where the goods are and when they come back."""
    return await recalls.answer(act.session, act.principal, number, data, act.now)


HANDLERS = [list_versions, diff_versions, void_version, list_recalls, close_recall, own_recalls, answer_recall]
