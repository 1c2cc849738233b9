"""Batches over a real socket: a verdict for every line whatever the line, whole pieces whatever the network, nothing twice."""

from __future__ import annotations

import asyncio
import json
import random
import resource
from collections.abc import AsyncIterator
from copy import deepcopy
from typing import Any

import httpx
import pytest
from batch_lines import Sent, batch, cut_anywhere
from make import PLAIN, Make
from serving import Server, served
from world import World

from inspection.declaring.batches import PIECE

WHERE = "/api/v1/declarations/batch"
LINES = 10_000
CALLED = 40


@pytest.fixture
async def server(world: World) -> AsyncIterator[Server]:
    """The platform of the test on a port."""
    async with served(world.app) as started:
        yield started


@pytest.fixture
async def hengtong(server: Server, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """Hengtong's own system, over a socket."""
    headers = {"Authorization": f"Bearer {world.tokens['hengtong']}", "Content-Type": "application/x-ndjson"}
    async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=120) as client:
        yield client


def body_of(lines: list[Sent]) -> bytes:
    return b"\n".join(line.raw for line in lines)


def verdicts(answer: httpx.Response) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.text[:500]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    return [json.loads(line) for line in answer.text.splitlines()]


def check(lines: list[Sent], answered: list[dict[str, Any]], accepted: str = "accepted") -> None:
    """A verdict for every line, in order, the one it has to get."""
    assert [one["line"] for one in answered] == list(range(1, len(lines) + 1))
    for line, one in zip(lines, answered, strict=True):
        wanted = accepted if line.verdict == "accepted" else line.verdict
        assert (one["verdict"], one.get("code")) == (wanted, line.code), (line, one)
        if line.verdict == "refused":
            assert one["title"] and one["title_en"]
            assert line.paths <= {error["path"] for error in one.get("errors", [])}, (line, one)
        if line.code == "malformed_json":
            assert one["column"] > 1 and f"line {one['line']}, column {one['column']}" in one["detail"]
        if line.flag is not None:
            assert line.flag in {flag["path"] for flag in one["flags"]}


async def rows(world: World) -> int:
    return int((await world.as_owner("SELECT count(*) FROM declaration"))[0][0])


async def dribble(body: bytes, draw: random.Random) -> AsyncIterator[bytes]:
    """A slow line: small chunks cut anywhere, in the middle of characters too, with pauses between."""
    for number, chunk in enumerate(cut_anywhere(body, iter(lambda: draw.randint(1, 12_000), 0))):
        yield chunk
        if number % 8 == 0:
            await asyncio.sleep(draw.uniform(0, 0.01))


