"""Notices on their way: written once, sent at least once under one id, to real receivers; convenience waits, the law does not."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import msgspec
import pytest
from icalendar import Calendar
from make import Make, ok
from receivers import Mailbox, Receiver, mail_server, webhook_receiver
from standardwebhooks import Webhook
from world import World

from agencies.powers import PLATFORM
from inspection.notifying import notices
from inspection.notifying.notice_catalogue import Channel
from inspection.notifying.notice_delivery import Courier
from inspection.notifying.notice_mail import Mail
from inspection.notifying.notice_timing import LEASE
from inspection.notifying.notice_webhook import Webhooks
from inspection.server import checkup_notices
from kit import event_log

NIGHT = {"quiet_since": "22:00:00", "quiet_until": "07:00:00"}


@pytest.fixture
async def mailbox() -> AsyncIterator[Mailbox]:
    """A real mail server."""
    async with mail_server() as started:
        yield started


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    """A real webhook receiver."""
    async with webhook_receiver() as started:
        yield started


def courier(world: World, mailbox: Mailbox | None = None) -> Courier:
    """A courier that goes to the test's receivers."""
    channels: dict[Channel, Any] = {Channel.WEBHOOK: Webhooks(private=True)}
    if mailbox is not None:
        channels[Channel.EMAIL] = Mail(mailbox.url, "lianjian@port.example.org")
    return Courier(world.platform.database, world.platform.clock, channels)


async def wishes(world: World, login: str, **wanted: Any) -> None:
    """What somebody sets for oneself."""
    body = {"email": f"{login}@example.org", **wanted}
    ok(await world.client_of(login).put("/api/v1/me/notices", json=body))


async def subscribed(world: World, receiver: Receiver, login: str = "hengtong", *templates: str) -> dict[str, Any]:
    """A subscription to the test's receiver; https is asked for at the edge, so the address is set below it."""
    body = {"id": str(uuid4()), "url": "https://receiver.example.org/in", "templates": templates}
    made: dict[str, Any] = ok(await world.client_of(login).post("/api/v1/webhooks", json=body))
    await world.as_owner("UPDATE webhook_subscription SET url = $1 WHERE id = $2::text::uuid", receiver.url, made["id"])
    return made


async def warnings(world: World) -> list[str]:
    """What ``/readyz`` warns of."""
    found: list[str] = ok(await world.client_of(None).get("/readyz"))["warnings"]
    return found


async def test_each_change_of_an_appointment_reaches_the_enterprises_mailbox_once_with_its_calendar_file(
    world: World, make: Make, mailbox: Mailbox
) -> None:
    await wishes(world, "hengtong", language="en")
    await wishes(world, "mei")
    no = await make.case("SCHEDULED")
    sending = courier(world, mailbox)
    await sending.deliver()
    told = [mail for mail in mailbox.mails if mail["To"] == "hengtong@example.org" and mail.is_multipart()]
    assert [str(mail["Subject"]).split(" 5316")[0] for mail in told] == ["Inspection appointment confirmed"]
    (attached,) = told[0].iter_attachments()
    event = Calendar.from_ical(attached.get_content()).walk("VEVENT")[0]
    assert attached.get_content_type() == "text/calendar" and str(event["STATUS"]) == "CONFIRMED"
    to_mei = [str(mail["Subject"]) for mail in mailbox.mails if mail["To"] == "mei@example.org"]
    assert any(subject.startswith("协同查验任务单") for subject in to_mei), "Chinese, unless somebody says otherwise"

    ok(await world.client_of("lin").post(f"/api/v1/cases/{no}/schedule/cancel", json={"reason": "台位检修"}))
    await world.drain()
    await sending.deliver()
    await sending.deliver()
    told = [mail for mail in mailbox.mails if mail["To"] == "hengtong@example.org" and mail.is_multipart()]
    assert len(told) == 2 and "cancelled" in str(told[1]["Subject"])
    assert max(Counter(str(mail["Message-ID"]) for mail in mailbox.mails).values()) == 1


