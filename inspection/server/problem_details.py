"""One mapping from refusals to HTTP: ``application/problem+json`` (RFC 9457), Chinese or English by Accept-Language."""

from __future__ import annotations

from typing import Any

import msgspec
import structlog
from litestar import Request, Response
from litestar.exceptions import HTTPException, SerializationException, ValidationException
from litestar.utils.scope.state import ScopeState

from agencies.sign_in import SignInLocked, SignInRefused
from kit import decoding
from kit.database import DatabaseUnavailable
from kit.decoding import MalformedJson
from kit.errors import Conflict, Invalid, LianjianError, NotAllowed, NotFound, StaleVersion, TooLate
from kit.preconditions import PreconditionRequired
from kit.rate_limit import TooManyRequests
from media.object_store import StoreFull, StoreUnavailable

PROBLEM_JSON = "application/problem+json"
PRECONDITION_REQUIRED = 428
COME_AGAIN = frozenset({429, 503})

STATUS: tuple[tuple[type[LianjianError], int], ...] = (
    (MalformedJson, 400),
    (SignInRefused, 401),
    (SignInLocked, 429),
    (TooManyRequests, 429),
    (StoreFull, 507),
    (StoreUnavailable, 503),
    (DatabaseUnavailable, 503),
    (NotFound, 404),
    (NotAllowed, 403),
    (StaleVersion, 412),
    (TooLate, 409),
    (Conflict, 409),
    (Invalid, 422),
)
"""First fit wins: concrete exceptions of the edges before the five kinds."""


class NotSignedIn(LianjianError):
    """No session, or one that expired or was revoked."""

    code = "not_signed_in"
    title_zh = "请先登录"
    title_en = "Sign in first"
    advice_zh = "会话不存在、已过期或已注销，请重新登录。"
    advice_en = "The session is unknown, expired or revoked: sign in again."


class CrossSite(NotAllowed):
    """A browser sent this from another site with our cookie."""

    code = "cross_site"
    title_zh = "拒绝跨站请求"
    title_en = "Requests from another site are refused"
    advice_zh = "请在本平台页面内操作，或使用令牌访问接口。"
    advice_en = "Act on this platform's own pages, or use a bearer token."


class HttpRefused(LianjianError):
    """What HTTP itself refuses: no such route, a method that is not allowed, a body that is too large."""

    code = "http_refused"
    title_zh = "请求未被接受"
    title_en = "The request was not accepted"
    advice_zh = "请对照接口文档核对地址、方法与大小。"
    advice_en = "Compare address, method and size with the description of the interface."


class InternalFault(LianjianError):
    """Our fault; nothing was changed."""

    code = "internal_fault"
    title_zh = "系统内部错误，本次操作未生效"
    title_en = "An internal fault; nothing was changed"
    advice_zh = "请稍后重试；如持续出现，请将错误编号告知管理员。"
    advice_en = "Try again later; if it persists, tell the administrator the number."


EDGE_STATUS: dict[type[LianjianError], int] = {
    NotSignedIn: 401,
    PreconditionRequired: PRECONDITION_REQUIRED,
    InternalFault: 500,
}

log = structlog.get_logger()


def status_of(error: LianjianError) -> int:
    """The HTTP status of a refusal."""
    return answered_with(type(error)) or 400


def answered_with(refusal: type[LianjianError]) -> int | None:
    """The HTTP status of a kind of refusal; None for what HTTP never answers with, or not always with the same."""
    return next((status for kind, status in (*EDGE_STATUS.items(), *STATUS) if issubclass(refusal, kind)), None)


def prefers_english(request: Request[Any, Any, Any]) -> bool:
    """True when Accept-Language names English before Chinese; Chinese is the first language otherwise."""
    languages = [part.split(";")[0].strip().lower() for part in request.headers.get("accept-language", "").split(",")]
    known = [language for language in languages if language.startswith(("zh", "en"))]
    return bool(known) and known[0].startswith("en")


def problem(error: LianjianError, *, english: bool = False, status: int | None = None) -> dict[str, Any]:
    """The problem document of a refusal: code, title, advice, detail and the error's own facts."""
    body: dict[str, Any] = {
        "type": f"urn:lianjian:error:{error.code}",
        "code": error.code,
        "title": error.title_en if english else error.title_zh,
        "status": status or status_of(error),
        "advice": error.advice_en if english else error.advice_zh,
    }
    if error.message:
        body["detail"] = error.message
    return body | {key: msgspec.to_builtins(value) for key, value in error.details.items() if key not in body}


def _answer(request: Request[Any, Any, Any], error: LianjianError, status: int | None = None) -> Response[bytes]:
    body = problem(error, english=prefers_english(request), status=status)
    headers = {"Retry-After": str(body.get("retry_after", 60))} if body["status"] in COME_AGAIN else {}
    return Response(msgspec.json.encode(body), status_code=body["status"], media_type=PROBLEM_JSON, headers=headers)


def refused(request: Request[Any, Any, Any], error: LianjianError) -> Response[bytes]:
    """A refusal of ours."""
    return _answer(request, error)


def body_not_valid(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """A body that did not decode (400) or did not validate (422, every bad field named), or a bad parameter (422)."""
    parameter = request.route_handler.parsed_fn_signature.parameters.get("data")
    raw = ScopeState.from_scope(request.scope).body  # handlers of exceptions are not awaited: what was read before counts
    if parameter is not None and isinstance(raw, bytes):
        try:
            decoding.decode(raw, parameter.annotation)
        except Invalid as named:
            return _answer(request, named)
    facts = getattr(error, "extra", None) or []
    return _answer(request, Invalid(errors=facts) if facts else Invalid(str(error)))


def http_refused(request: Request[Any, Any, Any], error: HTTPException) -> Response[bytes]:
    """What the framework refused: 404 of an unknown path, 405, 413, 415, 429."""
    if error.status_code == 404:
        return _answer(request, NotFound())
    if error.status_code >= 500:
        return fault(request, error)
    return _answer(request, HttpRefused(error.detail), error.status_code)


def fault(request: Request[Any, Any, Any], error: Exception) -> Response[bytes]:
    """Anything else: logged with its traceback, answered without it.

    What fails at the commit comes in a group, because the framework cleans dependencies up together: a refusal is one there too.
    """
    if isinstance(error, ExceptionGroup) and isinstance(error.exceptions[0], LianjianError):
        return refused(request, error.exceptions[0])
    log.error("fault", path=request.scope.get("path_template"), exc_info=error)
    return _answer(request, InternalFault(), 500)


EXCEPTION_HANDLERS: dict[Any, Any] = {
    LianjianError: refused,
    ValidationException: body_not_valid,
    SerializationException: body_not_valid,
    HTTPException: http_refused,
    Exception: fault,
}
