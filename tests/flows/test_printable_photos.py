"""Photos are scaled for paper once, when they have arrived; the report prints those and names the original's hash."""

from __future__ import annotations

import hashlib
from io import BytesIO
from typing import Any
from uuid import uuid4

import pikepdf
from deciding import concluded
from make import Make, ok
from PIL import Image
from world import World

ORIENTATION = 0x0112
ROW = "SELECT sha256, size, width, height FROM printable_photo WHERE evidence_id = $1::uuid"


def taken(colour: str = "teal") -> bytes:
    """A wide photo that says it is to be turned upright."""
    exif = Image.Exif()
    exif[ORIENTATION] = 6
    out = BytesIO()
    Image.new("RGB", (1500, 900), colour).save(out, "JPEG", exif=exif)
    return out.getvalue()


async def kept(world: World, evidence: str) -> list[Any]:
    return list(await world.as_owner(ROW, evidence))


async def read(world: World, sha256: str) -> bytes:
    return b"".join([chunk async for chunk in world.platform.store.open(sha256)])


async def test_a_photo_is_scaled_upright_once_it_has_arrived_and_a_broken_one_is_left_alone(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    good, broken = await make.photo(no, content=taken()), await make.photo(no, content=b"\xff\xd8\xff" + uuid4().bytes)
    assert await kept(world, good) == []
    await world.drain()
    ((sha256, size, width, height),) = await kept(world, good)
    small = await read(world, sha256)
    assert (size, sha256) == (len(small), hashlib.sha256(small).hexdigest())
    assert (width, height) == Image.open(BytesIO(small)).size == (660, 1100)
    ((nothing, *_),) = await kept(world, broken)
    assert nothing is None


async def test_the_report_prints_what_was_scaled_and_its_index_names_the_original(world: World, make: Make) -> None:
    no = await make.case("IN_FIELD")
    originals = [taken(), taken("navy")]
    photos = [await make.photo(no, content=one) for one in originals]
    found = {"session": await make.session_of(no), "line": 1, "captured_at": world.clock.now().isoformat()}
    said = {"grade": "CONFORMS", "observation": "铭牌与证书一致", "kind": "MARKING", "agency": "market_regulation"}
    ok(await world.client_of("mei").put(f"/field/v1/cases/{no}/findings/{uuid4()}", json=found | said | {"evidence": photos}))
    await world.drain()
    ((first, *_),) = await kept(world, photos[0])
    # Evidence that arrived before photos were scaled on arrival is scaled when it is printed.
    await world.as_owner("DELETE FROM printable_photo WHERE evidence_id = $1::uuid", photos[1])
    await make.closed(no)
    await concluded(world, no)

    ((second, *_),) = await kept(world, photos[1])
    pdf = (await world.client_of("mei").get(f"/api/v1/cases/{no}/report.pdf")).content
    with pikepdf.open(BytesIO(pdf)) as opened:
        printed = {image.read_raw_bytes() for page in opened.pages for image in page.get_images().values()}
    assert printed == {await read(world, first), await read(world, second)}
    document = ok(await world.client_of("mei").get(f"/api/v1/cases/{no}/report.json"))
    assert {one["sha256"] for one in document["evidence"]} == {hashlib.sha256(one).hexdigest() for one in originals}
