"""`doctor` names whatever is broken, and says so in its exit status."""

import os
import shutil
import time
import zipfile
from datetime import timedelta
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.core.checks import ERROR, WARNING, run_checks
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from accounts.models import User
from config import checks, doctor
from config.backup.record import keep_record
from config.tables import missing_parts
from inventory.models import Product
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from sales.models import Order, OrderItem, OrderNumberCounter
from sales.services.orders import cancel_order, confirm_order
from sales.services.payments import credit_customer
from tests.factories import make_admin, make_customer, make_order, make_product, make_user
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def a_sound_installation(settings, tmp_path, monkeypatch):
    settings.TIME_ZONE, settings.DEBUG = "Europe/Berlin", False
    settings.SECRET_KEY = "x9!fK2_long-enough-and-with-many-different-characters-0123456789"
    keep_backup(tmp_path / "backup.zip", timezone.now())
    make_admin()
    monkeypatch.setattr(shutil, "disk_usage", lambda folder: SimpleNamespace(total=10**11, free=5 * 10**10))


def keep_backup(path, made) -> None:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("manifest.json", "{}")
    keep_record(path, {"created_at": made.isoformat()})


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


def tampered(statement: str, *parameters) -> None:
    """As if by somebody with the password of the database."""
    with without_triggers(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


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
    with django_assert_max_num_queries(60):
        assert examined() == []


def test_migrations_to_apply_are_a_problem_and_the_records_are_left_alone(examined):
    last = MigrationRecorder.Migration.objects.filter(app="sales").order_by("-name")[0]
    last.delete()
    assert the_only(examined()) == (f"problem  1 migration (sales.{last.name}) not applied: run `manage.py migrate`.")


def test_a_database_that_does_not_answer_is_a_problem(examined, monkeypatch):
    def refuse():
        raise DatabaseError("connection refused")

    monkeypatch.setattr(doctor, "unapplied_migrations", refuse)
    assert "does not answer: connection refused" in the_only(examined())


def test_stock_that_is_not_what_its_changes_say(examined):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    Product.objects.filter(pk=product.pk).update(stock_qty=6)
    assert "Chai (NW-1): stock is 6, but its stock changes add up to 5" in examined()[0]


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
    keep_backup(tmp_path / "firm.zip", moment)
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


def test_a_sound_days_work_is_no_finding(examined):
    product, other = make_product(stock=9), make_product(stock=3)
    confirm_order(make_order((product, 2), (product, 1), (other, 1)), user=None)
    cancel_order(confirm_order(make_order((product, 2), (other, 1)), user=None), user=None)
    cancel_order(make_order((product, 2)), user=None)
    gone = make_order((other, 1))
    confirm_order(gone, user=None)
    delete_product(other, user=None)
    cancel_order(gone, user=None)
    make_order((product, 1))
    assert examined() == []


def test_triggers_that_were_dropped(examined):
    make_product()
    with without_triggers():
        (line,) = examined()
    assert line.startswith("problem ") and "trigger accounts_accountentry_no_" in line and "unguarded" in line


@pytest.mark.parametrize(
    ("statement", "named"),
    [
        ("DROP INDEX product_name", "product_name of inventory_product"),
        ("ALTER TABLE inventory_product DROP CONSTRAINT product_stock_qty_not_negative", "product_stock_qty_not_neg"),
        ("ALTER TABLE accounts_user DROP COLUMN address", "column accounts_user.address"),
    ],
)
def test_a_part_of_a_table_that_was_dropped(statement, named):
    if "CONSTRAINT" in statement and connection.vendor == "sqlite":
        with without_triggers(), connection.cursor() as cursor:  # as SQLite does without one
            cursor.execute("PRAGMA writable_schema = 1")
            cursor.execute(
                "UPDATE sqlite_master SET sql = replace(sql, 'product_stock_qty_not_negative', 'x') WHERE name = %s",
                ["inventory_product"],
            )
            assert named in " ".join(missing_parts())
            cursor.execute("UPDATE sqlite_master SET sql = replace(sql, '\"x\"', '\"product_stock_qty_not_negative\"')")
            cursor.execute("PRAGMA writable_schema = 0")
        return
    connection.check_constraints()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        assert named in " ".join(missing_parts())
        transaction.set_rollback(True)


def test_an_order_that_is_confirmed_and_was_not_sold(examined):
    order = make_order((make_product(), 2))
    Order.objects.filter(pk=order.pk).update(status="CONFIRMED", confirmed_at=timezone.now())
    assert f"{order} and the stock change log disagree" in " ".join(examined())


def test_an_order_that_was_sold_and_is_pending(examined):
    order = confirm_order(make_order((make_product(), 2)), user=None)
    Order.objects.filter(pk=order.pk).update(status="PENDING", confirmed_at=None)
    told = " ".join(examined())
    assert f"{order} and the stock change log disagree" in told and "history does not know the status" in told


def test_an_order_of_which_another_number_was_sold_than_its_lines_say(examined):
    order = confirm_order(make_order((make_product(), 2)), user=None)
    OrderItem.objects.update(quantity=3, total_price=30)
    Order.objects.update(total_amount=30)
    stock, account = examined()
    assert f"{order} and the stock change log disagree" in stock
    assert f"the account entries of {order} come to 20.00, but the order to 30.00" in account


def test_the_latest_row_erased_and_the_stock_set_to_match(examined):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    order = confirm_order(make_order((product, 2)), user=None)
    tampered("DELETE FROM inventory_stockchange WHERE reference = %s", order.order_number)
    Product.objects.update(stock_qty=5)
    told = " ".join(examined())
    assert "Chai (NW-1): its latest stock changes have been erased" in told and str(order) in told


def test_rows_of_a_deleted_product_erased(examined):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    delete_product(product, user=None)
    tampered("DELETE FROM inventory_stockchange WHERE kind = 'DELETION'")
    assert "Chai (NW-1), which is deleted: its latest stock changes have been erased" in the_only(examined())
    tampered("DELETE FROM inventory_stockchange")
    assert "Chai (NW-1), which is deleted" in the_only(examined())


@pytest.mark.parametrize(
    "change", ["created_by_id = NULL", "change_reason = 'Counted'", "kind = 'INITIAL'", "created_at = '2026-01-01'"]
)
def test_who_why_kind_or_when_of_a_row_changed(examined, change):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    adjust_stock(product, user=make_admin(), new_qty=3, reason="Broken")
    adjust_stock(product, user=None, new_qty=2, reason="Broken")
    row = product.stock_changes.get(new_qty=3)
    tampered(f"UPDATE inventory_stockchange SET {change} WHERE id = %s", row.pk)
    assert f"Chai (NW-1): stock change {row.pk} of" in the_only(examined())
    assert "is not what was written" in the_only(examined())


def test_what_stock_is_worth_changed_past_the_program(examined):
    product = make_product(stock=5, name="Chai", sku="NW-1", cost_price=Decimal("5.00"))
    tampered("UPDATE inventory_product SET stock_value = 24.99 WHERE id = %s", product.pk)
    assert "Chai (NW-1): stock is worth 24.99, but according to its stock changes 25.00" in the_only(examined())


def test_a_balance_changed_past_the_program(examined):
    acme = make_customer(company="Acme", opening_balance=Decimal("70.00"))
    tampered("UPDATE accounts_user SET balance = 7 WHERE id = %s", acme.pk)
    assert "Acme: the balance is 7.00, but the account entries add up to 70.00." in the_only(examined())


def write_once_more(row) -> None:
    """Another row like this one, written past the program."""
    table, fields = row._meta.db_table, row._meta.concrete_fields
    columns = ", ".join(field.column for field in fields if not field.primary_key)
    tampered(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {table} WHERE id = %s", row.pk)


@pytest.mark.parametrize("hidden", [False, True])
def test_a_row_too_many_in_the_ledger_of_the_stock(examined, hidden):
    product = make_product(stock=5, name="Chai", sku="NW-1")
    write_once_more(adjust_stock(product, user=None, change=2, reason="Found").stock_changes.latest("pk"))
    added = product.stock_changes.latest("pk")
    if hidden:  # it goes on where the last one ended, and the stock is what it says
        tampered("UPDATE inventory_stockchange SET previous_qty = 7, new_qty = 9 WHERE id = %s", added.pk)
        Product.objects.update(stock_qty=9)
    assert f"Chai (NW-1): stock change {added.pk} of" in examined()[0]


@pytest.mark.parametrize("hidden", [False, True])
def test_a_row_too_many_in_the_ledger_of_the_accounts(examined, hidden):
    acme = make_customer(company="Acme", opening_balance=Decimal("70.00"))
    write_once_more(credit_customer(acme, Decimal("20.00"), "Late", user=None))
    added = acme.account_entries.latest("pk")
    if hidden:  # it goes on where the last one ended, and the balance is what it says
        tampered(
            "UPDATE accounts_accountentry SET balance_before = 50, balance_after = 30 WHERE id = %s",
            added.pk,
        )
        User.objects.filter(pk=acme.pk).update(balance=30)
    assert f"Acme: account entry {added.pk} of" in the_only(examined())


def test_nobody_who_could_administer(examined):
    User.objects.update(is_active=False)
    assert "There is no active admin" in " ".join(examined())


def test_a_history_that_was_deleted(examined):
    order = make_order((make_product(), 1))
    Order.history.all().delete()
    assert f"1 order of which the history does not know the status that it has, e.g. {order}" in the_only(examined())


def test_a_migration_that_nobody_knows(examined):
    MigrationRecorder.Migration.objects.create(app="sales", name="0099_from_the_future")
    assert "sales.0099_from_the_future" in the_only(examined())


@pytest.mark.parametrize("name", ["MEDIA_ROOT", "IMPORT_ROOT"])
def test_a_folder_that_cannot_be_written(examined, settings, tmp_path, name):
    (tmp_path / "file").write_text("")
    place = str(tmp_path / "file" / "folder")
    if name == "MEDIA_ROOT":
        settings.MEDIA_ROOT = place
    else:
        imports = {**settings.STORAGES["imports"], "OPTIONS": {"location": place}}
        settings.STORAGES = {**settings.STORAGES, "imports": imports}
    assert f"Nothing can be written to {name}, {place}: Not a directory" in " ".join(examined())


def test_a_cache_that_does_not_answer(examined, monkeypatch):
    monkeypatch.setattr(doctor, "cache_answers", lambda: False)
    assert "The cache (CACHE_URL) does not answer" in the_only(examined())


def test_a_backup_that_is_gone_or_unreadable(examined, tmp_path):
    (tmp_path / "backup.zip").write_bytes(b"PK")
    assert "problem  The last backup cannot be read" in the_only(examined())
    (tmp_path / "backup.zip").unlink()
    assert "No such file" in the_only(examined())
