"""What a channel is: something that takes a letter and says what became of it. One more channel is one more class."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

import msgspec

from inspection.notifying.notice_rendering import Text
from inspection.notifying.notices import State


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """A notice on its way. ``id`` is the same at every attempt: receivers tell repetitions by it.

    ``to`` is an e-mail address, a URL or a unit (``port/agency``); ``secrets`` sign a webhook, the newest first.
    """

    id: UUID
    to: str
    template: str
    text: Text
    at: datetime
    case: str | None
    data: dict[str, Any]
    texts: dict[str, Any]
    calendar: str | None = None
    secrets: tuple[str, ...] = ()


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one attempt. ``final``: trying again would not help. ``said`` holds no secret."""

    state: State
    said: str
    final: bool = False


class Channel(Protocol):
    """Sends a letter; whatever goes wrong is an answer, never an exception."""

    async def send(self, letter: Letter) -> Answer:
        """One attempt."""
        ...


def failed(fault: Exception, *, final: bool = False) -> Answer:
    """An attempt that failed: the kind of fault, not its text, which may repeat an address with a password in it."""
    return Answer(state=State.FAILED, said=type(fault).__name__, final=final)


class Closed:
    """A channel that is not set up here."""

    def __init__(self, why: str) -> None:
        self._why = why

    async def send(self, letter: Letter) -> Answer:
        """Nothing is sent, and the log says why."""
        return Answer(state=State.SUPPRESSED, said=self._why, final=True)
