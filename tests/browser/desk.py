"""Somebody at the screen, and what they do with the widgets of the pages."""

import os
import re
from pathlib import Path

from django.conf import settings
from playwright.sync_api import TimeoutError

from tests.clients import signed_in

PATIENCE = 30_000  # milliseconds that a page may take on a busy machine
SCREENSHOTS = Path(settings.BASE_DIR) / "test-results"


# What a page was kept from doing by its policy becomes a line of the console, even where the browser keeps silent.
TELL_VIOLATIONS = """addEventListener("securitypolicyviolation", event => console.error(
    `policy: ${event.effectiveDirective} ${event.blockedURI} ${event.sourceFile}:${event.lineNumber}`))"""


class Desk:
    """Somebody at the screen: signs in, opens pages, takes screenshots; remembers what went wrong."""

    def __init__(self, chromium, address, *, width=1440, theme="light", language="en"):
        self.address, self.wrong = address, []
        size = {"width": width, "height": 900 if width > 500 else 844}
        self.page = chromium.new_context(viewport=size, color_scheme=theme, locale=language).new_page()
        self.page.set_default_timeout(PATIENCE)
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

    def sign_in(self, user):
        """Be somebody who has signed in already: typing the password each time would cost two pages a test."""
        session = signed_in(user).cookies[settings.SESSION_COOKIE_NAME]
        self.page.context.add_cookies([{"name": session.key, "value": session.value, "url": self.address}])

    def type_password(self, user, password="correct horse"):
        self.open("/admin/login/")
        self.page.locator("#id_username").fill(user.email)
        self.page.locator("#id_password").fill(password)
        self.page.keyboard.press("Enter")
        self.page.wait_for_url("**/admin/")

    def see(self, text):
        try:
            self.page.get_by_text(text).first.wait_for()
        except TimeoutError:  # of Playwright: which page it is instead, says more than its own message
            self.take_picture("not-seen")
            raise AssertionError(f"No {text!r} at {self.page.url}:\n{self.page.inner_text('body')}") from None

    def picture(self, name):
        """With PICTURES=1 in the environment every step that is worth looking at is one: it takes a second each."""
        if os.environ.get("PICTURES"):
            self.take_picture(name)

    def take_picture(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        self.page.wait_for_load_state("networkidle")
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


CATALOGUE = """sku,name,category,cost_price,selling_price,stock_qty
nw-1,Chai,Beverages,9.00,18.00,39
nw-2,Chang,Beverages,9.50,19.00,17
nw-3,Aniseed Syrup,Condiments,5.005,10.00,13
"""


def pick(page, select, text):
    """Choose from an autocomplete as a person does: click, type, take the first hit."""
    page.locator(select).locator("xpath=following-sibling::span").first.click()
    page.locator(".select2-search__field").last.fill(text)
    page.locator(".select2-results__option--highlighted", has_text=text).click()


def check_fits(page):
    """Nothing is wider than the screen; a page that is still on its way is waited for."""
    fits = "document.readyState === 'complete' && document.documentElement.scrollWidth <= innerWidth"
    try:
        page.wait_for_function(fits)
    except TimeoutError:  # of Playwright
        raise AssertionError(f"wider than the screen: {page.url}") from None


def submit_dialog(page, name):
    page.locator("#dialog").get_by_role("button", name=name).click()


def press(page, name):
    """A button of the page's head, or of the menu beside it; on a phone both are in a menu there."""
    button = page.get_by_role("link", name=name).locator("visible=true")
    on_phone = page.get_by_text("more_horiz").locator("visible=true")
    more = page.locator("li > a", has_text=re.compile(r"^\s*More")).locator("visible=true")
    button.or_(on_phone).or_(more).first.wait_for()
    for menu in (on_phone, more):
        if not button.count() and menu.count():
            menu.first.click()
            page.wait_for_timeout(200)
    button.first.click()
