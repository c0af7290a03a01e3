"""Stocktakes: counts, and the products in them."""

import core.channels
import core.fields
import django.db.models.deletion
import django.utils.timezone
import simple_history.models
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('inventory', '0008_suppliers_and_deliveries'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='HistoricalStockCount',
            fields=[
                ('id', models.BigIntegerField(auto_created=True, blank=True, db_index=True, verbose_name='ID')),
                ('channel', models.CharField(blank=True, choices=[('admin', 'Admin'), ('api', 'API'), ('import', 'Import'), ('command', 'Command line')], default=core.channels.current_channel, max_length=7)),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('number', models.CharField(editable=False, max_length=20, verbose_name='number')),
                ('title', core.fields.TrimmedCharField(blank=True, max_length=100, verbose_name='title')),
                ('scope', models.CharField(choices=[('ALL', 'All products'), ('CATEGORY', 'A category'), ('SHELF', 'A shelf'), ('CHOSEN', 'Chosen products')], default='ALL', max_length=8, verbose_name='what is counted')),
                ('place', models.CharField(blank=True, help_text='Which one, if one of them is counted.', max_length=100, verbose_name='category or shelf')),
                ('blind', models.BooleanField(default=False, help_text='Whoever counts does not see how many there should be.', verbose_name='blind')),
                ('status', models.CharField(choices=[('OPEN', 'Open'), ('POSTED', 'Posted'), ('CANCELLED', 'Cancelled'), ('REVERSED', 'Reversed')], default='OPEN', editable=False, max_length=9, verbose_name='status')),
                ('posted_at', models.DateTimeField(editable=False, null=True, verbose_name='posted')),
                ('history_id', models.BigAutoField(editable=False, primary_key=True, serialize=False)),
                ('history_date', models.DateTimeField(db_index=True)),
                ('history_change_reason', models.TextField(null=True)),
                ('history_type', models.CharField(choices=[('+', 'Created'), ('~', 'Changed'), ('-', 'Deleted')], max_length=1)),
                ('created_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('history_user', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('posted_by', models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='posted by')),
            ],
            options={
                'verbose_name': 'historical stock count',
                'verbose_name_plural': 'historical stock counts',
                'ordering': ('-history_date', '-history_id'),
                'get_latest_by': ('history_date', 'history_id'),
            },
            bases=(simple_history.models.HistoricalChanges, models.Model),
        ),
        migrations.CreateModel(
            name='StockCount',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, editable=False, verbose_name='created')),
                ('modified_at', models.DateTimeField(auto_now=True, verbose_name='last changed')),
                ('number', models.CharField(editable=False, max_length=20, unique=True, verbose_name='number')),
                ('title', core.fields.TrimmedCharField(blank=True, max_length=100, verbose_name='title')),
                ('scope', models.CharField(choices=[('ALL', 'All products'), ('CATEGORY', 'A category'), ('SHELF', 'A shelf'), ('CHOSEN', 'Chosen products')], default='ALL', max_length=8, verbose_name='what is counted')),
                ('place', models.CharField(blank=True, help_text='Which one, if one of them is counted.', max_length=100, verbose_name='category or shelf')),
                ('blind', models.BooleanField(default=False, help_text='Whoever counts does not see how many there should be.', verbose_name='blind')),
                ('status', models.CharField(choices=[('OPEN', 'Open'), ('POSTED', 'Posted'), ('CANCELLED', 'Cancelled'), ('REVERSED', 'Reversed')], default='OPEN', editable=False, max_length=9, verbose_name='status')),
                ('posted_at', models.DateTimeField(editable=False, null=True, verbose_name='posted')),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='created by')),
                ('modified_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='changed by')),
                ('posted_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='posted by')),
            ],
            options={
                'verbose_name': 'stock count',
                'verbose_name_plural': 'stock counts',
                'ordering': ['-id'],
                'permissions': [('count_stock', 'Can count stock'), ('post_count', 'Can post, cancel and reverse stock counts')],
            },
        ),
        migrations.CreateModel(
            name='StockCountLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('product_name', models.CharField(max_length=255, verbose_name='product name')),
                ('product_sku', models.CharField(max_length=100, verbose_name='SKU')),
                ('product_shelf', models.CharField(blank=True, max_length=50, verbose_name='shelf')),
                ('counted', models.PositiveIntegerField(null=True, verbose_name='counted')),
                ('expected', models.PositiveIntegerField(null=True, verbose_name='expected')),
                ('counted_at', models.DateTimeField(null=True, verbose_name='counted at')),
                ('outcome', models.CharField(choices=[('OPEN', 'Open'), ('POSTED', 'Posted'), ('LEFT', 'Left as it was')], default='OPEN', max_length=6, verbose_name='outcome')),
                ('count', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='lines', to='inventory.stockcount', verbose_name='stock count')),
                ('counted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='counted by')),
                ('product', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to='inventory.product', verbose_name='product')),
            ],
            options={
                'verbose_name': 'line of a stock count',
                'verbose_name_plural': 'lines of stock counts',
                'ordering': ['id'],
            },
        ),
        migrations.AddIndex(
            model_name='stockcount',
            index=models.Index(fields=['status', '-id'], name='stockcount_status'),
        ),
        migrations.AddConstraint(
            model_name='stockcount',
            constraint=models.CheckConstraint(condition=models.Q(('scope__in', ['ALL', 'CATEGORY', 'SHELF', 'CHOSEN'])), name='stockcount_scope_known'),
        ),
        migrations.AddConstraint(
            model_name='stockcount',
            constraint=models.CheckConstraint(condition=models.Q(('status__in', ['OPEN', 'POSTED', 'CANCELLED', 'REVERSED'])), name='stockcount_status_known'),
        ),
        migrations.AddConstraint(
            model_name='stockcount',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('status__in', ['POSTED', 'REVERSED']), _negated=True), ('posted_at__isnull', False), _connector='OR'), name='stockcount_posted_at_known'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.UniqueConstraint(fields=('count', 'product'), name='stockcountline_product_once'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.UniqueConstraint(condition=models.Q(('outcome', 'OPEN')), fields=('product',), name='stockcountline_in_one_open_count'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(('outcome__in', ['OPEN', 'POSTED', 'LEFT'])), name='stockcountline_outcome_known'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(('counted__gte', 0)), name='stockcountline_counted_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(('expected__gte', 0)), name='stockcountline_expected_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('counted__isnull', True), ('counted_at__isnull', True), ('expected__isnull', True)), models.Q(('counted__isnull', False), ('counted_at__isnull', False), ('expected__isnull', False)), _connector='OR'), name='stockcountline_counted_when_expected_what'),
        ),
        migrations.AddConstraint(
            model_name='stockcountline',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('outcome', 'POSTED'), _negated=True), ('counted__isnull', False), _connector='OR'), name='stockcountline_posted_was_counted'),
        ),
    ]
