"""A backup of version 1.0, whose tables stood in other apps, comes back whole."""

import json
import zipfile
from pathlib import Path

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.files.storage import default_storage
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from accounts.models import Customer, User
from config.backup import BackupError
from config.backup.from_1_0 import Converted
from core.imports.models import ImportRecord
from core.imports.registry import undo_import
from core.models import IdempotencyKey
from inventory.models import Product
from inventory.stock_check import check_stock
from sales.models import Order
from tests.ledger import broken_promises
from tests.tables import drop_tables

BACKUP = Path(__file__).with_name("backup-1.0.zip")


def test_it_comes_back_whole(committed_db, subtests):
    """Into a new database, which is migrated to where the backup was, filled, and migrated on."""
    drop_tables()
    ContentType.objects.clear_cache()
    call_command("restore", str(BACKUP))
    with subtests.test("people, products, orders and the log are what they were"):
        assert check_stock().problem == "" and not broken_promises()
        assert dict(Product.objects.values_list("sku", "stock_qty")) == {"NW-1": 36, "NW-2": 15}
        statuses = Order.objects.order_by("pk").values_list("status", flat=True)
        assert list(statuses) == ["CONFIRMED", "CANCELLED", "PENDING"]
        assert User.objects.get(email="admin@example.com").password.startswith("pbkdf2_sha256$")
        assert Customer.objects.get(customer_code="CUST-0001").phone == "+4930901820"
        assert default_storage.exists(Product.objects.get(sku="NW-1").image.name)
    with subtests.test("histories keep the channel of each version"):
        assert set(Product.history.values_list("channel", flat=True)) == {"import", "command"}
        assert set(Order.history.values_list("channel", flat=True)) == {"command"}
    with subtests.test("permissions are those of this version"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT app_label, model FROM django_content_type")
            types = set(cursor.fetchall())
        assert ("core", "importrecord") in types and ("inventory", "productimport") not in types
    with subtests.test("keys stay taken"):
        key = IdempotencyKey.objects.get()
        assert (key.user.email, key.key, key.answer) == ("sales@example.com", "first-try", '{"id": 1}')
    with subtests.test("imports of both kinds are told and can be undone"):
        products, undone, customers = ImportRecord.objects.order_by("pk")
        assert [products.target, undone.target, customers.target] == ["inventory.product"] * 2 + ["accounts.customer"]
        assert (undone.undone_by.email, products.details["stock_mode"]) == ("admin@example.com", "keep")
        assert list(products.rows.values_list("key", "object_id")) == [("NW-1", 1), ("NW-2", 2)]
        assert undo_import(customers, user=None).not_undone == ""
        assert not Customer.objects.filter(email="cleo@example.com").exists()
        assert "NW-1" in undo_import(products, user=None).not_undone  # it has been ordered since
    with subtests.test("new rows get ids that nobody had"):
        assert ImportRecord.objects.create(target="inventory.product", file_name="new.csv").pk > 3


def test_a_backup_of_an_older_state_of_1_0_is_refused():
    with zipfile.ZipFile(BACKUP) as archive:
        manifest = json.loads(archive.read("manifest.json"))
        manifest["migrations"].remove(["sales", "0004_verbose_names"])
        with pytest.raises(BackupError, match="before the last one of"):
            Converted(archive, manifest)


def test_migrate_refuses_a_database_of_1_0_in_place(db):
    MigrationRecorder(connection).record_applied("accounts", "0002_api_access")
    with pytest.raises(SystemCheckError, match="This database is of version 1.0"):
        call_command("migrate", verbosity=0, skip_checks=False)
