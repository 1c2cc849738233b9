"""What a unit keeps for its cases: checklists that the yard ticks off, rights holders; and what the lead finds out."""

from __future__ import annotations

from playwright.sync_api import expect
from test_answering import fits
from test_page import event, live
from threaded_site import NARROW, WIDE, Open, Site


def test_the_list_that_ping_publishes_is_read_before_the_yard_and_ticked_off_there(site: Site, open_page: Open) -> None:
    ping = open_page("#/", "ping", NARROW)
    ping.locator(".desk").get_by_role("link", name="查验清单").click()
    ping.get_by_label("清单编号").fill("PIPING")
    ping.get_by_label("名称").fill("特种设备现场核查清单")
    ping.get_by_label("到场前本部门人员必读").check()
    ping.get_by_role("button", name="增加一项").click()
    for row, text in enumerate(("核对压力管道元件制造许可标志", "核对材质报告炉批号")):
        ping.get_by_label("中文内容").nth(row).fill(text)
        ping.get_by_role("checkbox", name="必办").nth(row).check()
    fits(ping, NARROW)
    ping.get_by_role("button", name="发布").click()
    card = ping.locator(".checklist", has_text="特种设备现场核查清单")
    expect(card).to_contain_text("现行")

    no = site.case("PREPARING")
    card.get_by_text("终止该清单").click()
    card.get_by_role("button", name="确认终止").click()
    expect(card).to_contain_text("已终止")
    lin = open_page(f"#/cases/{no}/cabin", "lin", WIDE)
    expect(lin.locator("[data-login=mei]")).to_contain_text("未阅 1 份")
    lin.locator(".reading summary").click()
    lin.get_by_label("理由").fill("专家已在现场，口头交底")
    lin.get_by_role("button", name="免予必读").click()
    expect(lin.locator("[data-login=mei]")).to_contain_text("免予必读 1 份")
    fits(lin, WIDE)

    site.run(site.scheduled(no))
    site.run(site.at_the_goods(no))
    mei = open_page(f"#/cases/{no}/cabin", "mei", NARROW)
    mei.get_by_text("本部门现场查验完毕").click()
    mei.get_by_role("button", name="确认完毕").click()
    expect(mei.get_by_role("alert")).to_contain_text("查验清单尚有必办事项未填")
    expect(mei.get_by_role("alert")).to_contain_text("核对材质报告炉批号")
    mei.locator("[data-entry='1']").get_by_role("button", name="已完成").click()
    expect(mei.locator("[data-entry='1']")).to_contain_text("Mei")
    second = mei.locator("[data-entry='2']")
    second.get_by_text("不适用", exact=True).click()
    second.get_by_label("理由").fill("本批无管道元件")
    second.get_by_role("button", name="确认不适用").click()
    expect(mei.locator(".own-list")).to_contain_text("必办已齐")
    fits(mei, NARROW)
    expect(lin.locator(".ticks")).to_contain_text("已填 2/2")


def test_qiu_registers_a_holder_with_an_authorisation_finds_it_and_withdraws_it(site: Site, open_page: Open) -> None:
    qiu = open_page("#/rights-registry", "qiu", NARROW)
    qiu.get_by_label("名称").fill("Lumen SA")
    qiu.get_by_label("电子邮箱").fill("rights@lumen")
    qiu.get_by_label("品牌").fill("LUMEN\nLUMEN PRO")
    qiu.get_by_role("button", name="登记权利人").click()
    expect(qiu.get_by_role("alert")).to_contain_text("电子邮箱")
    qiu.get_by_label("电子邮箱").fill("rights@lumen.example")
    qiu.get_by_role("button", name="登记权利人").click()
    holder = qiu.locator(".holder", has_text="LUMEN PRO")
    holder.get_by_text("登记授权").click()
    form = holder.locator("form", has=qiu.get_by_role("button", name="登记"))
    form.get_by_label("统一社会信用代码").fill("91440300000000000E")
    form.get_by_label("授权文号").fill("LUMEN-2026-07")
    form.get_by_label("截止日期").fill("2099-12-31")
    form.get_by_role("button", name="登记").click()
    one = holder.locator("[data-authorisation=LUMEN-2026-07]")
    expect(one).to_contain_text("有效")
    fits(qiu, NARROW)
    search = qiu.get_by_role("searchbox")
    search.fill("不存在")
    expect(qiu.locator(".registry-list")).to_contain_text("没有找到")
    search.fill("91440300")
    one.get_by_text("撤销授权备案").click()
    one.get_by_label("理由").fill("授权合同解除")
    one.get_by_role("button", name="撤销").click()
    expect(one).to_contain_text("已撤销")
    expect(one).to_contain_text("授权合同解除")


def test_lin_records_a_fact_of_the_goods_with_its_source(site: Site, open_page: Open) -> None:
    no = site.case("PREPARING")
    lin = live(open_page(f"#/cases/{no}", "lin", NARROW))
    facts = lin.locator(".goods-facts")
    expect(facts.locator("[data-fact=separable]")).to_contain_text("未记录")
    facts.get_by_text("记录货物情况").click()
    facts.get_by_label("事项").select_option("separable")
    facts.get_by_label("是", exact=False).first.check()
    facts.get_by_label("理由与来源").fill("现场核实：管路组件可单独拆运，见查验记录")
    facts.get_by_role("button", name="记录").click()
    expect(facts.locator("[data-fact=separable]")).to_contain_text("可单独拆运")
    expect(event(lin, "GoodsFactRecorded")).to_be_visible()
    fits(lin, NARROW)
