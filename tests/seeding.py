"""Fills the platform of ``seeded.py``, so that there is something behind every wall.

The cases are played through HTTP; rows that only one port has are copied to the other; a table that no story reaches gets
made-up ones.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any
from uuid import UUID, uuid4

import asking
import asking_operations
import asyncpg
import msgspec
from cabin_operations import cite, divide, publish, read_papers, say
from deciding import RECTIFY, concluded, merged_under, propose
from make import PHOTO, Make, ok
from operations import Hand
from seeded import EVERYBODY, PAPERS, SECRET, TABLES, Seeded, key_of
from sqlalchemy import Column, select
from world import World

from agencies import accounts, sign_in
from agencies.powers import PLATFORM, POWERS_OF_KIND, Kind
from agencies.tables import Person
from inspection.following_up import demand, follow_up
from inspection.notifying import notice_feed
from inspection.server.cast import HENGTONG, OTHER_PORT, PORT, XINDA

SAID = {
    ("followed_version", "lines"): {"unchanged": [[1, 1]], "changed": [], "added": [], "removed": []},
    ("follow_up", "demand"): msgspec.to_builtins(demand.usual(follow_up.Kind.RECTIFY, note="", contact="")),
    ("back_test", "state"): "DONE",
    ("goods_fact", "fact"): "separable",
    ("cost_record", "cause"): "MEASURE",
}
"""What a made-up row says where any text, or an empty document, would be none of ours."""


async def build(world: World) -> Seeded:
    """Plays the cases through HTTP and copies what only one port has."""
    make = Make(world)
    await merged_under(world, "graded")
    a = await make.case("PREPARING")
    secret_paper = await _before_the_yard(Hand(world, make, a))
    await make.scheduled(a)
    await make.opened(a)
    ids = await _found(world, make, a) | {"secret_paper": secret_paper}
    await make.closed(a)
    await concluded(world, a, market_regulation=RECTIFY)
    ok(await propose(world, a, "RELEASE"))  # and departs from what market regulation concluded
    c, b = await _filed(make, PORT), await _filed(make, OTHER_PORT)
    # Ou may do everything that a customs officer may: only the port keeps the other port's cases away.
    await world.as_owner("UPDATE person SET powers = $1 WHERE login = 'ou'", sorted(POWERS_OF_KIND[Kind.CUSTOMS]))
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await accounts.renew_link(session, "bo", world.clock.now())
        people = {one.login: sign_in.principal(one) for one in await session.scalars(select(Person))}
    lin, zhao = world.client_of("lin"), world.client_of("zhao")
    for whose in (PORT, f"{PORT}/market_regulation", OTHER_PORT):
        notice = {"source": "测试用通知", "years": [2027], "holidays": ["2027-01-01"]}
        ok(await world.client_of("wen").put(f"/api/v1/calendars/{whose}", json=notice, headers={"If-Match": '"v0"'}))
    ids |= {"item": ok(await lin.get("/api/v1/inbox"))[0]["id"], "number": ok(await lin.get(f"/api/v1/cases/{a}"))["declaration"]}
    draft = {"source": "extends: veto\nname: veto\nversion: 2\nveto_at: RECTIFY\n", "note": "从严"}
    ok(await world.client_of("ruo").put("/api/v1/policies/veto/versions/2", json=draft))
    ids["sign_in_session"] = ok(await zhao.get("/api/v1/me/sessions"))[0]["id"]
    window = {"starts_at": "2026-11-23T09:00:00+08:00", "ends_at": "2026-11-23T12:00:00+08:00"}
    wish = f"/api/v1/declarations/{ids['number']}/preferred-windows"
    ok(await world.client_of("hengtong").post(wish, json={"windows": [window]}))
    assert world.services.owner_url is not None
    owner = await asyncpg.connect(world.services.owner_url)
    ids["deadline"] = str(await owner.fetchval("SELECT id FROM deadline WHERE stream = $1 LIMIT 1", f"case:{a}"))
    ids["other_secret"] = await owner.fetchval("SELECT secret FROM progress_key WHERE trader = $1 LIMIT 1", XINDA)
    seeded = Seeded(world, make, a, b, c, ids, people, owner)
    for login in EVERYBODY:
        await world.keys.of(login, world.client_of(login))
        answered = "INSERT INTO stored_answer VALUES ($1, $2, 'hash', 200, 'answer', now())"
        await owner.execute(answered, str(people[login].id), f"key of {login}")
    await _told(seeded)
    for table in TABLES:
        await _filled(seeded, table)
        await _copied(seeded, table)
    ids["appeal"] = str(await owner.fetchval("SELECT id FROM appeal WHERE port = $1 LIMIT 1", PORT))
    for name, table in PAPERS.items():
        query = f"SELECT id::text FROM {table} WHERE port = $1 AND agency = 'market_regulation' LIMIT 1"
        ids[name] = await owner.fetchval(query, PORT)
    ids["file"] = await _handed_in(seeded, ids["follow_up"])
    ids["key"] = await owner.fetchval("SELECT id FROM signing_key WHERE person_id = $1", people["mei"].id)
    return seeded


async def _handed_in(seeded: Seeded, follow_up_id: str) -> str:
    """A file that the enterprise sent with a proof; its id."""
    file = str(uuid4())
    scope = {"id": file, "scope": f"follow_up:{follow_up_id}", "owner": HENGTONG, "label": None}
    await _like(seeded, "evidence", "id", seeded.ids["evidence"], scope)
    named = {"id": str(uuid4()), "follow_up_id": follow_up_id, "documents": [{"name": "型式试验证书", "file": file}]}
    await _like(seeded, "follow_up_entry", "case_no", seeded.a, named)
    return file


async def _like(seeded: Seeded, table: str, column: str, value: str, changes: dict[str, Any]) -> None:
    """Another row like the one where ``column`` is ``value``."""
    known = await seeded.owner.fetchval(f"SELECT to_jsonb(t)::text FROM {table} t WHERE {column}::text = $1 LIMIT 1", value)
    row = msgspec.json.encode(msgspec.json.decode(known) | changes).decode()
    await seeded.owner.execute(f"INSERT INTO {table} SELECT * FROM jsonb_populate_record(NULL::{table}, $1::jsonb)", row)


async def _told(seeded: Seeded) -> None:
    """Everybody has a notice with its log in an inbox of the own; two enterprises and two units have webhooks."""
    world, people = seeded.world, seeded.people
    await world.worker.courier.deliver()
    for login in EVERYBODY:
        who = people[login]
        id_, dedupe = uuid4(), f"seeded {login}"
        await seeded.owner.execute(
            "INSERT INTO notice (id, dedupe, stream, seq, event, template, kind, channel, person_id, language, texts, data,"
            " state, at, next_try_at) VALUES ($1, $2, 'seeded', 1, 'Seeded', 'ping', 'CONVENIENCE', 'INBOX',"
            " $3, 'en', '{}', '{}',"
            " 'QUEUED', now() - interval '1 day', now() - interval '1 day')",
            id_, dedupe, who.id,
        )  # fmt: skip
        attempted = "INSERT INTO notice_attempt VALUES ($1, 1, now(), 'SENT', '250', now())"
        await seeded.owner.execute(attempted, id_)
        ok(await world.client_of(login).put("/api/v1/me/notices", json={"language": "en"}))
        if login == "mei":
            seeded.ids["notice"] = str(id_)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        await notice_feed.put_on_feed(session, datetime.now(UTC))
    for login in ("hengtong", "xinda", "ping", "ou"):
        id_ = str(uuid4())
        body = {"id": id_, "url": f"https://{login}.example.org/in"}
        ok(await world.client_of(login).post("/api/v1/webhooks", json=body))
        seeded.ids.setdefault("webhook", id_)


async def _before_the_yard(hand: Hand) -> str:
    """Papers in the cabin, IP's secret one among them (its id), a word in the thread and a proposal."""
    await publish(hand.make, entries=[])
    ok(await cite(hand, for_enterprise=True, required_of=["market_regulation"]))
    secret = ok(await cite(hand, agency="ip", title=SECRET, label="IP_SECRET"))
    for login in ("mei", "qiu"):
        ok(await read_papers(hand, login=login))
    ok(await say(hand))
    ok(await divide(hand))
    return str(secret["id"])


