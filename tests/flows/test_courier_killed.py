"""A worker that is killed with the mail server's word in its hand, before it could write it down: sent again, nothing lost."""

from __future__ import annotations

from collections import Counter
from email.message import EmailMessage

import asyncpg
from make import Make, ok
from receivers import mail_server
from worker_processes import until, workers
from world import World

from inspection.notifying.notice_mail import HEADER
from inspection.notifying.notice_timing import LEASE

MAILED = ("ping", "qiu", "lin")
WAITS = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%notice%'"
LEFT = "SELECT 1 FROM notice WHERE channel = 'EMAIL' AND state = 'QUEUED'"
LOG = "SELECT state FROM notice_attempt WHERE notice_id = $1::text::uuid ORDER BY attempt"


async def test_a_worker_killed_between_the_mail_servers_word_and_the_commit_sends_the_same_notice_again_and_loses_none(
    world: World, make: Make
) -> None:
    for login in MAILED:
        ok(await world.client_of(login).put("/api/v1/me/notices", json={"email": f"{login}@example.org"}))
    await make.case()
    written = {str(row["id"]) for row in await world.as_owner("SELECT id FROM notice WHERE channel = 'EMAIL'")}
    assert len(written) >= len(MAILED)
    holder = await asyncpg.connect(world.services.owner_url)
    held = holder.transaction()

    async def hold(mail: EmailMessage) -> None:
        """Who was mailed first can be written down by nobody while we hold its row."""
        mailbox.before_answering = None
        await held.start()
        await holder.execute("SELECT 1 FROM notice WHERE id = $1::text::uuid FOR UPDATE", str(mail[HEADER]))

    async with mail_server() as mailbox, workers(world, 2, smtp_url=mailbox.url) as (first, second):
        mailbox.before_answering = hold
        await first.work()

        async def waits() -> bool:
            return bool(await world.as_owner(WAITS))

        await until(waits)
        await first.kill()
        await held.rollback()
        await holder.close()
        accepted = [str(mail[HEADER]) for mail in mailbox.mails]
        assert accepted and len(set(accepted)) == len(accepted), "each was accepted once so far"
        assert await world.as_owner(LEFT), "and none of them is written down as sent"

        await second.work()
        await world.move_by(LEASE)

        async def sent() -> bool:
            return not await world.as_owner(LEFT)

        await until(sent)
        await second.kill()

    heard = Counter(str(mail[HEADER]) for mail in mailbox.mails)
    assert heard.keys() == written, "nothing is lost, and nothing goes out under another id"
    assert heard[accepted[0]] == 2 and max(heard.values()) == 2
    assert [row["state"] for row in await world.as_owner(LOG, accepted[0])] == ["QUEUED", "SENT"]
