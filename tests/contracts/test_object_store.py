"""The contract of every object store, on a folder and on a real S3 server alike."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import signal
import subprocess
import sys
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from postgres_processes import surroundings
from store_address import store_at

from media.file_store import FileStore
from media.object_store import CHUNK, DigestInvalid, EvidenceDiffers, ObjectMissing, ObjectStore, StoreUnavailable
from media.s3_store import PART_SIZE, StoreUrlWrong, store_from_url

MIB = 1024 * 1024
LARGE = 2 * PART_SIZE + 5  # three parts in S3


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def some_bytes(size: int, seed: int = 0) -> bytes:
    return random.Random(f"{size}-{seed}").randbytes(size)


async def read(store: ObjectStore, sha256: str, start: int = 0, end: int | None = None) -> bytes:
    return b"".join([chunk async for chunk in store.open(sha256, start, end)])


async def in_pieces(content: bytes, piece: int) -> AsyncIterator[bytes]:
    for at in range(0, len(content), piece):
        yield content[at : at + piece]


@pytest.mark.parametrize("size", [0, 1, CHUNK, CHUNK + 1, PART_SIZE, PART_SIZE + 1, LARGE])
@pytest.mark.parametrize("form", ["bytes", "file", "stream"])
async def test_what_was_put_is_read_back(store: ObjectStore, tmp_path: Path, size: int, form: str) -> None:
    content = some_bytes(size, 100 + len(form))
    source: Any = content
    if form == "file":
        source = tmp_path / "photo.jpg"
        source.write_bytes(content)
    elif form == "stream":
        source = in_pieces(content, 300_000)
    await store.put(sha(content), source, size, "image/jpeg")
    assert await read(store, sha(content)) == content
    assert await store.size(sha(content)) == size
    assert await store.exists(sha(content))
    if form == "file":
        assert source.read_bytes() == content


@settings(max_examples=30)
@given(
    content=st.binary(max_size=5000),
    start=st.integers(0, 6000),
    length=st.none() | st.integers(0, 6000),
    piece=st.integers(1, 700),
)
async def test_a_range_is_the_slice_of_the_whole(
    store: ObjectStore, content: bytes, start: int, length: int | None, piece: int
) -> None:
    await store.put(sha(content), in_pieces(content, piece), len(content))
    end = None if length is None else start + length
    assert await read(store, sha(content), start, end) == content[start:end]


async def test_a_range_of_a_large_object_crosses_parts_and_chunks(store: ObjectStore) -> None:
    content = some_bytes(LARGE)
    await store.put(sha(content), content, len(content))
    assert await read(store, sha(content), PART_SIZE - 7, PART_SIZE + CHUNK + 7) == content[PART_SIZE - 7 : PART_SIZE + CHUNK + 7]


async def test_the_same_content_put_twice_is_one_object(store: ObjectStore) -> None:
    content = some_bytes(1000, 1)
    for _ in range(2):
        await store.put(sha(content), content, len(content))
    assert await read(store, sha(content)) == content
    await store.delete(sha(content))
    assert not await store.exists(sha(content))


@pytest.mark.parametrize("size", [1, 1000, LARGE])
@pytest.mark.parametrize("form", ["bytes", "file", "stream"])
async def test_bytes_of_another_hash_are_refused_and_nothing_becomes_visible(
    store: ObjectStore, tmp_path: Path, size: int, form: str
) -> None:
    content = some_bytes(size, 2)
    announced = sha(content + form.encode())
    source: Any = content
    if form == "file":
        source = tmp_path / "photo.jpg"
        source.write_bytes(content)
    elif form == "stream":
        source = in_pieces(content, MIB)
    with pytest.raises(EvidenceDiffers) as refused:
        await store.put(announced, source, size)
    assert refused.value.code == "evidence_differs"
    assert refused.value.details == {"expected": announced, "received": sha(content)}
    assert not await store.exists(announced)
    with pytest.raises(ObjectMissing):
        await read(store, announced)


@pytest.mark.parametrize("announced", [0, 999, 1001, LARGE])
async def test_bytes_of_another_size_are_refused_and_nothing_becomes_visible(store: ObjectStore, announced: int) -> None:
    content = some_bytes(1000, announced + 3)
    with pytest.raises(EvidenceDiffers) as refused:
        await store.put(sha(content), in_pieces(content, 100), announced)
    assert refused.value.details["expected"] == announced
    assert not await store.exists(sha(content))


async def test_wrong_bytes_are_refused_also_when_the_object_is_there(store: ObjectStore) -> None:
    content = some_bytes(1000, 4)
    await store.put(sha(content), content, len(content))
    with pytest.raises(EvidenceDiffers):
        await store.put(sha(content), b"?" * len(content), len(content))
    assert await read(store, sha(content)) == content


async def test_the_same_content_put_at_once_by_many_is_never_seen_in_part(store: ObjectStore) -> None:
    content = some_bytes(3 * MIB, 5)
    done = asyncio.Event()

    async def watch() -> int:
        seen = 0
        while not done.is_set():
            if await store.exists(sha(content)):
                assert await read(store, sha(content)) == content
                seen += 1
            await asyncio.sleep(0.001)
        return seen

    watcher = asyncio.create_task(watch())
    await asyncio.gather(*(store.put(sha(content), in_pieces(content, 200_000), len(content)) for _ in range(12)))
    assert await read(store, sha(content)) == content
    done.set()
    await watcher


async def test_what_is_missing_is_said_to_be_missing(store: ObjectStore) -> None:
    nothing = sha(b"never put")
    assert not await store.exists(nothing)
    with pytest.raises(ObjectMissing):
        await store.size(nothing)
    for start, end in ((0, None), (5, None), (0, 0), (3, 9)):
        with pytest.raises(ObjectMissing):
            await read(store, nothing, start, end)
    await store.delete(nothing)


@pytest.mark.parametrize("wrong", ["", "abc", "../../etc/passwd", "A" * 64, sha(b"") + "0", "/" * 64])
async def test_what_is_no_hash_never_becomes_a_path(store: ObjectStore, wrong: str) -> None:
    for refused in (store.put(wrong, b"", 0), store.size(wrong), store.exists(wrong), store.delete(wrong), read(store, wrong)):
        with pytest.raises(DigestInvalid):
            await refused


async def test_a_source_that_fails_leaves_nothing_and_its_error_is_passed_on(store: ObjectStore) -> None:
    content = some_bytes(LARGE, 6)

    async def breaks_off() -> AsyncIterator[bytes]:
        yield content[: PART_SIZE + 1]
        raise ConnectionResetError("the terminal went out of range")

    with pytest.raises(ConnectionResetError):
        await store.put(sha(content), breaks_off(), len(content))
    assert not await store.exists(sha(content))


async def test_a_cancelled_put_ends_soon_and_leaves_nothing(store: ObjectStore) -> None:
    content = some_bytes(LARGE, 7)
    waiting = asyncio.Event()

    async def stalls() -> AsyncIterator[bytes]:
        yield content[: PART_SIZE + 1]
        waiting.set()
        await asyncio.sleep(60)

    put = asyncio.create_task(store.put(sha(content), stalls(), len(content)))
    await waiting.wait()
    put.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asyncio.wait_for(put, 5)
    assert not await store.exists(sha(content))
    await store.put(sha(content), content, len(content))
    assert await store.exists(sha(content))


async def test_a_writer_killed_half_way_leaves_no_visible_object(store: ObjectStore, address: str) -> None:
    size = 40 * MIB
    content = b"x" * size
    writer = await asyncio.create_subprocess_exec(
        sys.executable,
        Path(__file__).parent / "killed_writer.py",
        address,
        sha(content),
        str(size),
        stdout=subprocess.PIPE,
        env=surroundings(),
    )
    assert writer.stdout is not None
    assert await asyncio.wait_for(writer.stdout.readline(), 20) == b"half way\n"
    writer.send_signal(signal.SIGKILL)
    await writer.wait()
    assert not await store.exists(sha(content))
    await store.check()
    if isinstance(store, FileStore):
        assert list((store.root / "incoming").iterdir()) == []
    await store.put(sha(content), content, size)
    assert await store.size(sha(content)) == size


async def test_a_reader_that_stops_early_leaves_the_store_usable(store: ObjectStore) -> None:
    content = some_bytes(LARGE, 8)
    await store.put(sha(content), content, len(content))
    for _ in range(20):  # more than there are threads or connections
        stream = store.open(sha(content))
        assert (await anext(stream))[:10] == content[:10]
        await stream.aclose()  # type: ignore[attr-defined]
    assert await read(store, sha(content), 0, 10) == content[:10]


async def test_a_check_does_not_disturb_a_put_on_its_way(store: ObjectStore) -> None:
    content = some_bytes(LARGE, 9)

    async def checked_on_the_way() -> AsyncIterator[bytes]:
        yield content[:MIB]
        await store.check()
        yield content[MIB:]

    await store.put(sha(content), checked_on_the_way(), len(content))
    assert await read(store, sha(content)) == content


# What only a folder shows: the order of writing, and who does it.


async def test_a_file_is_synced_before_it_is_renamed_and_its_folder_before_put_returns(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = FileStore(tmp_path / "objects")
    happened: list[tuple[str, Path]] = []
    fsync, rename = os.fsync, os.rename

    def noted_fsync(descriptor: int) -> None:
        happened.append(("fsync", Path(f"/proc/self/fd/{descriptor}").readlink()))
        fsync(descriptor)

    def noted_rename(source: Path, target: Path) -> None:
        happened.append(("rename", Path(target)))
        rename(source, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(os, "rename", noted_rename)
    content = b"seal intact"
    await store.put(sha(content), content, len(content))
    target = store.root / sha(content)[:2] / sha(content)[2:4] / sha(content)
    renamed = happened.index(("rename", target))
    before = [path for what, path in happened[:renamed] if what == "fsync"]
    after = [path for what, path in happened[renamed:] if what == "fsync"]
    assert any(path.parent == store.root / "incoming" for path in before)
    assert {target.parent.parent, store.root} <= set(before)
    assert after == [target.parent]
    happened.clear()
    await store.put(sha(content), content, len(content))
    assert happened == [("fsync", target.parent)], "an acknowledged repeat must be as durable as the first"


async def test_the_event_loop_never_touches_the_disk(tmp_path: Path) -> None:
    root = tmp_path / "objects"
    loop_thread = threading.get_ident()
    seen: list[str] = []
    elsewhere: list[str] = []

    def hook(event: str, args: tuple[object, ...]) -> None:
        if args and str(args[0]).startswith(str(root)):
            (seen if threading.get_ident() == loop_thread else elsewhere).append(event)

    sys.addaudithook(hook)
    store = FileStore(root)
    await store.check()
    content = some_bytes(MIB, 10)
    await store.put(sha(content), content, len(content))
    assert await read(store, sha(content)) == content
    await store.delete(sha(content))
    assert seen == []
    assert {"open", "os.mkdir", "os.rename", "os.remove"} <= set(elsewhere)


async def test_a_damaged_file_is_healed_by_the_next_put(tmp_path: Path) -> None:
    store = FileStore(tmp_path)
    content = some_bytes(1000, 11)
    await store.put(sha(content), content, len(content))
    path = tmp_path / sha(content)[:2] / sha(content)[2:4] / sha(content)
    path.chmod(0o600)
    path.write_bytes(content[:500])
    await store.put(sha(content), content, len(content))
    assert await read(store, sha(content)) == content


async def test_objects_are_for_nobody_else_to_read(tmp_path: Path) -> None:
    store = FileStore(tmp_path / "objects")
    await store.put(sha(b"a"), b"a", 1)
    for path in (store.root, *store.root.rglob("*")):
        assert path.stat().st_mode & 0o077 == 0, path


async def test_a_folder_that_cannot_be_used_is_explained(tmp_path: Path) -> None:
    (tmp_path / "objects").write_text("a file stands in its place")
    with pytest.raises(StoreUnavailable) as refused:
        await FileStore(tmp_path / "objects").check()
    assert "无法读写" in str(refused.value)
    assert str(tmp_path / "objects") in str(refused.value)


# What only S3 shows: addresses and refusals.


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda url: url.replace("not%2F", "wrong"), "the secret key is wrong"),
        (lambda url: url.replace("lianjian-test", "somebody"), "the access key is unknown"),
        (
            lambda url: url.replace("/evidence", "/nothing-here").replace("create=true", "create=false"),
            "has no bucket nothing-here",
        ),
        (lambda url: url.split("@")[0] + "@127.0.0.1:1/evidence?secure=false", "the connection is refused"),
        (lambda url: url.replace("secure=false", "secure=true"), "check secure="),
        (lambda url: url.split("@")[0] + "@store.invalid:1/evidence?secure=false", "the host name is unknown"),
    ],
)
async def test_a_wrong_address_is_explained_without_the_secret(s3_url: str, change: Any, says: str) -> None:
    store = store_at(change(s3_url))
    with pytest.raises(StoreUnavailable) as refused:
        await store.check()
    assert says in str(refused.value)
    assert "a+secret" not in str(refused.value)
    await store.close()


@pytest.mark.parametrize(
    ("url", "part"),
    [
        ("https://k:s@host/bucket", "scheme"),
        ("s3://k:s@/bucket", "host"),
        ("s3://host/bucket", "keys"),
        ("s3://k@host/bucket", "keys"),
        ("s3://k:s@host", "bucket"),
        ("s3://k:s@host/bucket/folder", "bucket"),
        ("s3://k:s@host/bucket?regoin=x", "query"),
        ("s3://k:s@host/bucket?secure=yes", "secure"),
        ("s3://k:s@host:port/bucket", "host"),
    ],
)
def test_a_wrong_object_store_url_is_refused_by_its_part(url: str, part: str) -> None:
    with pytest.raises(StoreUrlWrong) as refused:
        store_from_url(url)
    assert refused.value.details["part"] == part
