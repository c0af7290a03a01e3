"""The stock change log is append-only, and check_stock finds whoever went round it."""

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, migrations, models, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.models import Q

from core.append_only import AllowChanges, AllowDeletion, AppendOnly, RefuseDeletion
from core.search_index import install
from inventory.models import Product, StockChange, StockCheck
from inventory.services.products import delete_product
from inventory.services.stock import adjust_stock
from inventory.stock_check import check_stock
from tests.factories import make_customer, make_product
from tests.ledger import without_triggers

pytestmark = pytest.mark.django_db

REFUSED = "never changed or deleted"


def in_sql(statement, *parameters):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.parametrize(
    "change",
    [
        "new_qty = new_qty + 1",
        "change_reason = 'something else'",
        "kind = 'SALE'",
        "created_by_id = NULL, change_reason = ''",
        "product_id = NULL",  # of a product that still has stock
    ],
)
def test_no_row_can_be_changed(change):
    make_product(stock=5)
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql(f"UPDATE inventory_stockchange SET {change}")


def test_a_row_of_a_deleted_product_can_be_changed_no_more_than_others():
    product = make_product(stock=5)
    delete_product(product, user=None)
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql("UPDATE inventory_stockchange SET product_sku = 'OTHER'")


def test_nulling_the_product_cannot_hide_another_change():
    adjust_stock(make_product(stock=5), user=None, new_qty=0, reason="Sold out")
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql("UPDATE inventory_stockchange SET product_id = NULL, new_qty = 4")


def test_a_row_cannot_be_taken_from_a_living_product_even_if_its_stock_is_0():
    product = make_product(stock=5)
    adjust_stock(product, user=None, new_qty=0, reason="Sold out")
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql("UPDATE inventory_stockchange SET product_id = NULL WHERE product_id = %s", product.pk)


def test_a_row_cannot_be_replaced():
    row = make_product(stock=5).stock_changes.get()
    columns = "id, product_name, product_category, product_sku, previous_qty, new_qty, kind, change_reason, reference"
    values = "'x', '', 'X', 0, 500, 'INITIAL', 'forged', ''"
    insert = f"({columns}, created_at) VALUES ({row.pk}, {values}, '2026-01-01 00:00:00+00:00')"
    statements = {
        "sqlite": f"INSERT OR REPLACE INTO inventory_stockchange {insert}",
        "postgresql": f"INSERT INTO inventory_stockchange {insert} ON CONFLICT (id) DO UPDATE SET new_qty = 500",
    }
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql(statements[connection.vendor])
    row.refresh_from_db()
    assert (row.new_qty, row.change_reason) == (5, "Initial stock")


def test_a_product_cannot_be_deleted_past_the_service_while_it_has_stock():
    product = make_product(stock=5)
    with pytest.raises(IntegrityError, match="A product with stock is not deleted"), transaction.atomic():
        product.delete()


def test_no_row_can_be_deleted_not_even_by_the_orm():
    make_product(stock=5)
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql("DELETE FROM inventory_stockchange")
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        StockChange.objects.all().delete()
    with pytest.raises(IntegrityError, match=REFUSED), transaction.atomic():
        StockChange.objects.update(customer=make_customer())
    assert StockChange.objects.count() == 1


@pytest.mark.postgres
def test_the_log_cannot_be_truncated():
    make_product(stock=5)
    connection.check_constraints()  # settle the deferred foreign keys, which forbid a TRUNCATE too
    with pytest.raises(IntegrityError, match=REFUSED):
        in_sql("TRUNCATE inventory_stockchange")


def test_check_stock_proves_a_sound_database(capsys):
    product = make_product(stock=5)
    adjust_stock(product, user=None, change=-2, reason="Broken")
    delete_product(make_product(stock=3), user=None)
    call_command("check_stock")
    assert "Stock is proved: 1 products, 4 stock changes." in capsys.readouterr().out


def test_only_the_latest_checks_are_kept(db, monkeypatch):
    monkeypatch.setattr("core.ledger_check.KEPT", 2)
    checks = [check_stock() for _ in range(4)]
    assert list(StockCheck.objects.all()) == checks[:1:-1]


def test_check_stock_finds_stock_written_past_the_service():
    make_product(stock=1)
    product = make_product(stock=5, name="Chai", sku="NW-1")
    Product.objects.filter(pk=product.pk).update(stock_qty=6)
    with pytest.raises(CommandError, match=r"Chai \(NW-1\): stock is 6, but its stock changes add up to 5"):
        call_command("check_stock")


def test_check_stock_finds_a_row_tampered_with():
    product = make_product(stock=5, name="Chai", sku="NW-1")
    adjust_stock(product, user=None, change=+4, reason="Found")
    row = adjust_stock(product, user=None, change=-2, reason="Broken").stock_changes.first()
    with without_triggers():
        in_sql("UPDATE inventory_stockchange SET previous_qty = 8, new_qty = 6 WHERE id = %s", row.pk)
    with pytest.raises(CommandError, match=rf"stock change {row.pk} .* starts at 8, but the stock was 9"):
        call_command("check_stock")


def tables_with_triggers() -> set[str]:
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT tbl_name || '.' || name FROM sqlite_master WHERE type = 'trigger'")
        else:
            cursor.execute("SELECT tgrelid::regclass || '.' || tgname FROM pg_trigger WHERE NOT tgisinternal")
        return {name for (name,) in cursor.fetchall()}


def make_search_indexes() -> None:
    for model in (Product, StockChange):
        install(model)


def test_a_migration_that_rebuilds_the_tables_installs_the_triggers_over_the_new_columns(committed_db):
    state = MigrationLoader(connection).project_state()
    before = tables_with_triggers()
    log, deletion = {"may_be_emptied": ("product",)}, {"condition": "OLD.stock_qty > 0", "message": "No."}
    migration = type(
        "Migration",
        (migrations.Migration,),
        {
            "operations": [
                AllowChanges("stockchange", **log),
                AllowChanges("deliveryitem", **log),
                AllowChanges("sales.returnitem", **log),
                AllowDeletion("product", **deletion),
                migrations.AddField("stockchange", "batch", models.CharField(max_length=9, default="", db_default="")),
                migrations.AddConstraint("stockchange", models.CheckConstraint(condition=~Q(reference="!"), name="c")),
                migrations.AddConstraint("product", models.CheckConstraint(condition=~Q(sku="!"), name="p")),
                RefuseDeletion("product", **deletion),
                AppendOnly("sales.returnitem", **log),
                AppendOnly("deliveryitem", **log),
                AppendOnly("stockchange", **log),
            ]
        },
    )("0005_test", "inventory")
    with connection.schema_editor() as editor:
        after = migration.apply(state.clone(), editor)
    try:
        make_search_indexes()  # as `migrate` does when it has run
        assert tables_with_triggers() == before
        make_product(stock=5)
        with pytest.raises(IntegrityError, match=REFUSED):
            in_sql("UPDATE inventory_stockchange SET batch = 'x'")
    finally:
        with connection.schema_editor() as editor:
            migration.unapply(state, editor)
        make_search_indexes()
    assert tables_with_triggers() == before and after is not None
