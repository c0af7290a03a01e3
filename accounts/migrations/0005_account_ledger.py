"""The account of customers: entries, which are only ever added, and what they come to with each customer."""

import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.math
import django.utils.timezone
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models

from core.append_only import AppendOnly

class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0004_warehouse'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('OPENING', 'Opening balance'), ('SALE', 'Sale'), ('AMENDMENT', 'Amendment'), ('CANCELLATION', 'Cancellation'), ('RETURN', 'Return'), ('PAYMENT', 'Payment'), ('REFUND', 'Refund'), ('CREDIT', 'Credit given'), ('REVERSAL', 'Reversal'), ('TRANSFER', 'Transfer')], max_length=12, verbose_name='kind')),
                ('amount', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='amount')),
                ('balance_before', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='balance before')),
                ('balance_after', models.DecimalField(decimal_places=2, max_digits=14, verbose_name='balance')),
                ('reference', models.CharField(blank=True, db_index=True, max_length=255, verbose_name='reference')),
                ('text', models.TextField(blank=True, verbose_name='text')),
                ('due_on', models.DateField(null=True, verbose_name='due on')),
                ('created_at', models.DateTimeField(default=django.utils.timezone.now, verbose_name='when')),
                ('row_hash', models.CharField(editable=False, max_length=80)),
            ],
            options={
                'verbose_name': 'account entry',
                'verbose_name_plural': 'account entries',
                'ordering': ['-id'],
            },
        ),
        migrations.AddField(
            model_name='user',
            name='account_head',
            field=models.CharField(editable=False, help_text='The hash of the latest account entry (core/hash_chain.py).', max_length=80, null=True),
        ),
        migrations.AddField(
            model_name='user',
            name='balance',
            field=models.DecimalField(db_default=Decimal('0.00'), decimal_places=2, default=Decimal('0.00'), editable=False, help_text='What the customer owes; negative: what the firm owes them.', max_digits=14, verbose_name='balance'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['balance', 'id'], name='user_balance'),
        ),
        migrations.AddField(
            model_name='accountentry',
            name='created_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='by'),
        ),
        migrations.AddField(
            model_name='accountentry',
            name='customer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='account_entries', to='accounts.customer', verbose_name='customer'),
        ),
        migrations.AddIndex(
            model_name='accountentry',
            index=models.Index(fields=['customer', 'id'], name='accountentry_customer'),
        ),
        migrations.AddIndex(
            model_name='accountentry',
            index=models.Index(fields=['created_at', 'id'], name='accountentry_created_at'),
        ),
        migrations.AddConstraint(
            model_name='accountentry',
            constraint=models.CheckConstraint(condition=models.Q(('amount', 0), _negated=True), name='accountentry_amount_not_zero'),
        ),
        migrations.AddConstraint(
            model_name='accountentry',
            constraint=models.CheckConstraint(condition=models.Q(('balance_after', django.db.models.functions.math.Round(django.db.models.expressions.CombinedExpression(models.F('balance_before'), '+', models.F('amount')), 2))), name='accountentry_balance_adds_up'),
        ),
        AppendOnly("accountentry"),
    ]
