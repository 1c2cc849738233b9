"""What is late, whom a case waits for, and what there is to read: on the list, on a phone, and while one looks."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect
from test_page import CONTRAST, event, live
from threaded_site import NARROW, WIDE, Open, Site

from agencies.powers import PLATFORM


def pass_time(site: Site, span: timedelta) -> None:
    """Lets time pass for every process of the platform."""

    async def move() -> None:
        async with site.platform.database.unit_of_work(PLATFORM) as session:
            await site.platform.clock.move_to(session, site.platform.clock.now() + span)  # type: ignore[attr-defined]

    site.run(move())


def row(page: Page, no: str) -> object:
    """The case's row in the list."""
    return page.locator(".cases .row", has_text=no)


@pytest.fixture(scope="module")
def late(site: Site) -> dict[str, str]:
    """A case past its time, one nearly, one half way; each but the first still has time."""
    red = site.case()
    site.run(site.accept(red, "ip"))
    pass_time(site, timedelta(minutes=32))
    orange = site.case()
    pass_time(site, timedelta(minutes=35))
    yellow = site.case()
    pass_time(site, timedelta(minutes=66))
    site.run(site.player.until("lin", f"/api/v1/cases/{red}", lambda case: case["invitations"][1]["state"] != "PENDING"))
    return {"red": red, "orange": orange, "yellow": yellow}


def test_what_is_late_stands_first_in_colours_that_are_words_too(site: Site, open_page: Open, late: dict[str, str]) -> None:
    fresh = site.case()
    page = open_page("#/", "lin")
    expect(page.locator(".late .row", has_text=late["red"]).locator(".level")).to_contain_text("已逾期")
    expect(page.locator(".late .row", has_text=late["orange"]).locator(".level")).to_contain_text("时限将到")
    expect(page.locator(".late .row", has_text=late["yellow"]).locator(".level")).to_contain_text("时限过半")
    expect(page.locator(".late .row", has_text=late["red"]).locator(".awaited")).to_contain_text("市场监管")
    expect(page.locator(".late .row", has_text=late["red"]).locator(".until")).to_contain_text("已逾期")
    expect(page.locator(".late .row", has_text=fresh)).to_have_count(0)
    expect(row(page, fresh)).to_have_count(1)
    expect(row(page, late["red"])).to_have_count(1)  # nothing stands twice
    levels = page.locator(".late .row .level").all_inner_texts()
    order = [next(at for at, zh in enumerate(("已逾期", "时限将到", "时限过半")) if zh in text) for text in levels]
    assert order == sorted(order)


def test_a_dispatcher_reads_an_item_on_the_phone_and_it_is_gone(site: Site, open_page: Open) -> None:
    no = site.case()
    page = open_page("#/", "ping", NARROW)
    mail = page.locator(".mail[data-kind=invitation]", has_text=no)
    rest = page.locator(".inbox .rest")
    if rest.count():
        rest.click()
    expect(mail).to_contain_text("新的协同邀请，请答复")
    expect(mail.locator(".countdown")).to_contain_text("还剩")
    mail.get_by_role("button", name=re.compile("已阅")).focus()
    page.keyboard.press("Enter")
    expect(mail).to_have_count(0)
    delivered = site.run(site.player.get("ping", f"/api/v1/cases/{no}"))["invitations"]
    assert next(one for one in delivered if one["agency"] == "market_regulation")["delivered_at"]


def test_a_new_item_arrives_while_one_looks_and_is_said_aloud(site: Site, open_page: Open) -> None:
    page = open_page("#/", "ping")
    expect(page.locator(".cases .row").first).to_be_visible()
    no = site.case()
    expect(page.locator("#said")).to_contain_text("新的协同邀请", timeout=8_000)
    rest = page.locator(".inbox .rest")
    if rest.count():
        rest.click()
    expect(page.locator(".mail.fresh", has_text=no)).to_be_visible()


def test_an_agency_that_let_its_time_pass_may_still_accept_on_the_page(open_page: Open, late: dict[str, str]) -> None:
    page = live(open_page(f"#/cases/{late['red']}", "ping", NARROW))
    expect(page.locator(".actions .countdown")).to_contain_text("已逾期")
    expect(page.locator("[data-agency=market_regulation] .level")).to_contain_text("已逾期")
    expect(page.get_by_role("button", name="谢绝邀请")).to_have_count(0)
    page.get_by_label("指派专家").fill("mei")
    page.get_by_role("button", name="接受邀请").click()
    expect(page.locator("[data-agency=market_regulation]")).to_contain_text("逾期答复")


