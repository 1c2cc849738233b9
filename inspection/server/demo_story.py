"""The reference day: S1 whole, then S2 merged under ``graded`` and under ``veto_strict``, and the conflict of S3.

Every step goes through HTTP and WebSocket; what has to hold is asserted under a name and stands in the summary.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from inspection.server import demo_draws, demo_requests
from inspection.server.cast import PORT
from inspection.server.demo_goods import picture
from inspection.server.demo_player import DemoStopped, Player, Watch, minutes

AGENCIES = ("ip", "market_regulation")
DISPATCHER = {"market_regulation": "ping", "ip": "qiu", "environment": "hua"}
INSPECTOR = "rong"
STEEL, GREEN, BLUE = (126, 138, 150), (110, 140, 120), (104, 124, 158)

FINDINGS: dict[str, tuple[int, str, str, str, tuple[int, int, int]]] = {
    "market_regulation": (2, "MARKING", "压力管道元件标识清晰，材质报告与实物相符", "TS 制造许可标识 · 1.6 MPa", STEEL),
    "ip": (3, "LICENCE", "授权链完整，源代码合规声明与软件版本一致", "授权许可 · PL-7 Control 4.2", BLUE),
    "customs": (1, "PHYSICAL", "开箱清点 1 台，品名、规格、唛头与申报相符", "生产线铭牌 · PL-7", GREEN),
}
"""Agency → line, check kind, observation, what the photo shows, its colour."""

DOUBTFUL = ("压力管道元件材质报告过期，未见有效检测合格证明", "材质报告 · 有效期已过")
"""What market regulation observes in S2, and what its photo shows."""


@dataclass
class Story:
    """One day. ``asserted`` collects what held by name; nothing is skipped when something does not."""

    player: Player
    declarations: list[dict[str, Any]]
    morning: datetime
    asserted: dict[str, bool] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)
    _sent: dict[tuple[str, str], str] = field(default_factory=dict)

    def hold(self, name: str, held: bool) -> None:
        """Records that ``name`` held, or not."""
        self.asserted[name] = self.asserted.get(name, True) and bool(held)

    @property
    def cases(self) -> list[str]:
        """The cases the day opened."""
        return [said["case"] for said in self.facts.values() if isinstance(said, dict) and "case" in said]

    # --- S1 ---------------------------------------------------------------------------------------------------------------

    async def all_pass(self) -> None:
        """S1: filed, called, answered, scheduled, inspected, concluded, released without a person."""
        player = self.player
        case, receipt = await self.file(self.declarations[0], self.morning)
        self.facts["s1"] = {"case": case}
        watch = await player.watch("lin", case)
        view = await player.get("lin", f"/api/v1/cases/{case}")
        invited = sorted(one["agency"] for one in view["invitations"])
        self.facts["s1"]["agencies"] = invited
        self.hold("s1_agencies_invited_exactly_market_regulation_and_ip", invited == sorted(AGENCIES))
        self.hold("s1_environment_absent", "environment" not in invited)
        _check_cast(invited)
        await self._acknowledge(case, invited)
        await self._answers(case, invited, self.morning)
        await demo_draws.draw_key_points(player, case, 2)
        await self.schedule_and_inspect(case, invited)
        for agency in (*invited, "customs"):
            await self.conclude(case, agency, [{"line": no, "verdict": "PASS"} for no in await self.lines(case, agency)])
        decided = await player.until("lin", f"/api/v1/cases/{case}", lambda view: view["state"] == "CLOSED")
        disposition = await player.get("lin", f"/api/v1/cases/{case}/disposition")
        self.hold("s1_all_pass_released_automatically", _is_automatic_release(disposition))
        self.hold("s1_one_session", len(decided["sessions"]) == 1 and decided["openings"] == 1)
        await self.draws(case)
        await self._statuses(case, receipt)
        await self._frames(case, watch)
        report = await player.until(
            "lin", f"/api/v1/cases/{case}/report.json", lambda found: found.get("version", found.get("number")) is not None
        )
        self.facts["s1"]["report"] = report.get("number")

    def who(self, case: str, agency: str) -> str:
        """Who works for the agency on the case: whoever was drawn."""
        return self._sent.get((case, agency), INSPECTOR)

    async def draws(self, case: str) -> None:
        """Every draw of the case can be drawn again."""
        count, replayed = await demo_draws.verified(self.player, case)
        self.hold("experts_are_drawn", count >= 1)
        self.hold("every_draw_replays", replayed)

    async def file(self, declaration: dict[str, Any], at: datetime) -> tuple[str, dict[str, Any]]:
        await self.player.move_to(at)
        receipt = await self.player.post("hengtong", "/api/v1/declarations", declaration)
        self.hold("a_case_opens", receipt.get("case") is not None)
        if receipt.get("case") is None:
            raise DemoStopped(f"declaration {receipt['number']}: no agency is called, {receipt['state']}")
        return str(receipt["case"]), receipt

    async def _acknowledge(self, case: str, invited: list[str]) -> None:
        """The joint suggestion reaches each terminal once, and each acknowledges it."""
        reached: list[str] = []
        for agency in ("customs", *invited):
            login = "lin" if agency == "customs" else DISPATCHER[agency]
            items = [one for one in await self.player.get(login, "/api/v1/inbox") if one["case"] == case]
            reached.extend(agency for one in items if one["kind"] in {"joint_suggestion", "invitation"})
            for one in items:
                await self.player.post(login, f"/api/v1/inbox/{one['id']}/acknowledge")
        self.hold("suggestion_reaches_every_terminal_once", sorted(reached) == sorted(["customs", *invited]))

    async def _answers(self, case: str, invited: list[str], sent: datetime) -> None:
        """Market regulation at +25 min, the IP office two minutes before its two hours are over."""
        player = self.player
        for agency in sorted(invited, reverse=True):
            await player.move_to(sent + (minutes(25) if agency == "market_regulation" else minutes(118)))
            self._sent[case, agency] = await demo_draws.send_drawn_expert(player, DISPATCHER[agency], case, agency)
        await player.until("lin", f"/api/v1/cases/{case}/task-sheet", lambda found: found["version"] == 1)
        view = await player.get("lin", f"/api/v1/cases/{case}")
        after = {
            one["agency"]: datetime.fromisoformat(one["answered_at"]) - datetime.fromisoformat(one["sent_at"])
            for one in view["invitations"]
        }
        self.hold("answers_at_25_min", _near(after.get("market_regulation"), minutes(25)))
        self.hold("answers_at_1_h_58_min", _near(after.get("ip"), minutes(118)))
        self.hold("no_answer_is_late", not any(one["late"] for one in view["invitations"]))
        self.hold("task_sheet_v1_by_itself", True)
        self.facts["task_sheet"] = f"/api/v1/cases/{case}/task-sheet.pdf"

    async def schedule_and_inspect(self, case: str, invited: list[str], *, doubted_by: str = "") -> None:
        """A window, two customs officers, three parallel streams, findings with photos, one close.

        ``doubted_by``: the agency that finds its certificate doubtful.
        """
        player = self.player
        # They came earlier than declared: what stands in the yard can be inspected.
        await player.post("tao", f"/api/v1/cases/{case}/yard-moves", {"to": "WAITING", "reason": "提前到港"})
        slot = (await player.get("lin", f"/api/v1/cases/{case}/slots"))[0]
        booking = await player.post("lin", f"/api/v1/cases/{case}/schedule", slot)
        for agency in invited:
            seen = {"booking": booking["id"], "version": booking["version"]}
            booking = await player.post(DISPATCHER[agency], f"/api/v1/cases/{case}/schedule/confirm", seen)
        self.hold("window_confirmed_by_every_agency", booking["state"] == "CONFIRMED")
        await player.until("lin", f"/api/v1/cases/{case}", lambda view: view["state"] == "SCHEDULED")
        begins = datetime.fromisoformat(slot["starts_at"])
        await player.move_to(begins)
        body = {"officers": ["tao", "rong"], "attendance": "ATTENDED", "seals_before": ["S-1001"]}
        session = (await player.post("tao", f"/api/v1/cases/{case}/sessions", body))["id"]
        await player.post("tao", f"/api/v1/cases/{case}/sessions/{session}/open")
        doubted = ""
        for step, agency in enumerate(("customs", *invited), start=1):
            await player.move_to(begins + minutes(8 * step))
            finding = await self._finding(case, session, agency, begins + minutes(8 * step), doubtful=agency == doubted_by)
            doubted = finding if agency == doubted_by else doubted
            who = self.who(case, agency)
            await player.post(who, f"/api/v1/cases/{case}/sessions/{session}/workstreams/{agency}/complete")
        if doubted:
            held = await demo_requests.closed_chain(player, case, doubted, doubted_by, self.who)
            self.hold("s2_both_requests_answered_and_the_chain_closed", held)
        await player.move_to(begins + minutes(50))
        await player.post("tao", f"/api/v1/cases/{case}/sessions/{session}/close", {"seals_after": ["S-2001"]})

    async def _finding(self, case: str, session: str, agency: str, at: datetime, *, doubtful: bool = False) -> str:
        fallback = (1, "DOC", "单证与货物相符", "单证", GREEN)
        line, kind, observation, shown, hue = FINDINGS.get(agency, fallback)
        if doubtful:
            observation, shown = DOUBTFUL
        lines = await self.lines(case, agency)
        taken = at - minutes(1)
        photo = await self.player.upload(
            self.who(case, agency), case, picture(shown.split(" · ")[0], shown, hue, taken), f"{agency}.jpg", taken
        )
        body = {
            "session": session,
            "agency": agency,
            "line": line if line in lines else lines[0],
            "kind": kind,
            "grade": "CRITICAL" if doubtful else "CONFORMS",
            "observation": observation,
            "captured_at": at.isoformat(),
            "evidence": [photo],
        }
        finding = str(uuid4())
        await self.player.put(self.who(case, agency), f"/field/v1/cases/{case}/findings/{finding}", body)
        return finding

    async def lines(self, case: str, agency: str) -> list[int]:
        """The lines the agency has to conclude on, from the task sheet."""
        sheet = (await self.player.get("lin", f"/api/v1/cases/{case}/task-sheet"))["document"]
        every = [line["no"] for line in sheet["declaration"]["lines"]]
        asked = {point.get("line") for point in sheet["focus_points"] if point["agency"] == agency}
        return every if None in asked else sorted(line for line in asked if line is not None)

    async def conclude(self, case: str, agency: str, lines: list[dict[str, Any]]) -> None:
        said = [{"measures": [], "conditions": [], "basis": "DOCUMENT"} | line for line in lines]
        await self.player.conclude(self.who(case, agency), case, agency, said)

    async def _statuses(self, case: str, receipt: dict[str, Any]) -> None:
        """One line for the enterprise, signed in or with the secret: the same one."""
        signed_in = await self.player.until(
            "hengtong", f"/api/v1/declarations/{receipt['number']}/status", lambda status: status["code"] == "RELEASED"
        )
        open_page = await self.player.nobody_get(
            f"/public/v1/progress/{case}", **{"X-Progress-Secret": receipt["progress_secret"]}
        )
        self.hold("one_status_line", open_page["status"] == signed_in)
        self.facts["s1"]["status"] = signed_in["status_zh"]

    async def _frames(self, case: str, watch: Watch) -> None:
        log = await self.player.get("lin", f"/api/v1/cases/{case}/events?limit=1000")
        await self.player.until("lin", f"/api/v1/cases/{case}", lambda _: len(watch.frames) >= len(log))
        await watch.close()
        self.hold("live_frames_gapless", watch.gapless and len(watch.frames) >= len(log))
        self.facts["s1"]["live_frames"] = len(watch.frames)

    # --- S2 and S3: see demo_disputes.py ------------------------------------------------------------------------------------

    async def until_concluding(
        self, declaration: dict[str, Any], after: timedelta, policy: str, doubted_by: str = ""
    ) -> tuple[str, list[str]]:
        """A case under ``policy``, filed, answered and inspected: its number and who was invited."""
        player, filed = self.player, self.morning + after
        await player.move_to(filed)
        await player.put("gao", f"/api/v1/ports/{PORT}/policy", {"policy": policy, "reason": f"演示：{policy}"})
        case, _ = await self.file(declaration, filed)
        view = await player.get("lin", f"/api/v1/cases/{case}")
        invited = sorted(one["agency"] for one in view["invitations"])
        _check_cast(invited)
        for agency in invited:
            self._sent[case, agency] = await demo_draws.send_drawn_expert(player, DISPATCHER[agency], case, agency)
        await player.until("lin", f"/api/v1/cases/{case}/task-sheet", lambda found: found["version"] == 1)
        await self.schedule_and_inspect(case, invited, doubted_by=doubted_by)
        return case, invited

    # --- papers -----------------------------------------------------------------------------------------------------------

    async def papers(self, folder: Path) -> None:
        """The task sheet and the report of each case, as files."""
        for name in ("s1", "s2_graded", "s2_veto_strict", "s3"):
            case = self.facts[name]["case"]
            for paper in ("task-sheet.pdf", "report.pdf"):
                await self.player.until("lin", f"/api/v1/cases/{case}/report.json", bool)
                content = await self.player.download("lin", f"/api/v1/cases/{case}/{paper}")
                await asyncio.to_thread((folder / f"{name}-{paper}").write_bytes, content)


def _check_cast(invited: list[str]) -> None:
    """The day can only be played to its end by agencies that have somebody in the cast."""
    if unanswered := sorted(set(invited) - set(DISPATCHER)):
        raise DemoStopped(f"nobody of the cast answers for {', '.join(unanswered)}")


def _near(found: timedelta | None, wanted: timedelta) -> bool:
    return found is not None and abs(found - wanted) < timedelta(seconds=30)


def _is_automatic_release(disposition: dict[str, Any]) -> bool:
    return disposition.get("type") == "RELEASE" and disposition.get("automatic") is True
