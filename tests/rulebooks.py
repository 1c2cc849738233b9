"""A rulebook of the tests, and what its officer and its approver do with it."""

from __future__ import annotations

from typing import Any

import httpx
from make import ok
from world import World

RULEBOOKS = "/api/v1/rulebooks"
FIRST = f"{RULEBOOKS}/season/versions/1"

SEASON = """\
pack: season
version: {version}
title: {{zh: 专项行动, en: A season's attention}}
agencies: [environment]
texts:
  law: {{title: {{zh: 固体废物污染环境防治法, en: Solid Waste Law}}, number: 主席令第四十三号, basis_unverified: true}}
rules:
  - meta:
      id: season.packaging
      version: {version}
      title: {{zh: 纸制包装, en: Paper packaging}}
      owner: environment
      effective: {{from: 2020-01-01}}
      change: 专项行动
      examples:
        must_hit: [{{line: {{hs: '4819100000', name: 瓦楞纸箱}}}}]
        must_not_hit: [{{line: {{hs: '0101210010', name: 改良种用马}}}}]
    scope:
      hs: {{prefixes: ['{prefix}']}}
    then:
      agency: environment
      domain: WASTE
      check_kinds: [DOC]
      focus: [{{zh: 核对是否夹带废纸, en: Check for waste paper among the goods}}]
      legal_basis: [{{text: law, article: 第二十四条}}]
      weight: 10
"""


def season(version: int = 1, prefix: str = "48") -> str:
    """The rulebook of these tests: it calls the environment agency for goods that nobody else is called for."""
    return SEASON.format(version=version, prefix=prefix)


async def drafted(world: World, source: str | None = None, version: int = 1) -> dict[str, Any]:
    """Ruo's draft."""
    body = {"source": season(version) if source is None else source, "note": "专项行动"}
    return dict(ok(await world.client_of("ruo").put(f"{RULEBOOKS}/season/versions/{version}", json=body)))


async def shadowed(world: World, version: int = 1) -> dict[str, Any]:
    """Ruo's draft, in the shadow from now on."""
    await drafted(world, version=version)
    return dict(ok(await world.client_of("ruo").post(f"{RULEBOOKS}/season/versions/{version}/shadow")))


async def published(world: World, sha256: str, login: str = "zhao", version: int = 1, **fields: Any) -> httpx.Response:
    """What putting a version in force is answered."""
    body = {"sha256": sha256, "reason": "经核对影子运行结果", **fields}
    answer: httpx.Response = await world.client_of(login).post(f"{RULEBOOKS}/season/versions/{version}/publish", json=body)
    return answer
