"""Suppliers, and deliveries from them, which are only ever added; products have a supplier and a size of pack."""

import core.channels
import core.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.text
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models

from core.append_only import AllowChanges, AllowDeletion, AppendOnly, RefuseDeletion

WITH_STOCK = {"condition": "OLD.stock_qty > 0", "message": "A product with stock is not deleted."}


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0007_stock_value'),
        ('sales', '0005_lines_by_product'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        AllowChanges("stockchange", may_be_emptied=("product",)),
        AllowChanges("sales.returnitem", may_be_emptied=("product",)),
        AllowDeletion("product", **WITH_STOCK),
        migrations.AddField(
            model_name='historicalproduct',
            name='pack_size',
            field=models.PositiveIntegerField(blank=True, db_default=1, default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='pieces in a pack'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='supplier_sku',
            field=core.fields.TrimmedCharField(blank=True, db_default='', default='', max_length=100, verbose_name="supplier's SKU"),
        ),
        migrations.AddField(
            model_name='product',
            name='pack_size',
            field=models.PositiveIntegerField(blank=True, db_default=1, default=1, validators=[django.core.validators.MinValueValidator(1)], verbose_name='pieces in a pack'),
        ),
        migrations.AddField(
            model_name='product',
            name='supplier_sku',
            field=core.fields.TrimmedCharField(blank=True, db_default='', default='', max_length=100, verbose_name="supplier's SKU"),
        ),
        migrations.CreateModel(
            name='Delivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.CharField(max_length=20, unique=True, verbose_name='number')),
                ('their_reference', core.fields.TrimmedCharField(blank=True, help_text="The number of the supplier's delivery note.", max_length=100, verbose_name='delivery note')),
                ('reference_key', models.CharField(blank=True, editable=False, max_length=300)),
                ('received_on', models.DateField(default=django.utils.timezone.localdate, verbose_name='received on')),
                ('reason', models.CharField(blank=True, editable=False, max_length=255, verbose_name='reason')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='when')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by')),
                ('reverses', models.OneToOneField(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='inventory.delivery', verbose_name='reverses')),
            ],
            options={
                'verbose_name': 'delivery',
                'verbose_name_plural': 'deliveries',
                'ordering': ['-id'],
                'permissions': [('reverse_delivery', 'Can reverse deliveries')],
            },
        ),
        migrations.CreateModel(
            name='DeliveryItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_name', models.CharField(max_length=255, verbose_name='product name')),
                ('product_sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('quantity', models.PositiveIntegerField(verbose_name='quantity')),
                ('unit_cost', models.DecimalField(decimal_places=4, max_digits=12, verbose_name='unit cost')),
                ('total_cost', models.DecimalField(decimal_places=2, max_digits=20, verbose_name='total cost')),
                ('delivery', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='items', to='inventory.delivery', verbose_name='delivery')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'delivered goods',
                'verbose_name_plural': 'delivered goods',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='HistoricalSupplier',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('admin', 'Admin'), ('api', 'API'), ('import', 'Import'), ('command', 'Command line')], default=core.channels.current_channel, max_length=7)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('name', core.fields.CodeField(max_length=200, verbose_name='name')),
                ('code', core.fields.CodeField(blank=True, help_text='Your own short name for the supplier.', max_length=50, verbose_name='code')),
                ('contact', core.fields.TrimmedCharField(blank=True, help_text='Whom you speak to there.', max_length=150, verbose_name='contact')),
                ('phone', core.fields.PhoneField(blank=True, max_length=128, verbose_name='phone')),
                ('email', core.fields.LowerCaseEmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address', core.fields.TrimmedTextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='address')),
                ('our_number', core.fields.TrimmedCharField(blank=True, help_text='The customer number that you have at the supplier.', max_length=50, verbose_name='our number')),
                ('lead_days', models.PositiveIntegerField(blank=True, help_text='How long an order usually takes to arrive.', null=True, verbose_name='days to deliver')),
                ('note', core.fields.TrimmedTextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='note')),
                ('is_active', models.BooleanField(default=True, help_text='A supplier from whom nothing is bought any more is archived: what came from them stays.', verbose_name='active')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'verbose_name': 'historical supplier',
                'verbose_name_plural': 'historical suppliers',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='Supplier',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('modified_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('name', core.fields.CodeField(max_length=200, verbose_name='name')),
                ('code', core.fields.CodeField(blank=True, help_text='Your own short name for the supplier.', max_length=50, verbose_name='code')),
                ('contact', core.fields.TrimmedCharField(blank=True, help_text='Whom you speak to there.', max_length=150, verbose_name='contact')),
                ('phone', core.fields.PhoneField(blank=True, max_length=128, verbose_name='phone')),
                ('email', core.fields.LowerCaseEmailField(blank=True, max_length=254, verbose_name='e-mail')),
                ('address', core.fields.TrimmedTextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='address')),
                ('our_number', core.fields.TrimmedCharField(blank=True, help_text='The customer number that you have at the supplier.', max_length=50, verbose_name='our number')),
                ('lead_days', models.PositiveIntegerField(blank=True, help_text='How long an order usually takes to arrive.', null=True, verbose_name='days to deliver')),
                ('note', core.fields.TrimmedTextField(blank=True, max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='note')),
                ('is_active', models.BooleanField(default=True, help_text='A supplier from whom nothing is bought any more is archived: what came from them stays.', verbose_name='active')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('modified_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
            ],
            options={
                'verbose_name': 'supplier',
                'verbose_name_plural': 'suppliers',
                'ordering': ['name', 'id'],
            },
        ),
        migrations.AddField(
            model_name='delivery',
            name='supplier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='deliveries', to='inventory.supplier', verbose_name='supplier'),
        ),
        migrations.AddField(
            model_name='historicalproduct',
            name='supplier',
            field=models.ForeignKey(blank=True, db_constraint=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to='inventory.supplier', verbose_name='supplier'),
        ),
        migrations.AddField(
            model_name='product',
            name='supplier',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='products', to='inventory.supplier', verbose_name='supplier'),
        ),
        migrations.AddConstraint(
            model_name='product',
            constraint=models.CheckConstraint(condition=models.Q(('pack_size__gte', 1)), name='product_pack_size_positive'),
        ),
        migrations.AddConstraint(
            model_name='deliveryitem',
            constraint=models.CheckConstraint(condition=models.Q(('quantity__gt', 0)), name='deliveryitem_quantity_positive'),
        ),
        migrations.AddConstraint(
            model_name='deliveryitem',
            constraint=models.CheckConstraint(condition=models.Q(('unit_cost__gte', 0)), name='deliveryitem_unit_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='deliveryitem',
            constraint=models.CheckConstraint(condition=models.Q(('total_cost__gte', 0)), name='deliveryitem_total_cost_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='supplier',
            constraint=models.UniqueConstraint(django.db.models.functions.text.Lower('name'), name='supplier_name_once', violation_error_message='Another supplier has this name.'),
        ),
        migrations.AddConstraint(
            model_name='supplier',
            constraint=models.CheckConstraint(condition=models.Q(('name', ''), _negated=True), name='supplier_name_not_empty'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['supplier', 'reference_key'], name='delivery_reference'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['received_on', 'id'], name='delivery_received_on'),
        ),
        migrations.AddIndex(
            model_name='delivery',
            index=models.Index(fields=['created_at', 'id'], name='delivery_created_at'),
        ),
        AppendOnly("delivery"),
        AppendOnly("deliveryitem", may_be_emptied=("product",)),
        AppendOnly("stockchange", may_be_emptied=("product",)),
        AppendOnly("sales.returnitem", may_be_emptied=("product",)),
        RefuseDeletion("product", **WITH_STOCK),
    ]
