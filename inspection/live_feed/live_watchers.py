"""Who watches the live feed, in memory: a mailbox per socket, a group per audience. No database, no socket."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from enum import IntEnum
from uuid import UUID

import msgspec

from kit.acting import Acting

AUDIENCE = frozenset({"agency", "port"})


class End(IntEnum):
    """Why the server ends a socket; the numbers are the close codes clients act upon."""

    RESTART = 1012  # come again in a second
    BAD_HELLO = 4400  # what was sent is no hello
    SIGNED_OUT = 4401  # the session was revoked or has expired
    NOT_YOURS = 4404  # no such case, or not yours
    NO_HELLO = 4408  # nothing was said in time
    TOO_SLOW = 4008  # come again with your last number


REASONS: dict[End, str] = {
    End.RESTART: "restarting: reconnect in a second",
    End.BAD_HELLO: 'say {"after": n}',
    End.SIGNED_OUT: "the session has ended: sign in again",
    End.NOT_YOURS: "not found",
    End.NO_HELLO: 'nothing said: send {"after": n} first',
    End.TOO_SLOW: "too slow: reconnect with your last number",
}


class Hello(msgspec.Struct, frozen=True, kw_only=True):
    """What a client says: the last number it has, and the log it has it from. Said again when it sees a gap."""

    after: int = 0
    epoch: str | None = None


@dataclass(frozen=True)
class Frame:
    """One event as it is sent, encoded once for everybody who may see it."""

    seq: int
    text: str


@dataclass(eq=False)
class Watcher:
    """One socket's mailbox. It lags by at most ``lag`` frames; ``ended`` is set once, with the reason."""

    session_id: UUID | None
    lag: int
    box: asyncio.Queue[Frame | Hello] = field(default_factory=asyncio.Queue)
    ended: asyncio.Future[End] = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give(self, one: Frame | Hello) -> None:
        """Puts a frame, or what the client asked, into the box; a full box ends the watcher as too slow."""
        if self.ended.done():
            return
        if self.box.qsize() >= self.lag:
            self.end(End.TOO_SLOW)
        else:
            self.box.put_nowait(one)

    def end(self, why: End) -> None:
        """The socket is to close. The first reason counts."""
        if not self.ended.done():
            self.ended.set_result(why)


@dataclass(eq=False)
class Group:
    """Watchers of one stream who may see the same. ``seq`` is the last number read for them."""

    stream: str
    acting: Acting
    seq: int
    watchers: set[Watcher] = field(default_factory=set)
    wanted: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[None] | None = None

    @property
    def key(self) -> tuple[str, str, str]:
        """What two groups never share."""
        return group_key(self.stream, self.acting)


def audience(acting: Acting) -> Acting:
    """Who sees the same: role, agency and port. The person does not matter to what a case shows."""
    return Acting(acting.role, {name: value for name, value in acting.settings.items() if name in AUDIENCE})


def group_key(stream: str, shared: Acting) -> tuple[str, str, str]:
    """The key of the group of ``shared`` (an :func:`audience`) on ``stream``."""
    return stream, shared.role, repr(sorted(shared.settings.items()))
