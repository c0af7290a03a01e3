"""Orders keep whom they are for and where they go as it was agreed, and the customer's reference, day, note and text.

Those that are there are given what their customer's record says now.
"""

import core.fields
import django.core.validators
from django.db import migrations, models
from django.db.models import Case, F, OuterRef, Subquery, Value, When
from django.db.models.functions import Coalesce, Concat, NullIf, Trim

TEXT = {"output_field": models.TextField()}


def name_customers(apps, schema_editor):
    """As `Order.name_customer` does, in one statement."""
    person = Trim(Concat("first_name", Value(" "), "last_name", **TEXT))
    name = Coalesce(NullIf("company", Value("")), NullIf(person, Value("")), "email", Value(""), **TEXT)
    contact = Case(When(company="", then=Value("")), default=person, **TEXT)
    break_between = Case(When(address="", then=Value("")), default=Value("\n"), **TEXT)
    address = Case(
        When(contact="", then=F("address")), default=Concat("contact", break_between, "address", **TEXT), **TEXT
    )
    buyer = apps.get_model("accounts", "User")._base_manager.filter(pk=OuterRef("customer_id"))
    buyer = buyer.annotate(contact=contact, shown_name=name, shown_address=address)
    apps.get_model("sales", "Order")._base_manager.update(
        customer_name=Subquery(buyer.values("shown_name")),
        customer_address=Subquery(buyer.values("shown_address")),
        delivery_address=Subquery(buyer.values("delivery_address")),
    )
    # Their versions too: else the next step of an order would look as if it had changed the address.
    order = apps.get_model("sales", "Order")._base_manager.filter(pk=OuterRef("id"))
    versions = apps.get_model("sales", "HistoricalOrder")._base_manager
    versions.update(delivery_address=Coalesce(Subquery(order.values("delivery_address")), Value(""), **TEXT))


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0002_customers_as_firms'),
        ('sales', '0002_amendments'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='order',
            options={'ordering': ['-id'], 'permissions': [('confirm_order', 'Can confirm orders'), ('cancel_order', 'Can cancel orders'), ('amend_order', 'Can amend confirmed orders'), ('annotate_order', 'Can change the note and the wanted day of any order'), ('sell_below_cost', 'Can sell below the cost price'), ('view_own_order', "Can see one's own orders"), ('add_own_order', 'Can place orders for oneself')], 'verbose_name': 'order', 'verbose_name_plural': 'orders'},
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='customer_reference',
            field=core.fields.TrimmedCharField(blank=True, help_text="The number of the order at the customer's.", max_length=100, verbose_name="customer's reference"),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='delivery_address',
            field=core.fields.TrimmedTextField(blank=True, help_text="Empty: the customer's.", max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='delivery address'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='note',
            field=core.fields.TrimmedTextField(blank=True, help_text='For colleagues; the customer never sees it.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='note'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='text',
            field=core.fields.TrimmedTextField(blank=True, help_text='Printed below the lines.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='text'),
        ),
        migrations.AddField(
            model_name='historicalorder',
            name='wanted_on',
            field=models.DateField(blank=True, null=True, verbose_name='wanted on'),
        ),
        migrations.AddField(
            model_name='order',
            name='customer_address',
            field=models.TextField(default='', editable=False, verbose_name="customer's address"),
        ),
        migrations.AddField(
            model_name='order',
            name='customer_name',
            field=models.CharField(default='', editable=False, max_length=310, verbose_name="customer's name"),
        ),
        migrations.AddField(
            model_name='order',
            name='customer_reference',
            field=core.fields.TrimmedCharField(blank=True, help_text="The number of the order at the customer's.", max_length=100, verbose_name="customer's reference"),
        ),
        migrations.AddField(
            model_name='order',
            name='delivery_address',
            field=core.fields.TrimmedTextField(blank=True, help_text="Empty: the customer's.", max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='delivery address'),
        ),
        migrations.AddField(
            model_name='order',
            name='note',
            field=core.fields.TrimmedTextField(blank=True, help_text='For colleagues; the customer never sees it.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='note'),
        ),
        migrations.AddField(
            model_name='order',
            name='text',
            field=core.fields.TrimmedTextField(blank=True, help_text='Printed below the lines.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='text'),
        ),
        migrations.AddField(
            model_name='order',
            name='wanted_on',
            field=models.DateField(blank=True, null=True, verbose_name='wanted on'),
        ),
        migrations.RunPython(name_customers, migrations.RunPython.noop),
    ]
