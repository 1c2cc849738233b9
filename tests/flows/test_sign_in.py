"""Signing in and out, sessions, locks and one-time links, through HTTP as a browser or a program does it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta

import httpx
import pytest
from make import ok
from sqlalchemy import select
from world import World

from agencies import accounts, sign_in
from agencies.powers import PLATFORM, nobody
from agencies.tables import Person
from inspection.server.app import create_app
from kit.rate_limit import RateLimit, TooManyRequests

PASSWORD = "a password of the tests"
NEW = "quite another phrase"
SIGN_IN = "/api/v1/sign-in"


@asynccontextmanager
async def browser(
    world: World, base_url: str = "http://lianjian.test", public_url: str | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """A client with a cookie jar of its own, on the platform as ``public_url`` would publish it."""
    settings = replace(world.platform.settings, public_url=public_url)
    app = create_app(replace(world.platform, settings=settings))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url=base_url, timeout=60) as client:
        yield client


async def signed_in(client: httpx.AsyncClient, login: str = "lin", password: str = PASSWORD) -> httpx.Response:
    """The answer to a sign-in by cookie."""
    return await client.post(SIGN_IN, json={"login": login, "password": password})


async def link_for(world: World, login: str) -> str:
    """The token of a fresh one-time link."""
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        return (await accounts.renew_link(session, login, world.clock.now())).token


async def disable(world: World, login: str) -> None:
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await accounts.disable(session, login, world.clock.now())


async def test_a_password_opens_a_cookie_session_that_scripts_cannot_read(world: World) -> None:
    async with browser(world) as client:
        answer = await signed_in(client)
        assert ok(answer)["person"]["login"] == "lin" and "token" not in answer.json()
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("lianjian=") and "httponly" in cookie and "samesite=strict" in cookie and "domain" not in cookie
        assert ok(await client.get("/api/v1/me"))["powers"] == ["coordinate"]
        assert (await client.post("/api/v1/sign-out")).status_code == 204
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_signing_out_ends_the_session_and_not_only_the_cookie(world: World) -> None:
    async with browser(world) as client:
        ok(await signed_in(client))
        stolen = dict(client.cookies)
        await client.post("/api/v1/sign-out")
        client.cookies.update(stolen)
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_program_gets_a_bearer_token_shown_once_and_kept_as_a_hash(world: World) -> None:
    async with browser(world) as client:
        answer = await client.post(SIGN_IN, json={"login": "mei", "password": PASSWORD, "kind": "bearer"})
        token = ok(answer)["token"]
        assert "set-cookie" not in answer.headers and len(token) >= 43
        me = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert ok(me)["agency"] == "market_regulation"
    stored = await world.as_owner("SELECT token_hash FROM sign_in_session WHERE token_hash = $1", sign_in.token_hash(token))
    assert len(stored) == 1 and token.encode() not in bytes(stored[0]["token_hash"])


async def test_passwords_are_kept_as_argon2id_only(world: World) -> None:
    stored = await world.as_owner("SELECT password_hash FROM credential")
    assert stored and all(row["password_hash"].startswith("$argon2id$") for row in stored)


async def test_a_wrong_password_and_an_unknown_name_are_not_told_apart(world: World) -> None:
    async with browser(world) as client:
        wrong, unknown = await signed_in(client, "lin", "not the password"), await signed_in(client, "nobody", PASSWORD)
        assert wrong.status_code == unknown.status_code == 401
        assert wrong.json() == unknown.json() and wrong.json()["code"] == "sign_in_refused"
        assert not client.cookies


async def test_five_failures_lock_the_account_until_a_quarter_of_an_hour_has_passed(world: World) -> None:
    async with browser(world) as client:
        for _ in range(4):
            assert (await signed_in(client, password="wrong again")).status_code == 401
        # Every failure was committed although its answer was an error.
        assert (await world.as_owner("SELECT failures FROM credential WHERE login = 'lin'"))[0]["failures"] == 4
        await signed_in(client, password="wrong again")
        locked = await signed_in(client)
        assert locked.status_code == 429 and locked.json()["code"] == "sign_in_locked"
        assert 890 <= int(locked.headers["retry-after"]) <= 901
        assert datetime.fromisoformat(locked.json()["until"]) > world.clock.now()
        assert ok(await signed_in(client, "zhao"))["person"]["login"] == "zhao"
        await world.move_by(timedelta(minutes=14, seconds=30))
        assert (await signed_in(client)).status_code == 429
        await world.move_by(timedelta(minutes=1))
        assert (await signed_in(client)).status_code == 200
        assert (await world.as_owner("SELECT failures FROM credential WHERE login = 'lin'"))[0]["failures"] == 0


async def test_failures_at_the_same_moment_are_all_counted(world: World) -> None:
    async with browser(world) as client:
        await asyncio.gather(*(signed_in(client, password="wrong again") for _ in range(6)))
        assert (await signed_in(client)).status_code == 429


async def test_guessing_is_slowed_down_per_sender_with_retry_after(world: World) -> None:
    world.platform.sign_in_rate = RateLimit(3, 60)
    async with browser(world) as client:
        for login in ("lin", "zhao", "tao"):
            await signed_in(client, login, "wrong again")
        for path, body in (
            (SIGN_IN, {"login": "rong", "password": PASSWORD}),
            ("/api/v1/first-password", {"token": "x" * 43, "password": NEW}),
        ):
            slowed = await client.post(path, json=body)
            assert slowed.status_code == 429 and slowed.json()["code"] == "too_many_requests"
            assert 1 <= int(slowed.headers["retry-after"]) <= 61


def test_the_window_of_the_rate_limit_slides() -> None:
    limit = RateLimit(2, 10)
    limit.take("a", 0.0)
    limit.take("a", 5.0)
    with pytest.raises(TooManyRequests) as refused:
        limit.take("a", 9.0)
    assert refused.value.details["retry_after"] == 2
    limit.take("b", 9.0)
    limit.take("a", 10.0)


async def test_a_new_password_ends_every_other_session_and_not_this_one(world: World) -> None:
    async with browser(world) as office, browser(world) as home:
        ok(await signed_in(office))
        ok(await signed_in(home))
        assert (await office.post("/api/v1/me/password", json={"old": PASSWORD, "new": NEW})).status_code == 204
        assert (await home.get("/api/v1/me")).status_code == 401
        assert (await world.client_of("lin").get("/api/v1/me")).status_code == 401
        assert ok(await office.get("/api/v1/me"))["login"] == "lin"
        assert (await signed_in(home)).status_code == 401
        ok(await signed_in(home, password=NEW))


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("not it at all", NEW, "old_password_wrong"),
        (PASSWORD, "short", "password_too_weak"),
        (PASSWORD, "my name is Lin, hm", "password_too_weak"),
    ],
)
async def test_a_password_change_is_refused_with_a_reason_and_changes_nothing(
    world: World, old: str, new: str, code: str
) -> None:
    answer = await world.client_of("lin").post("/api/v1/me/password", json={"old": old, "new": new})
    assert (answer.status_code, answer.json()["code"]) == (422, code)
    async with browser(world) as client:
        ok(await signed_in(client))


async def test_trying_passwords_in_an_open_session_is_slowed_down(world: World) -> None:
    world.platform.sign_in_rate = RateLimit(2, 60)
    lin = world.client_of("lin")
    codes = [(await lin.post("/api/v1/me/password", json={"old": "not it at all", "new": NEW})).status_code for _ in range(3)]
    assert codes == [422, 422, 429]


async def test_a_revoked_session_ends_at_once_and_the_list_says_which_is_mine(world: World) -> None:
    async with browser(world) as office, browser(world) as home:
        office.headers["user-agent"] = "office"
        home.headers["user-agent"] = "home"
        ok(await signed_in(office))
        ok(await signed_in(home))
        mine = ok(await office.get("/api/v1/me/sessions"))
        assert [(one["user_agent"], one["current"]) for one in mine][:2] == [("home", False), ("office", True)]
        assert (await office.delete(f"/api/v1/me/sessions/{mine[0]['id']}")).status_code == 204
        assert (await home.get("/api/v1/me")).status_code == 401
        left = ok(await office.get("/api/v1/me/sessions"))
        assert mine[0]["id"] not in [one["id"] for one in left] and len(left) == len(mine) - 1


async def test_a_session_of_somebody_else_is_not_found_and_goes_on(world: World) -> None:
    zhao = ok(await world.client_of("zhao").get("/api/v1/me/sessions"))[0]["id"]
    assert (await world.client_of("lin").delete(f"/api/v1/me/sessions/{zhao}")).status_code == 404
    ok(await world.client_of("zhao").get("/api/v1/me"))


async def test_sessions_expire(world: World) -> None:
    async with browser(world) as client:
        ok(await signed_in(client))
        await world.move_by(sign_in.SESSION_LIFE - timedelta(minutes=1))
        ok(await client.get("/api/v1/me"))
        await world.move_by(timedelta(minutes=2))
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_a_one_time_link_sets_a_password_once(world: World) -> None:
    token = await link_for(world, "rong")
    async with browser(world) as client:
        weak = await client.post("/api/v1/first-password", json={"token": token, "password": "short"})
        assert weak.status_code == 422  # and the link is not used up
        first = {"token": token, "password": NEW}
        answers = await asyncio.gather(*(client.post("/api/v1/first-password", json=first) for _ in range(4)))
        assert sorted(answer.status_code for answer in answers) == [204, 404, 404, 404]
        assert (await signed_in(client, "rong")).status_code == 401
        ok(await signed_in(client, "rong", NEW))
    assert (await world.client_of("rong").get("/api/v1/me")).status_code == 401


async def test_a_one_time_link_expires_and_a_newer_one_replaces_it(world: World) -> None:
    async with browser(world) as client:
        older = await link_for(world, "rong")
        newer = await link_for(world, "rong")
        refused = await client.post("/api/v1/first-password", json={"token": older, "password": NEW})
        assert refused.status_code == 404
        await world.move_by(timedelta(hours=72, seconds=1))
        late = await client.post("/api/v1/first-password", json={"token": newer, "password": NEW})
        unknown = await client.post("/api/v1/first-password", json={"token": "x" * 43, "password": NEW})
        assert late.status_code == unknown.status_code == 404 and late.json() == unknown.json()


async def test_a_link_unlocks_an_account(world: World) -> None:
    async with browser(world) as client:
        for _ in range(5):
            await signed_in(client, "rong", "wrong again")
        token = await link_for(world, "rong")
        await client.post("/api/v1/first-password", json={"token": token, "password": NEW})
        ok(await signed_in(client, "rong", NEW))


async def test_a_disabled_person_is_out_at_once_by_every_door(world: World) -> None:
    token = await link_for(world, "tao")
    async with browser(world) as client:
        ok(await signed_in(client, "tao"))
        await disable(world, "tao")
        assert (await client.get("/api/v1/me")).status_code == 401
        assert (await world.client_of("tao").get("/api/v1/me")).status_code == 401
        assert (await signed_in(client, "tao")).status_code == 401
        assert (await client.post("/api/v1/first-password", json={"token": token, "password": NEW})).status_code == 404


@pytest.mark.parametrize(
    "headers",
    [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Fetch-Site": "same-site"}, {"Origin": "https://elsewhere.test"}],
    ids=["cross-site", "same-site", "origin"],
)
async def test_a_page_of_another_site_cannot_act_with_our_cookie(world: World, headers: dict[str, str]) -> None:
    async with browser(world) as client:
        ok(await signed_in(client))
        refused = await client.post("/api/v1/sign-out", headers=headers)
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
        ok(await client.get("/api/v1/me", headers=headers))
        assert (await signed_in_from(client, headers)).status_code == 403


async def signed_in_from(client: httpx.AsyncClient, headers: dict[str, str]) -> httpx.Response:
    """A sign-in that another site's page sends: it must not be able to put its own account into our browser."""
    return await client.post(SIGN_IN, json={"login": "zhao", "password": PASSWORD}, headers=headers)


