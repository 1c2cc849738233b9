"""Reports to print: the one of the story with a doubtful certificate (S2), and long ones. Photos are drawn, nobody's goods."""

from __future__ import annotations

import hashlib
import random
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from PIL import Image, ImageDraw

from inspection.concluding.merge_documents import Conclusion, Context, RequiredPair
from inspection.following_up import enforcement
from inspection.merging import merge
from inspection.policies.policy_files import shipped
from inspection.reporting import report
from inspection.reporting.document_parts import Agency, DeclarationSummary, GoodsLine, Officer
from inspection.reporting.report_document import (
    EvidenceEntry,
    FindingEntry,
    LineConclusion,
    PolicyRef,
    ReportDocument,
    RequestEntry,
    Session,
    SourceEntry,
)
from kit.canonical import canonical_hash

ZONE = ZoneInfo("Asia/Shanghai")
MORNING = datetime(2026, 11, 23, 9, 5, tzinfo=ZONE)
AGENCIES = (
    Agency(code="customs", zh="海关", en="Customs"),
    Agency(code="market_regulation", zh="市场监管部门", en="Market regulation"),
    Agency(code="ip", zh="知识产权部门", en="Intellectual property"),
)
RONG, TAO = (Officer(name=name, agency="customs", certificate=no) for name, no in (("Rong", "JI-0041"), ("Tao", "JI-0032")))
MEI = Officer(name="Mei", agency="market_regulation", certificate="TS-0117")
QIU = Officer(name="Qiu", agency="ip", certificate="IP-0009")
SIGNERS = {"customs": RONG, "market_regulation": MEI, "ip": QIU}
NAMES = ("高端智能制造生产线", "特种气体管路组件", "控制软件载体（固态存储）", "六轴机械手单元", "高压隔膜阀组")
IN_TURN = ("customs", "market_regulation", "ip")
SEEN = {
    "customs": ("PHYSICAL", "品名、数量、规格与申报一致，铅封完好"),
    "market_regulation": ("MARKING", "标识与证书一致"),
    "ip": ("LICENCE", "授权链自权利人 Lumen SA 至使用方完整，载体版本与授权文件一致"),
}
DOUBTFUL = "压力管道元件合格证编号与实物钢印不一致，材质报告未见炉批号"
PHOTOS_EACH = 2
ASKED = (
    (
        *("customs", "SUPPLIER_HISTORY", "请提供该供应商近三年压力管道元件进口及查验记录"),
        *("近三年进口 4 票，其中 1 票因合格证明过期整改后放行", "海关进口货物查验记录", "5316-2025-0198"),
    ),
    (
        *("ip", "PATENT_STATUS", "请核实铭牌所示相关专利的法律状态"),
        *("相关专利维持有效，与本次合格证明无关", "专利登记簿", "ZL201810000001.X"),
    ),
)


def photo(number: int, pixels: tuple[int, int] = (1600, 1200)) -> bytes:
    """A drawn photo as JPEG, each another one: a unit on a grey floor with its name plate."""
    chance = random.Random(number)
    image = Image.new("RGB", pixels, (176, 180, 184))
    draw = ImageDraw.Draw(image)
    for row in range(0, pixels[1], 40):
        draw.line([(0, row), (pixels[0], row + chance.randint(-30, 30))], fill=(160, 164, 170), width=3)
    left, top = chance.randint(150, 350), chance.randint(150, 300)
    draw.rectangle(
        (left, top, left + 1000, top + 700), fill=tuple(chance.randint(60, 150) for _ in range(3)), outline=(30, 30, 30), width=6
    )
    draw.rectangle((left + 120, top + 90, left + 520, top + 290), fill=(225, 222, 208), outline=(40, 40, 40), width=4)
    for line in range(4):
        draw.line(
            (left + 150, top + 130 + line * 40, left + 250 + chance.randint(60, 220), top + 130 + line * 40),
            fill=(60, 60, 60),
            width=8,
        )
    stored = BytesIO()
    image.save(stored, "JPEG", quality=85)
    return stored.getvalue()


def reference() -> tuple[ReportDocument, dict[str, bytes]]:
    """S2: three agencies, three lines, twelve photos, one rectification. The document and its photos by evidence id."""
    return _report(lines=3, photos=12, findings_of_a_line=2)


def long(lines: int = 250, photos: int = 40) -> tuple[ReportDocument, dict[str, bytes]]:
    """A report of some seventy pages."""
    return _report(lines=lines, photos=photos, findings_of_a_line=1)


def _report(*, lines: int, photos: int, findings_of_a_line: int) -> tuple[ReportDocument, dict[str, bytes]]:
    policy = shipped("graded")
    pictures = {f"0190e000-0000-7000-8000-{number:012d}": photo(number) for number in range(photos)}
    required = tuple(RequiredPair(agency=agency, line=line) for line in range(1, lines + 1) for agency in sorted(SIGNERS))
    words = [_word(pair) for pair in required]
    merged = merge(policy, required, [_concluded(word) for word in words], Context(credit="ordinary", separable=True))
    plain = msgspec.to_builtins(merged)
    evidence = tuple(_entry(id_, number, photo_, lines) for number, (id_, photo_) in enumerate(pictures.items()))
    document = report.build(
        case="JC-5316-20261123-0001",
        version=1,
        issued_at=MORNING + timedelta(hours=6, minutes=12),
        zone=ZONE,
        declaration=_declaration(lines),
        agencies=AGENCIES,
        lead_agency="customs",
        policy=PolicyRef(name=policy.name, version=policy.version, sha256=canonical_hash(policy)),
        task_sheet_version=2,
        sessions=[_session()],
        conclusions=words,
        findings=_findings(lines, findings_of_a_line, list(pictures)),
        evidence=evidence,
        merged=plain,
        disposition=enforcement.as_printed(merged, automatic=False, now=MORNING),
    )
    return document, pictures


