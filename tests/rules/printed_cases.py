"""The reference day (S1, and S2's rectification) as documents, for the tests of what is printed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from inspection.inviting.focus_points import lead_points
from inspection.preparing import task_sheet
from inspection.preparing.task_sheet import TaskSheetDocument
from inspection.reporting import report
from inspection.reporting.document_parts import (
    Agency,
    Appointment,
    DeclarationSummary,
    FocusPoint,
    GoodsLine,
    Lead,
    LegalBasis,
    Officer,
    Participant,
)
from inspection.reporting.report_document import (
    Disposition,
    EvidenceEntry,
    FindingEntry,
    LineConclusion,
    PolicyRef,
    ReportDocument,
    Session,
)

PORT_ZONE = ZoneInfo("Asia/Shanghai")
CASE = "JC-5316-20261120-0001"

LIN = Officer(name="Lin", agency="customs", person="0190-lin", contact="lin@customs.example")
TAO = Officer(name="Tao", agency="customs", person="0190-tao", certificate="JI-0032")
RONG = Officer(name="Rong", agency="customs", person="0190-rong", certificate="JI-0041")
MEI = Officer(name="Mei", agency="market_regulation", person="0190-mei", certificate="TS-0117")
QIU = Officer(name="Qiu", agency="ip", person="0190-qiu", certificate="IP-0009")

AGENCIES = (
    Agency(code="customs", zh="海关", en="Customs"),
    Agency(code="market_regulation", zh="市场监督管理局", en="Market regulation"),
    Agency(code="ip", zh="知识产权局", en="Intellectual property office"),
)

PIPING = "特种气体管路组件"
SOFTWARE = "产线控制嵌入式软件"


def at(text: str) -> datetime:
    """An instant of the reference day in the port's zone: ``at("20 09:37")`` is in November 2026."""
    return datetime.fromisoformat(f"2026-11-{text.replace(' ', 'T')}:00").replace(tzinfo=PORT_ZONE)


def declaration(**changes: Any) -> DeclarationSummary:
    """Hengtong's production line in three goods lines."""
    lines = (
        GoodsLine(
            no=1,
            hs="8479899990",
            name="高端智能制造生产线",
            quantity="1",
            unit="台",
            origin="DE",
            components=(SOFTWARE, "六轴机械手单元"),
        ),
        GoodsLine(
            no=2, hs="7307290000", name=PIPING, quantity="48", unit="套", origin="DE", components=("高压隔膜阀", "不锈钢管件")
        ),
        GoodsLine(no=3, hs="8523511000", name="控制软件载体（固态存储）", quantity="6", unit="个", origin="DE"),
    )
    facts = {
        "number": "531620261160000001",
        "version": 1,
        "direction": "import",
        "port": "5316",
        "trader": "Hengtong Import Co.",
        "trader_code": "91440300000000000E",
        "credit": "ordinary",
        "arrival": at("21 06:00"),
        "lines": lines,
    }
    return DeclarationSummary(**(facts | changes))


