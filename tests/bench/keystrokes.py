"""Counts what a job costs the hands: clicks, keys and pages loaded. tests/browser/test_keystrokes.py holds the limits.

python -m pytest tests/browser/test_keystrokes.py -s    # prints the counts
"""


class Hands:
    """Somebody's hands at a page: whatever they do is counted."""

    def __init__(self, page):
        self.page, self.clicks, self.keys, self.loads = page, 0, 0, 0
        page.on("load", self.count_load)

    def count_load(self, *_):
        self.loads += 1

    def click(self, target) -> None:
        self.clicks += 1
        target.click()

    def press(self, key: str) -> None:
        self.keys += 1
        self.page.keyboard.press(key)

    def write(self, text: str) -> None:
        self.keys += len(text)
        self.page.keyboard.type(text)

    def __str__(self):
        return f"{self.clicks} clicks, {self.keys} keys, {self.loads} page loads"