async def test_a_reaction_that_runs_twice_writes_every_notice_once(world: World, make: Make) -> None:
    await wishes(world, "ping")
    no = await make.case()
    count = "SELECT count(*) FROM notice"
    (before,) = await world.as_owner(count)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        seen = await event_log.read(session, f"case:{no}")
    for event in seen:
        async with world.platform.database.unit_of_work(PLATFORM) as session:
            assert await notices.announce(session, event, world.clock.now()) == 0
    assert await world.as_owner(count) == [before]
    mine = ok(await world.client_of("ping").get("/api/v1/notices", params={"channel": "EMAIL"}))["notices"]
    assert [one["template"] for one in mine] == ["invitation"]


async def test_a_receiver_that_was_down_gets_the_notice_under_the_same_id_when_it_is_back(
    world: World, make: Make, receiver: Receiver
) -> None:
    made = await subscribed(world, receiver, "hengtong", "appointment")
    await make.case("SCHEDULED")
    sending, receiver.status = courier(world), 503
    await sending.deliver()
    assert len(receiver.heard) == 1
    receiver.status = 200
    await world.move_by(timedelta(seconds=10))
    await sending.deliver()
    assert len(receiver.heard) == 2 and len(set(receiver.ids)) == 1
    headers, body = receiver.heard[1]
    content = Webhook(made["secret"]).verify(body, headers)
    assert content["type"] == "notice.appointment" and content["data"]["notice"] == receiver.ids[0]
    hengtong = world.client_of("hengtong")
    log = ok(await hengtong.get(f"/api/v1/notices/{receiver.ids[0]}/attempts"))
    assert [(one["state"], one["answer"]) for one in log] == [("FAILED", "503"), ("DELIVERED", "200")]
    assert (await world.client_of("xinda").get(f"/api/v1/notices/{receiver.ids[0]}/attempts")).status_code == 404


async def test_a_courier_that_dies_between_sending_and_writing_down_leaves_it_to_be_sent_again_under_its_id(
    world: World, make: Make, receiver: Receiver
) -> None:
    await subscribed(world, receiver, "hengtong", "appointment")
    await make.case("SCHEDULED")
    receiver.silent = True
    dying = asyncio.create_task(courier(world).send_due())
    await asyncio.wait_for(receiver.read.wait(), 20)
    dying.cancel()
    await asyncio.gather(dying, return_exceptions=True)
    receiver.silent = False
    await courier(world).deliver()
    assert len(receiver.heard) == 1, "it is somebody's until the lease runs out"
    await world.move_by(LEASE)
    await courier(world).deliver()
    assert len(receiver.heard) == 2 and len(set(receiver.ids)) == 1
    log = ok(await world.client_of("hengtong").get(f"/api/v1/notices/{receiver.ids[0]}/attempts"))
    assert [one["state"] for one in log] == ["QUEUED", "DELIVERED"]


async def test_at_night_what_is_convenience_waits_for_the_morning_and_what_is_statutory_does_not(
    world: World, make: Make, mailbox: Mailbox
) -> None:
    await wishes(world, "hengtong", **NIGHT)
    no = await make.case("PREPARING")
    await world.move_to(datetime.fromisoformat("2026-11-20T23:10:00+08:00"))
    await make.scheduled(no)
    await courier(world, mailbox).deliver()
    subjects = [str(mail["Subject"]) for mail in mailbox.mails]
    assert any(subject.startswith("查验预约已确认") for subject in subjects), "the appointment is asked for by law"
    assert not any(subject.startswith("报关单") and "已排查验" in subject for subject in subjects)
    await world.move_to(datetime.fromisoformat("2026-11-21T07:00:00+08:00"))
    await courier(world, mailbox).deliver()
    assert any("已排查验" in str(mail["Subject"]) for mail in mailbox.mails)