PIPING_MARKS = FocusPoint(
    agency="market_regulation",
    line=2,
    component="高压隔膜阀",
    check_kinds=("MARKING", "PHYSICAL"),
    focus_zh="核对压力管道元件制造许可标识、铭牌与合格证是否一致，标识是否清晰、持久",
    focus_en="Safety marks, name plates and certificates of the pressure piping elements agree and are durable",
    legal_basis=(LegalBasis(text="中华人民共和国特种设备安全法", number="主席令第四号", article="第三十条", page="第 9 页"),),
    rule="mr.pressure.piping",
    rule_version=1,
    reason="HS 7307 与“特种气体”同时命中：压力管道元件",
    mandatory=True,
)
PIPING_MATERIAL = FocusPoint(
    agency="market_regulation",
    line=2,
    check_kinds=("DOC", "SAMPLE"),
    focus_zh="核验材质报告（炉批号、化学成分、力学性能）与实物钢印一致；必要时取样送检",
    focus_en="Material reports match the heat numbers stamped on the goods; sample when in doubt",
    legal_basis=(
        LegalBasis(text="特种设备安全监察条例", number="国务院令第549号", article="第十四条"),
        LegalBasis(text="压力管道元件制造许可规则", article="附件 D", basis_unverified=True),
    ),
    rule="mr.pressure.material_report",
    rule_version=2,
    reason="压力管道元件须随附材质报告",
    mandatory=True,
)
SOFTWARE_LICENCE = FocusPoint(
    agency="ip",
    line=1,
    component=SOFTWARE,
    check_kinds=("LICENCE", "DOC"),
    focus_zh="核验软件授权链：权利人 Lumen SA 至境内使用方的逐级许可是否完整、在有效期内，范围是否覆盖本产线",
    focus_en="The licence chain from the rights holder to the user is complete, valid and covers this line",
    legal_basis=(LegalBasis(text="计算机软件保护条例", number="国务院令第632号", article="第八条、第十八条", page="第 3 页"),),
    rule="ip.software.licence_chain",
    rule_version=1,
    reason="部件名称含“嵌入式软件”，权利人已备案",
    mandatory=True,
)
SOFTWARE_SOURCE = FocusPoint(
    agency="ip",
    line=3,
    check_kinds=("IDENTITY",),
    focus_zh="抽查源代码合规声明与开源组件清单，核对载体版本号与授权文件一致",
    focus_en="Source-code compliance statement and list of open-source parts; version on the carrier matches the licence",
    legal_basis=(LegalBasis(text="计算机软件保护条例", number="国务院令第632号", article="第二十四条", page="第 5 页"),),
    rule="ip.software.source_compliance",
    rule_version=1,
    reason="HS 8523 载有软件",
)

POINTS = (*lead_points("customs"), PIPING_MARKS, PIPING_MATERIAL, SOFTWARE_LICENCE, SOFTWARE_SOURCE)

PARTICIPANTS = (
    Participant(agency="market_regulation", state="ACCEPTED", experts=(MEI,), answered_at=at("20 09:37"), due=at("20 11:12")),
    Participant(agency="ip", state="ACCEPTED", experts=(QIU,), answered_at=at("20 11:10"), due=at("20 11:12")),
)

WINDOW = Appointment(zone="协同查验专区 A 区", bay="大型设备台位 A-03", starts_at=at("21 09:30"), ends_at=at("21 12:00"))


def sheet(**changes: Any) -> TaskSheetDocument:
    """Version 1 of the reference case's task sheet."""
    facts = {
        "case": CASE,
        "version": 1,
        "declaration": declaration(),
        "lead": Lead(agency="customs", officer=LIN),
        "agencies": AGENCIES,
        "participants": PARTICIPANTS,
        "focus_points": POINTS,
        "issued_at": at("20 11:10"),
        "zone": PORT_ZONE,
        "priority": "LARGE_COMPLETE_EQUIPMENT",
        "appointment": WINDOW,
        "demo": True,
    }
    return task_sheet.build(**(facts | changes))


def concluded(agency: str, line: int, signer: Officer, **changes: Any) -> LineConclusion:
    """A passing conclusion, unless said otherwise."""
    facts = {
        "agency": agency,
        "line": line,
        "version": 1,
        "verdict": "PASS",
        "basis": "TESTED" if agency == "market_regulation" else "DOCUMENT",
        "reason": "与申报一致，未发现异常",
        "signer": signer,
        "signed_at": at("21 12:20"),
        "signed_hash": "5f" * 32,
    }
    return LineConclusion(**(facts | changes))


CONCLUSIONS = (
    *(concluded("customs", no, TAO, reason="清点数量相符，包装完好，品名规格与申报一致") for no in (1, 2, 3)),
    concluded("market_regulation", 2, MEI, reason="标识齐全、清晰；材质报告与炉批号一致"),
    concluded("ip", 1, QIU, reason="授权链完整，许可有效期至 2028-06-30"),
    concluded("ip", 3, QIU),
)

EVIDENCE = tuple(
    EvidenceEntry(
        id=f"0190f3a0-0000-7000-8000-00000000000{n}",
        sha256=f"{n}c" * 32,
        size=733_428 + n,
        media_type="image/jpeg",
        agency=agency,
        captured_at=at(f"21 10:0{n}"),
        received_at=at(f"21 10:1{n}"),
    )
    for n, agency in ((1, "market_regulation"), (2, "market_regulation"), (3, "ip"), (4, "customs"))
)

