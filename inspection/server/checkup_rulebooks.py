"""Whether the rule packs that ship are those the platform stores, on a database of one's own."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import TYPE_CHECKING

from inspection.server.checkup_services import Finding, ok, warning
from kit.settings import Settings

if TYPE_CHECKING:
    from risk.published_rulebooks import UnlikeShipped

CHECK = "rulebooks"
ALIKE = ("随附的规则包与平台所存内容一致。", "The rule packs that ship say what the platform stored.")


def rulebooks(settings: Settings) -> Iterable[Finding]:
    """Nothing to say of an embedded platform: it is not running while its doctor looks, and says so itself at ``/readyz``."""
    if settings.database_url is not None:
        yield from asyncio.run(unlike_shipped(settings.database_url))


def unlike_pair(one: UnlikeShipped) -> tuple[str, str]:
    """Which version, both digests, what decides and what to do, in Chinese and in English."""
    stored = one.stored or "–"
    zh = (
        f"规则集 {one.name} 第 {one.version} 版：随附文件与平台所存内容不同，仍按平台所存执行"
        f"（所存 {stored}，随附 {one.shipped}）。"
        "请将随附文件的 version 改为未用过的更高版本号后重新启动；不需要修改的，请恢复原文件。"
    )
    en = (
        f"rulebook {one.name} version {one.version}: the pack that ships is not the one that was stored, which still decides "
        f"(stored {stored}, shipped {one.shipped}). Give the file a higher version that was never used, or bring the file back, "
        "and start again."
    )
    return zh, en


async def unlike_shipped(url: str) -> list[Finding]:
    """A finding for each version stored otherwise in the database at ``url``; none when it cannot be asked."""
    from sqlalchemy.exc import DBAPIError

    from agencies.powers import PLATFORM
    from kit.database import Database, DatabaseUnavailable
    from risk import published_rulebooks

    database = Database(url, pool_size=1)
    try:
        async with database.unit_of_work(PLATFORM) as session:
            found = await published_rulebooks.unlike_shipped(session)
    except (DBAPIError, DatabaseUnavailable):
        return []  # away, or not migrated yet: another check says so
    finally:
        await database.close()
    return [warning(CHECK, *unlike_pair(one)) for one in found] or [ok(CHECK, *ALIKE)]