def _declaration(lines: int) -> DeclarationSummary:
    goods = tuple(
        GoodsLine(
            no=no,
            hs="7307290000" if no % 5 == 2 else "8479899990",
            name=NAMES[(no - 1) % 5],
            quantity="48",
            unit="套",
            origin="DE",
        )
        for no in range(1, lines + 1)
    )
    return DeclarationSummary(
        number="531620261160000001",
        version=1,
        direction="import",
        port="5316",
        trader="Hengtong Import Co.",
        trader_code="91440300000000000E",
        credit="ordinary",
        arrival=MORNING - timedelta(days=2),
        lines=goods,
    )


def _session() -> Session:
    return Session(
        no=1,
        lead_inspector=TAO,
        officers=(TAO, RONG, MEI, QIU),
        attendance="ATTENDED",
        attended_by="Hengtong Import Co.",
        opened_at=MORNING,
        closed_at=MORNING + timedelta(hours=3, minutes=20),
        place="协同查验专区 A1-2",
        seals_before=("HT-0001", "HT-0002"),
        seals_after=("HT-0101",),
    )


def _word(pair: RequiredPair) -> LineConclusion:
    """Market regulation asks for a rectification of the piping; everybody passes everything else."""
    doubtful = _doubtful(pair.agency, pair.line)
    said: dict[str, Any] = {"verdict": "PASS", "reason": SEEN[pair.agency][1]}
    if doubtful:
        said = {"verdict": "RECTIFY", "measures": ("RECTIFY",), "cause": "certificate_invalid", "reason": DOUBTFUL}
    signer = SIGNERS[pair.agency]
    stated = f"{pair.agency} {pair.line}".encode()
    return LineConclusion(
        agency=pair.agency,
        version=1,
        signer=signer,
        signed_at=MORNING + timedelta(hours=4, minutes=len(pair.agency)),
        line=pair.line,
        basis="DOCUMENT" if doubtful else "TESTED",
        signed_hash=hashlib.sha256(stated).hexdigest(),
        key_id=hashlib.sha256(signer.name.encode()).hexdigest()[:43],
        **said,
    )


def _concluded(word: LineConclusion) -> Conclusion:
    known = ("agency", "line", "version", "verdict", "measures", "basis")
    return msgspec.convert({name: getattr(word, name) for name in known} | {"cause": word.cause or None}, Conclusion)


def _doubtful(agency: str, line: int) -> bool:
    return agency == "market_regulation" and line % 5 == 2


def _finder(number: int, lines: int) -> tuple[str, int]:
    """Whose finding it is and on which line: every agency comes to every line in turn."""
    return IN_TURN[(number + number // lines) % len(IN_TURN)], number % lines + 1


def _entry(id_: str, number: int, picture: bytes, lines: int) -> EvidenceEntry:
    taken = MORNING + timedelta(minutes=2 * number + 1)
    return EvidenceEntry(
        id=id_,
        sha256=hashlib.sha256(picture).hexdigest(),
        size=len(picture),
        media_type="image/jpeg",
        agency=_finder(number // PHOTOS_EACH, lines)[0],
        received_at=taken + timedelta(seconds=9),
        captured_at=taken,
    )


def _findings(lines: int, each: int, pictures: list[str]) -> list[FindingEntry]:
    """Every agency finds something on every line; the photos are spread over them. The first doubt has led to questions."""
    found = []
    for number in range(lines * each):
        agency, line = _finder(number, lines)
        doubtful = _doubtful(agency, line)
        kind, seen = SEEN[agency]
        asked = doubtful and not any(one.requests for one in found)
        found.append(
            FindingEntry(
                id=f"0190f000-0000-7000-8000-{number:012d}",
                agency=agency,
                observation=DOUBTFUL if doubtful else seen,
                recorded_by=SIGNERS[agency],
                received_at=MORNING + timedelta(minutes=4 * number + 5),
                line=line,
                check_kind=kind,
                grade="CRITICAL" if doubtful else "CONFORMS",
                state="CONFIRMED",
                captured_at=MORNING + timedelta(minutes=4 * number + 4),
                evidence=tuple(pictures[number * PHOTOS_EACH : (number + 1) * PHOTOS_EACH]),
                requests=_requests() if asked else (),
                chain_closed=True if asked else None,
            )
        )
    return found


def _requests() -> tuple[RequestEntry, ...]:
    """What customs and IP were asked about the supplier, and answered."""
    return tuple(
        RequestEntry(
            id=f"0190f100-0000-7000-8000-{number:012d}",
            asked=agency,
            subject=subject,
            text=text,
            state="ANSWERED",
            sent_at=MORNING + timedelta(minutes=15),
            due=MORNING + timedelta(minutes=75),
            answer=answer,
            answered_by=SIGNERS[agency],
            answered_at=MORNING + timedelta(minutes=40 + number),
            sources=(SourceEntry(register=register, reference=reference),),
            signed_hash=hashlib.sha256(answer.encode()).hexdigest(),
            key_id=hashlib.sha256(SIGNERS[agency].name.encode()).hexdigest()[:43],
        )
        for number, (agency, subject, text, answer, register, reference) in enumerate(ASKED)
    )
