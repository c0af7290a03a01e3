"""Deliveries in the admin: the list, the page on which one comes in, and what came with each."""

from uuid import uuid4

from django.contrib import admin, messages
from django.contrib.admin.widgets import RelatedFieldWidgetWrapper
from django.http import HttpResponseRedirect, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import AutocompleteSelectFilter
from unfold.decorators import display

from accounts.filters import CreatedByFilter
from accounts.roles import require
from core.admin.base import BackOfficeAdmin, ReadOnlyAdmin
from core.admin.export import FormulaSafeExportAdmin
from core.admin.filters import DateRangeFilter
from core.admin.light_lists import LightInline
from core.api.idempotency import claim_form
from core.exceptions import IdempotencyKeyReused
from core.firm import currency
from core.i18n import format_count
from core.imports.admin import ImportMixin
from core.money import format_amount, in_currency
from core.references import link_references, register_reference
from inventory.admin.delivery_status import status_of
from inventory.admin.reverse_delivery import reverse_one
from inventory.arrivals import announcements
from inventory.delivery_forms import CostLineForm, DeliveryForm, DeliveryLineForm, DeliveryLineFormSet
from inventory.delivery_models import Delivery, DeliveryItem
from inventory.delivery_note_resource import DeliveryNoteResource
from inventory.delivery_resources import DeliveredGoodsResource, DeliveryResource
from inventory.delivery_schemas import MAX_LINES, at_least_cents
from inventory.models import Product
from inventory.services.deliveries import left_cost_sentence, receive_delivery
from inventory.visibility import VIEW_COST, allowed, may_see

register_reference(r"DEL-\d{4}-\d{4,}", "admin:inventory_delivery_by_number")


