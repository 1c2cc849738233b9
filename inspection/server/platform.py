"""What one process runs with, made once at the start and handed to handlers and jobs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from inspection.declaring.nomenclature import Nomenclature
from inspection.live_feed.live import Hub
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_channel import Channel as Sender
from inspection.reporting.seal import Seal
from inspection.server.rulebook_following import Following
from kit.clock import Clock
from kit.database import Database
from kit.rate_limit import RateLimit
from kit.settings import Settings
from media.object_store import ObjectStore
from risk.published_rulebooks import UnlikeShipped
from risk.rulebook_in_force import RulebookInForce


@dataclass
class Platform:
    """The parts every edge needs. ``draining`` is set at shutdown: readiness goes first, then sockets close with 1012.

    ``unlike_shipped``: rulebooks that ship and were stored otherwise, as they were at the start; their files change only with it.
    """

    settings: Settings
    database: Database
    clock: Clock
    store: ObjectStore
    seal: Seal | None
    following: Following
    nomenclature: Nomenclature
    hub: Hub
    channels: Mapping[Channel, Sender] = field(default_factory=dict)
    unlike_shipped: Sequence[UnlikeShipped] = ()
    sign_in_rate: RateLimit = field(default_factory=lambda: RateLimit(30, 60))
    progress_rate: RateLimit = field(default_factory=lambda: RateLimit(60, 60))
    draining: bool = False

    @property
    def rulebook(self) -> RulebookInForce:
        """What this process screens with."""
        return self.following.rulebook
