"""Pages on which somebody outside answers: a rights holder behind its link, the enterprise about a demand or a recall."""

from __future__ import annotations

import re
from typing import Any
from uuid import uuid4

from playwright.sync_api import Page, expect
from sqlalchemy import select
from test_page import CONTRAST
from threaded_site import NARROW, WIDE, Open, Site

from agencies.powers import PLATFORM
from inspection.notice_tables import Notice
from inspection.server.cast import PORT

LUMEN = {"name": "Lumen SA", "email": "rights@lumen.example", "brands": ["LUMEN"], "language": "en"}


def fits(page: Page, size: tuple[int, int]) -> None:
    """Nothing is wider than the screen, every text stands out, every field has a name, every button fits a glove."""
    page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(CONTRAST) == []
    small = "all => all.filter(one => one.offsetHeight < 40).map(one => one.textContent)"
    assert page.locator("button:visible").evaluate_all(small) == []
    nameless = "all => all.filter(one => !one.labels?.length).map(one => one.outerHTML)"
    assert page.locator("input:visible, select:visible, textarea:visible").evaluate_all(nameless) == []
    assert page.locator("h1").count() == 1


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
    again = open_page(link, None, WIDE)
    expect(again.locator(".answered")).to_contain_text("Ana Lumen")
    expect(again.get_by_role("button", name="下一步")).to_have_count(0)
    secret = link.split("secret=")[1]
    assert not any(secret in url for url in asked)


def test_a_link_with_another_secret_finds_nothing_and_a_withdrawn_question_needs_no_answer(site: Site, open_page: Open) -> None:
    no = site.case("SCHEDULED")
    id_, link = asked_of_lumen(site, no)
    expect(open_page(f"#/rights/{id_}?secret=wrong").get_by_role("alert")).to_contain_text("未找到")
    site.run(site.player.post("qiu", f"/api/v1/cases/{no}/rights-confirmations/{id_}/withdraw", {"reason": "误发"}))
    page = open_page(link)
    expect(page.locator(".rights")).to_contain_text("若询问部门已撤回请求，则无需答复")
    expect(page.get_by_role("button", name="下一步")).to_have_count(0)