class DeliveryLineInline(LightInline):
    """What comes in."""

    model = DeliveryItem
    formset = DeliveryLineFormSet
    autocomplete_fields = ["product"]
    extra = 1
    max_num = MAX_LINES
    hide_title = True
    template_before = "inventory/scan_box.html"
    verbose_name, verbose_name_plural = _("line"), _("Lines")

    def get_formset(self, request, obj=None, **kwargs):
        form = CostLineForm if request.user.has_perm(VIEW_COST) else DeliveryLineForm
        return super().get_formset(request, obj, form=form, fields=form.Meta.fields, **kwargs)

    def get_fields(self, request, obj=None):
        return [name for name in CostLineForm.Meta.fields if may_see(request.user, name)]

    def formfield_for_dbfield(self, db_field, request, **kwargs):
        """A product is chosen here, not added or changed: no menu for that beside each line."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if isinstance(field.widget, RelatedFieldWidgetWrapper):
            field.widget = field.widget.widget
        return field

    def has_add_permission(self, request, obj=None):
        return request.user.has_perm("inventory.add_delivery")

    has_view_permission = has_change_permission = has_delete_permission = has_add_permission


class DeliveredGoodsInline(ReadOnlyAdmin, LightInline):
    """What came in."""

    model = DeliveryItem
    extra = 0
    per_page = 200
    hide_title = True
    readonly_fields = ["goods", "pieces", "unit", "total"]
    verbose_name_plural = _("Delivered goods")

    @display(description=_("Product"))
    def goods(self, item):
        return f"{item.product_name} ({item.product_sku})"

    @display(description=_("Pieces"))
    def pieces(self, item):
        return format_count(item.quantity)

    @display(description=in_currency(_("Unit cost")))
    def unit(self, item):
        return at_least_cents(item.unit_cost)

    @display(description=in_currency(_("Total cost")))
    def total(self, item):
        return format_amount(item.total_cost)

    def get_fields(self, request, obj=None):
        return self.readonly_fields if request.user.has_perm(VIEW_COST) else self.readonly_fields[:2]

    def has_view_permission(self, request, obj=None):
        return request.user.has_perm("inventory.view_delivery")


@admin.register(Delivery)
class DeliveryAdmin(ImportMixin, ReadOnlyAdmin, FormulaSafeExportAdmin, BackOfficeAdmin):
    # The list
    import_export_change_list_template = "admin/import_export/change_list_import_export.html"
    resource_classes = [DeliveryResource, DeliveredGoodsResource]
    list_resource, import_actions = DeliveryNoteResource, ("add",)
    list_display = ["number", "received_on", "of_supplier", "their_reference", "pieces", "total_cost", "status", "by"]
    list_select_related = ["supplier", "created_by", "reversed_by"]
    list_filter = [
        ("supplier", AutocompleteSelectFilter),
        ("received_on", DateRangeFilter),
        ("created_at", DateRangeFilter),
        CreatedByFilter,
    ]
    search_fields = ["number", "their_reference", "supplier__name", "supplier__code"]
    search_help_text = _("Number, delivery note, or supplier's name or code")
    sortable_by = ["number", "received_on"]
    actions = None

    # The page on which one comes in, and the page of one
    form = DeliveryForm
    autocomplete_fields = ["supplier"]
    readonly_fields = ["number", "of_supplier", "pieces", "total_cost", "status", "counterpart", "created_at", "by"]
    compressed_fields = False  # each label above its value: one strip
    change_form_outer_before_template = "inventory/delivery_form_texts.html"
    add_fieldsets = [(None, {"fields": [("supplier", "their_reference", "received_on", "set_cost"), "key"]})]
    fieldsets = [
        (
            None,
            {
                "fields": [
                    ("number", "of_supplier", "their_reference", "received_on"),
                    ("pieces", "total_cost", "status"),
                ]
            },
        ),
        (_("Record"), {"fields": [("created_at", "by")]}),
    ]
    actions_detail = ["reverse_one"]
    reverse_one = reverse_one

    class Media:
        js = ["core/lines.js", "core/scan.js", "inventory/delivery_form.js"]
        css = {"all": ["core/lines.css"]}

    # What one sees

    @display(description=_("Supplier"), ordering="supplier__name")
    def of_supplier(self, delivery):
        return delivery.supplier

    @display(description=_("Pieces"))
    def pieces(self, delivery):
        return "–" if delivery.reverses_id else format_count(delivery.pieces)

    @display(description=in_currency(_("Total cost")))
    def total_cost(self, delivery):
        return "–" if delivery.reverses_id else format_amount(delivery.cost)

    @display(description=_("Status"))
    def status(self, delivery):
        return status_of(delivery)

    @display(description=_("Reversal"))
    def counterpart(self, delivery):
        """What this one reverses, or what reverses it, and why."""
        other, reason = (delivery.reverses, delivery.reason)
        if other is None and delivery.reversal:
            other, reason = delivery.reversal, delivery.reversal.reason
        return link_references(f"{other}: {reason}")

    def may_see(self, request, name: str) -> bool:
        return may_see(request.user, name)

    def get_queryset(self, request):
        return super().get_queryset(request).with_sums().order_by("-pk")

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        shown = [*fieldsets[0][1]["fields"]]
        if obj and (obj.reverses_id or obj.reversal):
            shown.append("counterpart")
        return [(None, {"fields": allowed(request.user, shown)}), *fieldsets[1:]]

    def get_inlines(self, request, obj):
        return [DeliveredGoodsInline] if obj else [DeliveryLineInline]

    # Who may

    def has_add_permission(self, request, obj=None):
        return self.has_model_permission(request, "add")

    def has_reverse_permission(self, request, object_id=None):
        return self.has_view_permission(request) and self.has_model_permission(request, "reverse")

    def get_actions_detail(self, request, object_id):
        """Only where there is something to reverse; whether enough is left the dialog says."""
        delivery = self.get_object(request, object_id)
        may_be = delivery and not delivery.reverses_id and not delivery.reversal
        return super().get_actions_detail(request, object_id) if may_be else []

    def get_export_resource_kwargs(self, request, **kwargs):
        return {"user": request.user}

    # What one does

    def get_urls(self):
        view = self.admin_site.admin_view
        return [
            path("number/<str:number>/", view(self.by_number), name="inventory_delivery_by_number"),
            path("product-info/<int:pk>/", view(product_info), name="inventory_delivery_product_info"),
            *super().get_urls(),
        ]

    def by_number(self, request, number: str):
        """Where a number in a text leads to: the page of its delivery."""
        return HttpResponseRedirect(self.change_url(get_object_or_404(Delivery, number=number).pk))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        context = {"show_save_and_continue": False}
        context["currency"] = currency() if request.user.has_perm(VIEW_COST) else ""
        return super().changeform_view(request, object_id, form_url, {**context, **(extra_context or {})})

    def save_model(self, request, obj, form, change):
        """A delivery is saved together with its lines, in save_related."""

    def save_related(self, request, form, formsets, change):
        """Sent twice, the form is one delivery."""
        (formset,) = formsets
        formset.save()
        try:
            kept, is_new = claim_form(request, form.cleaned_data["key"] or str(uuid4()))
        except IdempotencyKeyReused as error:  # somebody went back to the page and changed what was booked
            sentence = gettext("This delivery has been booked already. Below is a new one.")
            raise IdempotencyKeyReused(sentence) from error
        if is_new:
            kept.answer, kept.status_code = str(self.receive(request, form.cleaned_data, formset.goods).pk), 302
            kept.save(update_fields=["answer", "status_code"])
        form.instance.pk = int(kept.answer)
        form.instance.refresh_from_db()

    def receive(self, request, chosen, goods) -> Delivery:
        done, left = receive_delivery(
            supplier=chosen["supplier"],
            lines=goods,
            their_reference=chosen["their_reference"],
            received_on=chosen["received_on"],
            set_cost=chosen["set_cost"] and request.user.has_perm(VIEW_COST),
            user=request.user,
        )
        self.announce_arrival(request, left, {line.product_id for line in goods})
        return done

    def announce_done(self, request, record):
        """An import is told of as any delivery is."""
        super().announce_done(request, record)
        delivery = Delivery.objects.get(number=record.details["delivery"])
        left = Product.objects.filter(pk__in=record.details["left_cost"])
        self.announce_arrival(request, left, set(delivery.items.values_list("product_id", flat=True)))

    def announce_arrival(self, request, left, product_ids) -> None:
        for product in left:
            self.message_user(request, left_cost_sentence(product), messages.WARNING)
        for sentence in announcements(request, product_ids):
            self.message_user(request, sentence, messages.INFO)

    def response_post_save_add(self, request, obj):
        """One stays on the delivery."""
        return HttpResponseRedirect(self.change_url(obj.pk))


def product_info(request, pk: int) -> JsonResponse:
    """What the form needs to know of a product once it is picked."""
    require(request, "inventory.add_delivery")
    product = get_object_or_404(Product, pk=pk)
    cost = {"unit_cost": str(product.cost_price)} if request.user.has_perm(VIEW_COST) else {}
    return JsonResponse({"stock_qty": product.stock_qty, **cost})
