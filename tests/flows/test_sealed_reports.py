"""Sealed reports: what members and the enterprise download holds, offline, with the certificate that the platform publishes."""

from __future__ import annotations

import asyncio
import hashlib
from io import BytesIO
from pathlib import Path

import httpx
import pikepdf
import pypdfium2
import pytest
from cryptography import x509
from deciding import RECTIFY, approve, concluded, merged_under, read
from make import Make, ok
from world import World

from agencies.powers import PLATFORM
from inspection.events import case_stream
from inspection.reaction import Parts
from inspection.reactions import REACTIONS
from inspection.reporting import seal_check
from inspection.server.cli import main
from kit import event_log


async def test_both_editions_hold_and_carry_the_json_that_was_hashed(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    number = (await read(world, no, "case"))["declaration"]
    root = x509.load_pem_x509_certificate(ok_bytes(await world.client_of(None).get("/public/v1/seal.pem")))
    for login, where in (("mei", f"/api/v1/cases/{no}"), ("hengtong", f"/api/v1/declarations/{number}")):
        client = world.client_of(login)
        document, pdf = await client.get(f"{where}/report.json"), await client.get(f"{where}/report.pdf")
        found = await asyncio.to_thread(seal_check.check, pdf.content, (root,))
        assert found.holds, found.problems
        assert found.document_sha256 == hashlib.sha256(document.content).hexdigest() == document.headers["etag"].strip('"')
        assert int(pdf.headers["content-length"]) == len(pdf.content)
        changed = bytearray(pdf.content)
        changed[len(changed) // 2] ^= 1
        assert not (await asyncio.to_thread(seal_check.check, bytes(changed), (root,))).holds
        with pikepdf.open(BytesIO(pdf.content)) as opened, opened.open_metadata() as about:
            assert about.pdfa_status == "3B"
        assert len(pypdfium2.PdfDocument(pdf.content)) >= 1


async def test_the_enterprise_reads_nothing_before_the_decision_and_no_deliberation_after_it(world: World, make: Make) -> None:
    await merged_under(world, "graded")
    no = await make.case("CONCLUDING")
    await concluded(world, no, market_regulation=RECTIFY)
    number = (await read(world, no, "case"))["declaration"]
    own = f"/api/v1/declarations/{number}/report.json"
    assert (await world.client_of("hengtong").get(own)).status_code == 404

    ok(await approve(world, no))
    await world.drain()
    edition, full = ok(await world.client_of("hengtong").get(own)), await read(world, no, "report.json")
    assert (edition["edition"], edition["number"], edition["disposition"]["type"]) == ("enterprise", full["number"], "RECTIFY")
    assert "trace" in full["merged"] and "trace" not in edition["merged"]
    assert (await world.client_of("xinda").get(own)).status_code == 404, "another enterprise"
    await met_again(world, no, "DispositionApproved")
    assert ok(await world.client_of("hengtong").get(own)) == edition


async def test_the_seal_of_a_version_is_made_once(world: World, make: Make) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    first = await world.client_of("lin").get(f"/api/v1/cases/{no}/report.pdf")
    await met_again(world, no, "ReportIssued")
    assert (await world.client_of("lin").get(f"/api/v1/cases/{no}/report.pdf")).content == first.content


async def test_anybody_checks_a_report_on_the_command_line(
    world: World, make: Make, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    no = await make.case("CONCLUDING")
    await concluded(world, no)
    file, trust = tmp_path / "report.pdf", tmp_path / "seal.pem"
    file.write_bytes(ok_bytes(await world.client_of("lin").get(f"/api/v1/cases/{no}/report.pdf")))
    trust.write_bytes(ok_bytes(await world.client_of(None).get("/public/v1/seal.pem")))
    assert await verb("seal", "check", str(file), "--trust", str(trust)) == 0
    assert "印章有效" in capsys.readouterr().out
    assert await verb("seal", "check", str(file)) == 1 and "does not lead to a root" in capsys.readouterr().out
    assert await verb("seal", "check", str(tmp_path / "none.pdf")) == 2


async def met_again(world: World, no: str, type: str) -> None:
    """The worker meets every event of the type once more."""
    parts = Parts(store=world.platform.store, seal=world.platform.seal)
    async with world.platform.database.unit_of_work(PLATFORM) as session:
        seen = [event for event in await event_log.read(session, case_stream(no)) if event.type == type]
    assert seen
    for event in seen:
        for reaction in REACTIONS[type]:
            async with world.platform.database.unit_of_work(PLATFORM) as session:
                await reaction(session, event, world.clock.now(), parts)


async def verb(*arguments: str) -> int:
    """The exit status of ``lianjian`` with these arguments, outside the tests' event loop."""
    return await asyncio.to_thread(main, list(arguments))


def ok_bytes(answer: httpx.Response) -> bytes:
    assert answer.is_success, answer.text
    return answer.content
