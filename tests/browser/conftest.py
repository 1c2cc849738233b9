"""The page in the system's Chromium, against a whole platform."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, StorageState, sync_playwright
from threaded_site import PASSWORD, WIDE, Open, Site, opened

from inspection.server.embedded import EmbeddedPostgres

FLAGS = [
    "--no-sandbox",
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """One platform for the suite; every test makes cases of its own."""
    objects = tmp_path_factory.mktemp("objects")
    with EmbeddedPostgres(tmp_path_factory.mktemp("browser"), durable=False) as postgres, opened(postgres, objects) as started:
        yield started


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The system's Chromium."""
    program = shutil.which("chromium")
    if program is None:
        pytest.skip("no chromium on this machine: scripts/browser.sh installs it")
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield launched
        launched.close()


@pytest.fixture(scope="session")
def cookies() -> dict[str, StorageState]:
    """Everybody signs in once: sign-in is limited to thirty a minute from one address."""
    return {}


@pytest.fixture
def open_page(site: Site, browser: Browser, cookies: dict[str, StorageState]) -> Iterator[Open]:
    """Opens pages and, at the end, fails for any error a page reported."""
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def signed_in(login: str) -> StorageState:
        context = browser.new_context()
        answer = context.request.post(f"{site.url}/api/v1/sign-in", data={"login": login, "password": PASSWORD})
        assert answer.ok, answer.text()
        state = context.storage_state()
        context.close()
        return state

    def open_(address: str = "#/", login: str | None = None, size: tuple[int, int] = WIDE, *, anew: bool = False) -> Page:
        if login and (anew or login not in cookies):
            cookies[login] = signed_in(login)
        # A device far away: what the page shows has to be the port's time all the same.
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            locale="zh-CN",
            timezone_id="America/New_York",
            storage_state=cookies[login] if login else None,
        )
        if anew and login:
            del cookies[login]  # this session is the test's own, to be ended
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(15_000)
        page.on("pageerror", lambda fault: faults.append(str(fault)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.goto(f"{site.url}/{address}")
        return page

    yield open_
    for context in contexts:
        context.close()
    assert not faults, faults
