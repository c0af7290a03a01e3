"""What is installed is pinned, with hashes, and the same for those who run the system and those who test it."""

import re

import pytest
from django.conf import settings

NAMES = ["requirements", "requirements-dev"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[a-z0-9,]+\])?==([^\s;\\#]+)", re.MULTILINE)


def pins(file: str) -> dict[str, set[str]]:
    """The versions of each package: one, or one for each kind of machine."""
    found = {}
    for name, version in PIN.findall((settings.BASE_DIR / file).read_text()):
        found.setdefault(re.sub("[._-]+", "-", name).lower(), set()).add(version)
    return found


@pytest.mark.parametrize("name", NAMES)
def test_what_is_asked_for_is_what_was_compiled(name):
    """If not: `make lock`."""
    asked, compiled = pins(f"{name}.in"), pins(f"{name}.txt")
    assert asked
    assert {package: compiled.get(package) for package in asked} == asked


@pytest.mark.parametrize("name", NAMES)
def test_every_package_has_hashes_and_no_host_is_named(name):
    text = (settings.BASE_DIR / f"{name}.txt").read_text()
    entries = re.split(r"\n(?=\S)", text.split("\n", 2)[2])
    assert [entry.splitlines()[0] for entry in entries if not PIN.match(entry) or "--hash=sha256:" not in entry] == []
    assert "://" not in text and "index" not in text


def test_tests_run_on_what_production_runs_on():
    runtime, tests = (pins(f"{name}.txt") for name in NAMES)
    assert runtime == {package: tests.get(package) for package in runtime}
