"""Every page in every dress, to be looked at: python -m tests.bench.gallery http://127.0.0.1:8123 pictures/

Against the demo shop (`load_demo`), signed in as its admin. One sheet per page and language, with the three widths in
light and dark beside each other. Prints the pages that are wider than their screen.
"""

import shutil
import sys
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import sync_playwright

SCREENS = [(1440, 900), (1366, 768), (390, 844)]
HEIGHT = 900
PAGES = {
    "dashboard": "/admin/",
    "products": "/admin/inventory/product/",
    "product": "/admin/inventory/product/1/change/",
    "stock-changes": "/admin/inventory/stockchange/",
    "orders": "/admin/sales/order/",
    "order-new": "/admin/sales/order/add/",
    "order": "/admin/sales/order/{pending}/change/",
    "order-60": "/admin/sales/order/{long}/change/",
    "print-60": "/admin/sales/order/{long}/print/",
    "customers": "/admin/accounts/customer/",
    "customer": "/admin/accounts/customer/{customer}/change/",
    "import": "/admin/inventory/product/import/",
    "imports": "/admin/core/importrecord/",
    "firm": "/admin/core/firm/1/change/",
    "profile": "/admin/profile/",
}


def dressed(browser, address: str, language: str, theme: str, width: int, height: int):
    """A page of somebody who is signed in, at this screen."""
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=theme, locale=language)
    page = context.new_page()
    page.goto(f"{address}/admin/login/")
    page.fill("#id_username", "admin@example.com")
    page.fill("#id_password", "demo")
    page.keyboard.press("Enter")
    page.wait_for_url("**/admin/")
    return page


def sheet_of(shots: list[bytes]) -> Image.Image:
    """The pictures beside each other, at one height."""
    pictures = [Image.open(BytesIO(shot)).convert("RGB") for shot in shots]
    pictures = [picture.resize((picture.width * HEIGHT // picture.height, HEIGHT)) for picture in pictures]
    sheet = Image.new("RGB", (sum(picture.width for picture in pictures), HEIGHT))
    left = 0
    for picture in pictures:
        sheet.paste(picture, (left, 0))
        left += picture.width
    return sheet


def main(address: str, folder: str, **keys: str) -> None:
    target = Path(folder)
    target.mkdir(exist_ok=True, parents=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for language in ("en", "ar"):
            shots: dict[str, list[bytes]] = {name: [] for name in PAGES}
            for theme in ("light", "dark"):
                for width, height in SCREENS:
                    page = dressed(browser, address, language, theme, width, height)
                    for name, path in PAGES.items():
                        page.goto(address + path.format(**keys))
                        page.wait_for_load_state("networkidle")
                        if (actual := page.evaluate("document.documentElement.scrollWidth")) > width:
                            print(f"{name}, {language}, {width}: {actual} pixels wide")
                        shots[name].append(page.screenshot())
                    page.context.close()
            for name, taken in shots.items():
                sheet_of(taken).save(target / f"{name}-{language}.png")
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], **dict(pair.split("=") for pair in sys.argv[3:]))
