"""The firm's own page: what stands on its papers, and the currency of all amounts."""

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminTextareaWidget

from core.admin.base import BackOfficeAdmin
from core.admin.forms import ConcurrentEditForm
from core.admin.history import ReadableHistoryAdmin
from core.firm import currency, firm_address, firm_name, save_firm
from core.images import PictureField
from core.models import Firm


class FirmForm(ConcurrentEditForm):
    logo = PictureField(label=_("Logo"), required=False, help_text=_("JPEG, PNG or WebP."))

    class Meta:
        help_texts = {
            "currency": _("Its three letters, e.g. USD. Amounts that are there already are not converted."),
            "bank": _("Printed below an order, like the VAT ID and the footer."),
        }

    def __init__(self, *args, **kwargs):
        """What the environment says shows in the fields that are empty."""
        super().__init__(*args, **kwargs)
        for name, says in (("name", firm_name), ("address", firm_address), ("currency", currency)):
            if name in self.fields:
                self.fields[name].widget.attrs["placeholder"] = says()


@admin.register(Firm)
class FirmAdmin(ReadableHistoryAdmin, BackOfficeAdmin):
    """One record, so its list is its page."""

    form = FirmForm
    formfield_overrides = {models.TextField: {"widget": UnfoldAdminTextareaWidget(attrs={"rows": 3})}}
    readonly_fields = ["modified_at", "modified_by"]
    fieldsets = [
        (None, {"fields": ["name", "address", ("vat_id", "currency")]}),
        (_("Paper"), {"fields": ["logo", "bank", "footer", "paper"]}),
        (_("Record"), {"fields": [("modified_at", "modified_by")]}),
    ]

    def has_add_permission(self, request):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    def changelist_view(self, request, extra_context=None):
        if not self.has_view_permission(request):
            raise PermissionDenied
        return HttpResponseRedirect(self.change_url(Firm.ID))

    def history_view(self, request, object_id, extra_context=None):
        if not Firm.objects.exists():
            return self.changelist_view(request)
        return super().history_view(request, object_id, extra_context)

    def lock(self, request, key):
        if key == Firm.ID:
            Firm.objects.get_or_create(pk=key)
        super().lock(request, key)

    def get_object(self, request, object_id, from_field=None):
        """Before anybody has saved it, the page is there all the same."""
        found = super().get_object(request, object_id, from_field)
        return Firm(pk=Firm.ID) if found is None and str(object_id) == str(Firm.ID) else found

    def save_model(self, request, obj, form, change):
        save_firm(obj, user=request.user)
