"""What a case keeps beside its findings: minutes of a consultation, costs and who bears them, a detention and its clock."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect
from test_answering import approve, fits
from test_page import live
from threaded_site import NARROW, WIDE, Open, Site


def test_minutes_a_cost_and_a_detention_are_kept_on_the_cases_page(site: Site, open_page: Open, tmp_path: Path) -> None:
    no = site.case("IN_FIELD")
    site.run(site.find(no, observation="压力管道元件无许可标志"))
    mei = live(open_page(f"#/cases/{no}", "mei", NARROW))
    paper = tmp_path / "会商纪要.pdf"
    paper.write_bytes(b"%PDF-1.7 minutes")
    mei.get_by_text("其他操作").click()
    mei.get_by_text("提交会商纪要").click()
    form = mei.locator("form", has=mei.get_by_role("button", name="提交纪要"))
    form.get_by_label("会商结果").fill("三方确认元件无许可标志，货物暂不放行")
    form.get_by_label("签字原件").set_input_files(paper)
    form.get_by_role("button", name="提交纪要").click()
    expect(mei.get_by_role("alert")).to_contain_text("参加人")  # nobody confers alone
    form.get_by_label("Rong（海关）").check()
    fits(mei, NARROW)
    form.get_by_role("button", name="提交纪要").click()

    lin = open_page(f"#/cases/{no}", "lin", WIDE)
    minutes = lin.locator(".minutes li")
    for said in ("无许可标志，货物暂不放行", "Mei（市场监管）、Rong（海关）", "第 2 项发现", "会商纪要.pdf"):
        expect(minutes.first).to_contain_text(said)
    lin.get_by_text("其他操作").click()
    lin.get_by_text("登记费用").click()
    cost = lin.locator("form", has=lin.get_by_label("金额"))
    cost.get_by_label("金额").fill("一千二百")
    cost.get_by_role("button", name="登记").click()
    expect(lin.get_by_role("alert")).to_contain_text("金额")
    cost.get_by_label("金额").fill("1200.5")
    cost.get_by_label("项目").select_option("LIFTING")
    fits(lin, WIDE)
    cost.get_by_role("button", name="登记").click()
    expect(lin.locator(".costs li")).to_contain_text("1,200.50 CNY")
    expect(lin.locator(".costs li")).to_contain_text("待定")

    site.run(site.conclude(no, market_regulation={"verdict": "REFUSE", "measures": ["DETAIN"], "basis": "TESTED"}))
    approve(site, no)
    act = mei.locator(".actions .action", has_text="扣留中的货物")
    expect(act).to_contain_text("已计 0 天，共 30 天")
    act.locator("form:visible").get_by_label("理由").fill("送省质检院")
    act.get_by_role("button", name="货物送检").click()
    expect(act.get_by_role("button", name="检测结束")).to_be_visible()
    zhao = open_page(f"#/cases/{no}", "zhao", NARROW)
    expect(zhao.locator(".costs li")).to_contain_text("企业承担")
    expect(zhao.locator(".detention")).to_contain_text("送检中，期限暂停")
    zhao.get_by_text("其他操作").click()
    zhao.get_by_text("批准延长扣留").first.click()
    longer = zhao.locator("form", has=zhao.get_by_label("延长天数"))
    longer.get_by_label("理由").fill("案情复杂")
    longer.get_by_role("button", name="批准延长扣留").click()
    expect(zhao.locator(".detention")).to_contain_text("共 60 天")
    fits(zhao, NARROW)
    expect(act).to_contain_text("共 60 天")
    act.locator("form:visible").get_by_label("理由").fill("报告已出")
    act.get_by_role("button", name="检测结束").click()
    expect(act.get_by_role("button", name="解除扣留")).to_be_visible()
