"""What stock is worth, and what each stock change brought or took. It begins with the cost price, product by product."""

from decimal import Decimal

from django.db import connection, migrations, models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from core.append_only import AllowChanges, AllowDeletion, AppendOnly, RefuseDeletion
from core.bulk import batches
from core.hash_chain import HashChain, write_many
from core.i18n import in_firms_language

WITH_STOCK = {"condition": "OLD.stock_qty > 0", "message": "A product with stock is not deleted."}
EMPTIED = {"may_be_emptied": ("product",)}
MAX_VALUE = Decimal("9999999999999.99")  # SQLite keeps no more digits exactly
MONEY = {"decimal_places": 2, "max_digits": 20}
COVERED = (
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
    "reverses_id",
    "previous_value",
    "new_value",
)


def begin_valuation(apps, schema_editor):
    """One row per product with stock: from nothing to its pieces at the cost price."""
    product, stock_change = apps.get_model("inventory", "Product"), apps.get_model("inventory", "StockChange")
    chain, now = HashChain("product_key", {3: COVERED}), timezone.now()
    reason = in_firms_language(_("Valuation begins"))
    for batch in batches(product.objects.filter(stock_qty__gt=0).order_by("pk").iterator()):
        rows, worth = [], []
        for one in batch:
            row = stock_change(
                product=one,
                product_key=one.pk,
                product_name=one.name,
                product_category=one.category,
                product_sku=one.sku,
                previous_qty=one.stock_qty,
                new_qty=one.stock_qty,
                previous_value=Decimal("0.00"),
                new_value=min(one.stock_qty * one.cost_price, MAX_VALUE),
                kind="REVALUATION",
                change_reason=reason,
                created_at=now,
            )
            row.row_hash = chain.link(row, one.ledger_head)
            rows.append(row)
            worth.append((row.new_value, row.row_hash, one.pk))
        stock_change.objects.bulk_create(rows)
        table = product._meta.db_table
        field = product._meta.get_field("stock_value")
        worth = [(field.get_db_prep_save(value, connection), head, pk) for value, head, pk in worth]
        write_many(f"UPDATE {table} SET stock_value = %s, ledger_head = %s WHERE id = %s", worth)
    if connection.vendor == "postgresql":
        connection.check_constraints()  # a table with deferred checks to do cannot be altered


class Migration(migrations.Migration):
    dependencies = [
        ("inventory", "0006_products_below_their_threshold"),
        ("sales", "0005_lines_by_product"),  # sales.returnitem names the products in its triggers
    ]

    operations = [
        AllowChanges("stockchange", **EMPTIED),
        AllowChanges("sales.returnitem", **EMPTIED),
        AllowDeletion("product", **WITH_STOCK),
        migrations.AlterModelOptions(
            "product",
            {
                "ordering": ["-id"],
                "permissions": [
                    ("view_cost", "Can see cost, margin and stock value"),
                    ("adjust_stock", "Can adjust stock"),
                    ("revalue_stock", "Can change what stock is worth"),
                ],
                "verbose_name": "product",
                "verbose_name_plural": "products",
            },
        ),
        migrations.AddField(
            "product",
            "stock_value",
            models.DecimalField(
                "stock value", db_default=0, default=Decimal("0.00"), editable=False, **MONEY
            ),
        ),
        migrations.AddField(
            "stockchange", "previous_value", models.DecimalField("value before", null=True, **MONEY)
        ),
        migrations.AddField("stockchange", "new_value", models.DecimalField("value after", null=True, **MONEY)),
        migrations.AlterField("stockchange", "kind", models.CharField(choices=[
            ("INITIAL", "Initial stock"),
            ("ADJUSTMENT", "Adjustment"),
            ("IMPORT", "Import"),
            ("SALE", "Sale"),
            ("CANCELLATION", "Cancellation"),
            ("DELETION", "Product deleted"),
            ("AMENDMENT", "Amendment"),
            ("RETURN", "Return"),
            ("REVERSAL", "Reversal"),
            ("DELIVERY", "Delivery"),
            ("REVALUATION", "Revaluation"),
            ("COUNT", "Count"),
        ], max_length=12, verbose_name="kind")),
        migrations.RunPython(begin_valuation, migrations.RunPython.noop),
        migrations.AddConstraint(
            "product",
            models.CheckConstraint(
                condition=models.Q(("stock_value__gte", 0)), name="product_stock_value_not_negative"
            ),
        ),
        migrations.AddConstraint(
            "product",
            models.CheckConstraint(
                condition=models.Q(("stock_qty__gt", 0), ("stock_value", 0), _connector="OR"),
                name="product_nothing_is_worth_nothing",
            ),
        ),
        migrations.AddConstraint(
            "stockchange",
            models.CheckConstraint(
                condition=models.Q(("new_value__gte", 0)), name="stockchange_new_value_not_negative"
            ),
        ),
        migrations.AddConstraint(
            "stockchange",
            models.CheckConstraint(
                condition=models.Q(("new_qty__gt", 0), ("new_value", 0), _connector="OR"),
                name="stockchange_nothing_is_worth_nothing",
            ),
        ),
        RefuseDeletion("product", **WITH_STOCK),
        AppendOnly("sales.returnitem", **EMPTIED),
        AppendOnly("stockchange", **EMPTIED),
    ]
