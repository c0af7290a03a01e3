"""Each stock change carries a hash over itself and its product's row before it (core/hash_chain.py); those that are
there get theirs.

Which product a row was of whose product has been deleted is looked up in the history; 0 where it is not known any more.
"""

from collections import defaultdict

from django.db import connection, migrations, models

from core.append_only import AllowChanges, AppendOnly
from core.hash_chain import HashChain, write_many

COLUMNS = (
    "product_key",
    "product_name",
    "product_category",
    "product_sku",
    "customer_id",
    "previous_qty",
    "new_qty",
    "kind",
    "change_reason",
    "reference",
    "created_at",
    "created_by_id",
)


def hash_rows(apps, schema_editor):
    stock_change, product = apps.get_model("inventory", "StockChange"), apps.get_model("inventory", "Product")
    stock_change.objects.exclude(product=None).update(product_key=models.F("product_id"))
    name_deleted_products(stock_change.objects.filter(product=None), apps.get_model("inventory", "HistoricalProduct"))
    heads = HashChain("product_key", {1: COLUMNS}).hash_existing(stock_change)
    update = f"UPDATE {product._meta.db_table} SET ledger_head = %s WHERE id = %s"
    write_many(update, [(head, key) for key, head in heads.items()])
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table with deferred checks to do cannot be altered


def name_deleted_products(rows, history):
    """Give rows whose product is gone its id: of those that bore the SKU the one that was deleted next."""
    deleted_at = dict(history.objects.filter(history_type="-").values_list("id", "history_date"))
    bearers = defaultdict(set)
    for sku, key in history.objects.filter(id__in=deleted_at).values_list("sku", "id").distinct().iterator():
        bearers[sku].add(key)
    named = []
    for pk, sku, at in rows.values_list("pk", "product_sku", "created_at").iterator():
        later = [(deleted_at[key], key) for key in bearers[sku] if deleted_at[key] >= at]
        if later:
            named.append((min(later)[1], pk))
    write_many("UPDATE inventory_stockchange SET product_key = %s WHERE id = %s", named)


class Migration(migrations.Migration):
    dependencies = [("inventory", "0001_initial")]

    operations = [
        AllowChanges("stockchange", may_be_emptied=("product",)),
        migrations.AddField(
            "historicalproduct",
            "ledger_head",
            models.CharField(
                editable=False,
                help_text="The hash of the latest stock change (core/hash_chain.py).",
                max_length=80,
                null=True,
            ),
        ),
        migrations.AddField(
            "product",
            "ledger_head",
            models.CharField(
                editable=False,
                help_text="The hash of the latest stock change (core/hash_chain.py).",
                max_length=80,
                null=True,
            ),
        ),
        migrations.AddField(
            "stockchange",
            "product_key",
            models.BigIntegerField(
                db_default=0,
                default=0,
                editable=False,
                help_text="The product's id, which stays when the product is deleted.",
            ),
        ),
        migrations.AddField(
            "stockchange",
            "row_hash",
            models.CharField(db_default="", default="", editable=False, max_length=80),
        ),
        migrations.RunPython(hash_rows, migrations.RunPython.noop),
        AppendOnly("stockchange", may_be_emptied=("product",)),
    ]
