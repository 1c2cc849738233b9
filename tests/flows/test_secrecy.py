"""What IP labels IP_SECRET stays with IP: on lists, single pieces, events, live frames, bytes, report and errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import httpx
import pytest
from make import ok
from seeded import SECRET, Seeded

from inspection.events import case_stream
from inspection.server.route_powers import ROUTES
from kit import event_log

KEPT_OUT = ("mei", "bo", "ping", "lin", "tao", "an", "zhao")
"""Market regulation, customs and the auditor take part in the case and are still not told."""

SECRET_IDS = ("secret_evidence", "secret_finding", "secret_paper")


def reads() -> list[str]:
    """The routes that show something of a case, but for sockets."""
    return sorted(key for key in ROUTES if key.startswith("GET /api/v1/cases"))


async def read(seeded: Seeded, login: str, key: str, evidence: str = "secret_evidence") -> httpx.Response:
    """What ``login`` gets from a route that reads case ``a``."""
    path = key.removeprefix("GET ").replace("{no}", seeded.a).replace("{evidence_id}", seeded.ids[evidence])
    return await seeded.world.client_of(login).get(path, params={"limit": "1000"} if path.endswith("/events") else None)


async def frames(seeded: Seeded, login: str) -> list[dict[str, Any]]:
    """The case's events as ``login`` sees them."""
    found: list[dict[str, Any]] = ok(await read(seeded, login, "GET /api/v1/cases/{no}/events"))
    return found


@pytest.mark.parametrize("key", reads())
async def test_no_answer_about_the_case_holds_the_secret_or_names_it(seeded: Seeded, key: str) -> None:
    hidden = [SECRET, *(seeded.ids[name] for name in SECRET_IDS)]
    for login in KEPT_OUT:
        answer = await read(seeded, login, key)
        text = answer.text + repr(answer.headers)
        if answer.status_code == 404 and "{evidence_id}" in key:
            text = text.replace(seeded.ids["secret_evidence"], "")  # the id that was asked for, told back
        assert answer.status_code in (200, 403, 404), f"{login}: {answer.status_code}"
        assert not any(word in text for word in hidden), login


async def test_its_owner_sees_all_of_it(seeded: Seeded) -> None:
    """The positive control: the canary is there to be found."""
    seen = {key: (await read(seeded, "qiu", key)).text for key in reads() if "pdf" not in key}
    assert SECRET in seen["GET /api/v1/cases/{no}/findings"] and SECRET in seen["GET /api/v1/cases/{no}/evidence"]
    assert (
        SECRET in seen["GET /api/v1/cases/{no}/events"] and SECRET in seen["GET /api/v1/cases/{no}/evidence/{evidence_id}/bytes"]
    )
    assert not any(frame["type"] == "withheld" for frame in await frames(seeded, "qiu"))


@pytest.mark.parametrize("login", KEPT_OUT)
async def test_lists_leave_it_out_and_keep_the_rest(seeded: Seeded, login: str) -> None:
    findings = ok(await read(seeded, login, "GET /api/v1/cases/{no}/findings"))
    assert {one["id"] for one in findings} == {seeded.ids["finding"], seeded.ids["customs_finding"]}
    evidence = ok(await read(seeded, login, "GET /api/v1/cases/{no}/evidence"))
    assert [one["id"] for one in evidence] == [seeded.ids["evidence"]]


@pytest.mark.parametrize("login", KEPT_OUT)
async def test_its_bytes_are_not_found_and_other_bytes_are(seeded: Seeded, login: str) -> None:
    key = "GET /api/v1/cases/{no}/evidence/{evidence_id}/bytes"
    assert (await read(seeded, login, key)).status_code == 404
    assert (await read(seeded, login, key, "evidence")).status_code == 200


async def test_a_withheld_event_keeps_its_number_and_says_nothing_else(seeded: Seeded) -> None:
    full = await frames(seeded, "qiu")
    secret = [frame["seq"] for frame in full if any(seeded.ids[name] in str(frame) for name in SECRET_IDS)]
    assert len(secret) == 5  # filed, read, declared, stored, recorded
    for login in KEPT_OUT:
        seen = await frames(seeded, login)
        assert [frame["seq"] for frame in seen] == list(range(1, len(full) + 1))
        assert [frame["seq"] for frame in seen if frame["type"] == "withheld"] == secret
        assert all(frame.keys() == {"seq", "type"} for frame in seen if frame["type"] == "withheld")


async def test_a_single_event_that_is_withheld_does_not_exist_for_others(seeded: Seeded) -> None:
    secret = next(frame["seq"] for frame in await frames(seeded, "mei") if frame["type"] == "withheld")
    database, stream = seeded.world.platform.database, case_stream(seeded.a)
    async with database.unit_of_work(seeded.people["mei"].acting) as session:
        assert await event_log.one(session, stream, secret) is None
    async with database.unit_of_work(seeded.people["qiu"].acting) as session:
        assert await event_log.one(session, stream, secret) is not None


async def live(seeded: Seeded, login: str) -> Sequence[str]:
    """The frames the live feed encodes for everybody like ``login``."""
    hub = seeded.world.platform.hub
    return [frame.text for frame in await hub.read(seeded.people[login].acting, case_stream(seeded.a), 0)]


@pytest.mark.parametrize("login", KEPT_OUT)
async def test_live_frames_withhold_what_the_list_withholds(seeded: Seeded, login: str) -> None:
    seen = "".join(await live(seeded, login))
    assert not any(word in seen for word in (SECRET, *(seeded.ids[name] for name in SECRET_IDS)))
    assert seen.count('"withheld"') == 5
    assert "".join(await live(seeded, "qiu")).count('"withheld"') == 0


@pytest.mark.parametrize("login", ["mei", "tao"])
async def test_a_terminal_cannot_take_over_the_secret_by_its_id(seeded: Seeded, login: str) -> None:
    """Sending under an id that is hidden from one tells nothing about what is there."""
    client, case = seeded.world.client_of(login), f"/field/v1/cases/{seeded.a}"
    sent = await client.put(f"{case}/evidence/{seeded.ids['secret_evidence']}/bytes", content=b"\xff\xd8\xff\xe0")
    assert sent.status_code == 404 and SECRET not in sent.text


@pytest.mark.parametrize("login", KEPT_OUT)
async def test_the_code_alone_keeps_findings_evidence_and_papers(unwalled: Seeded, login: str) -> None:
    for key in (f"GET /api/v1/cases/{{no}}/{what}" for what in ("findings", "evidence", "cabin")):
        assert SECRET not in (await read(unwalled, login, key)).text
    assert (await read(unwalled, login, "GET /api/v1/cases/{no}/evidence/{evidence_id}/bytes")).status_code == 404
