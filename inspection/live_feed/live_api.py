"""``WS /live/v1/cases/{no}`` and ``WS /live/v1/inbox``: hello, what was missed, then what happens. See docs/live-feed.md.

The client says ``{"after": n}`` (and the ``epoch`` it knows). The server answers ``{"type": "events", "epoch", "head",
"after", "now"}``, then one frame an event: ``{seq, type, at, by, data}``, or ``{seq, "type": "withheld"}``. A client that
sees a gap says ``{"after": n}`` again. Close codes: :class:`~inspection.live_feed.live_watchers.End`.
"""

from __future__ import annotations

from typing import Any, Literal

from litestar import WebSocket, get, websocket
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery

from agencies.powers import Principal
from inspection.case_access import case_for
from inspection.events import case_stream
from inspection.live_feed import live_connection
from inspection.live_feed.live import Hub
from inspection.live_feed.live_connection import Feed
from inspection.live_feed.live_schema import asyncapi
from inspection.notifying import notice_feed
from kit.database import Database
from kit.errors import NotFound


@websocket("/live/v1/cases/{no:str}")
async def live_case(
    socket: WebSocket[Any, Any, Any], no: FromPath[str], database: NamedDependency[Database], hub: NamedDependency[Hub]
) -> None:
    """One watcher of one case."""
    principal: Principal = socket.state.principal

    async def authorise() -> str:
        """The epoch of the case's log: a case that was replaced under the same number has another one."""
        async with database.unit_of_work(principal.acting) as session:
            case = await case_for(session, principal, no)
            return f"{case.no}.{int(case.opened_at.timestamp())}"

    await live_connection.serve(socket, hub, principal, Feed(case_stream(no), authorise))


@websocket("/live/v1/inbox")
async def live_inbox(
    socket: WebSocket[Any, Any, Any], hub: NamedDependency[Hub], of: FromQuery[Literal["desk", "person"]] = "desk"
) -> None:
    """One watcher of the inbox shared with colleagues (``of=desk``), or of one's own (``of=person``)."""
    principal: Principal = socket.state.principal
    found = notice_feed.own_of(principal) if of == "person" else notice_feed.desk_of(principal)

    async def authorise() -> str:
        """Whose inbox it is follows from who signed in: there is nothing to ask for, and nothing foreign to find."""
        if found is None:
            raise NotFound(inbox=of)
        return found[0]

    stream, shared = found or ("", None)
    await live_connection.serve(socket, hub, principal, Feed(stream, authorise, shared))


@get("/schema/asyncapi.json", include_in_schema=False, sync_to_thread=False)
def describe() -> dict[str, Any]:
    """The feed as an AsyncAPI 3 document."""
    return asyncapi()


HANDLERS = [live_case, live_inbox, describe]
