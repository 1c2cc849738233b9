"""Pages on which somebody outside answers: a rights holder behind its link, the enterprise about a demand or a recall."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_page import CONTRAST, live
from threaded_site import NARROW, WIDE, Open, Site

from agencies.powers import PLATFORM
from inspection.notifying.notice_tables import Notice
from inspection.server.cast import PORT
from inspection.server.demo_goods import picture

LUMEN = {"name": "Lumen SA", "email": "rights@lumen.example", "brands": ["LUMEN"], "language": "en"}


def fits(page: Page, size: tuple[int, int]) -> None:
    """Nothing is wider than the screen, every text stands out, every field has a name, every button fits a glove."""
    folded = page.locator("details:not([open])").element_handles()
    for one in folded:
        one.evaluate("one => { one.open = true; }")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(CONTRAST) == []
    small = "all => all.filter(one => one.offsetHeight < 40).map(one => one.textContent)"
    assert page.locator("button:visible").evaluate_all(small) == []
    nameless = "all => all.filter(one => !one.labels?.length).map(one => one.outerHTML)"
    assert page.locator("input:visible, select:visible, textarea:visible").evaluate_all(nameless) == []
    assert page.locator("h1").count() == 1
    for one in folded:
        one.evaluate("one => { one.open = false; }")


def asked_of_lumen(site: Site, no: str) -> tuple[str, str]:
    """Qiu asks Lumen SA about line 3; the confirmation's id, and where the letter leads."""
    id_, holder = str(uuid4()), str(uuid4())
    site.run(site.player.put("qiu", f"/api/v1/units/{PORT}/ip/rights-holders/{holder}", LUMEN))
    question = {
        "line": 3,
        "brand": "LUMEN",
        "holder": holder,
        "text": "控制柜标有 LUMEN 字样，请确认是否为贵司产品\nIs the cabinet yours?",
    }
    site.run(site.player.put("qiu", f"/api/v1/cases/{no}/rights-confirmations/{id_}", question))

    async def letter() -> str:
        async with site.platform.database.unit_of_work(PLATFORM) as session:
            texts: Any = await session.scalar(select(Notice.texts).where(Notice.dedupe == f"rights_confirmation {id_}"))
        return str(texts["en"]["body"])

    found = re.search(r"#/rights/\S+\?secret=\S+", site.run(letter()))
    assert found is not None
    return id_, found[0]


def test_a_rights_holder_reads_what_is_asked_and_answers_once_without_signing_in(site: Site, open_page: Open) -> None:
    no = site.case("SCHEDULED")
    id_, link = asked_of_lumen(site, no)
    asked: list[str] = []
    page = open_page("", None, NARROW)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/{link}")
    expect(page.locator(".rights")).to_contain_text("Is the cabinet yours?")
    for said in ("知识产权", "Lumen SA", "LUMEN", "还剩"):
        expect(page.locator(".rights")).to_contain_text(said)
    assert "Hengtong" not in page.content() and no not in page.content(), "nothing of the trader"
    fits(page, NARROW)

    page.get_by_label("真品").check()
    page.get_by_label("答复人姓名与职务").fill("Ana Lumen")
    page.get_by_role("button", name="下一步").click()
    expect(page.locator(".sure")).to_contain_text("真品")
    page.get_by_label("侵权假冒").check()
    expect(page.locator(".sure")).to_have_count(0)
    page.get_by_label("说明与依据").fill("Serial number <b>unknown</b> to us")
    page.get_by_role("button", name="下一步").click()
    page.get_by_role("button", name="确认提交").click()
    expect(page.locator(".answered")).to_contain_text("侵权假冒")
    expect(page.locator(".answered")).to_contain_text("Serial number <b>unknown</b> to us")
    fits(page, NARROW)
    (known,) = site.run(site.player.get("qiu", f"/api/v1/cases/{no}/rights-confirmations"))
    assert (known["id"], known["outcome"], known["reply"]["name"]) == (id_, "COUNTERFEIT", "Ana Lumen")
    qiu = live(open_page(f"#/cases/{no}", "qiu"))
    expect(qiu.locator(".rights-asked")).to_contain_text("侵权假冒")
    expect(qiu.locator(".rights-asked")).to_contain_text("Ana Lumen")
    again = open_page(link, None, WIDE)
    expect(again.locator(".answered")).to_contain_text("Ana Lumen")
    expect(again.get_by_role("button", name="下一步")).to_have_count(0)
    secret = link.split("secret=")[1]
    assert not any(secret in url for url in asked)


def test_a_link_with_another_secret_finds_nothing_and_a_withdrawn_question_needs_no_answer(site: Site, open_page: Open) -> None:
    no = site.case("SCHEDULED")
    id_, link = asked_of_lumen(site, no)
    expect(open_page(f"#/rights/{id_}?secret=wrong").get_by_role("alert")).to_contain_text("未找到")
    qiu = live(open_page(f"#/cases/{no}", "qiu", NARROW))
    qiu.get_by_text("其他操作").click()
    qiu.get_by_text("请权利人确权").click()
    qiu.get_by_label("商品项").select_option("3")
    qiu.get_by_label("询问内容").fill("请再确认铭牌")
    qiu.get_by_role("button", name="致函权利人").click()
    expect(qiu.locator(".rights-asked")).to_contain_text("请再确认铭牌")
    fits(qiu, NARROW)
    qiu.get_by_text("其他操作").click()
    item = qiu.locator(".besides .ruling", has_text="Is the cabinet yours?")
    item.get_by_text("撤回确权请求").click()
    item.get_by_label("理由").fill("误发")
    item.get_by_role("button", name="撤回").click()
    expect(qiu.locator(f"[data-confirmation='{id_}']")).to_contain_text("已撤回")
    page = open_page(link)
    expect(page.locator(".rights")).to_contain_text("若询问部门已撤回请求，则无需答复")
    expect(page.get_by_role("button", name="下一步")).to_have_count(0)


