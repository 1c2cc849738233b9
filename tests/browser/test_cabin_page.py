"""The task cabin on the page: the sheet is acknowledged, papers are filed and read, agencies agree on who looks at what."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect
from test_answering import fits
from test_page import live
from threaded_site import NARROW, WIDE, Open, Site


def test_the_agencies_read_talk_and_agree_on_a_division_that_lin_adopts(site: Site, open_page: Open, tmp_path: Path) -> None:
    no = site.case("PREPARING")
    page = live(open_page(f"#/cases/{no}", "mei", NARROW))
    page.get_by_role("link", name="云端任务舱").click()
    page.get_by_role("button", name="签收第 1 版").click()
    expect(page.get_by_role("button", name="签收第 1 版")).to_have_count(0)

    paper = tmp_path / "材质报告.pdf"
    paper.write_bytes(b"%PDF-1.7 material")
    lin = open_page(f"#/cases/{no}/cabin", "lin", WIDE)
    lin.get_by_text("存入资料", exact=True).click()
    form = lin.locator("form", has=lin.get_by_role("button", name="存入"))
    form.get_by_label("名称").fill("材质报告")
    form.get_by_label("文件").set_input_files(paper)
    form.get_by_label("市场监管").check()
    form.get_by_role("button", name="存入").click()
    expect(lin.locator(".papers")).to_contain_text("材质报告")

    expect(page.locator(".papers li", has_text="材质报告")).to_contain_text("请阅读")
    fits(page, NARROW)
    page.get_by_role("button", name="确认已阅 1 份").click()
    expect(lin.locator(".papers li", has_text="材质报告")).to_contain_text("Mei")

    page.locator(".say textarea").fill("建议先核对铭牌，再开箱")
    page.get_by_role("button", name="发送").click()
    expect(lin.locator(".thread")).to_contain_text("建议先核对铭牌，再开箱")
    lin.get_by_text("提出分工方案").click()
    lin.get_by_role("button", name="提出", exact=False).last.click()
    expect(page.locator(".proposal")).to_contain_text("第 1 号方案")
    fits(lin, WIDE)
    page.get_by_role("button", name="同意分工").click()
    qiu = open_page(f"#/cases/{no}/cabin", "qiu", NARROW)
    qiu.get_by_role("button", name="同意分工").click()
    lin.get_by_role("button", name="采纳并更新任务单").click()
    expect(lin.locator(".proposal")).to_contain_text("已采纳")
    expect(page.get_by_role("button", name="签收第 2 版")).to_be_visible()
    fits(page, NARROW)
