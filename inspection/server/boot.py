"""Starting a platform: embedded services or the ones the settings name, the schema, the parts of this process."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import msgspec
import structlog

from agencies import people
from agencies.powers import PLATFORM
from inspection.declaring.nomenclature import nomenclature
from inspection.live_feed.live import Hub
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_channel import Channel as Sender
from inspection.notifying.notice_channel import Closed
from inspection.notifying.notice_groups import Groups
from inspection.notifying.notice_mail import Mail, Outbox
from inspection.notifying.notice_webhook import Webhooks
from inspection.policies import published_policies
from inspection.reactions import REACTIONS
from inspection.reporting import seal, time_stamps
from inspection.reporting.seal import Seal
from inspection.server.migrate import LOGIN_ROLE, check_version, migrate
from inspection.server.platform import Platform
from inspection.server.rulebook_following import Following
from kit.clock import AdjustableClock, Clock, SystemClock
from kit.database import Database
from kit.settings import Settings
from media.file_store import FileStore
from media.object_store import ObjectStore
from media.s3_store import store_from_url
from risk import published_rulebooks

RAISE_THE_VERSION = "give the changed pack a version number that was never used, or bring back its file, and start again"
log = structlog.get_logger()


@dataclass(frozen=True)
class Services:
    """Where PostgreSQL is: as the tables' owner (None: somebody else migrates) and as the app's login role."""

    owner_url: str | None
    app_url: str


@contextmanager
def services(settings: Settings) -> Iterator[Services]:
    """Brings up the embedded PostgreSQL for as long as the block runs, or uses ``DATABASE_URL``. From the main thread only."""
    if settings.database_url is not None:
        yield Services(settings.owner_database_url, settings.database_url)
        return
    from inspection.server.embedded import EmbeddedPostgres

    with EmbeddedPostgres(settings.data_dir) as postgres:
        yield Services(postgres.owner_url(), postgres.login_url(LOGIN_ROLE))


async def prepare_schema(found: Services) -> None:
    """Migrates when the owner's connection is ours to use, and seeds the agencies that ship."""
    assert found.owner_url is not None
    await migrate(found.owner_url)
    database = Database(found.app_url, pool_size=1)
    try:
        async with database.unit_of_work(PLATFORM) as session:
            await people.add_agencies(session)
            await published_policies.add_shipped(session)
            await published_rulebooks.add_shipped(session)
    finally:
        await database.close()


@asynccontextmanager
async def open_database(settings: Settings, found: Services) -> AsyncIterator[tuple[Database, Clock]]:
    """The database of this release's schema (an embedded one is brought to it) and the platform's clock."""
    if settings.embedded:
        await prepare_schema(found)
    database = Database(found.app_url, reacted=frozenset(REACTIONS))
    try:
        async with database.engine.connect() as connection:
            await check_version(connection)
        clock = AdjustableClock() if settings.clock == "adjustable" else SystemClock()
        async with database.unit_of_work(PLATFORM) as session:
            await clock.refresh(session)
        yield database, clock
    finally:
        await database.close()


@asynccontextmanager
async def open_platform(settings: Settings, found: Services) -> AsyncIterator[Platform]:
    """The parts of this process on a database of this release's schema; closes them at the end."""
    async with open_database(settings, found) as (database, clock), platform_on(settings, database, clock) as platform:
        yield platform


@asynccontextmanager
async def platform_on(settings: Settings, database: Database, clock: Clock) -> AsyncIterator[Platform]:
    """The parts of this process on a database that is open; closes the parts at the end."""
    async with contextlib.AsyncExitStack() as closing:
        store = _store(settings)
        closing.push_async_callback(store.close)
        await store.check()
        following = Following(database, clock)
        await following.look()
        async with database.unit_of_work(PLATFORM) as session:
            unlike_shipped = await published_rulebooks.unlike_shipped(session)
        for one in unlike_shipped:
            log.warning("rulebook_unlike_shipped", **msgspec.structs.asdict(one), decides="stored", advice=RAISE_THE_VERSION)
        yield Platform(
            settings=settings,
            database=database,
            clock=clock,
            store=store,
            seal=seal_of(settings),
            following=following,
            unlike_shipped=unlike_shipped,
            nomenclature=nomenclature(),
            hub=Hub(database, clock),
            channels=channels(settings),
        )


def seal_of(settings: Settings) -> Seal | None:
    """The seal that the settings name; an embedded platform makes one of its own for trying, any other has none without it."""
    own = None
    if settings.seal_file is not None:
        own = seal.load(settings.seal_file, settings.seal_password)
    elif settings.embedded and settings.object_store_url is None:
        own = seal.self_made(settings.data_dir / "seal" / "seal.p12")
    if own is None or settings.timestamp_url is None or settings.timestamp_trust is None:
        return own
    return replace(own, authority=time_stamps.load(settings.timestamp_url, settings.timestamp_trust))


def _store(settings: Settings) -> ObjectStore:
    if settings.object_store_url is not None:
        return store_from_url(settings.object_store_url)
    return FileStore(settings.data_dir / "objects")


def outbox_of(data_dir: Path) -> Path:
    """Where an embedded platform without a mail server puts its mails."""
    return data_dir / "outbox"


def channels(settings: Settings) -> dict[Channel, Sender]:
    """How notices leave the platform. An embedded one without a mail server writes its mail into the folder ``outbox``."""
    mail: Sender
    if settings.smtp_url is not None:
        mail = Mail(settings.smtp_url, settings.smtp_from)
    elif settings.embedded:
        mail = Outbox(outbox_of(settings.data_dir), settings.smtp_from)
    else:
        mail = Closed("SMTP_URL is not set")
    groups: Sender = Groups(settings.groups) if settings.groups else Closed("LIANJIAN_GROUPS is not set")
    webhooks = Webhooks(private=settings.webhooks == "private")
    return {Channel.EMAIL: mail, Channel.WEBHOOK: webhooks, Channel.MESSAGE: groups}