# --- the enterprise -------------------------------------------------------------------------------------------------------


def approve(site: Site, no: str) -> None:
    """Zhao approves what was proposed, as soon as it is."""
    base = f"/api/v1/cases/{no}/disposition"
    site.run(site.player.until("zhao", base, lambda found: found["state"] == "PROPOSED"))
    site.run(site.player.post("zhao", f"{base}/approve", {"report_version": 1}))


def demanded(site: Site) -> tuple[str, str]:
    """A case whose goods market regulation wants rectified, approved; its number and the declaration's."""
    no = site.case("DISPOSING")
    approve(site, no)
    number = str(site.run(site.player.get("lin", f"/api/v1/cases/{no}"))["declaration"])
    site.run(site.player.until("hengtong", f"/api/v1/declarations/{number}/follow-ups", bool))
    return no, number


def test_hengtong_reads_one_demand_and_hands_in_a_photo_and_a_certificate(site: Site, open_page: Open, tmp_path: Path) -> None:
    no, number = demanded(site)
    wanted = {"what": "更换无证管件", "materials": ["型式试验证书", "更换前后照片"], "contact": "市场监管处窗口"}
    (item,) = site.run(site.player.get("mei", f"/api/v1/cases/{no}/follow-ups"))
    site.run(site.player.post("mei", f"/api/v1/cases/{no}/follow-ups/{item['id']}/demand", wanted))
    page = open_page(f"#/declarations/{number}", "hengtong", NARROW)
    expect(page.locator(".status")).to_contain_text("整改中")
    demand = page.locator(".demand")
    for said in ("更换无证管件", "型式试验证书", "更换前后照片", "市场监管处窗口", "提交渠道", "时限", "市场监管", "还剩"):
        expect(demand).to_contain_text(said)
    fits(page, NARROW)

    photo, paper = tmp_path / "管件.jpg", tmp_path / "证书.pdf"
    photo.write_bytes(picture("管件", "更换后", (126, 138, 150), datetime.now(UTC)))
    paper.write_bytes(b"%PDF-1.7 TS-2026-118")
    demand.get_by_label("办理情况说明").fill("已更换全部无证管件")
    demand.get_by_label("附件").set_input_files([photo, paper])
    demand.get_by_role("button", name="提交材料").click()
    expect(demand.locator(".history")).to_contain_text("已更换全部无证管件")
    expect(demand).to_contain_text("已办理，待复核")
    link = demand.get_by_role("link", name="证书.pdf")
    assert page.request.get(site.url + str(link.get_attribute("href"))).body() == paper.read_bytes()

    mei = live(open_page(f"#/cases/{no}", "mei", NARROW))
    card = mei.locator(".actions .action", has_text="请复核企业材料")
    expect(card.get_by_role("link", name="管件.jpg")).to_be_visible()
    fits(mei, NARROW)
    card.get_by_text("退回补充").click()
    card.locator("form:visible").get_by_label("理由").fill("证书编号与实物不符")
    card.get_by_role("button", name="退回").click()
    expect(mei.locator(".follow-ups .history")).to_contain_text("证书编号与实物不符")
    page.reload()
    expect(demand.locator(".problem")).to_contain_text("证书编号与实物不符")
    fits(page, NARROW)
    page.get_by_text("对处置提出异议").click()
    page.get_by_label("理由").fill("管件并非无证")
    page.get_by_role("button", name="提交异议").click()
    expect(page.locator(".objection")).to_contain_text("异议已提交")


def test_hengtong_answers_a_recall_on_its_page(site: Site, open_page: Open) -> None:
    no = site.case("IN_FIELD", credit="aeo")
    site.run(site.conclude(no, market_regulation={"verdict": "PENDING_TEST"}))
    approve(site, no)
    refused = {"line": None, "verdict": "REFUSE", "measures": ["DESTROY"], "basis": "TESTED", "note": "爆破压力不合格"}
    site.run(site.player.conclude("mei", no, "market_regulation", [refused], made_from=1))
    number = str(site.run(site.player.get("lin", f"/api/v1/cases/{no}"))["declaration"])
    site.run(site.player.until("hengtong", f"/api/v1/declarations/{number}/recall", bool))
    page = open_page(f"#/declarations/{number}", "hengtong", NARROW)
    recall = page.locator(".recalled")
    for said in ("请交回第 2 项货物", "附条件放行", "还剩"):
        expect(recall).to_contain_text(said)
    fits(page, NARROW)
    recall.get_by_label("货物现在何处").fill("货物在宝安仓库，未售出，周三交回")
    recall.get_by_role("button", name="提交答复").click()
    expect(recall).to_contain_text("您的答复")
    lin = live(open_page(f"#/cases/{no}", "lin"))
    expect(lin.locator(".after-issue")).to_contain_text("货物在宝安仓库，未售出，周三交回")
