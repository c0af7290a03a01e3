"""A real browser against a running server."""

import os

import pytest

from tests.browser.desk import PATIENCE, Desk
from tests.environment import CHROMIUM

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"]
FLAGS += ["--disable-background-networking", "--disable-component-update", "--disable-sync"]


@pytest.fixture(scope="session")
def chromium():
    from playwright.sync_api import expect, sync_playwright

    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"  # Playwright's loop is not ours
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


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