async def test_ten_thousand_lines_sent_slowly_and_again_fast_give_ten_thousand_verdicts_each(
    world: World, hengtong: httpx.AsyncClient
) -> None:
    lines = batch(LINES, called=CALLED)
    body = body_of(lines)
    slowly = verdicts(await hengtong.post(WHERE, content=dribble(body, random.Random(7))))
    check(lines, slowly)
    good = [one for one in slowly if one["verdict"] == "accepted"]
    assert await rows(world) == len(good)
    cases = [one["case"] for one in good if "case" in one]
    assert len(cases) == len(set(cases)) > 0 and all(one["inspection_required"] for one in good if "case" in one)

    again = verdicts(await hengtong.post(WHERE, content=body))
    check(lines, again, accepted="already")
    assert [one | {"verdict": ""} for one in again] == [one | {"verdict": ""} for one in slowly]
    assert await rows(world) == len(good)

    more = batch(LINES // 4, called=CALLED // 4, serial=LINES)
    check(more, verdicts(await hengtong.post(WHERE, content=body_of(more))))


async def test_a_disconnect_in_the_middle_leaves_whole_pieces_and_sending_again_completes_them(
    world: World, server: Server, hengtong: httpx.AsyncClient
) -> None:
    lines = [line for line in batch(PIECE * 3, called=3) if line.verdict == "accepted"]
    body = body_of(lines)
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    head = f"POST {WHERE} HTTP/1.1\r\nHost: lianjian.test\r\nAuthorization: {hengtong.headers['Authorization']}\r\n"
    writer.write(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
    writer.write(body[: int(len(body) * 0.9)])  # in the middle of a line of the last piece
    await writer.drain()
    for _ in range(400):
        if await rows(world) == PIECE * 2:
            break
        await asyncio.sleep(0.02)
    writer.close()
    await writer.wait_closed()
    assert await reader.read() == b""
    await asyncio.sleep(0.2)
    assert await rows(world) == PIECE * 2
    answered = verdicts(await hengtong.post(WHERE, content=body))
    assert [one["verdict"] for one in answered] == ["already"] * PIECE * 2 + ["accepted"] * (len(lines) - PIECE * 2)
    assert await rows(world) == len(lines)


async def test_a_line_may_be_blank_or_end_like_a_windows_file(make: Make, hengtong: httpx.AsyncClient) -> None:
    first, second = (json.dumps(make.declaration()).encode() for _ in range(2))
    answered = verdicts(await hengtong.post(WHERE, content=first + b"\r\n\r\n\n" + second + b"\r\n"))
    assert [(one["line"], one["verdict"]) for one in answered] == [(1, "accepted"), (4, "accepted")]


async def test_a_new_version_in_the_same_batch_supersedes_and_a_lower_one_is_refused(
    world: World, make: Make, hengtong: httpx.AsyncClient
) -> None:
    body = make.declaration()
    sent = [body, body | {"version": 3}, body | {"version": 2}]
    answered = verdicts(await hengtong.post(WHERE, content="\n".join(map(json.dumps, sent)).encode()))
    assert [(one["verdict"], one.get("code")) for one in answered] == [
        ("accepted", None),
        ("accepted", None),
        ("refused", "version_too_low"),
    ]
    states = await world.as_owner("SELECT state FROM declaration ORDER BY version")
    assert [row["state"] for row in states] == ["SUPERSEDED", "UNDER_JOINT_CASE"]
    cases = await world.as_owner("SELECT state FROM joint_case ORDER BY no")
    assert [row["state"] for row in cases] == ["INVITING"]


async def test_two_hundred_megabytes_in_one_declaration_are_refused_without_being_read(hengtong: httpx.AsyncClient) -> None:
    size = 200 * 1024 * 1024

    async def gush() -> AsyncIterator[bytes]:
        for _ in range(size // (1024 * 1024)):
            yield b" " * 1024 * 1024

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    announced = await hengtong.post("/api/v1/declarations", content=gush(), headers={"Content-Length": str(size)})
    assert announced.status_code == 413 and announced.headers["content-type"] == "application/problem+json"
    unannounced = await hengtong.post("/api/v1/declarations", content=gush())
    assert unannounced.status_code == 413
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 120 * 1024  # KiB


async def test_a_declaration_of_500_lines_with_texts_of_10_000_characters_passes(
    world: World, hengtong: httpx.AsyncClient
) -> None:
    line = PLAIN["lines"][0]
    large = deepcopy(PLAIN) | {
        "number": "531620261160008000",
        "lines": [line | {"no": no, "name": "纸箱" * 5_000, "description": "说明" * 5_000} for no in range(1, 501)],
    }
    answer = await hengtong.post("/api/v1/declarations", json=large)
    assert answer.status_code == 200 and answer.json()["verdict"] == "accepted"
    listed = (await hengtong.get(f"/api/v1/declarations/{large['number']}")).json()
    assert listed["document"]["lines"] == large["lines"]
    assert (await world.as_owner("SELECT count(*) FROM declaration_line"))[0][0] == 500
    again = verdicts(await hengtong.post(WHERE, content=json.dumps(large, ensure_ascii=False).encode()))
    assert again[0]["verdict"] == "already"


async def test_malformed_json_says_line_and_column_and_a_bad_body_names_every_field(
    make: Make, hengtong: httpx.AsyncClient
) -> None:
    torn = await hengtong.post("/api/v1/declarations", content=b'{"number": "531620261160000001",\n "version" 1}')
    assert torn.status_code == 400
    assert (torn.json()["code"], torn.json()["line"], torn.json()["column"]) == ("malformed_json", 2, 12)
    bad = make.declaration(direction="sideways", colour="红")
    bad["lines"] = [bad["lines"][0] | {"quantity": True, "hs": "84"}]
    refused = await hengtong.post("/api/v1/declarations", json=bad)
    assert refused.status_code == 422
    assert {error["path"] for error in refused.json()["errors"]} == {
        "$.direction",
        "$.colour",
        "$.lines[0].quantity",
        "$.lines[0].hs",
    }
