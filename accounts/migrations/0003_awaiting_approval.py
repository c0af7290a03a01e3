import core.expressions
import django.db.models.functions.comparison
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_customers_as_firms'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customer',
            options={'ordering': [django.db.models.functions.comparison.Coalesce(core.expressions.NullIfBlank('company'), 'first_name', output_field=models.CharField()), 'last_name', 'id'], 'permissions': [('approve_customer', 'Can approve customers who have registered')], 'verbose_name': 'customer', 'verbose_name_plural': 'customers'},
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='waiting_since',
            field=models.DateTimeField(blank=True, editable=False, help_text='Registered over the API, and cannot sign in until somebody of the staff approves the account.', null=True, verbose_name='waiting since'),
        ),
        migrations.AddField(
            model_name='user',
            name='waiting_since',
            field=models.DateTimeField(blank=True, editable=False, help_text='Registered over the API, and cannot sign in until somebody of the staff approves the account.', null=True, verbose_name='waiting since'),
        ),
    ]
