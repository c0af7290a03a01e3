"""A stock change can be the reversal of another one; each is reversed once at most."""

import django.db.models.deletion
from django.db import migrations, models

from core.append_only import AllowChanges, AppendOnly


class Migration(migrations.Migration):
    dependencies = [("inventory", "0003_document_kinds")]

    operations = [
        AllowChanges("stockchange", may_be_emptied=("product",)),
        migrations.AddField(
            "stockchange",
            "reverses",
            models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="reversed_by",
                to="inventory.stockchange",
                verbose_name="reverses",
            ),
        ),
        migrations.AddConstraint(
            "stockchange",
            models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)),
                fields=("reverses",),
                name="stockchange_reversed_once",
            ),
        ),
        AppendOnly("stockchange", may_be_emptied=("product",)),
    ]
