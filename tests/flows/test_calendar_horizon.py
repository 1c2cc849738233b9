"""Working calendars in use: S18, corrections under running deadlines, agencies with hours of their own."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from make import Make, ok
from worker_processes import until, workers
from world import World

from agencies import running_deadlines, work_calendars
from agencies.calendars import WorkCalendar
from agencies.deadline_ledger import Terms
from agencies.powers import PLATFORM
from inspection.events import case_stream
from inspection.server.cast import OTHER_PORT, PORT
from inspection.timekeeping.time_limits import RECTIFICATION
from kit.errors import StaleVersion

LAST_MONDAY = datetime(2026, 12, 28, 2, 0, tzinfo=UTC)
"""Monday 2026-12-28 10:00 at the port: three days are left of what is published."""

YEAR_2027: dict[str, Any] = {
    "source": "测试用通知：2027 年部分节假日安排",
    "years": [2027],
    "holidays": ["2027-01-01/2027-01-03", "2027-02-05/2027-02-11"],
    "makeup_workdays": ["2027-01-09"],
}
"""Made up: 2 January is a rest day either way, the 9th is worked."""

CALENDAR = f"/api/v1/calendars/{PORT}"


async def begun(world: World, no: str, *, terms: Terms = RECTIFICATION, agency: str = "") -> str:
    """A deadline of the case that starts now; its subject."""
    subject = f"{terms.type}/{no}/{agency or 'enterprise'}"
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        calendar = await work_calendars.calendar_for(session, PORT, agency or None)
        await running_deadlines.start(
            session,
            port=PORT,
            stream=case_stream(no),
            subject=subject,
            terms=terms,
            starts=world.clock.now(),
            calendar=calendar,
            agency=agency,
        )
    return subject


async def shown(world: World, no: str, subject: str) -> dict[str, Any]:
    """The deadline as the lead sees it."""
    found = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/deadlines"))
    return next(one for one in found if one["subject"] == subject)


def minute(instant: str) -> datetime:
    """The instant without the seconds that pass while a test runs."""
    return datetime.fromisoformat(instant).astimezone(UTC).replace(second=0, microsecond=0)


async def told(world: World, stream: str, *types: str) -> list[dict[str, Any]]:
    """The data of the stream's events of these types, in order."""
    rows = await world.as_owner("SELECT data FROM event WHERE stream = $1 AND type = ANY($2) ORDER BY seq", stream, list(types))
    return [json.loads(row["data"]) for row in rows]


async def published(world: World, document: dict[str, Any], version: int = 0, whose: str = CALENDAR) -> dict[str, Any]:
    """Wen's publication."""
    answer: dict[str, Any] = ok(await world.client_of("wen").put(whose, json=document, headers={"If-Match": f'"v{version}"'}))
    return answer


async def warned(world: World) -> bool:
    """Whether the operators have been told both things that are wrong with the calendar."""
    stream = f"agency:{PORT}"
    return bool(await told(world, stream, "CalendarUnpublished") and await told(world, stream, "CalendarProvisional"))


async def lianjian(world: World, *arguments: str) -> dict[str, Any]:
    """The command as an operator runs it, on the platform's database; what it prints."""
    environment = os.environ | {"DATABASE_URL": world.services.app_url, "PYTHONPATH": os.pathsep.join(sys.path)}
    environment.pop("LIANJIAN_CLOCK", None)
    run = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "inspection.server.cli", *arguments),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
    )
    out, err = await run.communicate()
    assert run.returncode == 0, err.decode()
    answer: dict[str, Any] = json.loads(out)
    return answer


async def eventually(world: World, no: str, subject: str, calendar: str) -> dict[str, Any]:
    """The deadline once a worker has reckoned it by ``calendar``."""
    for _ in range(200):
        found = await shown(world, no, subject)
        if found["calendar"] == calendar:
            return found
        await asyncio.sleep(0.05)
    pytest.fail(f"still reckoned by {found['calendar']}")


# --- S18 ------------------------------------------------------------------------------------------------------------------


