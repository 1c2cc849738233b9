"""The printed documents: the JSON inside is the document, the bytes never vary, and no text stops or fools the printer."""

from __future__ import annotations

import pickle
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from io import BytesIO
from multiprocessing import get_context

import msgspec
import pikepdf
import pypdfium2
import pytest
from msgspec.structs import replace
from PIL import Image
from printed_cases import (
    EVIDENCE,
    FINDINGS,
    MEI,
    POINTS,
    QIU,
    SOFTWARE_LICENCE,
    at,
    concluded,
    declaration,
    issued_report,
    merged,
    merged_line,
    sheet,
)

from inspection.merging import Conclusion, Context, RequiredPair, merge
from inspection.policies.policy_files import shipped
from inspection.reporting.document_parts import GoodsLine, LegalBasis, Officer
from inspection.reporting.report import enterprise_edition
from inspection.reporting.report_disagreement import Objection, Reexamination
from inspection.reporting.report_document import Disposition, Gap, PolicyRef
from inspection.reporting.typesetting import report_pdf, task_sheet_pdf
from kit.canonical import canonical_bytes
from media.scaling import Scaled


def text_of(pdf: bytes) -> str:
    """All words of all pages, without the breaks of lines and pages."""
    document = pypdfium2.PdfDocument(pdf)
    words = "".join(page.get_textpage().get_text_range() for page in document)
    return "".join(words.split()).replace("\u200b", "").replace("\ufffe", "")


def attached(pdf: bytes) -> dict[str, bytes]:
    with pikepdf.open(BytesIO(pdf)) as opened:
        return {name: spec.get_file().read_bytes() for name, spec in opened.attachments.items()}


def picture(colour: str = "navy") -> Scaled:
    """A photo ready for paper."""
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    return Scaled(out.getvalue(), 640, 480)


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


def test_a_basis_nobody_verified_is_marked_where_it_is_cited_and_at_its_source():
    assert text_of(task_sheet_pdf(sheet())).count("依据待核实") == 2 * 3
    verified = [p for p in POINTS if all(b.page for b in p.legal_basis)]
    assert "依据待核实" not in text_of(task_sheet_pdf(sheet(focus_points=verified)))


def test_a_source_is_printed_once_however_many_points_rest_on_it():
    page = "https://laws.example/blob/2f4c5c23716267af9dbebbbbd6cbbf732b101981/计算机软件保护条例.md"
    bases = tuple(
        LegalBasis(text="计算机软件保护条例", number="国务院令第632号", article=article, page=page)
        for article in ("第八条", "第十八条")
    )
    points = [replace(SOFTWARE_LICENCE, legal_basis=bases, focus_zh=f"要点{n}") for n in range(3)]
    points.append(replace(SOFTWARE_LICENCE, legal_basis=bases[:1], rule="ip.with_one_article", focus_zh="要点三"))
    words = text_of(task_sheet_pdf(sheet(focus_points=points)))
    assert words.count("https://laws.example") == 1
    assert words.count("国务院令第632号") == 1
    assert words.count("依据、规则同第1项") == 2
    assert "《计算机软件保护条例》第八条、第十八条[1]" in words
    assert "《计算机软件保护条例》第八条[1]" in words


def test_facts_a_rule_saw_are_printed_in_chinese_with_the_code_behind():
    point = replace(SOFTWARE_LICENCE, reason="已录制光盘：line.certificates: 缺少 COPYRIGHT_LICENCE；line.hs = 8523499000")
    words = text_of(task_sheet_pdf(sheet(focus_points=[point])))
    assert "证书缺少line.certificates著作权许可证明COPYRIGHT_LICENCE；商品编码line.hs“8523499000”" in words


def test_an_agency_block_goes_on_over_the_page_and_leaves_no_half_page_empty():
    points = [replace(SOFTWARE_LICENCE, focus_zh=f"要点{n}：" + "核验" * 40, rule=f"ip.rule_{n}") for n in range(12)]
    first = pypdfium2.PdfDocument(task_sheet_pdf(sheet(focus_points=points)))[0]
    *_, lowest = sorted(
        (first.get_height() - box.get_bounds()[1] for box in first.get_objects() if box.get_bounds()[1] > 60), key=float
    )
    assert lowest > 0.8 * first.get_height()


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
    point = replace(SOFTWARE_LICENCE, focus_zh="商标 𠮷 与 한국어、😀、\x01", reason="嵌入式：line.name = 𠮷野")
    document = sheet(focus_points=[point])
    pdf = task_sheet_pdf(document)
    words = text_of(pdf)
    for spelled in ("[U+20BB7]", "[U+D55C]", "[U+1F600]", "[U+0001]", "品名line.name“[U+20BB7]野”"):
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


