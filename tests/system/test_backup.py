"""`backup` puts everything into one file while people work; `restore` brings it back into an empty installation."""

import hashlib
import json
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import zipfile
from decimal import Decimal

import pytest
from django.apps import apps
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from django.db import connection, connections

from accounts.account_models import AccountEntry
from accounts.models import User
from config import __version__
from config.backup import LEFT_OUT, restoring, writing
from config.backup.record import last_backup
from config.backup.values import kind_of
from inventory.models import Product, StockChange
from inventory.services.products import delete_product
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from sales.merging import merge_customers
from sales.services.amendments import amend_order
from sales.services.orders import NewItem, cancel_order, confirm_order
from sales.services.payments import credit_customer, record_payment, refund, reverse_payment
from sales.services.returns import ReturnedGoods, return_goods
from tests.environment import POSTGRESQL
from tests.factories import (
    make_admin,
    make_confirmed_order,
    make_customer,
    make_customer_import,
    make_import,
    make_order,
    make_product,
    make_sales,
)
from tests.files import picture_data
from tests.ledger import without_triggers
from tests.tables import drop_tables


class Installation:
    """Another installation of the system, with a database and uploads of its own."""

    def __init__(self, url, folder):
        self.media = folder / "other-media"
        self.environment = {
            **os.environ,
            "DATABASE_URL": url,
            "MEDIA_ROOT": str(self.media),
            "LAST_BACKUP_FILE": str(folder / "other-last-backup.json"),
        }

    def manage(self, *arguments) -> str:
        done = subprocess.run(
            [sys.executable, "manage.py", *map(str, arguments)],
            cwd=settings.BASE_DIR,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert done.returncode in (0, 1)
        if done.returncode:
            raise CommandError(done.stderr)
        return done.stdout

    def run(self, script: str) -> str:
        return self.manage("shell", "--no-imports", "-c", script)


def address(name: str) -> str:
    """The URL of a database beside the one that is tested on."""
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{name}" if POSTGRESQL else f"sqlite:///{name}"


def in_sql(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def other(committed_db, tmp_path):
    """An installation whose database has no tables yet."""
    if not POSTGRESQL:
        yield Installation(address(tmp_path / "other.sqlite3"), tmp_path)
        return
    name = f"{connection.settings_dict['NAME']}_other"
    in_sql(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
    in_sql(f"CREATE DATABASE {name}")
    yield Installation(address(name), tmp_path)
    in_sql(f"DROP DATABASE {name} WITH (FORCE)")


def make_firm():
    """Something in nearly every table, some of it deleted again."""
    make_admin()
    seller = make_sales()
    product = make_product(stock=50, user=seller, name='Ünï "quoted"\\N\t\n,', cost_price=Decimal("0.10"))
    product.image.save("picture one.png", ContentFile(picture_data()))
    order = make_order((product, 3), customer=make_customer(address="1 Road\r\nTown"), user=seller)
    confirm_order(order, user=seller)
    cancel_order(order, user=seller)
    make_import("sku,name,selling_price,stock_qty\nNEW-1,New,1.50,5\n", user=seller)
    make_customer_import("email,first_name\nnew@example.com,Nele\n", user=seller)
    gone = make_product(stock=2)
    sold = make_confirmed_order((product, 4), (gone, 1), user=seller)
    goods = [ReturnedGoods(product.pk, 1), ReturnedGoods(product.pk, 2, False), ReturnedGoods(gone.pk, 1)]
    return_goods(sold, goods, reason="OTHER", details="Wet", user=seller)
    adjust_stock(product, change=5, reason="Counted", user=seller)
    reverse_change(product.stock_changes.latest("pk"), reason="Wrong product", user=seller)
    delete_product(gone, user=seller)
    again = make_confirmed_order((product, 2), customer=make_customer(opening_balance=Decimal("-40.55")), user=seller)
    amend_order(again, lines=[NewItem(product, 1)], reason="They rang", user=seller)
    merge_customers(again.customer, sold.customer, user=seller)
    paid = record_payment(sold.customer, Decimal("900.00"), "TRANSFER", note="Invoice 4711", user=seller)
    refund(sold.customer, Decimal("0.50"), "CASH", user=seller)
    credit_customer(sold.customer, Decimal("0.10"), "Late delivery", user=seller)
    reverse_payment(paid, "Bounced", user=seller)
    assert set(AccountEntry.objects.values_list("kind", flat=True)) == set(AccountEntry.Kind.values)
    call_command("check_stock")
    call_command("check_accounts")
    return gone


def back_up(path, **options) -> dict:
    call_command("backup", str(path), **options)
    return manifest_of(path)


def manifest_of(path) -> dict:
    with zipfile.ZipFile(path) as archive:
        return json.loads(archive.read("manifest.json"))


def rewritten(path, name, change) -> None:
    """The backup with one part changed, and the manifest with it as far as it is not the part that is changed."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[name] = change(parts[name])
    with zipfile.ZipFile(path, "w") as archive:
        for part, content in parts.items():
            archive.writestr(part, content)


def with_manifest(path, **changes) -> None:
    rewritten(path, "manifest.json", lambda text: json.dumps({**json.loads(text), **changes}).encode())


def test_everything_comes_back_exactly(other, tmp_path, capsys):
    gone = make_firm()
    made = back_up(tmp_path / "firm.zip")
    assert f"{sum(table['rows'] for table in made['tables'].values())} rows" in capsys.readouterr().out
    told = other.manage("restore", tmp_path / "firm.zip")
    assert f"of {made['created_at']}, from {connection.vendor}, version {__version__}." in told

    other.manage("backup", tmp_path / "again.zip")
    again = manifest_of(tmp_path / "again.zip")
    for same in ("tables", "media", "last_ids", "migrations"):  # the SHA-256 of every table among them
        assert again[same] == made[same]
    assert "Stock is proved" in other.manage("check_stock")
    assert "Accounts are proved" in other.manage("check_accounts")
    assert "problem" not in other.manage("doctor")
    assert (other.media / Product.objects.get(image__gt="").image.name).read_bytes() == picture_data()
    new_id = other.run("from tests.factories import *; print(make_product(stock=1).pk)")
    assert int(new_id) > gone.pk > Product.objects.latest("pk").pk
    with pytest.raises(CommandError, match="never changed or deleted"):
        other.run("from inventory.models import *; StockChange.objects.update(change_reason='x')")
    with pytest.raises(CommandError, match="never changed or deleted"):
        other.run("from sales.models import *; ReturnItem.objects.update(credit=0)")
    with pytest.raises(CommandError, match="never changed or deleted"):
        other.run("from accounts.account_models import *; AccountEntry.objects.update(amount=1)")
    take_number = "from django.db import transaction as t; t.atomic().__enter__()\n"
    take_number += "from core.document_numbers import next_document_number as n; print(n('RET'))"
    assert other.run(take_number).strip().endswith("-0002")


def test_a_backup_moves_from_one_kind_of_database_to_the_other_and_back(committed_db, tmp_path):
    """On PostgreSQL: through SQLite; there is only one server to test with."""
    if not POSTGRESQL:
        pytest.skip("not on PostgreSQL")
    make_firm()
    made = back_up(tmp_path / "firm.zip")
    lite = Installation(f"sqlite:///{tmp_path / 'lite.sqlite3'}", tmp_path)
    lite.manage("restore", tmp_path / "firm.zip")
    lite.manage("backup", tmp_path / "lite.zip")
    assert "Stock is proved" in lite.manage("check_stock")
    assert "Accounts are proved" in lite.manage("check_accounts")
    through = manifest_of(tmp_path / "lite.zip")
    assert (through["vendor"], through["tables"]) == ("sqlite", made["tables"])
    name = f"{connection.settings_dict['NAME']}_back"
    in_sql(f"CREATE DATABASE {name}")
    try:
        back = Installation(address(name), tmp_path / "back")
        back.environment["LAST_BACKUP_FILE"] = str(tmp_path / "last.json")
        back.manage("restore", tmp_path / "lite.zip")
        back.manage("backup", tmp_path / "back.zip")
    finally:
        in_sql(f"DROP DATABASE {name} WITH (FORCE)")
    end = manifest_of(tmp_path / "back.zip")
    assert (end["tables"], end["last_ids"]) == (made["tables"], made["last_ids"])


@pytest.mark.slow
def test_a_backup_from_before_the_last_migration_can_still_be_restored(other, tmp_path):
    other.manage("migrate", "--verbosity", 0)
    other.manage("migrate", "token_blacklist", "0011", "--verbosity", 0)
    other.run(
        "from django.db import connection as c\n"
        'c.cursor().execute("INSERT INTO inventory_stockcheck (checked_at, products, stock_changes, problem) '
        "VALUES ('2026-01-01 00:00:00+00:00', 7, 8, '')\")"
    )
    other.manage("backup", tmp_path / "old.zip")
    last = ["token_blacklist", "0012_alter_outstandingtoken_user"]
    assert last not in manifest_of(tmp_path / "old.zip")["migrations"]
    with pytest.raises(CommandError, match="another state of the tables"):
        call_command("restore", str(tmp_path / "old.zip"))
    new = Installation(address(tmp_path / "new.sqlite3"), tmp_path) if not POSTGRESQL else other
    if POSTGRESQL:
        new.run("from django.db import connection as c; c.cursor().execute('DROP SCHEMA public CASCADE')")
        new.run("from django.db import connection as c; c.cursor().execute('CREATE SCHEMA public')")
    new.manage("restore", tmp_path / "old.zip")
    new.manage("migrate", "--check")
    assert new.run("from inventory.models import *; print(StockCheck.objects.get())").strip() == "7 products proved"


def test_somebody_who_writes_meanwhile_neither_waits_nor_gets_in_between(committed_db, tmp_path, monkeypatch):
    make_firm()
    changes = StockChange.objects.count()
    url = address(connection.settings_dict["NAME"])
    colleague = Installation(url, tmp_path)
    write_table, wrote = writing.write_table, []

    def write_while_a_colleague_sells(archive, model):
        if not wrote:
            wrote.append(colleague.run("from tests.factories import *; print(make_product(stock=1).pk)"))
        return write_table(archive, model)

    monkeypatch.setattr(writing, "write_table", write_while_a_colleague_sells)
    made = back_up(tmp_path / "firm.zip")
    assert wrote and Product.objects.filter(pk=int(wrote[0])).exists()
    assert StockChange.objects.count() == changes + 1
    assert made["tables"]["inventory_stockchange"]["rows"] == changes
    adjust_stock(Product.objects.first(), user=None, change=1, reason="Found")  # and we may write again


@pytest.mark.django_db(transaction=True)
def test_only_its_owner_may_read_it_and_nothing_is_overwritten(tmp_path):
    path = tmp_path / "firm.zip"
    made = back_up(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (last_backup()[0].isoformat(), last_backup()[1]) == (made["created_at"], str(path))
    with pytest.raises(CommandError, match="is there already"):
        back_up(path)
    assert manifest_of(path) == made
    assert back_up(path, force=True)["created_at"] > made["created_at"]


@pytest.mark.django_db(transaction=True)
def test_a_backup_that_fails_leaves_no_file_and_no_record(tmp_path, monkeypatch):
    def fail(*arguments):
        raise OSError("No space left on device")

    monkeypatch.setattr(writing, "write_table", fail)
    with pytest.raises(CommandError, match="No space left"):
        back_up(tmp_path / "firm.zip")
    assert not list(tmp_path.glob("*firm*")) and last_backup() is None
    with pytest.raises(CommandError, match="shows to everybody"):
        back_up(settings.MEDIA_ROOT / "backups" / "firm.zip")
    with pytest.raises(CommandError, match="cannot be written to"):
        back_up(tmp_path / "nowhere" / "firm.zip")


@pytest.fixture
def backup(committed_db, tmp_path):
    """The backup of a small firm, whose database has been emptied since."""
    make_firm()
    path = tmp_path / "firm.zip"
    back_up(path)
    yield path


@pytest.fixture
def emptied(backup, tmp_path):
    with without_triggers():
        call_command("flush", verbosity=0, interactive=False, inhibit_post_migrate=True)
    settings.MEDIA_ROOT.rename(tmp_path / "old-media")
    return backup


def refuses(path, why):
    with pytest.raises(CommandError, match=why):
        call_command("restore", str(path))
    assert not User.objects.exists() and not StockChange.objects.exists()
    assert not settings.MEDIA_ROOT.exists() or not list(settings.MEDIA_ROOT.rglob("*.png"))


def test_a_database_with_data_is_not_touched(backup):
    people = User.objects.count()
    with pytest.raises(CommandError, match="not empty"):
        call_command("restore", str(backup))
    assert User.objects.count() == people


def test_it_restores_into_an_emptied_database_too(emptied):
    call_command("restore", str(emptied))
    call_command("check_stock")
    assert default_storage.exists(Product.objects.get(image__gt="").image.name)


def killed(step: tuple, function, *arguments) -> None:
    """Run this in a process of its own, which does not survive the step."""

    def run():
        connections.close_all()
        setattr(*step, lambda *arguments: os.kill(os.getpid(), signal.SIGKILL))
        function(*arguments)

    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=run)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.slow
def test_a_backup_that_is_killed_is_not_there_under_its_name(committed_db, tmp_path):
    make_firm()
    killed((writing, "last_ids"), call_command, "backup", str(tmp_path / "firm.zip"))
    assert not (tmp_path / "firm.zip").exists() and last_backup() is None
    (half,) = tmp_path.glob(".firm.zip.*.part")
    assert stat.S_IMODE(half.stat().st_mode) == 0o600
    back_up(tmp_path / "firm.zip")


@pytest.mark.slow
@pytest.mark.parametrize("step", ["compare_counts", "set_last_ids", "add_file"])
def test_a_restore_that_is_killed_leaves_nothing_and_can_be_repeated(emptied, step):
    killed((restoring, step), call_command, "restore", str(emptied))
    assert not User.objects.exists() and not StockChange.objects.exists()
    call_command("restore", str(emptied))
    call_command("check_stock")


def test_a_changed_part_is_noticed(emptied):
    rewritten(emptied, "tables/accounts_user.jsonl", lambda rows: rows.replace(b"new@example.com", b"bad@example.com"))
    refuses(emptied, "tables/accounts_user.jsonl is not what was written")


@pytest.mark.parametrize(
    "damage",
    [lambda whole: whole[: len(whole) // 2], lambda whole: b"", lambda whole: b"PK" + b"\0" * 1000],
    ids=["truncated", "empty", "something else"],
)
def test_half_a_file_is_noticed(emptied, damage):
    emptied.write_bytes(damage(emptied.read_bytes()))
    refuses(emptied, "is damaged, or no backup")


def test_a_flipped_bit_is_noticed(emptied):
    whole = bytearray(emptied.read_bytes())
    with zipfile.ZipFile(emptied) as archive:
        part = archive.getinfo("tables/inventory_stockchange.jsonl")
    whole[part.header_offset + 30 + len(part.filename) + part.compress_size // 2] ^= 1
    emptied.write_bytes(whole)
    refuses(emptied, "damaged")


def test_a_missing_part_is_noticed(emptied):
    with_manifest(emptied, media={"products/images/other.png": {"sha256": "0" * 64}})
    refuses(emptied, "damaged")


@pytest.mark.parametrize("name", ["../evil.png", "/etc/evil.png", "a/../../evil.png", "..\\evil.png", "C:/evil.png"])
def test_no_upload_leads_out_of_its_folder(emptied, name):
    with zipfile.ZipFile(emptied, "a") as archive:
        archive.writestr(f"media/{name}", b"evil")
    with_manifest(emptied, media={name: {"sha256": hashlib.sha256(b"evil").hexdigest()}})
    refuses(emptied, "name that is not allowed")


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"version": "99.0"}, "was made by version 99.0, this is 1.1.0"),
        ({"format": 2}, "Install the newer one first"),
        ({"migrations": [["accounts", "0999_future"]]}, "knows more: accounts.0999_future"),
        ({"tables": {}}, "tables are not those"),
    ],
)
def test_a_backup_of_another_version_is_refused(emptied, changes, why):
    with_manifest(emptied, **changes)
    refuses(emptied, why)


def test_rows_that_the_database_refuses_leave_nothing_behind(emptied):
    made = manifest_of(emptied)
    lines = zipfile.ZipFile(emptied).read("tables/inventory_product.jsonl").splitlines(keepends=True)
    kept = b"".join(lines[:1])  # the stock changes of the others have lost their product
    made["tables"]["inventory_product"] |= {"rows": 1, "sha256": hashlib.sha256(kept).hexdigest()}
    rewritten(emptied, "tables/inventory_product.jsonl", lambda rows: kept)
    with_manifest(emptied, tables=made["tables"])
    refuses(emptied, "The database refused the backup")


def test_another_upload_of_the_same_name_is_not_overwritten(emptied):
    with_file(emptied, "zzz.webp", picture_data("WEBP", colour="red"))
    default_storage.save("zzz.webp", ContentFile(picture_data("WEBP")))
    refuses(emptied, "another file called zzz.webp")  # the picture, which came first, is taken away again
    assert default_storage.open("zzz.webp").read() == picture_data("WEBP")


def with_file(path, name: str, data: bytes) -> None:
    """The backup with one more upload, as somebody would add it by hand."""
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr(f"media/{name}", data)
    added = {name: {"sha256": hashlib.sha256(data).hexdigest()}}
    with_manifest(path, media=manifest_of(path)["media"] | added)


def test_what_is_no_picture_is_left_out_and_said(other, tmp_path):
    make_firm()
    back_up(tmp_path / "firm.zip")
    with_file(tmp_path / "firm.zip", "page.png", b"<script>alert(1)</script>")
    with_file(tmp_path / "firm.zip", "page.html", picture_data())
    with pytest.raises(CommandError, match="no pictures: page.html, page.png"):
        other.manage("restore", tmp_path / "firm.zip")
    assert not list(other.media.rglob("page.*"))
    assert "Stock is proved" in other.manage("check_stock")


@pytest.mark.parametrize("head", ["stock_log_head", "accounts_head"])
def test_a_ledger_that_is_not_the_one_that_was_backed_up_is_said(other, tmp_path, head):
    make_firm()
    back_up(tmp_path / "firm.zip")
    with_manifest(tmp_path / "firm.zip", **{head: "1-abc"})
    with pytest.raises(CommandError, match="should be 1-abc"):
        other.manage("restore", tmp_path / "firm.zip")


def test_every_kind_of_column_is_one_that_backups_keep_exactly():
    for model in apps.get_models(include_auto_created=True):
        for field in model._meta.concrete_fields if model._meta.label not in LEFT_OUT else ():
            kind_of(field)


def test_an_upgrade_is_backed_up_first_and_a_start_that_changes_nothing_is_not(committed_db, tmp_path):
    make_product(stock=3)
    folder = tmp_path / "backups"
    call_command("backup", str(folder), "--before-migrate")
    assert not folder.exists()
    call_command("migrate", "sales", "0004", verbosity=0)
    call_command("backup", str(folder), "--before-migrate")
    [kept] = folder.iterdir()
    assert kept.name.startswith(f"before-{__version__}-") and stat.S_IMODE(folder.stat().st_mode) == 0o700
    call_command("migrate", verbosity=0)
    drop_tables()
    call_command("backup", str(folder), "--before-migrate")
    assert list(folder.iterdir()) == [kept]  # nothing to keep
    call_command("restore", str(kept))
    assert Product.objects.get().stock_qty == 3
