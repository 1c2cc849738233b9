"""Notices to a unit's group, through apprise (the extra ``messages``): WeCom, DingTalk, Feishu, SMS gateways and a hundred more.

The operator sets the addresses: an apprise address may call any host, so no user ever gives one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from typing import Any

from inspection.notifying.notice_channel import Answer, Letter
from inspection.notifying.notices import State


class GroupsNotInstalled(RuntimeError):
    """LIANJIAN_GROUPS is set, and apprise is not installed."""


class Groups:
    """The channel MESSAGE: one apprise address for each unit (``port/agency``)."""

    def __init__(self, addresses: Mapping[str, str]) -> None:
        if find_spec("apprise") is None:
            raise GroupsNotInstalled("LIANJIAN_GROUPS needs apprise: pip install 'lianjian[messages]'")
        self._addresses = addresses

    async def send(self, letter: Letter) -> Answer:
        """One message; the library is synchronous and has its own timeouts."""
        address = self._addresses.get(letter.to)
        if address is None:
            return Answer(state=State.SUPPRESSED, said="no group address any more", final=True)
        delivered = await asyncio.to_thread(_notify, address, letter)
        return Answer(state=State.SENT if delivered else State.FAILED, said="accepted" if delivered else "not accepted")


def _notify(address: str, letter: Letter) -> bool:
    import apprise

    hub: Any = apprise.Apprise()
    add: Callable[[str], bool] = hub.add
    if not add(address):
        return False
    return bool(hub.notify(title=letter.text.subject, body=f"{letter.text.body}\n#{letter.id}"))