async def _filed(make: Make, port: str) -> str:
    """A case of Xinda at ``port``, just opened."""
    body = make.declaration(port=port, trader={"code": XINDA, "name": "Xinda Trading", "credit": "ordinary"})
    body["number"] = port + body["number"][4:]
    return str((await make.filed(body, "xinda"))["case"])


async def _found(world: World, make: Make, no: str) -> dict[str, str]:
    """Findings and photos of three agencies; IP's are secret."""
    session = await make.session_of(no)
    ids = {"session": session, "evidence": await make.photo(no)}
    secret = {"content": PHOTO + SECRET.encode(), "label": "IP_SECRET", "file_name": f"{SECRET}.jpg"}
    ids["secret_evidence"] = await make.photo(no, "qiu", **secret)
    for name, login, other in (
        ("finding", "mei", {"agency": "market_regulation", "kind": "MARKING", "observation": "铭牌与申报一致"}),
        ("customs_finding", "rong", {"agency": "customs", "kind": "PHYSICAL", "observation": "数量与申报一致"}),
        ("secret_finding", "qiu", {"agency": "ip", "kind": "LICENCE", "observation": SECRET, "label": "IP_SECRET"}),
    ):
        ids[name] = str(uuid4())
        body = {"session": session, "line": 1, "grade": "CONFORMS", "captured_at": world.clock.now().isoformat()} | other
        ok(await world.client_of(login).put(f"/field/v1/cases/{no}/findings/{ids[name]}", json=body))
    await _asked(Hand(world, make, no), ids["finding"])
    await world.drain()
    return ids


