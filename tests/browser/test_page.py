"""What people see and do on the one plain page, in a real browser."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect
from threaded_site import NARROW, PASSWORD, WIDE, Open, Site


def event(page: Page, type_: str) -> object:
    """The timeline's entries of a type."""
    return page.locator(f".timeline [data-type={type_}]")


def numbers(page: Page) -> list[int]:
    """The numbers of the timeline, oldest first."""
    found = page.locator(".timeline [data-seq]").evaluate_all("all => all.map(one => Number(one.dataset.seq))")
    return list(reversed(found))


def live(page: Page) -> Page:
    """The page once its feed is live."""
    expect(page.locator(".feed")).to_have_attribute("data-state", "live")
    return page


def test_lin_signs_in_and_sees_the_cases_with_whom_they_wait_for(site: Site, open_page: Open) -> None:
    no = site.case()
    page = open_page()
    page.get_by_label("用户名").fill("lin")
    page.get_by_label("口令").fill("wrong")
    page.get_by_role("button", name="登录").click()
    expect(page.get_by_role("alert")).to_contain_text("用户名或密码不正确")
    page.get_by_label("口令").fill(PASSWORD)
    page.get_by_role("button", name="登录").click()
    row = page.locator(".cases .row", has_text=no)
    expect(row).to_contain_text("邀请中")
    expect(row.locator(".awaited")).to_contain_text("知识产权、市场监管")
    expect(row.locator(".countdown")).to_contain_text("还剩 2 小时")
    expect(row).to_contain_text("Hengtong Import Co.")
    assert page.evaluate("document.cookie") == ""  # no script ever sees the session


def test_an_acceptance_appears_on_lins_screen_while_she_looks(site: Site, open_page: Open) -> None:
    no = site.case()
    page = live(open_page(f"#/cases/{no}", "lin"))
    expect(page.locator("[data-agency=ip]")).to_contain_text("待答复")
    site.run(site.accept(no, "ip"))
    expect(event(page, "InvitationAccepted")).to_contain_text("知识产权接受邀请，指派 Qiu")
    expect(page.locator("[data-agency=ip]")).to_contain_text("已接受")
    site.run(site.accept(no, "market_regulation"))
    expect(event(page, "TaskSheetIssued")).to_contain_text("签发任务单 T-")
    expect(page.get_by_role("link", name="任务单 PDF")).to_be_visible()
    expect(page.locator(".title")).to_contain_text("待排期")
    assert numbers(page) == list(range(1, len(numbers(page)) + 1))


def test_ping_accepts_on_the_page_and_lin_takes_a_window(site: Site, open_page: Open) -> None:
    no = site.case()
    site.run(site.accept(no, "ip"))
    ping = live(open_page(f"#/cases/{no}", "ping", NARROW))
    ping.get_by_label("指派专家").fill("nobody")
    ping.get_by_role("button", name="接受邀请").click()
    expect(ping.get_by_role("alert")).to_contain_text("所指定的专家不符合条件")
    ping.get_by_label("指派专家").fill("mei, bo")
    ping.get_by_role("button", name="接受邀请").click()
    expect(ping.locator("[data-agency=market_regulation]")).to_contain_text("Mei、Bo")
    expect(ping.locator(".actions")).to_have_count(0)
    lin = live(open_page(f"#/cases/{no}", "lin"))
    expect(lin.locator(".slots li").first).to_contain_text("唯一具备吊机的台位")
    lin.locator(".slots button").first.click()
    expect(lin.locator(".actions")).to_contain_text("待市场监管确认查验时间")
    ping.get_by_role("button", name="确认到场").click()
    expect(lin.locator(".title")).to_contain_text("已排查验")
    expect(event(lin, "ScheduleConfirmed")).to_contain_text("A1 台位 1 号位")
    expect(lin.locator(".actions")).to_have_count(0)
    expect(ping.locator(".actions")).to_have_count(0)


def test_qiu_declines_with_a_reason_and_lin_confirms(site: Site, open_page: Open) -> None:
    no = site.case()
    qiu = live(open_page(f"#/cases/{no}", "qiu"))
    qiu.get_by_text("谢绝", exact=True).click()
    qiu.get_by_label("谢绝理由").select_option("OUT_OF_SCOPE")
    qiu.get_by_label("说明").fill("不涉及知识产权")
    qiu.get_by_role("button", name="谢绝邀请").click()
    expect(qiu.locator("[data-agency=ip]")).to_contain_text("已谢绝")
    lin = live(open_page(f"#/cases/{no}", "lin"))
    lin.get_by_role("button", name="确认其不参加").click()
    expect(event(lin, "DeclineConfirmed")).to_contain_text("牵头部门确认知识产权不参加")


