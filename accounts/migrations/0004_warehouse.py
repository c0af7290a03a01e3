"""A further role: whoever works in the warehouse."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_awaiting_approval'),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name='user',
            name='user_role_known',
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='role',
            field=models.CharField(choices=[('ADMIN', 'Admin'), ('SALES', 'Sales'), ('WAREHOUSE', 'Warehouse'), ('CUSTOMER', 'Customer')], default='CUSTOMER', max_length=20, verbose_name='role'),
        ),
        migrations.AlterField(
            model_name='user',
            name='role',
            field=models.CharField(choices=[('ADMIN', 'Admin'), ('SALES', 'Sales'), ('WAREHOUSE', 'Warehouse'), ('CUSTOMER', 'Customer')], default='CUSTOMER', max_length=20, verbose_name='role'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['ADMIN', 'SALES', 'WAREHOUSE', 'CUSTOMER'])), name='user_role_known'),
        ),
    ]
