"""The printed documents: the JSON inside is the document, the bytes never vary, and no text stops or fools the printer."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from io import BytesIO
from multiprocessing import get_context

import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image
from printed_cases import EVIDENCE, FINDINGS, POINTS, SOFTWARE_LICENCE, at, declaration, issued_report, merged, merged_line, sheet

from inspection.document_parts import GoodsLine
from inspection.report import enterprise_edition
from inspection.report_document import Gap
from inspection.typesetting import report_pdf, task_sheet_pdf
from kit.canonical import canonical_bytes


def text_of(pdf: bytes) -> str:
    """All words of all pages, without the breaks of lines and pages."""
    document = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(words.split()).replace("\u200b", "").replace("\ufffe", "")


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def picture(colour: str = "navy", size: tuple[int, int] = (640, 480), kind: str = "JPEG") -> bytes:
    out = BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def test_the_attached_json_is_the_canonical_document_byte_for_byte():
    assert attached(task_sheet_pdf(sheet())) == {"task_sheet.json": canonical_bytes(sheet())}
    assert attached(report_pdf(issued_report(), {})) == {"report.json": canonical_bytes(issued_report())}


def test_both_declare_pdf_a_3b():
    for pdf in (task_sheet_pdf(sheet()), report_pdf(issued_report(), {})):
        with pikepdf.open(BytesIO(pdf)) as opened:
            assert opened.open_metadata().pdfa_status == "3B"


def test_the_same_document_and_photos_give_the_same_bytes_whoever_prints_them():
    copy, photos = pickle.loads(pickle.dumps((sheet(), issued_report()))), {EVIDENCE[0].id: picture()}
    with ThreadPoolExecutor(1) as another_compiler:
        there = list(another_compiler.map(lambda _: (task_sheet_pdf(copy[0]), report_pdf(copy[1], photos)), range(2)))
    assert [(task_sheet_pdf(sheet()), report_pdf(issued_report(), photos))] * 2 == there


@pytest.mark.long
def test_the_same_document_gives_the_same_bytes_in_another_process():
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        assert pool.submit(task_sheet_pdf, sheet()).result() == task_sheet_pdf(sheet())
        assert pool.submit(report_pdf, issued_report(), {}).result() == report_pdf(issued_report(), {})


def test_the_sheet_says_who_looks_at_what_where_and_why():
    words = text_of(task_sheet_pdf(sheet()))
    for said in (
        "T-5316-20261120-0001/v1",
        "JC-5316-20261120-0001",
        "HengtongImportCo.",
        "Mei",
        "Qiu",
        "大型设备台位A-03",
        "11月21日09:30–12:00",
    ):
        assert said in words
    for point in POINTS:
        assert "".join(point.focus_zh.split()) in words


def test_a_basis_nobody_verified_is_marked_on_paper():
    assert text_of(task_sheet_pdf(sheet())).count("依据待核实") == 3
    verified = [p for p in POINTS if all(b.page for b in p.legal_basis)]
    assert "依据待核实" not in text_of(task_sheet_pdf(sheet(focus_points=verified)))


def test_the_watermark_stands_on_demo_documents_only():
    assert "演示" in text_of(task_sheet_pdf(sheet()))
    assert "演示" not in text_of(task_sheet_pdf(sheet(demo=False)))
    assert "演示" in text_of(report_pdf(issued_report(), {}))


@pytest.mark.parametrize(
    "text", ["#panic()", "*b* _i_ $x^2$ <label> @ref", "\\ ` ``` // /* #import", "= 标题\n- 列\n#read('/etc/passwd')", '"]) #']
)
def test_markup_in_a_text_is_printed_as_it_was_written(text: str):
    point = replace(SOFTWARE_LICENCE, focus_zh=text, reason=text, component=text)
    assert "".join(text.split()) in text_of(task_sheet_pdf(sheet(focus_points=[point])))


def test_a_character_no_font_has_is_spelled_out_on_paper_and_kept_in_the_json():
    point = replace(SOFTWARE_LICENCE, focus_zh="商标 𠮷 与 한국어、😀、\x01")
    document = sheet(focus_points=[point])
    pdf = task_sheet_pdf(document)
    words = text_of(pdf)
    for spelled in ("[U+20BB7]", "[U+D55C]", "[U+1F600]", "[U+0001]"):
        assert spelled in words
    assert attached(pdf)["task_sheet.json"] == canonical_bytes(document)


def test_long_texts_and_long_lists_go_on_over_the_pages_and_nothing_is_lost():
    lines = tuple(GoodsLine(no=n, hs="8479899990", name=f"部件{n}号" * 3) for n in range(1, 201))
    long = replace(SOFTWARE_LICENCE, line=200, focus_zh="甲" * 5_000 + "终", focus_en="W" * 2_000 + "end")
    words = text_of(task_sheet_pdf(sheet(declaration=declaration(lines=lines), focus_points=[*POINTS, long])))
    assert words.count("甲") == 5_000
    assert words.count("W") >= 2_000
    assert all(f"部件{n}号部件{n}号" in words for n in (1, 100, 200))


def test_what_is_alike_on_many_lines_is_one_row():
    lines = tuple(GoodsLine(no=n, hs="8479899990", name="部件") for n in range(1, 51))
    alike = [replace(SOFTWARE_LICENCE, line=n, component=None) for n in (*range(1, 11), 20)]
    assert "第1–10、20项" in text_of(task_sheet_pdf(sheet(declaration=declaration(lines=lines), focus_points=alike)))


def test_silence_and_vetoes_are_printed():
    words = text_of(
        report_pdf(
            issued_report(
                gaps=[Gap(agency="environment", kind="LAPSED", at=at("20 11:12"), policy="BLOCK")],
                merged=merged(
                    merged_line(2, verdict="RECTIFY", outcome="PROPOSED", disposition="RECTIFY", vetoed_by=["market_regulation"]),
                    merged_line(3, outcome="WAIT", disposition=None, missing=[{"agency": "environment", "cause": "LAPSED"}]),
                ),
            ),
            {},
        )
    )
    for said in ("逾期未应", "不得放行", "缺结论", "仅该部门可解除"):
        assert said in words


def test_photos_are_printed_without_their_metadata_and_a_broken_one_stops_nothing():
    exif = Image.Exif()
    exif[0x010E] = "canary-position"
    out = BytesIO()
    Image.new("RGB", (1600, 1200), "teal").save(out, "JPEG", exif=exif)
    photos = {
        EVIDENCE[0].id: out.getvalue(),
        EVIDENCE[1].id: b"not a photo",
        EVIDENCE[2].id: picture(kind="PNG"),
        "unknown": picture(),
    }
    pdf = report_pdf(issued_report(), photos)
    with pikepdf.open(BytesIO(pdf)) as opened:
        images = [image for page in opened.pages for image in page.get_images().values()]
        assert sorted(max(image.Width, image.Height) for image in images) == [640, 1100]
        assert not any(b"canary" in image.read_raw_bytes() for image in images)


def test_a_photo_of_withheld_evidence_is_not_in_the_enterprise_copy():
    findings = [replace(FINDINGS[0], evidence=(EVIDENCE[0].id,))]
    evidence = [replace(EVIDENCE[0], label="LAW_ENFORCEMENT"), *EVIDENCE[1:]]
    copy = enterprise_edition(issued_report(findings=findings, evidence=evidence))
    pdf = report_pdf(copy, {EVIDENCE[0].id: picture()})
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert not any(page.get_images() for page in opened.pages)
    assert "企业版" in text_of(pdf)
