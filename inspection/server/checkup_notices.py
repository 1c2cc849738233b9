"""Whether notices get through, on a database of one's own: what the platform gave up within the last day."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import UTC, datetime

from inspection.server.checkup_services import Finding, ok, warning
from kit.settings import Settings

CHECK = "notices"


def notices(settings: Settings) -> Iterable[Finding]:
    """Nothing to say of an embedded platform: it is not running while its doctor looks, and says so itself at ``/readyz``."""
    if settings.database_url is not None:
        yield from asyncio.run(given_up(settings.database_url, datetime.now(UTC)))


async def given_up(url: str, now: datetime) -> list[Finding]:
    """The one finding of the database at ``url``; none when it cannot be asked."""
    from sqlalchemy.exc import DBAPIError

    from agencies.powers import PLATFORM
    from inspection.notifying import notice_health
    from kit.database import Database, DatabaseUnavailable

    database = Database(url, pool_size=1)
    try:
        async with database.unit_of_work(PLATFORM) as session:
            count = await notice_health.given_up(session, now)
    except (DBAPIError, DatabaseUnavailable):
        return []  # away, or not migrated yet: another check says so
    finally:
        await database.close()
    if not count:
        return [ok(CHECK, "近一日没有放弃投递的通知。", "No notice was given up within the last day.")]
    zh = f"近一日有 {count} 条通知多次投递失败后放弃；原因见日志 notice_given_up，请检查邮件服务器和各推送地址。"
    en = f"notices given up within the last day: {count}; why is in the log (notice_given_up). Check mail server and webhooks."
    return [warning(CHECK, zh, en)]
