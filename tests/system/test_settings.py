"""Starting the system: what it says when something is missing, and that production settings are safe."""

import os
import subprocess
import sys
import zoneinfo

import pytest
from django.conf import settings
from django.urls import clear_url_caches, path, reverse


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
    assert stopped.returncode == 3
    assert stopped.stderr.startswith("SECRET_KEY is not set.")
    assert len(stopped.stderr.splitlines()) == 1


def test_gunicorn_gives_up_too():
    stopped = subprocess.run(
        # One worker: when several fail at the same moment, gunicorn itself stumbles, and gives up with status 1.
        [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", "127.0.0.1:0", "--workers", "1"],
        cwd=settings.BASE_DIR,
        env={"PATH": os.environ["PATH"], "DEBUG": "0"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert stopped.returncode == 3
    assert "SECRET_KEY is not set." in stopped.stderr


def test_production_settings_pass_the_deployment_check():
    key = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"
    checked = manage(
        "check", "--deploy", "--fail-level", "WARNING", DEBUG="0", SECRET_KEY=key, TIME_ZONE="Europe/Berlin"
    )
    assert checked.returncode == 0, checked.stderr
    assert "no issues" in checked.stdout


def test_an_empty_address_of_the_database_is_none():
    assert manage("diffsettings", DATABASE_URL="").returncode == 0


def test_no_model_change_is_without_its_migration():
    assert manage("makemigrations", "--check", "--dry-run").returncode == 0


def test_health_check_needs_no_sign_in(client):
    response = client.get(reverse("healthz"))
    assert (response.status_code, response.content) == (200, b"ok")


def test_the_time_zone_is_one_that_exists():
    assert settings.TIME_ZONE in zoneinfo.available_timezones()


@pytest.mark.django_db
def test_refusals_are_pages_for_people(as_sales, client):
    refused = as_sales.get(reverse("admin:accounts_user_changelist"))
    assert (refused.status_code, "Your role does not allow this" in refused.content.decode()) == (403, True)
    lost = client.get("/nowhere/")
    assert (lost.status_code, "There is nothing at this address" in lost.content.decode()) == (404, True)
    as_sales.handler.enforce_csrf_checks = True
    stale = as_sales.post(reverse("admin:sales_order_add"))
    assert (stale.status_code, "This page is out of date" in stale.content.decode()) == (403, True)


def test_even_a_mistake_of_ours_is_a_page_for_people(client, monkeypatch):
    def broken(request):
        raise RuntimeError("a bug")

    monkeypatch.setattr("config.urls.urlpatterns", [path("broken/", broken)])
    clear_url_caches()
    client.raise_request_exception = False
    response = client.get("/broken/")
    assert (response.status_code, "Something went wrong" in response.content.decode()) == (500, True)
    clear_url_caches()
