"""The rule officer's page: a draft with its problems, the shadow's comparison, and the second person who puts it in force."""

from __future__ import annotations

from playwright.sync_api import expect
from rulebooks import season
from threaded_site import Open, Site


def told(site: Site, login: str, template: str) -> None:
    """Waits until the worker has told the person."""
    notices = "/api/v1/notices?channel=INBOX"
    site.run(site.player.until(login, notices, lambda page: any(one["template"] == template for one in page["notices"])))


def test_ruo_drafts_and_runs_in_the_shadow_and_zhao_puts_it_in_force(site: Site, open_page: Open) -> None:
    page = open_page("#/", "ruo")
    expect(page.locator("[data-name=market_regulation]")).to_contain_text("现行")
    page.get_by_label("内容").fill(season().replace("name: 改良种用马", "nome: 改良种用马"))
    page.get_by_label("修改说明").fill("专项行动")
    page.get_by_role("button", name="检查").click()
    expect(page.locator(".drafting .places")).to_contain_text("17:50 没有 `nome` 这个字段 unknown field `nome`")
    page.get_by_label("内容").fill(season())
    page.get_by_role("button", name="保存草稿").click()
    page.get_by_role("button", name="开始影子运行").click()
    expect(page.locator("h1")).to_contain_text("影子运行")
    expect(page.locator(".shadow")).to_contain_text("新增命中")

    told(site, "zhao", "rulebook_waits")
    approver = open_page("#/", "zhao")
    approver.locator("[data-kind=rulebook_waits] a").click()
    approver.get_by_label("上线理由").fill("经核对影子运行结果")
    approver.get_by_role("button", name="上线").click()
    expect(approver.get_by_role("alert")).to_contain_text("影子运行时间不足")
    approver.get_by_label("提前理由").fill("紧急风险预警")
    approver.get_by_role("button", name="上线").click()
    expect(approver.locator("h1")).to_contain_text("现行")
    told(site, "ruo", "rulebook_published")
    page.get_by_role("link", name="返回规则集").click()
    news = page.locator("[data-kind=rulebook_published]")
    expect(news).to_contain_text("规则集已上线：专项行动")
    expect(news).to_contain_text("经核对影子运行结果")
    news.get_by_role("button", name="已阅").click()
    expect(news).to_have_count(0)
    approver.get_by_label("停用理由").fill("专项行动结束")
    approver.get_by_role("button", name="停用").click()
    expect(approver.locator("h1")).to_contain_text("已停用")
