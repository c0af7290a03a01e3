"""A real browser against a running server."""

import os
from pathlib import Path

import pytest
from django.conf import settings

from tests.conftest import CHROMIUM

SCREENSHOTS = Path(settings.BASE_DIR) / "test-results"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is not ours
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


# What a page was kept from doing by its policy becomes a line of the console, even where the browser keeps silent.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event => console.error(
    `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


class Desk:
    """Somebody at the screen: signs in, opens pages, takes screenshots; remembers what went wrong."""

    def __init__(self, chromium, address, *, width=1440, theme="light", language="en"):
        self.address, self.wrong = address, []
        size = {"width": width, "height": 900 if width > 500 else 844}
        self.page = chromium.new_context(viewport=size, color_scheme=theme, locale=language).new_page()
        self.page.set_default_timeout(15_000)
        self.page.add_init_script(TELL_VIOLATIONS)
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda line: self.wrong.append(line.text) if line.type == "error" else None)
        self.page.on("request", self.check_stays_here)

    def check_stays_here(self, request):
        if not request.url.startswith((self.address, "data:", "blob:")):
            self.wrong.append(f"left the host: {request.url}")

    def open(self, path):
        self.page.goto(self.address + path)
        return self.page

    def sign_in(self, user, password="correct horse"):
        self.open("/admin/login/")
        self.page.locator("#id_username").fill(user.email)
        self.page.locator("#id_password").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")

    def see(self, text):
        self.page.get_by_text(text).first.wait_for()

    def picture(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture
def desk(chromium, committed_db, live_server, settings):
    settings.API_LOGIN_RATE = "100000/m"  # one machine, many people
    desks = []

    def sit_down(**screen) -> Desk:
        desks.append(Desk(chromium, live_server.url, **screen))
        return desks[-1]

    yield sit_down
    for desk in desks:
        desk.page.context.close()
        assert not desk.wrong