async def _asked(hand: Hand, finding: str) -> None:
    """What market regulation has asked, recognised, and put to a rights holder."""
    await asking.may_recognise(hand.world)
    request = ok(await asking.ask(hand.world, hand.no, finding))
    ok(await asking.answer(hand.world, hand.no, request))
    for act in (asking_operations.file_minutes, asking_operations.recognise):
        ok(await act(hand))
    for login, agency in (("lin", "customs"), ("ping", "market_regulation")):
        holder = await asking.holder(hand.world, login=login, agency=agency)
        await asking.authorised(hand.world, holder, login=login, agency=agency, trader=XINDA)
    ok(await asking.confirm(hand.world, hand.no, holder, login="ping"))


async def _filled(seeded: Seeded, table: str) -> None:
    """Made-up rows for a table that no story reaches yet: one for each agency that takes part, and one of another port."""
    if await seeded.owner.fetchval(f"SELECT count(*) FROM {table}"):
        return
    async with seeded.owner.transaction():
        await seeded.owner.execute("SET LOCAL session_replication_role = replica")
        for number, (login, port, case, enterprise) in enumerate(
            (("lin", PORT, seeded.a, HENGTONG), ("mei", PORT, seeded.a, HENGTONG), ("ou", OTHER_PORT, seeded.b, XINDA)), start=1
        ):
            who = seeded.people[login]
            known = {"id": str(uuid4()), "port": port, "tenant": port, "case_no": case, "agency": who.agency, "owner": who.agency}
            known |= {"stream": f"case:{case}", "scope": f"case:{case}", "enterprise": enterprise, "principal": str(who.id)}
            known |= {"person_id": str(who.id), "approver": str(who.id), "label": None, "trader": enterprise}
            known |= {column: said for (whose, column), said in SAID.items() if whose == table}
            row = {column.name: known.get(column.name, _made_up(column, number)) for column in TABLES[table].columns}
            insert = f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, $1::jsonb)).* ON CONFLICT DO NOTHING"
            await seeded.owner.execute(insert, _json(row))


def _made_up(column: Column[Any], number: int) -> Any:
    """Any value of the column's type, another one in every row."""
    if column.nullable:
        return None
    kind = column.type.python_type
    values = {
        str: f"{column.name}-{number}",
        int: number,
        bool: True,
        UUID: str(uuid4()),
        list: [],
        dict: {},
        bytes: f"\\x0{number}",
    }
    values |= {datetime: datetime(2026, 11, 20, number, tzinfo=UTC), date: date(2026, 11, number), time: time(number)}
    return values.get(kind, {})  # JSON names no type of its own


async def _copied(seeded: Seeded, table: str) -> None:
    """Rows of case ``a`` as rows of case ``b``, where the other port has none: a wall is tested with something behind it."""
    columns = TABLES[table].columns
    where = next((name for name in ("port", "tenant") if name in columns and table != "person"), None)
    if where is None or await seeded.owner.fetchval(f"SELECT count(*) FROM {table} WHERE {where} = $1", OTHER_PORT):
        return
    other: dict[str, Any] = {where: OTHER_PORT}
    if "case_no" in columns:
        other["case_no"] = seeded.b
    for name in ("stream", "scope"):
        if name in columns:
            other[name] = f"case:{seeded.b}"
    async with seeded.owner.transaction():
        await seeded.owner.execute("SET LOCAL session_replication_role = replica")
        ids = [name for name in key_of(table) if columns[name].type.python_type is UUID or name == "id"]
        fresh = "".join(f" || jsonb_build_object('{name}', gen_random_uuid())" for name in ids)
        await seeded.owner.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(NULL::{table}, to_jsonb(r) || $1::jsonb{fresh})).* FROM {table} r"
            f" WHERE {where} = $2",
            _json(other),
            PORT,
        )


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
