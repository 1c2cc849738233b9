"""``lianjian people`` as a person at the machine runs it: the first administrator, others, links, disabling."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from make import ok
from world import World

from agencies import accounts
from agencies.accounts import AccountDisabled, NewPerson, PersonInvalid
from agencies.people import LoginTaken
from agencies.powers import PLATFORM, Kind, Power
from kit import event_log
from kit.errors import NotAllowed, NotFound

MAIN = [sys.executable, "-m", "inspection.server.cli", "people"]
PASSWORD = "quite another phrase"


@dataclass(frozen=True)
class Ran:
    """How a run of the verb ended."""

    status: int
    body: Any
    told: str


async def people(world: World, folder: Path, *arguments: str) -> Ran:
    """The verb in a process of its own, with --json, on the world's database."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIANJIAN_")}
    environment |= {"DATABASE_URL": world.services.app_url, "LIANJIAN_DATA_DIR": str(folder)}
    environment |= {"LIANJIAN_PUBLIC_URL": "https://lianjian.test/"}
    process = await asyncio.create_subprocess_exec(
        *MAIN, *arguments, "--json", env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    out, told = await process.communicate()
    assert process.returncode is not None
    return Ran(process.returncode, json.loads(out) if out else None, told.decode())


async def test_the_first_administrator_gets_a_link_and_never_a_password(world: World, tmp_path: Path) -> None:
    await world.as_owner("UPDATE person SET disabled_at = now() WHERE kind = 'admin'")
    added = await people(world, tmp_path, "add", "--admin", "first", "--name", "Wen")
    assert added.status == 0, added.told
    address, _, token = added.body["link"].rpartition("/")
    assert address == "https://lianjian.test/#/first-password" and len(token) >= 43
    assert await world.as_owner("SELECT * FROM credential WHERE login = 'first'") == []
    # The verb went by the machine's clock, the world stands elsewhere: a link outlives both.
    await world.as_owner("UPDATE one_time_link SET expires_at = '2199-01-01 00:00Z'")
    nobody = world.client_of(None)
    assert (await nobody.post("/api/v1/first-password", json={"token": token, "password": PASSWORD})).status_code == 204
    me = ok(await nobody.post("/api/v1/sign-in", json={"login": "first", "password": PASSWORD}))["person"]
    assert (me["kind"], me["powers"], me["agency"], me["port"]) == ("admin", ["administer"], None, None)


async def test_a_second_first_administrator_is_refused_by_name(world: World, tmp_path: Path) -> None:
    refused = await people(world, tmp_path, "add", "--admin", "second", "--name", "Wen")
    assert refused.status == 1 and refused.body is None
    assert "wen" in refused.told and "people link" in refused.told
    assert await world.as_owner("SELECT * FROM person WHERE login = 'second'") == []
    added = await people(world, tmp_path, "add", "second", "--name", "Wen", "--kind", "admin")
    assert added.status == 0, added.told


async def test_people_are_added_listed_linked_and_disabled(world: World, tmp_path: Path) -> None:
    expert = ["--kind", "agency", "--powers", "expert", "dispatch", "--agency", "ip", "--port", "5316"]
    added = await people(world, tmp_path, "add", "qiu2", "--name", "Qiu", *expert, "--certified-until", "2027-01-31")
    assert added.status == 0, added.told
    listed = {one["login"]: one for one in (await people(world, tmp_path, "list")).body["people"]}
    assert listed["qiu2"]["powers"] == ["dispatch", "expert"] and listed["qiu2"]["password"] is False
    assert listed["lin"]["password"] is True and listed["lin"]["demo"] is True
    renewed = await people(world, tmp_path, "link", "qiu2")
    assert renewed.status == 0 and renewed.body["link"] != added.body["link"]
    disabled = await people(world, tmp_path, "disable", "qiu2")
    assert (disabled.status, disabled.body) == (0, {"login": "qiu2", "sessions_ended": 0})


async def test_nobody_gets_an_account_twice_or_a_link_after_the_end(world: World) -> None:
    database, now = world.platform.database, world.clock.now()
    again = NewPerson(login="lin", name="Lin", kind=Kind.RULES, powers=frozenset({Power.RULES}))
    for refused, attempt in (
        (LoginTaken, lambda session: accounts.add(session, again, now)),
        (NotFound, lambda session: accounts.renew_link(session, "somebody", now)),
        (NotFound, lambda session: accounts.disable(session, "somebody", now)),
        (AccountDisabled, lambda session: accounts.renew_link(session, "bo", now)),
    ):
        async with database.unit_of_work(PLATFORM) as session:
            await accounts.disable(session, "bo", now)
        with pytest.raises(refused):
            async with database.unit_of_work(PLATFORM) as session:
                await attempt(session)


async def test_every_step_of_an_account_is_in_the_persons_stream_and_holds_no_secret(world: World) -> None:
    database, now = world.platform.database, world.clock.now()
    bo = NewPerson(
        login="bo2", name="Bo", kind=Kind.AGENCY, powers=frozenset({Power.EXPERT}), agency="market_regulation", port="5316"
    )
    async with database.unit_of_work(PLATFORM) as session:
        link = await accounts.add(session, bo, now)
    async with database.unit_of_work(PLATFORM) as session:
        await accounts.disable(session, "bo2", now)
    (row,) = await world.as_owner("SELECT id FROM person WHERE login = 'bo2'")
    stream = f"person:{row['id']}"
    async with database.unit_of_work(PLATFORM) as session:
        events = await event_log.read(session, stream)
        assert await event_log.verify(session, stream) is None
    assert [event.type for event in events] == ["PersonAdded", "LinkIssued", "PersonDisabled"]
    assert link.token not in repr(events)


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"login": "Lin"}, {"login"}),
        ({"login": "lin lin"}, {"login"}),
        ({"name": " "}, {"name"}),
        ({"powers": frozenset()}, {"powers"}),
        ({"port": None}, {"port"}),
        ({"agency": None, "port": None}, {"agency", "port"}),
        ({"enterprise": "X"}, {"enterprise"}),
        ({"agency": "customs"}, {"agency"}),
        ({"kind": Kind.CUSTOMS, "powers": frozenset({Power.APPROVE})}, {"agency"}),
        ({"kind": Kind.ADMIN, "powers": frozenset({Power.ADMINISTER})}, {"agency", "port"}),
        ({"kind": Kind.ENTERPRISE, "powers": frozenset({Power.FILE})}, {"agency", "port", "enterprise"}),
    ],
)
def test_a_person_who_does_not_fit_is_refused_with_every_field_named(changes: dict[str, Any], fields: set[str]) -> None:
    fitting: dict[str, Any] = {"login": "mei", "name": "Mei", "kind": Kind.AGENCY, "powers": frozenset({Power.EXPERT})}
    fitting |= {"agency": "market_regulation", "port": "5316"}
    accounts.check_new(NewPerson(**fitting))
    with pytest.raises(PersonInvalid) as refused:
        accounts.check_new(NewPerson(**fitting | changes))
    assert {error["path"] for error in refused.value.details["errors"]} == fields


async def test_no_person_holds_a_power_of_another_kind(world: World) -> None:
    auditor = NewPerson(login="an2", name="An", kind=Kind.AUDITOR, powers=frozenset({Power.APPROVE}), port="5316")
    with pytest.raises(NotAllowed):
        async with world.platform.database.unit_of_work(PLATFORM) as session:
            await accounts.add(session, auditor, world.clock.now())