def decided(policy: str, *conclusions: Conclusion, required: tuple[tuple[str, int], ...] = ()) -> bytes:
    """The printed report of a real merge: customs passes every line, the others say what is handed in."""
    passing = [Conclusion(agency="customs", line=None, verdict="PASS")]
    asked = [RequiredPair(agency="customs", line=no) for no in (1, 2, 3)]
    asked += [RequiredPair(agency=one.agency, line=one.line) for one in conclusions if one.line]
    asked += [RequiredPair(agency=agency, line=line) for agency, line in required]
    result = merge(shipped(policy), asked, [*passing, *conclusions], Context())
    document = issued_report(
        policy=PolicyRef(name=policy, version=1),
        merged=msgspec.to_builtins(result),
        disposition=Disposition(state="PROPOSED", type=result.disposition, automatic=result.automatic),
    )
    return report_pdf(document, {})


def test_a_line_that_passes_in_a_case_that_does_not_is_not_printed_as_released():
    words = text_of(decided("graded", Conclusion(agency="ip", line=1, verdict="RECTIFY", measures=("RECTIFY",))))
    assert words.count("可放行待案件一并处置") == 2
    assert "自动办结" not in words
    alone = text_of(decided("graded"))
    assert alone.count("放行自动办结") == 3
    assert "可放行" not in alone


def test_the_top_of_the_report_says_who_vetoed_and_that_only_they_lift_it():
    said = decided("veto_strict", Conclusion(agency="ip", line=1, verdict="RECTIFY", measures=("RECTIFY",)))
    top = pypdfium2.PdfDocument(said)[0].get_textpage().get_text_range()
    assert "知识产权局（第1项）。仅作出否决的部门可以解除，牵头部门不得解除。" in "".join(top.split())


def test_the_top_of_the_report_says_what_is_missing_and_what_excludes_what():
    asked = (Conclusion(agency="ip", line=1, verdict="REFUSE", measures=("RETURN",)),)
    asked += (Conclusion(agency="market_regulation", line=1, verdict="REFUSE", measures=("DESTROY",)),)
    words = text_of(decided("graded", *asked))
    assert "第1项：销毁×退运，由知识产权局、市场监督管理局提出；由牵头部门决定。" in words
    words = text_of(decided("graded", required=(("ip", 1), ("ip", 3))))
    assert "知识产权局（第1、3项）。结论齐备前不得放行" in words


def test_the_trace_is_told_in_chinese_first_and_once_for_lines_alike():
    said = Conclusion(agency="ip", line=1, verdict="RECTIFY", measures=("RECTIFY",), cause="certificate_invalid")
    words = text_of(decided("graded", said))
    assert "知识产权局第1版：整改，要求整改，原因：证书无效ipv1RECTIFYwithRECTIFYbecauseofcertificate_invalid" in words
    assert "整改：口岸整改，由提出部门复核" in words
    assert words.count("海关第1版：合格") == 2


def test_a_cause_is_printed_in_chinese_beside_the_reason():
    conclusion = concluded("ip", 1, QIU, verdict="RECTIFY", reason="授权书过期", cause="certificate_invalid")
    words = text_of(report_pdf(issued_report(conclusions=[conclusion]), {}))
    assert "授权书过期原因：证书无效certificate_invalid" in words
    older = text_of(report_pdf(issued_report(conclusions=[replace(conclusion, reason="certificate_invalid", cause="")]), {}))
    assert "证书无效certificate_invalid" in older


def test_the_lead_inspector_and_the_approvers_sign_too_and_each_once():
    approved = Disposition(state="APPROVED", type="RECTIFY", approvers=(Officer(name="Zhao", agency="customs"),))
    words = text_of(report_pdf(issued_report(disposition=approved), {}))
    table = words[words.index("Signature日期时间") :]
    assert "海关主检、部门结论Tao" in table
    assert "海关审批Zhao" in table
    assert table.count("Tao") == 1


def test_many_lines_are_summed_up_by_result_and_listed_behind():
    lines = tuple(GoodsLine(no=n, hs="8479899990", name=f"部件{n}号") for n in range(1, 201))
    odd = merged_line(60, verdict="RECTIFY", outcome="PROPOSED", disposition="RECTIFY", vetoed_by=["ip"])
    results = [odd if n == 60 else merged_line(n) for n in range(1, 201)]
    document = issued_report(declaration=declaration(lines=lines), merged=merged(*results, automatic=False), conclusions=())
    words = text_of(report_pdf(document, {}))
    assert "第1–59、61–200项199项" in words
    assert all(f"部件{n}号" in words for n in (1, 60, 200))