async def test_a_rectification_past_the_published_calendar_is_provisional_warned_of_and_reckoned_again(
    world: World, make: Make, tmp_path: Path
) -> None:
    no = await make.case("INVITING")
    await world.move_to(LAST_MONDAY)
    subject = await begun(world, no)

    before = await shown(world, no, subject)
    assert (before["due"], before["provisional"]) == ("2027-01-06T17:30:00+08:00", True)
    assert before["calendar"] == "cn-general/v2026"

    async with workers(world, 2) as (first, second):
        await first.work()
        await until(lambda: warned(world))
        await first.kill()
        (unpublished,) = await told(world, f"agency:{PORT}", "CalendarUnpublished")
        (provisional,) = await told(world, f"agency:{PORT}", "CalendarProvisional")
        assert (unpublished["published_until"], unpublished["days_ahead"]) == ("2026-12-31", 3)
        assert provisional["deadlines"] == 1
        ready = ok(await world.client_of(None).get("/readyz"))
        assert ready["status"] == "ready" and {"calendar_provisional", "calendar_unpublished"} <= set(ready["warnings"])

        file = tmp_path / "2027.json"
        file.write_text(json.dumps(YEAR_2027), encoding="utf-8")
        made = await lianjian(world, "calendar", "import", str(file), "--port", PORT, "--json")
        assert (made["published"], made["calendar"]["calendar"]) == (True, f"{PORT}/v1")
        assert [move["subject"] for move in made["deadlines"]["moves"]] == [subject]
        assert (await shown(world, no, subject))["calendar"] == "cn-general/v2026"  # nobody works

        await second.work()
        after = await eventually(world, no, subject, f"{PORT}/v1")
        await second.kill()
    # New Year's Day is lost, the make-up Saturday of the 9th lies behind the last day.
    assert (after["due"], after["provisional"]) == ("2027-01-07T17:30:00+08:00", False)
    (event,) = await told(world, case_stream(no), "DeadlineRecomputed")
    assert event | {"old_due": "2027-01-06T09:30:00+00:00", "calendar": f"{PORT}/v1", "granted": False} == event

    assert await world.worker.watch() == 0
    assert len(await told(world, case_stream(no), "DeadlineRecomputed")) == 1
    assert (await shown(world, no, subject))["due"] == after["due"]


# --- corrections ----------------------------------------------------------------------------------------------------------


async def test_a_correction_into_the_past_grants_the_later_of_the_old_due_and_a_grace(world: World, make: Make) -> None:
    no = await make.case("INVITING")
    await world.move_to(datetime(2026, 9, 30, 2, 0, tzinfo=UTC))
    subject = await begun(world, no, terms=Terms(type="rights_holder_reply", budget=RECTIFICATION.budget.parse("1wd")))
    assert (await shown(world, no, subject))["due"] == "2026-10-08T17:30:00+08:00"  # after Golden Week

    # On the evening of 8 October it turns out that the 1st was worked: a week late for that, but not yet due.
    await world.move_to(datetime(2026, 10, 8, 9, 0, tzinfo=UTC))
    holidays = ["2026-01-01/2026-01-03", "2026-10-02/2026-10-07"]
    await published(world, {"source": "更正", "years": [2026], "holidays": holidays})
    assert await world.worker.watch() == 1

    after = await shown(world, no, subject)
    assert minute(after["due"]) == datetime(2026, 10, 8, 9, 0, tzinfo=UTC) + running_deadlines.CORRECTION_GRACE
    (entry,) = after["corrections"]
    assert datetime.fromisoformat(entry["computed_due"]) < world.clock.now() < datetime.fromisoformat(entry["granted"])
    await world.drain()
    assert (await shown(world, no, subject))["state"] == "RUNNING"


async def test_what_has_passed_and_what_runs_by_the_clock_no_calendar_moves(world: World, make: Make) -> None:
    no = await make.case("INVITING")
    await world.move_to(datetime(2026, 11, 20, 6, 0, tzinfo=UTC))
    await world.drain()  # the invitations' two hours have lapsed, by the clock
    lapsed = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/deadlines"))
    clock = await begun(world, no, terms=Terms(type="other", budget=RECTIFICATION.budget.parse("48h")))
    hours = (await shown(world, no, clock))["due"]
    await published(world, YEAR_2027)
    while await world.worker.watch():
        pass
    assert (await shown(world, no, clock))["due"] == hours
    now = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}/deadlines"))
    assert {one["subject"]: one["due"] for one in lapsed}.items() <= {one["subject"]: one["due"] for one in now}.items()
    assert await told(world, case_stream(no), "DeadlineRecomputed") == []