def test_a_finding_and_its_photo_arrive_on_an_open_page_and_the_photo_opens(site: Site, open_page: Open) -> None:
    no = site.case("IN_FIELD")
    page = live(open_page(f"#/cases/{no}", "lin"))
    photo = site.run(site.find(no, observation="压力表 <b>读数</b> & 铭牌不符"))
    finding = page.locator(".finding")
    expect(finding).to_contain_text("压力表 <b>读数</b> & 铭牌不符")  # shown as it was written, never as markup
    expect(finding.locator(".chip", has_text="重大")).to_be_visible()
    small = finding.locator(f"[data-evidence='{photo}'] img")
    small.scroll_into_view_if_needed()
    page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=small.element_handle())
    finding.locator(f"[data-evidence='{photo}']").click()
    expect(page.get_by_role("dialog")).to_contain_text("SHA-256")
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_another_agencys_secret_is_shown_as_withheld_and_to_its_owner_in_full(site: Site, open_page: Open) -> None:
    no = site.case()
    secret = site.note(no, "LicenceFeeNoted", owner="ip", label="IP_SECRET")
    mei, qiu = live(open_page(f"#/cases/{no}", "mei")), live(open_page(f"#/cases/{no}", "qiu"))
    expect(mei.locator(f".timeline [data-seq='{secret}']")).to_contain_text("保密事项")
    expect(qiu.locator(f".timeline [data-seq='{secret}']")).to_contain_text("LicenceFeeNoted")
    assert "LicenceFeeNoted" not in mei.content()


def test_zhao_approves_what_was_proposed(site: Site, open_page: Open) -> None:
    no = site.case("DISPOSING")
    zhao = live(open_page(f"#/cases/{no}", "zhao"))
    expect(zhao.locator(".disposition")).to_contain_text("拟处置，待批准")
    expect(zhao.locator(".conclusions [data-agency=market_regulation]")).to_contain_text("整改")
    zhao.get_by_role("button", name=re.compile("批准：")).click()
    expect(event(zhao, "DispositionApproved")).to_contain_text("批准处置")
    expect(zhao.locator(".actions")).to_have_count(0)
    with zhao.context.expect_page() as paper:
        zhao.get_by_role("link", name="综合报告 PDF").click()
    assert "report.pdf" in paper.value.url


def test_a_frame_that_is_lost_on_the_way_is_asked_for_again(site: Site, open_page: Open) -> None:
    no = site.case()
    page = open_page("#/", "lin")
    dropped: list[str] = []

    def lossy(route: object) -> None:
        server = route.connect_to_server()  # type: ignore[attr-defined]

        def to_page(message: str) -> None:
            if "Lost" in message and not dropped:
                dropped.append(message)
            else:
                route.send(message)  # type: ignore[attr-defined]

        server.on_message(to_page)

    page.route_web_socket(re.compile("/live/v1/"), lossy)
    page.goto(f"{site.url}/#/cases/{no}")
    live(page)
    last = site.note(no, "Lost", "AfterTheGap")
    expect(page.locator(f".timeline [data-seq='{last}']")).to_be_visible()
    assert dropped
    assert numbers(page) == list(range(1, last + 1))


def test_a_page_that_lost_its_connection_comes_back_without_a_gap(site: Site, open_page: Open) -> None:
    no = site.case()
    page = open_page("#/", "lin")
    sockets: list[object] = []
    page.route_web_socket(re.compile("/live/v1/"), lambda route: sockets.append((route, route.connect_to_server())))
    page.goto(f"{site.url}/#/cases/{no}")
    live(page)
    route, server = sockets[0]  # type: ignore[misc]
    route.close(code=1012)
    server.close()
    last = site.note(no, "WhileAway", "AndLater")
    expect(page.locator(f".timeline [data-seq='{last}']")).to_be_visible()
    live(page)
    assert len(sockets) == 2 and numbers(page) == list(range(1, last + 1))


def test_signing_out_ends_the_page(site: Site, open_page: Open) -> None:
    no = site.case()
    page = live(open_page(f"#/cases/{no}", "lin", anew=True))
    page.get_by_role("button", name="退出").click()
    expect(page.get_by_label("口令")).to_be_visible()
    page.goto(f"{site.url}/#/cases/{no}")
    expect(page.get_by_label("口令")).to_be_visible()


