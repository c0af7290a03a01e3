"""Customers and staff in the admin: two lists of one table."""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.admin.utils import flatten_fieldsets
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import TextField
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.text import Truncator
from django.utils.translation import gettext, gettext_noop, ngettext
from django.utils.translation import gettext_lazy as _
from ninja_jwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from accounts.filters import WaitingFilter
from accounts.forms import NewPasswordForm, StaffChangeForm, StaffCreationForm
from accounts.models import BY_NAME, Customer, User
from accounts.querysets import DISPLAY_NAME, NAME_FIELDS, phone_ending_with
from accounts.resources import CustomerResource
from accounts.services.people import (
    CUSTOMER_FIELDS,
    approve_customer,
    check_deletable,
    delete_user,
    fields_open_to,
    lock_people,
    save_user,
)
from core.admin.base import NUMBER_INPUTS, BackOfficeAdmin, badge, is_autocomplete
from core.admin.export import FormulaSafeExportAdmin
from core.admin.history import ReadableHistoryAdmin
from core.exceptions import BusinessError
from core.fields import format_phone
from core.imports.admin import ImportMixin
from core.money import format_amount, in_currency

admin.site.unregister(Group)  # rights follow from the role
admin.site.unregister([OutstandingToken, BlacklistedToken])  # the API's own business

ROLE_COLOURS = {
    User.Role.ADMIN: "primary",
    User.Role.SALES: "info",
    User.Role.WAREHOUSE: "warning",
    User.Role.CUSTOMER: "success",
}

OTHERS_SHOWN = 3
NAME_SHARED = gettext_noop("{} is also the name of {}. Please check that this is not the same customer.")
NAME_SHARED_BY_MORE = gettext_noop(
    "{} is also the name of {} and more. Please check that this is not the same customer."
)
PHONE_SHARED = gettext_noop("{} has the same phone number as {}. Please check that this is not the same customer.")
PHONE_SHARED_BY_MORE = gettext_noop(
    "{} has the same phone number as {} and more. Please check that this is not the same customer."
)


class PersonAdmin(ReadableHistoryAdmin, BackOfficeAdmin):
    """What customers and staff have in common."""

    search_fields = [*NAME_FIELDS, "phone"]
    readonly_preprocess_fields = {"phone": format_phone}
    ordering = BY_NAME
    readonly_fields = ["created_at", "created_by", "modified_at", "modified_by", "last_login"]
    list_filter = ["is_active"]

    @display(description=_("Name"), ordering=DISPLAY_NAME)
    def person(self, user):
        return Truncator(str(user)).chars(60)

    @display(description=_("Phone"), ordering="phone")
    def phone_number(self, user):
        return (
            format_html('<span class="whitespace-nowrap">{}</span>', format_phone(user.phone)) if user.phone else None
        )

    def get_search_results(self, request, queryset, search_term):
        found, may_repeat = super().get_search_results(request, queryset, search_term)
        if search_term and not is_autocomplete(request):  # which knows phones already
            found = found | queryset.filter(phone_ending_with(search_term))
        return found, may_repeat

    def lock(self, request, key):
        lock_people(User(pk=key), request.user)

    def save_model(self, request, obj, form, change):
        save_user(obj, by=request.user)

    def delete_model(self, request, obj):
        delete_user(obj, by=request.user)

    def get_deleted_objects(self, objs, request):
        try:
            for user in objs:
                check_deletable(user)
        except BusinessError as error:
            return [], {}, set(), [str(error)]
        return super().get_deleted_objects(objs, request)


