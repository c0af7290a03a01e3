"""Customers that are firms, or have no e-mail; phones that are shared; records that have gone into another one."""

import core.expressions
import core.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.comparison
from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q
from django.db.models.functions import Coalesce, Left, NullIf


def name_everybody(apps, schema_editor):
    """Whoever has no first name is called what was shown of them so far: their last name, else their e-mail."""
    User = apps.get_model("accounts", "User")
    nameless = User.objects.filter(first_name="", company="")
    shown = Coalesce(NullIf("last_name", models.Value("")), Left("email", 150), output_field=models.CharField())
    nameless.exclude(Q(last_name="") & Q(email="")).update(first_name=shown, last_name="")
    User.objects.filter(first_name="", company="").update(first_name="?")
    User.objects.filter(email="", role="CUSTOMER").update(email=None, password="!")


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0001_initial'),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customer',
            options={'ordering': [django.db.models.functions.comparison.Coalesce(core.expressions.NullIfBlank('company'), 'first_name', output_field=models.CharField()), 'last_name', 'id'], 'verbose_name': 'customer', 'verbose_name_plural': 'customers'},
        ),
        migrations.AlterModelOptions(
            name='user',
            options={'ordering': [django.db.models.functions.comparison.Coalesce(core.expressions.NullIfBlank('company'), 'first_name', output_field=models.CharField()), 'last_name', 'id'], 'verbose_name': 'staff user', 'verbose_name_plural': 'staff users'},
        ),
        migrations.RemoveIndex(
            model_name='user',
            name='user_name',
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='company',
            field=core.fields.TrimmedCharField(blank=True, max_length=200, verbose_name='company'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='credit_limit',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='The most that they may owe; empty: no limit.', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='credit limit'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='delivery_address',
            field=core.fields.TrimmedTextField(blank=True, help_text='If goods go elsewhere than to the address.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='delivery address'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='merged_into',
            field=models.ForeignKey(blank=True, db_constraint=False, editable=False, null=True, on_delete=django.db.models.deletion.DO_NOTHING, related_name='+', to=settings.AUTH_USER_MODEL, verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='payment_days',
            field=models.PositiveIntegerField(blank=True, help_text='How long they have to pay; empty: as long as customers usually have.', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days to pay'),
        ),
        migrations.AddField(
            model_name='historicaluser',
            name='tax_id',
            field=core.fields.TrimmedCharField(blank=True, max_length=30, verbose_name='tax ID'),
        ),
        migrations.AddField(
            model_name='user',
            name='company',
            field=core.fields.TrimmedCharField(blank=True, max_length=200, verbose_name='company'),
        ),
        migrations.AddField(
            model_name='user',
            name='credit_limit',
            field=models.DecimalField(blank=True, decimal_places=2, help_text='The most that they may owe; empty: no limit.', max_digits=12, null=True, validators=[django.core.validators.MinValueValidator(Decimal('0'))], verbose_name='credit limit'),
        ),
        migrations.AddField(
            model_name='user',
            name='delivery_address',
            field=core.fields.TrimmedTextField(blank=True, help_text='If goods go elsewhere than to the address.', max_length=2000, validators=[django.core.validators.MaxLengthValidator(2000)], verbose_name='delivery address'),
        ),
        migrations.AddField(
            model_name='user',
            name='merged_into',
            field=models.ForeignKey(blank=True, editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged', to=settings.AUTH_USER_MODEL, verbose_name='merged into'),
        ),
        migrations.AddField(
            model_name='user',
            name='payment_days',
            field=models.PositiveIntegerField(blank=True, help_text='How long they have to pay; empty: as long as customers usually have.', null=True, validators=[django.core.validators.MaxValueValidator(365)], verbose_name='days to pay'),
        ),
        migrations.AddField(
            model_name='user',
            name='tax_id',
            field=core.fields.TrimmedCharField(blank=True, max_length=30, verbose_name='tax ID'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='email',
            field=core.fields.LowerCaseEmailField(blank=True, db_index=True, error_messages={'unique': 'This e-mail is already taken.'}, help_text='Without one nobody can sign in.', max_length=254, null=True, verbose_name='e-mail'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='first_name',
            field=core.fields.TrimmedCharField(blank=True, max_length=150, verbose_name='first name'),
        ),
        migrations.AlterField(
            model_name='historicaluser',
            name='phone',
            field=core.fields.PhoneField(blank=True, help_text='With the country code, e.g. +49 30 901820.', max_length=128, null=True, verbose_name='phone'),
        ),
        migrations.AlterField(
            model_name='user',
            name='email',
            field=core.fields.LowerCaseEmailField(blank=True, error_messages={'unique': 'This e-mail is already taken.'}, help_text='Without one nobody can sign in.', max_length=254, null=True, unique=True, verbose_name='e-mail'),
        ),
        migrations.AlterField(
            model_name='user',
            name='first_name',
            field=core.fields.TrimmedCharField(blank=True, max_length=150, verbose_name='first name'),
        ),
        migrations.AlterField(
            model_name='user',
            name='phone',
            field=core.fields.PhoneField(blank=True, help_text='With the country code, e.g. +49 30 901820.', max_length=128, null=True, verbose_name='phone'),
        ),
        migrations.RunPython(name_everybody, migrations.RunPython.noop, elidable=True),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(django.db.models.functions.comparison.Coalesce(core.expressions.NullIfBlank('company'), 'first_name', output_field=models.CharField()), models.F('last_name'), models.F('id'), name='user_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['company', 'id'], name='user_company'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['first_name', 'id'], name='user_first_name'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(core.expressions.BlankIfNull('email'), models.F('id'), name='user_email_or_blank'),
        ),
        migrations.AddIndex(
            model_name='user',
            index=models.Index(fields=['phone'], name='user_phone'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email', ''), _negated=True), name='user_email_not_empty'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('role', 'CUSTOMER'), ('email__isnull', False), _connector='OR'), name='user_staff_have_an_email', violation_error_message='A colleague signs in with an e-mail.'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('email__isnull', False), ('password__startswith', '!'), _connector='OR'), name='user_no_password_without_email'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('company', ''), ('first_name', ''), _negated=True), name='user_has_a_name'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('payment_days__lte', 365)), name='user_payment_days'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('credit_limit__gte', 0)), name='user_credit_limit_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='user',
            constraint=models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), ('is_active', False), _connector='OR'), name='user_merged_is_not_active'),
        ),
    ]
