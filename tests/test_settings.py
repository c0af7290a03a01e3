"""Starting the system: what it says when something is missing, and that production settings are safe."""

import os
import subprocess
import sys
import zoneinfo

from django.conf import settings
from django.urls import reverse


def manage(*arguments, **environment):
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], **environment},
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_production_without_a_secret_key_stops_with_one_clear_sentence():
    stopped = manage("check", DEBUG="0")
    assert stopped.returncode == 1
    assert stopped.stderr.startswith("SECRET_KEY is not set.")
    assert len(stopped.stderr.splitlines()) == 1


def test_production_settings_pass_the_deployment_check():
    key = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"
    checked = manage("check", "--deploy", "--fail-level", "WARNING", DEBUG="0", SECRET_KEY=key)
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_no_model_change_is_without_its_migration():
    assert manage("makemigrations", "--check", "--dry-run").returncode == 0


def test_health_check_needs_no_sign_in(client):
    response = client.get(reverse("healthz"))
    assert (response.status_code, response.content) == (200, b"ok")


def test_the_time_zone_is_one_that_exists():
    assert settings.TIME_ZONE in zoneinfo.available_timezones()