async def test_a_deadline_inside_the_old_horizon_is_due_as_before(world: World, make: Make) -> None:
    no = await make.case("INVITING")
    subject = await begun(world, no)
    before = await shown(world, no, subject)
    await published(world, YEAR_2027)
    await world.worker.watch()
    after = await shown(world, no, subject)
    assert after["calendar"] == f"{PORT}/v1"
    assert (after["due"], after["provisional"]) == (before["due"], False)


# --- two agencies, two calendars ------------------------------------------------------------------------------------------


async def test_two_agencies_with_other_hours_are_due_at_other_times(world: World, make: Make) -> None:
    await world.as_owner("UPDATE unit SET duty_24h = false")
    short = {"source": "本单位作息", "published_until": "2026-12-31", "hours": [["08:30", "11:30"], ["14:00", "16:00"]]}
    whole = ok(await world.client_of("wen").get(CALENDAR))
    await published(world, short | {name: whole[name] for name in ("holidays", "makeup_workdays")}, whose=f"{CALENDAR}/ip")
    await world.move_to(datetime(2026, 11, 20, 7, 30, tzinfo=UTC))  # Friday 15:30
    no = await make.case("INVITING")
    invited = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["invitations"]
    due = {one["agency"]: minute(one["due"]) for one in invited}
    # Two working hours from 15:35: market regulation closes at 17:30, IP at 16:00.
    assert due["market_regulation"] == datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
    assert due["ip"] == datetime(2026, 11, 23, 2, 5, tzinfo=UTC)
    by = {one["agency"]: (one["basis"], one["calendar"], one["provisional"]) for one in invited}
    assert by["market_regulation"] == ("WORKING_HOURS", "cn-general/v2026", False)
    assert by["ip"] == ("WORKING_HOURS", f"{PORT}-ip/v1", False)


async def test_an_agency_that_gets_its_own_calendar_takes_its_running_deadlines_along(world: World, make: Make) -> None:
    await world.as_owner("UPDATE unit SET duty_24h = false")
    await world.move_to(datetime(2026, 11, 20, 7, 30, tzinfo=UTC))
    no = await make.case("INVITING")
    other = {"source": "本单位作息", "years": [2026], "holidays": ["2026-11-23"], "hours": [["09:00", "16:00"]]}
    made = await published(world, other, whose=f"{CALENDAR}/ip")
    assert (made["deadlines"]["running"], made["deadlines"]["moved"], made["deadlines"]["moves"]) == (1, 1, [])
    assert await world.worker.watch() == 1
    invited = ok(await world.client_of("lin").get(f"/api/v1/cases/{no}"))["invitations"]
    due = {one["agency"]: minute(one["due"]) for one in invited}
    assert due["ip"] == datetime(2026, 11, 24, 2, 35, tzinfo=UTC)
    assert due["market_regulation"] == datetime(2026, 11, 23, 1, 5, tzinfo=UTC)
    assert ok(await world.client_of("lin").get(f"{CALENDAR}/environment"))["own"] is False


# --- publishing -----------------------------------------------------------------------------------------------------------


async def test_a_new_version_leaves_the_old_one_as_it_was(world: World) -> None:
    first = await published(world, YEAR_2027)
    second = await published(world, YEAR_2027 | {"makeup_workdays": []}, version=1)
    assert (first["calendar"]["version"], second["calendar"]["version"]) == (1, 2)
    assert [one["day"] for one in second["changes"]["days"]] == ["2027-01-09"]
    old = ok(await world.client_of("an").get(CALENDAR, params={"version": 1}))
    assert "2027-01-09" in old["makeup_workdays"]
    assert [event["calendar"] for event in await told(world, f"agency:{PORT}", "CalendarPublished")] == [
        f"{PORT}/v1",
        f"{PORT}/v2",
    ]


async def test_the_same_again_changes_nothing_and_a_version_nobody_read_is_refused(world: World) -> None:
    await published(world, YEAR_2027)
    assert (await published(world, YEAR_2027))["published"] is False
    wen, changed = world.client_of("wen"), YEAR_2027 | {"makeup_workdays": []}
    stale = await wen.put(CALENDAR, json=changed, headers={"If-Match": '"v0"'})
    assert (stale.status_code, stale.json()["code"]) == (412, StaleVersion.code)
    assert (await wen.put(CALENDAR, json=changed)).status_code == 428
    asked = ok(await wen.put(CALENDAR, json=changed, params={"dry_run": "true"}))
    assert (asked["published"], asked["calendar"]["version"]) == (False, 2)
    assert ok(await wen.get(CALENDAR))["version"] == 1


