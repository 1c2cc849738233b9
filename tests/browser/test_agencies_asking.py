"""What agencies do among themselves on the page: a request and its signed answer, what was handed over to another port."""

from __future__ import annotations

from playwright.sync_api import expect
from test_answering import approve, fits
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


def test_lin_hands_an_inspection_to_another_port_and_ou_takes_it_over(site: Site, open_page: Open) -> None:
    no = site.case("IN_FIELD")
    condition = {
        "verdict": "CONDITIONAL",
        "conditions": ["DESTINATION_INSPECTION"],
        "basis": "DOCUMENT",
        "note": "目的地核对安装",
    }
    site.run(site.conclude(no, customs=condition))
    approve(site, no)
    site.run(site.player.until("lin", f"/api/v1/cases/{no}/follow-ups", bool))
    lin = live(open_page(f"#/cases/{no}", "lin"))
    card = lin.locator(".actions .action", has_text="移交目的地办理：目的地查验")
    card.get_by_text("移交", exact=True).first.click()
    card.get_by_label("目的地口岸代码").fill("2248")
    card.get_by_label("理由").fill("安装后方可核对")
    card.get_by_role("button", name="移交").click()
    expect(card).to_contain_text("已移交 2248/customs，待其接收")

    ou = open_page("#/", "ou", NARROW)
    item = ou.locator(".handed-over li", has_text=no)
    expect(item).to_contain_text("核对安装")
    fits(ou, NARROW)
    item.get_by_role("button", name="确认接收").click()
    item.get_by_label("检查结果").select_option("true")
    item.get_by_label("说明").fill("货证相符")
    fits(ou, NARROW)
    item.get_by_role("button", name="登记结果").click()
    expect(item).to_have_count(0)
    expect(lin.locator(".follow-ups")).to_contain_text("货证相符")
    fits(lin, WIDE)