async def test_a_secret_is_shown_once_and_after_a_rotation_both_sign_for_a_day(world: World, receiver: Receiver) -> None:
    hengtong = world.client_of("hengtong")
    made = await subscribed(world, receiver)
    assert made["secret"].startswith("whsec_")
    assert "secret" not in ok(await hengtong.get("/api/v1/webhooks"))[0]
    again = ok(await hengtong.post(f"/api/v1/webhooks/{made['id']}/rotate"))["secret"]
    for moved, valid, invalid in ((0, (made["secret"], again), ()), (25, (again,), (made["secret"],))):
        await world.move_by(timedelta(hours=moved))
        ok(await hengtong.post(f"/api/v1/webhooks/{made['id']}/ping"))
        await courier(world).deliver()
        headers, body = receiver.heard[-1]
        for secret in valid:
            assert Webhook(secret).verify(body, headers)["type"] == "notice.ping"
        for secret in invalid:
            with pytest.raises(Exception, match="No matching signature"):
                Webhook(secret).verify(body, headers)
    replayed = {"since": (world.clock.now() - timedelta(hours=1)).isoformat()}
    assert ok(await hengtong.post(f"/api/v1/webhooks/{made['id']}/replay", json=replayed)) == {"queued": 1}
    await courier(world).deliver()
    assert receiver.ids[-1] == receiver.ids[-2]


async def test_an_address_inside_is_refused_and_never_called(world: World, receiver: Receiver) -> None:
    xinda = world.client_of("xinda")
    for url in (receiver.url, "https://127.0.0.1/in", "https://[::1]/in", "http://example.org/in"):
        refused = await xinda.post("/api/v1/webhooks", json={"id": str(uuid4()), "url": url})
        assert (refused.status_code, refused.json()["code"]) == (422, "webhook_refused")
    made = await subscribed(world, receiver, "xinda")
    ok(await xinda.post(f"/api/v1/webhooks/{made['id']}/ping"))
    strict = Courier(world.platform.database, world.platform.clock, {Channel.WEBHOOK: Webhooks()})
    await strict.deliver()
    assert receiver.heard == []


async def test_a_mail_server_that_refuses_for_good_ends_it_and_whoever_runs_the_platform_is_warned_for_a_day(
    world: World, make: Make, mailbox: Mailbox
) -> None:
    await wishes(world, "ping")
    mailbox.unknown = "ping@example.org"
    await make.case()
    assert await warnings(world) == []
    await courier(world, mailbox).deliver()
    (given_up,) = ok(await world.client_of("ping").get("/api/v1/notices", params={"delivery": "FAILED"}))["notices"]
    assert given_up["attempts"] == 1 and mailbox.mails == []
    (attempt,) = ok(await world.client_of("ping").get(f"/api/v1/notices/{given_up['id']}/attempts"))
    assert attempt["answer"] == "recipient refused: 550"
    assert await warnings(world) == ["notices_failed"]
    doctor = [await checkup_notices.given_up(world.services.app_url, world.clock.now() + timedelta(hours=h)) for h in (0, 25)]
    assert [(one.status, "有 1 条" in one.zh) for (one,) in doctor] == [("warning", True), ("ok", False)]


async def test_a_mail_server_that_is_busy_is_asked_again(world: World, make: Make, mailbox: Mailbox) -> None:
    await wishes(world, "ping")
    await make.case()
    mailbox.refuse = "451 later"
    sending = courier(world, mailbox)
    await sending.deliver()
    listed = ok(await world.client_of("ping").get("/api/v1/notices", params={"channel": "EMAIL"}))["notices"]
    assert [(one["state"], one["attempts"]) for one in listed] == [("QUEUED", 1)]
    mailbox.refuse = None
    await world.move_by(timedelta(seconds=10))
    await sending.deliver()
    assert len(mailbox.mails) == 1 and mailbox.mails[0]["Lianjian-Notice"] == listed[0]["id"]
    assert msgspec.json.encode(listed)  # what the list says can be said again