FINDINGS = (
    FindingEntry(
        id="0190f3a0-0000-7000-9000-000000000001",
        agency="market_regulation",
        line=2,
        component="高压隔膜阀",
        check_kind="MARKING",
        observation="抽查 12 套，阀体铭牌、制造许可标识与合格证编号逐一相符，钢印炉批号 H26-1187 清晰可辨。",
        grade="CONFORMS",
        state="SUBMITTED",
        recorded_by=MEI,
        captured_at=at("21 10:01"),
        received_at=at("21 10:11"),
        evidence=(EVIDENCE[0].id, EVIDENCE[1].id),
    ),
    FindingEntry(
        id="0190f3a0-0000-7000-9000-000000000002",
        agency="ip",
        line=1,
        component=SOFTWARE,
        check_kind="LICENCE",
        observation="软件启动界面版本 4.2.1 与授权书附件一致，授权链共三级，未见断点。",
        grade="CONFORMS",
        state="SUBMITTED",
        recorded_by=QIU,
        captured_at=at("21 10:03"),
        received_at=at("21 10:13"),
        evidence=(EVIDENCE[2].id,),
    ),
    FindingEntry(
        id="0190f3a0-0000-7000-9000-000000000003",
        agency="customs",
        line=1,
        check_kind="PHYSICAL",
        observation="开箱 3 件，清点 1 台，主机铭牌与申报型号一致。",
        grade="CONFORMS",
        state="SUBMITTED",
        recorded_by=TAO,
        received_at=at("21 10:14"),
        evidence=(EVIDENCE[3].id,),
    ),
)

SESSION = Session(
    no=1,
    lead_inspector=TAO,
    officers=(TAO, RONG),
    attendance="ATTENDED",
    attended_by="Hengtong Import Co. 报关员",
    place="协同查验专区 A 区 · A-03",
    seals_before=("HT8841207",),
    seals_after=("CN5316-20417",),
    opened_at=at("21 09:34"),
    closed_at=at("21 11:52"),
)


def merged_line(no: int, **changes: Any) -> dict[str, Any]:
    """A line of the merge's output that passes."""
    facts: dict[str, Any] = {"line": no, "verdict": "PASS", "outcome": "AUTOMATIC", "disposition": "RELEASE", "releasable": True}
    empty: dict[str, Any] = {
        key: [] for key in ("measures", "conditions", "missing", "vetoed_by", "conflicts", "advice", "queued")
    }
    return facts | empty | changes


def merged(*lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The merge's output; all lines pass unless said otherwise."""
    facts: dict[str, Any] = {
        "outcome": "AUTOMATIC",
        "disposition": "RELEASE",
        "automatic": True,
        "separable": False,
        "lines": list(lines) or [merged_line(no) for no in (1, 2, 3)],
        "trace": [
            {"rule": "select", "because": "6 conclusions, highest versions taken"},
            {"rule": "graded.pass", "because": "line 1, 2, 3: complete and passing"},
            {"rule": "case.all_release", "because": "every line RELEASE, automatic"},
        ],
    }
    return facts | changes


def issued_report(**changes: Any) -> ReportDocument:
    """Version 1 of the reference case's report: everything passes."""
    facts = {
        "case": CASE,
        "version": 1,
        "issued_at": at("21 12:31"),
        "zone": PORT_ZONE,
        "declaration": declaration(),
        "agencies": AGENCIES,
        "lead_agency": "customs",
        "policy": PolicyRef(name="graded", version=1),
        "task_sheet_version": 1,
        "sessions": (SESSION,),
        "conclusions": CONCLUSIONS,
        "findings": FINDINGS,
        "evidence": EVIDENCE,
        "merged": merged(),
        "disposition": Disposition(state="APPROVED", type="RELEASE", automatic=True, decided_at=at("21 12:31")),
        "demo": True,
    }
    return report.build(**(facts | changes))
