"""Products have a barcode and a shelf, and are archived when they are not sold any more."""

import core.fields
import inventory.barcodes
from django.db import migrations, models

from core.append_only import AllowChanges, AllowDeletion, AppendOnly, RefuseDeletion

WITH_STOCK = {"condition": "OLD.stock_qty > 0", "message": "A product with stock is not deleted."}


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0004_reverses'),
    ]

    operations = [
        AllowChanges("stockchange", may_be_emptied=("product",)),
        AllowDeletion("product", **WITH_STOCK),
        migrations.AddField(
            model_name='historicalproduct',
            name='barcode',
            field=inventory.barcodes.BarcodeField(blank=True, error_messages={'unique': 'Another product has this barcode.'}, max_length=40, null=True, verbose_name='barcode'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='is_active',
            field=models.BooleanField(default=True, help_text='A product that is not sold any more is archived: orders that have it keep it.', verbose_name='active'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='shelf',
            field=core.fields.TrimmedCharField(blank=True, help_text='Where it is kept.', max_length=50, verbose_name='shelf'),
        ),
        migrations.AddField(
            model_name='product',
            name='barcode',
            field=inventory.barcodes.BarcodeField(blank=True, error_messages={'unique': 'Another product has this barcode.'}, max_length=40, null=True, unique=True, verbose_name='barcode'),
        ),
        migrations.AddField(
            model_name='product',
            name='is_active',
            field=models.BooleanField(default=True, help_text='A product that is not sold any more is archived: orders that have it keep it.', verbose_name='active'),
        ),
        migrations.AddField(
            model_name='product',
            name='shelf',
            field=core.fields.TrimmedCharField(blank=True, help_text='Where it is kept.', max_length=50, verbose_name='shelf'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('barcode', models.Value('')), _negated=True), name='product_barcode_not_empty'),
        ),
        AppendOnly("stockchange", may_be_emptied=("product",)),
        RefuseDeletion("product", **WITH_STOCK),
    ]
