"""S2 and S3 of the reference day: a rectification with its re-check, a veto, and two measures that exclude each other."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from inspection.server.demo_player import minutes
from inspection.server.demo_story import Story

DEMAND = "请补交有效期内的压力管道元件检测合格证明"
DEMANDED = {"verdict": "RECTIFY", "measures": ["RECTIFY"], "cause": "certificate_invalid", "basis": "DOCUMENT", "note": DEMAND}
REFUSED_BY = {"market_regulation": "RETURN", "customs": "DESTROY"}
"""S3: who refuses the same line, and what each asks for."""


async def play(story: Story) -> None:
    """S2 under two policies, then S3: what comes of the day after everybody passed in S1."""
    await rectification(story, "s2_graded", story.declarations[1], minutes(270), "graded")
    await rectification(story, "s2_veto_strict", story.declarations[2], minutes(272), "veto_strict")
    await conflict(story, "s3", story.declarations[3], minutes(274))


async def rectification(story: Story, name: str, declaration: dict[str, Any], after: timedelta, policy: str) -> None:
    """S2: market regulation doubts a certificate, asks customs and IP, and demands a rectification; the others pass."""
    player = story.player
    case, invited = await story.until_concluding(declaration, after, policy, doubted_by="market_regulation")
    for agency in (*invited, "customs"):
        said = DEMANDED if agency == "market_regulation" else {"verdict": "PASS"}
        await story.conclude(case, agency, [{"line": no, **said} for no in await story.lines(case, agency)])
    disposition = await player.until("lin", f"/api/v1/cases/{case}/disposition", lambda found: found.get("state") is not None)
    story.facts[name] = {"case": case, "disposition": disposition.get("type"), "policy": policy}
    await story.draws(case)
    if policy == "graded":
        story.hold("s2_graded_rectify_proposed", _proposes(disposition, "RECTIFY"))
        await _demanded_and_checked_again(story, case, declaration["number"])
    else:
        await _vetoed(story, name, case, disposition)


async def _demanded_and_checked_again(story: Story, case: str, number: str) -> None:
    """One demand that says everything; the enterprise proves, and only who demanded it says that it is done."""
    player = story.player
    await player.post("zhao", f"/api/v1/cases/{case}/disposition/approve")
    own = f"/api/v1/declarations/{number}/follow-ups"
    demanded = await player.until("hengtong", own, bool)
    told = [{**one["demand"], "due": one["due"]} for one in demanded]
    parts = ("what", "materials", "channel_zh", "contact", "cost_zh", "due")
    story.hold("s2_one_demand_says_what_where_until_when_and_to_whom", all(one.get(part) for one in told for part in parts))
    for one in demanded:
        body = {"text": "已补交检测合格证明", "documents": [{"name": "压力管道元件检测合格证明", "number": "TS-2026-118"}]}
        await player.post("hengtong", f"{own}/{one['id']}/proof", body)
        check, passed = f"/api/v1/cases/{case}/follow-ups/{one['id']}/verify", {"passed": True, "reason": "证明有效，与实物一致"}
        refused = await player.try_post(story.who(case, "ip"), check, passed)
        story.hold("s2_nobody_else_checks_the_rectification", refused.status_code == 403)
        await player.post(story.who(case, "market_regulation"), check, passed)
    checked = await player.get("lin", f"/api/v1/cases/{case}/disposition")
    story.hold("s2_rectified_and_checked_again_by_the_demanding_agency", checked["state"] == "VERIFIED")


async def _vetoed(story: Story, name: str, case: str, disposition: dict[str, Any]) -> None:
    vetoed_by = sorted({agency for line in disposition["lines"] for agency in line.get("vetoed_by", [])})
    story.facts[name]["vetoed_by"] = vetoed_by
    story.hold("s2_veto_strict_vetoed_by_market_regulation", vetoed_by == ["market_regulation"])
    release = {"type": "RELEASE", "reason": "牵头部门拟放行"}
    refused = await story.player.try_post("lin", f"/api/v1/cases/{case}/disposition", release)
    story.facts[name]["release"] = refused.status_code
    story.hold("s2_veto_strict_release_refused_with_409", refused.status_code == 409)
    story.hold("s2_veto_strict_refusal_names_the_vetoer", "market_regulation" in refused.text)


async def conflict(story: Story, name: str, declaration: dict[str, Any], after: timedelta) -> None:
    """S3: a return and a destruction are asked for on one line: a person decides with a reason, another one approves."""
    player = story.player
    case, invited = await story.until_concluding(declaration, after, "graded")
    asked = {agency: await story.lines(case, agency) for agency in (*invited, "customs")}
    line = min(set(asked["market_regulation"]) & set(asked["customs"]))
    for agency, lines in asked.items():
        refusing = {"verdict": "REFUSE", "measures": [REFUSED_BY.get(agency, "")], "basis": "TESTED"}
        said = {no: refusing if no == line and agency in REFUSED_BY else {"verdict": "PASS"} for no in lines}
        await story.conclude(case, agency, [{"line": no, **said[no]} for no in lines])
    path = f"/api/v1/cases/{case}/disposition"
    found = await player.until("lin", path, lambda found: found.get("state") is not None)
    story.facts[name] = {"case": case, "outcome": found["outcome"]}
    undecided = (found["state"], found["type"], found["automatic"]) == ("CONFLICT", None, False)
    story.hold("s3_conflict_and_nothing_decided", undecided)
    alone = await player.try_post("zhao", f"{path}/approve")
    story.hold("s3_nobody_approves_a_conflict", alone.status_code == 409)
    report = await player.get("lin", f"/api/v1/cases/{case}/report.json")
    trace = " ".join(step["because"] for step in report["merged"]["trace"])
    named = [f"{agency} v1 REFUSE with {measure}" for agency, measure in REFUSED_BY.items()]
    story.hold("s3_trace_names_inputs_and_versions", all(one in trace for one in named))
    await player.post("lin", f"{path}/resolve", {"type": "DESTROY", "reason": "货物不可退运，按销毁办理"})
    decided = await player.post("zhao", f"{path}/approve")
    carried = (decided["type"], decided["state"]) == ("DESTROY", "NOTIFIED")
    story.hold("s3_resolved_with_a_reason_and_approved_by_another", carried)
    following = await player.until("lin", f"/api/v1/cases/{case}/follow-ups", bool)
    waits = {one["kind"]: one["state"] for one in following}
    story.hold("s3_destruction_waits_for_an_objection", waits.get("DESTROY") == "APPEALABLE")


def _proposes(disposition: dict[str, Any], type_: str) -> bool:
    """The case proposes the type, or a split in which a line has it."""
    lines = {line.get("disposition") for line in disposition["lines"]}
    return disposition.get("state") == "PROPOSED" and (disposition.get("type") == type_ or type_ in lines)
