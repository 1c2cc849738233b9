"""What many tests begin with, walked to once in a process and copied for whoever begins with it next.

A *walk* leads a world that nobody has touched to where a test begins: through HTTP, by the cast, with every rule in force. Its
end is kept as a database of its own; the next test's world becomes a copy of that database, at the time it was left. A world
that was touched before (another power for Lin, another time) walks by itself.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from databases import StillConnected
from world import World

from inspection.server.client_keys import ClientKey


@dataclass(frozen=True)
class Kept:
    """Where a walk ended: its database, the time there, what it returned, and the keys that the cast enrolled on the way."""

    database: str
    at: datetime
    returned: Any
    keys: dict[str, ClientKey]


KEPT: dict[str, Kept] = {}


async def kept(world: World, name: str, walk: Callable[[], Awaitable[Any]]) -> Any:
    """What ``walk`` returned when it was walked, with the world as it was then; ``name`` says which walk."""
    if not await world.untouched():
        return await walk()
    if name not in KEPT or not await _resumed(world, KEPT[name]):
        returned = await walk()
        await _keep(world, name, returned)
        return returned
    return KEPT[name].returned


async def _resumed(world: World, end: Kept) -> bool:
    """The world becomes what it was at ``end``; False when somebody is connected to it, as to a served one."""
    await world.platform.database.close()
    try:
        await world.databases.replace(world.name, end.database)
    except StillConnected:
        return False
    world.keys.enrolled.update(end.keys)
    await world.move_to(end.at)
    return True


async def _keep(world: World, name: str, returned: Any) -> None:
    """Keeps the world as it is; not when somebody is connected or a file was stored, which a database does not hold."""
    objects = world.platform.settings.data_dir / "objects"
    if name in KEPT or any(path.is_file() for path in objects.rglob("*")):
        return
    at = world.clock.now()
    await world.platform.database.close()
    database = f"kept_{len(KEPT)}"
    try:
        await world.databases.copy(world.name, database)
    except StillConnected:
        return
    KEPT[name] = Kept(database, at, returned, dict(world.keys.enrolled))