@admin.register(Customer)
class CustomerAdmin(ImportMixin, FormulaSafeExportAdmin, PersonAdmin):
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [CustomerResource]
    list_display = ["person", "customer_code", "email", "phone_number", "owed", "activity", "created_at"]
    list_filter = ["is_active", WaitingFilter]
    actions = ["approve_selected"]
    optional_columns = ["contact", "address", "tax_id", "payment_days", "limit", "opening", "modified_at"]
    search_help_text = _("Company, name, e-mail, code or phone")
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("company", "customer_code"),
                    ("first_name", "last_name"),
                    ("email", "phone"),
                    ("address", "delivery_address"),
                    "is_active",
                ]
            },
        ),
        (_("Account"), {"fields": [("tax_id", "payment_days"), ("credit_limit", "opening_balance"), "owed"]}),
        (_("Record"), {"fields": [("created_at", "created_by"), ("modified_at", "modified_by")]}),
    ]
    add_fieldsets = [fieldsets[0], (_("Account"), {"fields": fieldsets[1][1]["fields"][:2]})]
    readonly_fields = [*PersonAdmin.readonly_fields, "gone_into", "owed"]

    formfield_overrides = {**NUMBER_INPUTS, TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}}

    def get_changeform_initial_data(self, request):
        """A code that nobody has is proposed; whoever is slower with it is refused like with any other."""
        code = User.objects.next_customer_code()
        return {"customer_code": code, **super().get_changeform_initial_data(request)}

    def get_history_queryset(self, request, history_manager, pk_name, object_id):
        """With the history of the records that have gone into this one."""
        found = super().get_history_queryset(request, history_manager, pk_name, object_id)
        merged = Customer.objects.filter(merged_into=object_id).values_list("pk", flat=True)
        return found | super().get_history_queryset(request, history_manager, f"{pk_name}__in", list(merged))

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        super().set_history_delta_changes(request, historical_records, foreign_keys_are_objs)
        for version in historical_records:
            if str(version.id) != request.resolver_match.kwargs["object_id"]:
                version.of = " · ".join(filter(None, [str(version.instance), version.customer_code]))

    @display(description=_("Merged into"))
    def gone_into(self, customer):
        link = '<a href="{}" class="font-medium underline">{}</a>'
        return format_html(link, self.change_url(customer.merged_into_id), customer.merged_into)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not obj.merged_into_id:
            return fieldsets
        (title, options), *rest = fieldsets
        return [(title, {**options, "fields": ["gone_into", *options["fields"]]}), *rest]

    def suggestion_detail(self, customer) -> str:
        """The code, and the town: the last line of the address."""
        town = customer.address.strip().rpartition("\n")[2].strip()
        return " · ".join(filter(None, [customer.customer_code, town]))

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "payment_days":
            sentence = gettext("How long they have to pay; empty: %(days)s days.")
            field.help_text = sentence % {"days": settings.PAYMENT_DAYS}
        return field

    @display(description=_("Contact"), ordering="last_name")
    def contact(self, customer):
        return customer.contact_name or None

    @display(description=in_currency(_("Credit limit")), ordering="credit_limit")
    def limit(self, customer):
        return None if customer.credit_limit is None else format_amount(customer.credit_limit)

    @display(description=in_currency(_("Opening balance")), ordering="opening_balance")
    def opening(self, customer):
        return format_amount(customer.opening_balance)

    @display(description=in_currency(_("Balance")), ordering="balance")
    def owed(self, customer):
        return format_amount(customer.balance)

    @display(description=_("Active"), ordering="is_active")
    def activity(self, customer):
        if customer.is_waiting:
            return badge(gettext("Waits for approval"), "warning")
        return badge(gettext("Active"), "success") if customer.is_active else badge(gettext("Deactivated"), "danger")

    def has_approve_permission(self, request):
        return self.has_model_permission(request, "approve")

    @action(description=_("Approve selected customers"), permissions=["approve"])
    def approve_selected(self, request, queryset):
        """Let those who have registered and wait sign in."""
        approved = sum(approve_customer(customer, by=request.user) for customer in queryset)
        sentence = ngettext("%(n)d customer can sign in now.", "%(n)d customers can sign in now.", approved)
        self.message_user(request, sentence % {"n": approved}, messages.SUCCESS if approved else messages.WARNING)

    def has_change_permission(self, request, obj=None):
        return super().has_change_permission(request, obj) or request.user.has_perm("accounts.change_customer_contact")

    def get_readonly_fields(self, request, obj=None):
        """Whoever may change contact data only reads the rest."""
        if obj is None:
            return []
        closed = set(CUSTOMER_FIELDS) - fields_open_to(request.user, obj)
        return [*self.readonly_fields, *(name for name in flatten_fieldsets(self.fieldsets) if name in closed)]

    def save_model(self, request, obj, form, change):
        if not change:
            obj.role = User.Role.CUSTOMER
            obj.set_unusable_password()
        super().save_model(request, obj, form, change)
        if not change or {"company", "first_name", "last_name"}.intersection(form.changed_data):
            namesakes = Customer.objects.namesakes(obj)
            self.warn_of(request, obj, namesakes, NAME_SHARED, NAME_SHARED_BY_MORE)
        if not change or "phone" in form.changed_data:
            self.warn_of(request, obj, Customer.objects.sharing_phone(obj), PHONE_SHARED, PHONE_SHARED_BY_MORE)

    def warn_of(self, request, customer, others, sentence, sentence_for_many):
        """Two customers who share this may be right, or one entered twice: only people can tell."""
        found = list(others[: OTHERS_SHOWN + 1])
        if not found:
            return
        links = format_html_join(
            ", ",
            '<a href="{}" class="font-medium underline">{}</a>',
            [(self.change_url(one.pk), one.customer_code or one.email or one) for one in found[:OTHERS_SHOWN]],
        )
        text = gettext(sentence_for_many if len(found) > OTHERS_SHOWN else sentence)
        self.message_user(request, format_html(text, customer, links), messages.WARNING)


@admin.register(User)
class StaffAdmin(PersonAdmin, UserAdmin):
    form, add_form, change_password_form = StaffChangeForm, StaffCreationForm, NewPasswordForm
    list_display = ["person", "email", "role_badge", "phone_number", "is_active", "last_login"]
    search_help_text = _("Name, e-mail or phone")
    list_filter = ["is_active"]
    filter_horizontal = []
    add_form_template = None
    fieldsets = [
        (
            None,
            {
                "fields": [("first_name", "last_name"), ("email", "phone"), ("role", "is_active"), "avatar"],
                "classes": ["min-w-0"],  # else the picture's address makes the page wider than a telephone
            },
        ),
        (_("Password"), {"fields": ["new_password"]}),
        (
            _("Record"),
            {
                "fields": [("created_at", "created_by"), ("modified_at", "modified_by"), "last_login"],
            },
        ),
    ]
    add_fieldsets = [
        (None, {"fields": [("first_name", "last_name"), ("email", "phone"), "role", "avatar"]}),
        (_("Password"), {"fields": ["password1", "password2"]}),
    ]

    def get_queryset(self, request):
        return super().get_queryset(request).staff()

    def get_readonly_fields(self, request, obj=None):
        return [*self.readonly_fields, "new_password"]

    @display(description=_("Password"))
    def new_password(self, user):
        url = reverse("admin:auth_user_password_change", args=[user.pk])
        link = '<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>'
        return format_html(link, url, gettext("Set a new password"))

    @display(description=_("Role"), ordering="role")
    def role_badge(self, user):
        return badge(user.get_role_display(), ROLE_COLOURS[user.role])
