"""What is kept of the runs of check_accounts."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('sales', '0005_lines_by_product'),
    ]

    operations = [
        migrations.CreateModel(
            name='AccountCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('checked_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('problem', models.TextField(blank=True)),
                ('customers', models.PositiveIntegerField()),
                ('entries', models.PositiveIntegerField()),
            ],
            options={
                'ordering': ['-id'],
                'permissions': [('view_account', 'Can see what customers owe'), ('exceed_credit', 'Can confirm and amend beyond the credit limit')],
                'default_permissions': (),
            },
        ),
    ]
