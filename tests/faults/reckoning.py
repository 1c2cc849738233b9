"""The reckoning after a storm: PostgreSQL and the object folder are read directly, past the product, and held to the ledger.

What may lie there without having been acknowledged: a row or an event of a request that was sent (at most one each), a piece
of evidence declared whose bytes never came, and bytes kept whose row still says DECLARED (the store comes before the row).
"""

from __future__ import annotations

import asyncio
import hashlib
from collections import Counter
from pathlib import Path
from typing import Any

import asyncpg
import msgspec
from terminals import Item, Ledger, Step

from agencies.powers import PLATFORM
from inspection.server.worker import FORGOTTEN_SECONDS
from kit import event_log
from kit.database import Database
from media.object_store import object_path

EVENT_OF = {Step.DECLARE: "EvidenceDeclared", Step.BYTES: "EvidenceStored", Step.FINDING: "FindingRecorded"}
QUEUE_PATIENCE = 3.0 * FORGOTTEN_SECONDS
"""A worker that was killed forgets its jobs for so long; photos that arrived are jobs."""


async def faults_found(owner_url: str, database: Database, objects: Path, case: str, ledger: Ledger) -> list[str]:
    """Every way in which what is there is not what was promised; empty when all is well."""
    owner = await asyncpg.connect(owner_url)
    try:
        evidence = {str(row["id"]): row for row in await owner.fetch("SELECT * FROM evidence")}
        findings = {str(row["id"]): row for row in await owner.fetch("SELECT * FROM finding")}
        events = await owner.fetch("SELECT type, data FROM event WHERE stream = $1", f"case:{case}")
        return [
            *_evidence_kept(ledger, evidence, objects),
            *_findings_kept(ledger, findings),
            *_nothing_from_nowhere(ledger, evidence, findings),
            *_told_once(evidence, findings, events),
            *_no_orphans(evidence, findings, objects),
            *await _logs_hold(owner, database),
            *await _queue_empties(owner),
        ]
    finally:
        await owner.close()


async def head_of(owner_url: str, case: str) -> int:
    """The case's last event number."""
    owner = await asyncpg.connect(owner_url)
    try:
        return int(await owner.fetchval("SELECT seq FROM event_stream WHERE stream = $1", f"case:{case}"))
    finally:
        await owner.close()


def _evidence_kept(ledger: Ledger, rows: dict[str, asyncpg.Record], objects: Path) -> list[str]:
    found = []
    for item in ledger.acknowledged(Step.DECLARE):
        row = rows.get(item.evidence_id)
        if row is None or (row["sha256"], row["size"], row["owner"]) != (item.sha256, len(item.content), item.agency):
            found.append(f"declared and acknowledged, but not there as declared: {item.evidence_id}")
    for item in ledger.acknowledged(Step.BYTES):
        row = rows.get(item.evidence_id)
        if row is None or row["state"] != "STORED":
            found.append(f"bytes acknowledged, but the row is not STORED: {item.evidence_id}")
        if not _same_bytes(objects, item):
            found.append(f"bytes acknowledged, but the object is missing or differs: {item.sha256}")
    return found


def _same_bytes(objects: Path, item: Item) -> bool:
    path = objects / object_path(item.sha256)
    return path.is_file() and path.read_bytes() == item.content


def _findings_kept(ledger: Ledger, rows: dict[str, asyncpg.Record]) -> list[str]:
    return [
        f"finding acknowledged, but not there as sent: {item.finding_id}"
        for item in ledger.acknowledged(Step.FINDING)
        if not _as_sent(rows.get(item.finding_id), item)
    ]


def _as_sent(row: asyncpg.Record | None, item: Item) -> bool:
    if row is None:
        return False
    sent = (item.finding["observation"], [item.evidence_id], item.answers[Step.FINDING]["content_hash"])
    return (row["observation"], row["evidence"], row["content_hash"]) == sent


def _nothing_from_nowhere(ledger: Ledger, evidence: dict[str, asyncpg.Record], findings: dict[str, asyncpg.Record]) -> list[str]:
    """Only what was sent is there, and no content twice under different ids."""
    sent = {item.evidence_id for item in ledger.items} | {item.finding_id for item in ledger.items}
    found = [f"nobody sent {row}" for row in (evidence.keys() | findings.keys()) - sent]
    contents = Counter([row["sha256"] for row in evidence.values()] + [row["observation"] for row in findings.values()])
    return found + [f"there {count} times: {content}" for content, count in contents.items() if count > 1]


def _told_once(
    evidence: dict[str, asyncpg.Record], findings: dict[str, asyncpg.Record], events: list[asyncpg.Record]
) -> list[str]:
    """One event for every row and every STORED state, and none without."""
    told = {kind: Counter(_subject(event) for event in events if event["type"] == kind) for kind in EVENT_OF.values()}
    there = {
        EVENT_OF[Step.DECLARE]: Counter(evidence.keys()),
        EVENT_OF[Step.BYTES]: Counter(key for key, row in evidence.items() if row["state"] == "STORED"),
        EVENT_OF[Step.FINDING]: Counter(findings.keys()),
    }
    return [f"{kind} and what is there differ: {told[kind] - there[kind]} {there[kind] - told[kind]}" for kind in told
            if told[kind] != there[kind]]  # fmt: skip


def _subject(event: asyncpg.Record) -> str:
    data: dict[str, Any] = msgspec.json.decode(event["data"])
    return str(data["finding"] if event["type"] == EVENT_OF[Step.FINDING] else data["evidence"])


def _no_orphans(evidence: dict[str, asyncpg.Record], findings: dict[str, asyncpg.Record], objects: Path) -> list[str]:
    found = [
        f"finding {key} refers to evidence that is not there"
        for key, row in findings.items()
        if not set(row["evidence"]) <= evidence.keys()
    ]
    declared = {row["sha256"] for row in evidence.values()}
    stored = {row["sha256"] for row in evidence.values() if row["state"] == "STORED"}
    files = [path for path in objects.rglob("*") if path.is_file()]
    named = {path.name for path in files if hashlib.sha256(path.read_bytes()).hexdigest() == path.name}
    found += [f"not an object of its name, or left half-written: {path}" for path in files if path.name not in named]
    found += [f"an object nobody declared: {name}" for name in named - declared]
    return found + [f"a row says STORED without its object: {name}" for name in stored - named]


async def _logs_hold(owner: asyncpg.Connection[Any], database: Database) -> list[str]:
    """Every stream is numbered without a gap, and its hash chain holds."""
    found = []
    async with database.unit_of_work(PLATFORM) as session:
        for row in await owner.fetch("SELECT stream FROM event_stream"):
            bad = await event_log.verify(session, row["stream"])
            if bad is not None:
                found.append(f"the log of {row['stream']} is broken at {bad}")
    return found


async def _queue_empties(owner: asyncpg.Connection[Any]) -> list[str]:
    """What follows from the events has followed: no job waits, is held or was forgotten by a killed worker."""
    deadline = asyncio.get_running_loop().time() + QUEUE_PATIENCE
    while left := await owner.fetch("SELECT status, count(*) AS jobs FROM jobs.pgqueuer GROUP BY status"):
        if asyncio.get_running_loop().time() > deadline:
            return [f"jobs left in the queue: {[tuple(row) for row in left]}"]
        await asyncio.sleep(0.1)
    return []
