"""Returns of orders and the goods in them, which are only ever added."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0006_products_below_their_threshold'),
        ('core', '0004_document_counter'),
        ('sales', '0003_order_as_agreed'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='OrderReturn',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='number')),
                ('reason', models.CharField(choices=[('DAMAGED', 'Damaged'), ('WRONG', 'Wrong item'), ('UNWANTED', 'Not wanted'), ('OTHER', 'Other')], max_length=8, verbose_name='reason')),
                ('details', models.CharField(blank=True, max_length=255, verbose_name='details')),
                ('credit', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='credit')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('created_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='returns', to='sales.order', verbose_name='order')),
            ],
            options={
                'verbose_name': 'return',
                'verbose_name_plural': 'returns',
                'ordering': ['-id'],
                'permissions': [('return_goods', 'Can take goods of orders back')],
            },
        ),
        migrations.CreateModel(
            name='ReturnItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_name', models.CharField(max_length=255, verbose_name='product name')),
                ('product_sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('restocked', models.BooleanField(verbose_name='back on the shelf')),
                ('credit', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='credit')),
                ('line_value', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='value of the lines')),
                ('order_return', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='sales.orderreturn', verbose_name='return')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'returned goods',
                'verbose_name_plural': 'returned goods',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='orderreturn',
            index=models.Index(fields=['reason', '-id'], name='orderreturn_reason'),
        ),
        migrations.AddIndex(
            model_name='orderreturn',
            index=models.Index(fields=['created_at', 'id'], name='orderreturn_created_at'),
        ),
        migrations.AddConstraint(
            model_name='orderreturn',
            constraint=models.CheckConstraint(condition=models.Q(('reason__in', ['DAMAGED', 'WRONG', 'UNWANTED', 'OTHER'])), name='orderreturn_reason_known'),
        ),
        migrations.AddConstraint(
            model_name='orderreturn',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('reason', 'OTHER'), _negated=True), models.Q(('details', ''), _negated=True), _connector='OR'), name='orderreturn_other_has_details'),
        ),
        migrations.AddConstraint(
            model_name='orderreturn',
            constraint=models.CheckConstraint(condition=models.Q(('credit__gte', 0)), name='orderreturn_credit_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='returnitem',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='returnitem_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='returnitem',
            constraint=models.CheckConstraint(condition=models.Q(('credit__gte', 0)), name='returnitem_credit_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='returnitem',
            constraint=models.CheckConstraint(condition=models.Q(('line_value__gte', 0)), name='returnitem_line_value_not_negative'),
        ),
        AppendOnly("orderreturn"),
        AppendOnly("returnitem", may_be_emptied=("product",)),
    ]
