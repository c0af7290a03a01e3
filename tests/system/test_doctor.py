"""`doctor` names whatever is broken, and says so in its exit status."""

import os
import shutil
import time
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.checks import ERROR, WARNING, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from config import checks, doctor
from config.backup.record import keep_record
from inventory.models import Product
from sales.models import Order, OrderItem, OrderNumberCounter
from tests.factories import make_order, make_product, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_sound_installation(settings, tmp_path, monkeypatch):
    settings.TIME_ZONE, settings.DEBUG = "Europe/Berlin", False
    settings.SECRET_KEY = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"
    keep_record(tmp_path / "backup.zip", {"created_at": timezone.now().isoformat()})
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(total=10**11, free=5 * 10**10))


@pytest.fixture
def examined(capsys):
    """Runs the doctor; the lines that are not ok."""

    def run() -> list[str]:
        capsys.readouterr()
        try:
            call_command("doctor", no_color=True)
            failed = False
        except CommandError as error:
            failed = "found" in str(error)
        lines = capsys.readouterr().out.splitlines()
        assert failed == any(line.startswith("problem") for line in lines)
        return [line for line in lines if not line.startswith("ok")]

    return run


def the_only(lines: list[str]) -> str:
    (line,) = lines
    return line


def old_file(name: str) -> None:
    path = default_storage.path(default_storage.save(name, ContentFile(b"x")))
    os.utime(path, (time.time() - 7200,) * 2)


def test_nothing_is_wrong_with_a_sound_installation(examined, django_assert_max_num_queries):
    product, other = make_product(), make_product()
    product.image.save("a.png", ContentFile(b"x"))
    make_order((product, 1, Decimal("0.10")), (other, 1, Decimal("0.20")))  # 0.1 + 0.2 is not 0.3 everywhere
    with django_assert_max_num_queries(20):
        assert examined() == []


def test_migrations_to_apply_are_a_problem_and_the_records_are_left_alone(examined):
    MigrationRecorder.Migration.objects.filter(app="sales", name="0001_initial").delete()
    assert the_only(examined()) == ("problem  1 migration (sales.0001_initial) not applied: run `manage.py migrate`.")


def test_a_database_that_does_not_answer_is_a_problem(examined, monkeypatch):
    def refuse():
        raise DatabaseError("connection refused")

    monkeypatch.setattr(doctor, "unapplied_migrations", refuse)
    assert "does not answer: connection refused" in the_only(examined())


def test_stock_that_is_not_what_its_changes_say(examined):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    Product.objects.filter(pk=product.pk).update(stock_qty=6)
    assert "Chai (NW-1): stock is 6, but its stock changes add up to 5" in the_only(examined())


def test_an_order_whose_total_is_not_the_sum_of_its_lines(examined):
    order = make_order((make_product(), 2))
    Order.objects.filter(pk=order.pk).update(total_amount="19.99")
    assert f"{order} says 19.99, its lines come to 20.00" in the_only(examined())


def test_an_order_without_lines_comes_to_nothing(examined):
    order = make_order((make_product(), 2))
    order.items.all().delete()
    assert "its lines come to 0.00" in the_only(examined())


def test_a_line_whose_total_is_not_quantity_times_price(examined):
    order = make_order((make_product(), 2))
    OrderItem.objects.update(unit_price="9.99")
    assert f"of {order} says 20.00, not 19.98" in the_only(examined())


def test_a_counter_behind_the_highest_order_number(examined):
    product = make_product()
    for _ in range(2):
        order = make_order((product, 1))
    OrderNumberCounter.objects.update(last=1)
    assert "stands at 1, but there is a number 2" in the_only(examined())
    Order.objects.filter(pk=order.pk).update(order_number="ORD-20250101-10000")
    OrderNumberCounter.objects.update(last=5)
    assert "of 20250101 stands at 0, but there is a number 10000" in the_only(examined())


def test_a_picture_whose_file_is_gone(examined):
    user = make_user()
    user.avatar.save("me.png", ContentFile(b"x"))
    default_storage.delete(user.avatar.name)
    assert "profile/me.png) whose uploaded file is missing" in the_only(examined())


def test_files_that_nobody_refers_to(examined):
    for number in range(5):
        old_file(f"products/images/{number}.png")
    default_storage.save("products/images/just-being-uploaded.png", ContentFile(b"x"))
    assert the_only(examined()) == (
        "warning  5 uploaded files (products/images/0.png, products/images/1.png, products/images/2.png, …) "
        "that no record refers to."
    )


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("TIME_ZONE", "UTC", "warning  TIME_ZONE is UTC"),
        ("DEBUG", True, "warning  DEBUG is on. Set DEBUG=0"),
        ("SECRET_KEY", "only-for-trying-the-system-on-your-own-machine", "problem  SECRET_KEY is the one that every"),
        ("SECRET_KEY", "short", "problem  SECRET_KEY is short"),
    ],
)
def test_settings_that_are_not_for_production(examined, settings, name, value, told):
    setattr(settings, name, value)
    assert the_only(examined()).startswith(told)


def test_a_time_zone_that_does_not_exist(monkeypatch):
    monkeypatch.setattr(checks, "settings", SimpleNamespace(TIME_ZONE="Mars/Olympus"))
    (message,) = checks.time_zone_exists(None)
    assert "does not exist" in message.msg and message.level == ERROR


def test_no_backup_or_an_old_one(examined, settings, tmp_path):
    moment = timezone.now() - timedelta(days=2, hours=3)
    keep_record(tmp_path / "firm.zip", {"created_at": moment.isoformat()})
    assert the_only(examined()).startswith("warning  The last backup is 2 days and 3 hours old: /")
    settings.LAST_BACKUP_FILE.write_text("{")
    assert the_only(examined()).startswith("warning  No backup is known")


@pytest.mark.parametrize(("free", "level"), [(50 * 10**6, "problem"), (900 * 10**6, "warning")])
def test_a_disk_that_is_nearly_full(examined, monkeypatch, free, level):
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(total=10**11, free=free))
    assert the_only(examined()).startswith(f"{level:<8} Free disk space: {free // 10**6} MB (0 %) for the uploads")


def test_manage_py_check_says_the_same_of_the_settings(settings):
    settings.DEBUG, settings.SECRET_KEY = True, settings.TRIAL_SECRET_KEY
    found = {message.id: message.level for message in run_checks(include_deployment_checks=True)}
    assert found["minierp.W001"] == found["minierp.E002"] == WARNING
    settings.DEBUG = False
    found = {message.id: message.level for message in run_checks(include_deployment_checks=True)}
    assert found["minierp.E002"] == ERROR and "minierp.W001" not in found
    assert not [message.id for message in run_checks() if message.id.startswith("minierp")]  # no word while one tries
