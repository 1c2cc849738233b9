"""What agencies do among themselves on the page: a request and its signed answer, what was handed over to another port."""

from __future__ import annotations

from playwright.sync_api import expect
from test_answering import fits
from test_page import event, live
from threaded_site import NARROW, WIDE, Open, Site


def test_mei_asks_customs_and_rong_answers_with_a_key_of_his_browser(site: Site, open_page: Open) -> None:
    no = site.case("IN_FIELD")
    site.run(site.find(no, observation="压力管道元件合格证过期"))
    mei = live(open_page(f"#/cases/{no}", "mei", NARROW))
    mei.get_by_text("其他操作").click()
    mei.get_by_text("发出协查请求").click()
    ask = mei.locator(".besides form", has=mei.get_by_role("button", name="发出"))
    ask.get_by_label("被请求部门").select_option("customs")
    ask.get_by_label("请求内容").fill("请提供该供应商近三年同类元件进口及查验记录")
    ask.get_by_label("答复前本部门不就该商品项作出结论").check()
    ask.get_by_role("button", name="发出").click()
    chain = mei.locator(".requests .chain")
    expect(chain).to_contain_text("市场监管 → 海关")
    expect(chain).to_contain_text("待 1 项答复")
    fits(mei, NARROW)

    rong = live(open_page(f"#/cases/{no}", "rong", WIDE))
    card = rong.locator(".actions .action", has_text="市场监管协查：供应商进口记录")
    fits(rong, WIDE)
    card.get_by_label("答复", exact=False).first.fill("近三年进口 4 票，查验无异常")
    card.get_by_label("登记簿或系统").fill("海关进口货物查验记录")
    card.get_by_label("记录编号").fill("5316-2025-0198")
    card.get_by_label("截至日期").fill("2026-11-19")
    card.get_by_role("button", name="签名并答复").click()
    expect(rong.locator(".requests .response")).to_contain_text("已签名")
    expect(rong.locator(".requests .response")).to_contain_text("海关进口货物查验记录 5316-2025-0198")

    expect(chain).to_contain_text("证据链闭合")
    expect(event(mei, "InfoRequestAnswered")).to_be_visible()
    fits(mei, NARROW)
    (request,) = site.run(site.player.get("mei", f"/api/v1/cases/{no}/info-requests"))["requests"]
    keys = site.run(site.player.get("rong", "/api/v1/me/keys"))
    assert request["answer"]["key_id"] in {one["id"] for one in keys}