def test_the_lead_overrules_a_decline_with_a_reason(site: Site, open_page: Open) -> None:
    no = site.case()
    site.run(site.player.post("qiu", f"/api/v1/cases/{no}/invitations/ip/decline", {"reason": "OUT_OF_SCOPE"}))
    page = live(open_page(f"#/cases/{no}", "lin"))
    page.get_by_text("不同意谢绝，升级处理").click()
    page.locator(".actions form", has=page.get_by_role("button", name="不同意谢绝")).get_by_label("理由").fill("软件在申报商品内")
    page.get_by_role("button", name="不同意谢绝").click()
    expect(page.locator("[data-agency=ip]")).to_contain_text("升级督办")


def test_zhao_waives_a_silent_agency_and_lin_may_take_a_substitute(site: Site, open_page: Open, late: dict[str, str]) -> None:
    no = late["orange"]
    pass_time(site, timedelta(hours=1))
    site.run(site.player.until("lin", f"/api/v1/cases/{no}", lambda case: "BLOCKED" in [i["state"] for i in case["invitations"]]))
    lin = live(open_page(f"#/cases/{no}", "lin"))
    lin.get_by_text("由机构或互认结果替代").first.click()
    expect(lin.get_by_label("机构名称").first).to_be_visible()
    zhao = live(open_page(f"#/cases/{no}", "zhao", NARROW))
    card = zhao.locator(".actions .ruling", has_text="市场监管")
    card.get_by_text("免于参与", exact=True).click()
    card.get_by_label("理由").fill("货物与其职责无关，经核对")
    card.get_by_role("button", name="批准免于参与").click()
    expect(zhao.locator("[data-agency=market_regulation]")).to_contain_text("经批准免于参与")


def test_the_lead_pauses_the_clock_of_a_conclusion_and_lets_it_run_again(site: Site, open_page: Open) -> None:
    no = site.case("IN_FIELD")
    session = site.run(site.player.get("lin", f"/api/v1/cases/{no}"))["sessions"][-1]["id"]
    for login, agency in (("mei", "market_regulation"), ("qiu", "ip"), ("rong", "customs")):
        site.run(site.player.post(login, f"/api/v1/cases/{no}/sessions/{session}/workstreams/{agency}/complete"))
    site.run(site.player.post("tao", f"/api/v1/cases/{no}/sessions/{session}/close", {"seals_after": ["S-2001"]}))
    site.run(
        site.player.until("lin", f"/api/v1/cases/{no}/deadlines", lambda found: any(d["type"] == "conclusion" for d in found))
    )
    page = live(open_page(f"#/cases/{no}", "lin"))
    page.get_by_text("其他操作").click()
    page.get_by_text("调整时限").click()
    page.get_by_text("暂停计时", exact=True).first.click()
    form = page.locator(".besides form:visible").first
    form.get_by_label("事由").select_option("laboratory")
    form.get_by_label("理由").fill("样品已送检")
    form.get_by_role("button", name="暂停").click()
    expect(event(page, "DeadlinePaused")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
def test_the_list_fits_the_screen_stands_out_and_its_buttons_fit_a_glove(
    site: Site, open_page: Open, late: dict[str, str], size: tuple[int, int]
) -> None:
    for address, login in (("#/", "lin"), ("#/", "ping"), (f"#/cases/{late['yellow']}", "zhao")):
        page = open_page(address, login, size)
        expect(page.locator("h1")).to_be_visible()
        expect(page.locator(".cases .row, .tiles").first).to_be_visible()
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (address, login)
        assert page.evaluate(CONTRAST) == [], (address, login)
        small = page.locator("button:visible").evaluate_all(
            "all => all.filter(one => one.offsetHeight < 40).map(one => one.textContent)"
        )
        assert small == [], (address, login)
        nameless = "all => all.filter(one => !one.labels?.length).map(one => one.outerHTML)"
        assert page.locator("input, select").evaluate_all(nameless) == []