async def test_our_own_page_and_programs_with_a_token_are_not_cross_site(world: World) -> None:
    async with browser(world) as client:
        ok(await signed_in(client))
        own = {"Sec-Fetch-Site": "same-origin", "Origin": "http://lianjian.test"}
        assert (await client.post("/api/v1/sign-out", headers=own)).status_code == 204
    answer = await world.client_of("lin").post("/api/v1/sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 204


async def test_over_https_the_cookie_is_bound_to_the_host(world: World) -> None:
    async with browser(world, "https://lianjian.test", "https://lianjian.test") as client:
        answer = await signed_in(client)
        cookie = answer.headers["set-cookie"].lower()
        assert cookie.startswith("__host-lianjian=") and "secure" in cookie and "path=/" in cookie and "domain" not in cookie
        ok(await client.get("/api/v1/me"))
        value = client.cookies["__Host-lianjian"]
        client.cookies.clear()
        # A neighbour under the same domain can set a plain cookie, but not one with the prefix.
        client.cookies.set("lianjian", value)
        assert (await client.get("/api/v1/me")).status_code == 401


async def test_somebody_not_signed_in_sees_no_person_and_no_session(world: World) -> None:
    async with world.platform.database.unit_of_work(nobody()) as session:
        assert list(await session.scalars(select(Person))) == []
        assert list(await session.scalars(select(sign_in.SignInSession))) == []
    async with world.platform.database.unit_of_work(nobody(login="lin")) as session:
        assert [person.login for person in await session.scalars(select(Person))] == ["lin"]


@pytest.mark.parametrize("token", ["", "x", "Bearer", "\x00", "a" * 5000])
async def test_a_token_that_is_none_is_simply_not_signed_in(world: World, token: str) -> None:
    async with browser(world) as client:
        answer = await client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401 and answer.json()["code"] == "not_signed_in"
