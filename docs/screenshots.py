"""The pictures of the README, taken anew: `python docs/screenshots.py` (needs requirements-dev.txt and Chromium).

It serves the demo shop from a temporary database, signs in and photographs the dashboard and an order. Nothing of the
installation itself is read or changed.
"""

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
WIDTH = 1560  # below, the name of an order is cut off between its buttons
LINES = 4  # so many has the order in the picture
COLOURS = 96  # enough for a page of text and flat colours, at a third of the bytes
SILENT = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-quic", "--no-first-run"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


def wait_for(address: str) -> None:
    for _ in range(100):
        try:
            urllib.request.urlopen(f"{address}/healthz/")
            return
        except OSError:
            time.sleep(0.2)
    sys.exit("The server does not answer.")


@contextmanager
def demo_shop(folder: Path):
    """The address of a server with the demo shop in a database of its own."""
    environment = os.environ | {
        "DATABASE_URL": f"sqlite:///{folder / 'demo.sqlite3'}",
        "MEDIA_ROOT": str(folder / "media"),
        "IMPORT_ROOT": str(folder / "imports"),
        "LAST_BACKUP_FILE": str(folder / "last-backup.json"),
        "DEBUG": "1",
        "LANGUAGE_CODE": "en",
    }
    manage = [sys.executable, str(ROOT / "manage.py")]
    for command in (["migrate", "--verbosity", "0"], ["load_demo"], ["check_stock"]):
        subprocess.run([*manage, *command], env=environment, check=True, **SILENT)
    port = free_port()
    server = subprocess.Popen([*manage, "runserver", "--noreload", str(port)], env=environment, **SILENT)
    try:
        wait_for(f"http://127.0.0.1:{port}")
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(30)


def sign_in(page: Page, address: str) -> None:
    page.goto(f"{address}/admin/login/")
    page.locator("#id_username").fill("admin@example.com")
    page.locator("#id_password").fill("demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")


def take(page: Page, name: str, height: float) -> None:
    page.set_viewport_size({"width": WIDTH, "height": round(height)})
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(1000)  # charts draw themselves in
    picture = Image.open(BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    few = picture.quantize(COLOURS, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    few.save(IMAGES / f"{name}.png", optimize=True)


def take_dashboard(page: Page) -> None:
    """Its figures and charts; the tables below them are left out."""
    page.get_by_role("heading", name="Waiting to be confirmed").wait_for()
    below = page.get_by_role("heading", name="Waiting to be confirmed").bounding_box()["y"]
    take(page, "dashboard", below - 24)


def take_order(page: Page, address: str) -> None:
    """A pending order whose few lines fit on the page."""
    page.goto(f"{address}/admin/sales/order/?status__exact=PENDING")
    orders = [link.get_attribute("href") for link in page.locator("#result_list tbody th a").all()]
    for order in orders:
        page.goto(f"{address}{order}")
        if page.locator(".field-product .select2").count() == LINES:
            break
    take(page, "order", page.evaluate("document.documentElement.scrollHeight"))


def main() -> None:
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    IMAGES.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        demo_shop(Path(folder)) as address,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=chromium, args=FLAGS) as browser,
    ):
        screen = {"width": WIDTH, "height": 900}
        page = browser.new_context(viewport=screen, color_scheme="light", locale="en").new_page()
        sign_in(page, address)
        take_dashboard(page)
        take_order(page, address)
    for picture in sorted(IMAGES.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