def test_a_finding_shows_its_photos_large_two_or_three_a_row_with_time_and_hash():
    taken = [replace(EVIDENCE[0], id=f"{EVIDENCE[0].id[:-2]}{n:02}", sha256=f"{n:02x}" * 32) for n in range(10, 22)]
    widths = []
    for count in (1, 2, 7):
        finding = replace(FINDINGS[0], evidence=tuple(one.id for one in taken[:count]))
        document = issued_report(findings=[finding], evidence=taken)
        pdf = report_pdf(document, {one.id: picture() for one in taken})
        pages = pypdfium2.PdfDocument(pdf)
        boxes = [one.get_bounds() for page in pages for one in page.get_objects(filter=[pypdfium2.raw.FPDF_PAGEOBJ_IMAGE])]
        widths.append({round(right - left) for left, _, right, _ in boxes})
        assert len(boxes) >= count
        assert "2026-11-2110:010a0a0a0a0a0a" in text_of(pdf)
    assert [max(one) for one in widths] == sorted((max(one) for one in widths), reverse=True)
    assert max(widths[0]) > 250
    assert min(widths[-1]) > 140


def test_only_photos_of_the_index_are_printed_and_each_once_with_the_bytes_it_was_given():
    photos = {EVIDENCE[0].id: picture(), EVIDENCE[2].id: picture("teal"), "unknown": picture("red")}
    with pikepdf.open(BytesIO(report_pdf(issued_report(), photos))) as opened:
        images = [image for page in opened.pages for image in page.get_images().values()]
        assert sorted(image.read_raw_bytes() for image in images) == sorted(photos[EVIDENCE[number].id].jpeg for number in (0, 2))


def test_a_photo_of_withheld_evidence_is_not_in_the_enterprise_copy():
    findings = [replace(FINDINGS[0], evidence=(EVIDENCE[0].id,))]
    evidence = [replace(EVIDENCE[0], label="LAW_ENFORCEMENT"), *EVIDENCE[1:]]
    copy = enterprise_edition(issued_report(findings=findings, evidence=evidence))
    pdf = report_pdf(copy, {EVIDENCE[0].id: picture()})
    with pikepdf.open(BytesIO(pdf)) as opened:
        assert not any(page.get_images() for page in opened.pages)
    assert "企业版" in text_of(pdf)


def test_a_policy_that_does_not_ship_is_printed_in_its_own_words_with_its_version_and_hash():
    result = merge(shipped("graded"), [RequiredPair(agency="customs", line=1)], [], Context())
    step = {"rule": "table.formal", "because": "line 1: RECTIFY: a label is missing"}
    ref = PolicyRef(
        name="port_rules", version=3, sha256="c0ffee" * 10 + "beef", texts={"a label is missing": "标签缺失，现场补贴"}
    )
    merged = msgspec.to_builtins(result) | {"trace": [step]}
    words = text_of(report_pdf(issued_report(policy=ref, merged=merged), {}))
    assert "标签缺失，现场补贴" in words
    assert "第3版" in words and "c0ffeec0ffeec0ff" in words


def test_a_line_says_what_was_declared_of_it_and_who_asked_for_its_measure():
    asked = concluded("market_regulation", 2, MEI, verdict="RECTIFY", measures=("RECTIFY",), reason="补交证明")
    lines = [merged_line(2, verdict="RECTIFY", outcome="PROPOSED", disposition="RECTIFY", measures=["RECTIFY"]), merged_line(1)]
    document = issued_report(conclusions=[asked], merged=merged(*lines, automatic=False))
    words = text_of(report_pdf(document, {}))
    goods = {one.no: one for one in document.declaration.lines}
    assert f"{goods[2].hs}·" in words and f"原产{goods[2].origin}" in words
    assert "市场监督管理局提出，仅由其复核" in words
    assert "专业人员Specialists" in words, "who found something for an agency is named"


def test_objections_are_printed_with_who_looked_again_and_the_enterprise_reads_its_own():
    again = Reexamination(
        by="LABORATORY",
        ordered_by=QIU,
        because="canary-because",
        laboratory="市质检所",
        earlier_laboratory="省特检院",
        found="DIFFERS",
        found_reference="F-9",
    )
    said = Objection(id="1", against=1, filed_at=at("22 10:00"), ground="检测方法有误", outcome="UPHELD", reexamined=again)
    open_one = replace(said, id="2", filed_at=at("23 10:00"), ground="对时限有异议", outcome="FILED", reexamined=None)
    document = issued_report(objections=[open_one, said])
    full, own = (text_of(report_pdf(one, {})) for one in (document, enterprise_edition(document)))
    for words in (full, own):
        assert "结果与首次检测不一致（F-9）" in words
        assert "检测方法有误" in words and "由市质检所复检" in words and "异议后维持" in words and "尚未决定" in words
    assert "canary-because" in full and "原检测：省特检院" in full
    assert "canary-because" not in own and "省特检院" not in own


def test_the_page_of_signatures_says_what_is_signed():
    words = text_of(report_pdf(issued_report(), {}))
    statement = words[words.index("签署Signatures") :]
    assert "R-5316-20261120-0001/v1" in statement and "处置结论为：放行" in statement
