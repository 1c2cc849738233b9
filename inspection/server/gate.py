"""The gate before every handler: when the request arrived, who sent it, whether the route's row opens for that person."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.enums import ScopeType
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Receive, Scope, Send

from agencies import powers, sign_in
from agencies.office_api import cookie_name
from agencies.powers import Gate, Principal
from inspection.server.platform import Platform
from inspection.server.problem_details import CrossSite, NotSignedIn
from inspection.server.route_powers import ROUTES

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
SAME_SITE = frozenset({"same-origin", "none"})


class Gatekeeper(ASGIMiddleware):
    """Stamps ``received_at``, signs the person in by token, checks the route's row. No row: nobody passes."""

    scopes = (ScopeType.HTTP, ScopeType.WEBSOCKET)

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        """One connection."""
        connection: ASGIConnection[Any, Any, Any, Any] = ASGIConnection(scope)
        platform: Platform = connection.app.state.platform
        method = str(scope.get("method", "WEBSOCKET"))
        row = ROUTES.get(powers.route_key("GET" if method == "HEAD" else method, scope["path_template"]))
        # Over https only the __Host- name counts: any neighbour under the same domain may set the plain one.
        token, by_cookie = token_of(connection, cookie_name(platform.settings))
        if by_cookie and _cross_site(connection, method):
            raise CrossSite()
        principal = await _signed_in(platform, token) if token and row is not Gate.PUBLIC else None
        connection.state.received_at = platform.clock.now()
        connection.state.principal = principal
        if row is not Gate.PUBLIC and principal is None:
            raise NotSignedIn()
        powers.check_route(row, principal)
        await next_app(scope, receive, send)


async def _signed_in(platform: Platform, token: str) -> Principal | None:
    async with platform.database.unit_of_work(sign_in.bearer(token)) as session:
        await platform.clock.refresh(session)
        return await sign_in.principal_of(session, token, platform.clock.now())


def token_of(connection: ASGIConnection[Any, Any, Any, Any], cookie: str) -> tuple[str | None, bool]:
    """The token presented and whether it came as a cookie."""
    authorization = connection.headers.get("authorization", "")
    if authorization.lower().startswith("bearer "):
        return authorization[7:].strip(), False
    return connection.cookies.get(cookie), True


def _cross_site(connection: ASGIConnection[Any, Any, Any, Any], method: str) -> bool:
    """A browser names the site a request comes from; only unsafe methods and sockets with our cookie need to care."""
    if method in SAFE:
        return False
    site, origin = connection.headers.get("sec-fetch-site"), connection.headers.get("origin")
    if site is not None and method != "WEBSOCKET":
        return site not in SAME_SITE
    # Sockets carry no Sec-Fetch-Site everywhere, and neither do old browsers; programs name no origin at all.
    return origin is not None and origin.split("://")[-1] != connection.headers.get("host")


def principal_of(request: Request[Any, Any, Any]) -> Principal:
    """The person behind a request that passed a gate which is not public."""
    principal = request.state.principal
    assert isinstance(principal, Principal)
    return principal
