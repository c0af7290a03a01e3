"""Settings that are wrong are said in a sentence, before the first request."""

import os
import subprocess
import sys

import pytest
from django.conf import settings as django_settings
from django.core.checks import ERROR, run_checks

from config.checks import TAG

CLEAN = {"PATH": os.environ["PATH"]}


def errors() -> list[str]:
    return [f"{message.msg} {message.hint}" for message in run_checks(tags=[TAG]) if message.level >= ERROR]


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("API_RATE", "abc", "API_RATE is 'abc', which is no rate."),
        ("API_LOGIN_RATE", "10", "API_LOGIN_RATE is '10', which is no rate."),
        ("API_LOGIN_RATE", "0/m", "API_LOGIN_RATE is '0/m'"),
        ("API_UPLOAD_RATE", "1/week", "API_UPLOAD_RATE is"),
        ("NINJA_NUM_PROXIES", -1, "NUM_PROXIES is -1. It must be at least 0."),
        ("AXES_FAILURE_LIMIT", 0, "LOGIN_FAILURES is 0. It must be at least 1."),
        ("LOGIN_ACCOUNT_FAILURES", 0, "LOGIN_ACCOUNT_FAILURES is 0."),
        ("DEFAULT_PAGINATION_PAGE_SIZE", 0, "DEFAULT_PAGINATION_PAGE_SIZE is 0."),
        ("ALLOWED_HOSTS", ["*"], "ALLOWED_HOSTS is *"),
        ("REGISTRATION", "perhaps", "REGISTRATION is 'perhaps'. It is one of open, closed, approval."),
    ],
)
def test_a_wrong_setting_is_named_and_what_it_should_be(settings, name, value, sentence):
    settings.DEBUG = False
    assert errors() == []
    setattr(settings, name, value)
    assert len(errors()) == 1 and sentence in errors()[0]


@pytest.mark.parametrize("value", ["10/m", "1/s", "600/h", "5/2d"])
def test_any_rate_is_one(settings, value):
    settings.API_RATE = value
    assert errors() == []


@pytest.mark.parametrize(
    ("environment", "sentence"),
    [({"API_RATE": "abc"}, "API_RATE is 'abc'"), ({"TIME_ZONE": "Europe/Atlantis"}, "TIME_ZONE is 'Europe/Atlantis'")],
)
def test_a_server_does_not_start_with_them(environment, sentence):
    stopped = subprocess.run(
        [sys.executable, "-c", "import config.wsgi"],
        cwd=django_settings.BASE_DIR,
        env=CLEAN | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert stopped.returncode == 3 and stopped.stderr.startswith(sentence)
    assert len(stopped.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("environment", "header"),
    [
        ({}, "31536000 False False"),
        ({"HSTS_INCLUDE_SUBDOMAINS": "1", "HSTS_PRELOAD": "1"}, "31536000 True True"),
        ({"HSTS_SECONDS": "60"}, "60 False False"),
        ({"HTTPS": "0", "HSTS_PRELOAD": "1"}, "0 False False"),
    ],
    ids=str,
)
def test_what_hsts_binds_is_a_choice(environment, header):
    names = ["SECURE_HSTS_SECONDS", "SECURE_HSTS_INCLUDE_SUBDOMAINS", "SECURE_HSTS_PRELOAD"]
    script = f"from config import settings as s; print(*[getattr(s, name) for name in {names}])"
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=django_settings.BASE_DIR,
        env=CLEAN | {"DEBUG": "0", "SECRET_KEY": "x" * 60} | environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.strip() == header


@pytest.mark.parametrize(("debug", "registration"), [("1", "open"), ("0", "approval")])
def test_who_may_register_unless_it_is_said(debug, registration):
    script = "from config import settings as s; print(s.REGISTRATION)"
    told = subprocess.run(
        [sys.executable, "-c", script],
        cwd=django_settings.BASE_DIR,
        env=CLEAN | {"DEBUG": debug, "SECRET_KEY": "x" * 60},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert told.stdout.strip() == registration