def test_a_case_of_another_port_is_not_found(site: Site, open_page: Open) -> None:
    no = site.case()
    expect(open_page(f"#/cases/{no}", "ou").get_by_role("alert")).to_contain_text("未找到")


def test_the_enterprise_reads_its_progress_without_signing_in(site: Site, open_page: Open) -> None:
    receipt = site.filed()
    asked: list[str] = []
    page = open_page("", None, NARROW)
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{site.url}/#/progress/{receipt['case']}?secret={receipt['progress_secret']}")
    expect(page.locator(".status")).to_contain_text("待协同部门确认")
    for part in ("下一步", "经办方", "时限", "截至", "状态序号"):
        expect(page.locator(".status")).to_contain_text(part)
    assert not any(receipt["progress_secret"] in url for url in asked)
    page.goto(f"{site.url}/#/progress/{receipt['case']}?secret=wrong")
    expect(page.get_by_role("alert")).to_contain_text("未找到")


def test_hengtong_sees_its_own_declarations_and_one_status_of_each(site: Site, open_page: Open) -> None:
    receipt = site.filed()
    page = open_page("#/", "hengtong")
    page.locator(".cases .row", has_text=receipt["number"]).click()
    expect(page.locator(".status")).to_contain_text("待协同部门确认")
    expect(page.locator("body")).to_have_class(re.compile("demo"))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["1440", "390"])
def test_no_view_is_wider_than_the_screen_and_buttons_fit_a_glove(site: Site, open_page: Open, size: tuple[int, int]) -> None:
    receipt, disposing = site.filed(), site.case("DISPOSING")
    views = [
        ("", None), (f"#/progress/{receipt['case']}?secret={receipt['progress_secret']}", None), ("#/", "lin"),
        (f"#/cases/{receipt['case']}", "ping"), (f"#/cases/{disposing}", "zhao"), ("#/", "hengtong"), ("#/", "wen"),
    ]  # fmt: skip
    for address, login in views:
        page = open_page(address, login, size)
        expect(page.locator("#page")).not_to_be_empty()
        if "cases" in address:
            live(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= size[0], (address, login)
        small = page.locator("button:visible").evaluate_all(
            "all => all.filter(one => one.offsetHeight < 40).map(one => one.textContent)"
        )
        assert small == [], (address, login)


CONTRAST = """
() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const over = ([r, g, b, a = 1], under) => [r, g, b].map((value, at) => value * a + under[at] * (1 - a));
  const light = (colour) => colour.map((value) => value / 255)
    .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
    .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (element) => element
    ? over(parts(getComputedStyle(element).backgroundColor), ground(element.parentElement)) : [255, 255, 255];
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
    if (!own || !element.checkVisibility() || element.closest("[aria-hidden=true], :disabled")) continue;
    const under = ground(element), [a, b] = [light(over(parts(getComputedStyle(element).color), under)), light(under)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < 4.5) poor.push(`${contrast.toFixed(2)} ${element.className} ${element.textContent.slice(0, 30)}`);
  }
  return poor;
}
"""


def test_every_text_stands_out_and_every_field_and_picture_has_a_name(site: Site, open_page: Open) -> None:
    waiting, disposing = site.case(), site.case("DISPOSING")
    receipt = site.filed()
    views = [
        ("", None), (f"#/progress/{receipt['case']}?secret={receipt['progress_secret']}", None), ("#/", "lin"),
        (f"#/cases/{waiting}", "ping"), (f"#/cases/{disposing}", "zhao"),
    ]  # fmt: skip
    for address, login in views:
        page = open_page(address, login)
        expect(page.locator("#page")).not_to_be_empty()
        if "cases" in address:
            live(page)
        assert page.evaluate(CONTRAST) == [], (address, login)
        nameless = "all => all.filter(one => !one.labels?.length).map(one => one.outerHTML)"
        assert page.locator("input, select").evaluate_all(nameless) == []
        assert page.locator("img:not([alt])").count() == 0
        assert page.locator("h1").count() == 1


def test_the_browser_refuses_markup_and_foreign_scripts(open_page: Open) -> None:
    page = open_page()
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    expect(page.get_by_label("用户名")).to_be_visible()
    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; return 'taken' } catch (fault) { return fault.name } }"
    )
    assert refused == "TypeError"