async def test_two_who_publish_at_once_make_one_version(world: World) -> None:
    wen = world.client_of("wen")
    documents = [YEAR_2027 | {"source": f"通知 {n}"} for n in range(4)]
    answers = await asyncio.gather(*(wen.put(CALENDAR, json=one, headers={"If-Match": '"v0"'}) for one in documents))
    assert sorted(answer.status_code for answer in answers) == [200, 412, 412, 412]
    assert len(await world.as_owner("SELECT 1 FROM work_calendar")) == 1


async def test_a_calendar_that_shrinks_or_contradicts_itself_is_refused_with_the_place(world: World) -> None:
    wen, head = world.client_of("wen"), {"If-Match": '"v0"'}
    shrunk = await wen.put(CALENDAR, json={"source": "x", "published_until": "2026-06-30"}, headers=head)
    assert (shrunk.status_code, shrunk.json()["code"]) == (422, "calendar_shrinks")
    wrong = await wen.put(CALENDAR, json=YEAR_2027 | {"makeup_workdays": ["2027-01-11"]}, headers=head)
    assert [error["path"] for error in wrong.json()["errors"]] == ["$.makeup_workdays"]
    assert (await wen.put("/api/v1/calendars/abcd", json=YEAR_2027, headers=head)).status_code == 404
    assert (await wen.put(f"{CALENDAR}/nobody", json=YEAR_2027, headers=head)).status_code == 404


async def test_everybody_of_the_port_reads_its_calendars_and_only_the_administrator_writes(world: World) -> None:
    await published(world, YEAR_2027, whose=f"/api/v1/calendars/{OTHER_PORT}")
    await published(world, YEAR_2027, whose=f"{CALENDAR}/ip")
    for login in ("lin", "mei", "an"):
        found = ok(await world.client_of(login).get("/api/v1/calendars"))
        assert [one["calendar"] for one in found] == ["cn-general/v2026", f"{PORT}-ip/v1"], login
    for login in ("lin", "ping", "an", "hengtong"):
        refused = await world.client_of(login).put(CALENDAR, json=YEAR_2027, headers={"If-Match": '"v0"'})
        assert refused.status_code == 403, login


async def test_what_is_published_nobody_changes_not_even_the_platform(world: World) -> None:
    await published(world, YEAR_2027)
    for privilege in ("UPDATE", "DELETE"):
        (row,) = await world.as_owner("SELECT has_table_privilege('lianjian_worker', 'work_calendar', $1)", privilege)
        assert row[0] is False


async def test_a_calendar_is_asked_for_once_in_a_unit_of_work(world: World) -> None:
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        first = await work_calendars.calendar_for(session, PORT)
        await world.as_owner("DELETE FROM work_calendar")
        assert await work_calendars.calendar_for(session, PORT, "ip") is first
        assert isinstance(first, WorkCalendar) and first.published_until == date(2026, 12, 31)
        assert list(session.info["work_calendars"]) == [PORT]


async def test_a_version_that_a_deadline_cites_is_found_when_a_later_one_is_in_force(world: World) -> None:
    await published(world, YEAR_2027)
    await published(world, YEAR_2027 | {"makeup_workdays": []}, version=1)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        old = await work_calendars.cited(session, PORT, "ip", f"{PORT}/v1")
        seed = await work_calendars.cited(session, PORT, "", "cn-general/v2026")
        gone = await work_calendars.cited(session, PORT, "", "cn-general/v2025")
    assert old.works_on(date(2027, 1, 9)) and (old.version, seed.id, gone.version) == (1, "cn-general", 2)


async def test_a_warning_is_told_once_whoever_looks_and_again_for_the_next_version_that_ends_too_soon(world: World) -> None:
    await world.move_to(LAST_MONDAY)
    await asyncio.gather(*(world.worker.watch() for _ in range(4)))
    assert len(await told(world, f"agency:{PORT}", "CalendarUnpublished")) == 1
    await published(world, {"source": "更正", "years": [2026], "holidays": ["2026-01-01"]})
    await world.worker.watch()
    assert [one["calendar"] for one in await told(world, f"agency:{PORT}", "CalendarUnpublished")][1:] == [f"{PORT}/v1"]
    await published(world, YEAR_2027, version=1)
    await world.move_by(timedelta(days=1))
    await world.worker.watch()
    ready = ok(await world.client_of(None).get("/readyz"))
    assert not [warning for warning in ready["warnings"] if warning.startswith("calendar_")]
