"""A page that makes one of two records of a customer: first the other one is chosen, then it shows what moves."""

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.widgets import AutocompleteSelect
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from accounts.models import Customer
from core.admin.base import is_primary_key
from core.exceptions import BusinessError
from core.i18n import format_count
from sales.merging import Merge, called, merge_customers, plan_merge
from sales.models import Order


class MergeForm(forms.Form):
    """Which record stays. `last_seen` travels along: what the page showed of both."""

    into = forms.ModelChoiceField(
        label=_("The record that stays"),
        queryset=Customer.objects.active(),
        widget=AutocompleteSelect(Order._meta.get_field("customer"), admin.site),
    )
    last_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data=None):
        if data is not None and not is_primary_key(data.get("into", "")):
            data = {**data.dict(), "into": ""}  # the autocomplete widget cannot show what is no key
        super().__init__(data)


@action(description=_("Merge into another record"), icon="merge", permissions=["merge"], url_path="merge")
def merge_customer(model_admin, request, object_id):
    """GET chooses the other record and shows what moves there; POST moves it."""
    source = model_admin.get_object_or_404(request, object_id)
    data = request.POST if request.method == "POST" else request.GET
    form = MergeForm(data if "into" in data or request.method == "POST" else None)
    merge = None
    if form.is_bound and form.is_valid():
        try:
            if request.method == "POST":
                return merged(model_admin, request, source, form)
            merge = plan_merge(source, form.cleaned_data["into"])
        except BusinessError as error:
            form.add_error(None, str(error))
    if form.is_bound and request.method == "POST":
        merge = plan_again(source, form)
    return merge_page(model_admin, request, source, form, merge)


def merged(model_admin, request, source: Customer, form: MergeForm) -> HttpResponseRedirect:
    chosen = form.cleaned_data
    target = merge_customers(source, chosen["into"], user=request.user, last_seen=chosen["last_seen"] or "?")
    sentence = gettext("%(source)s has been merged into this record.") % {"source": called(source)}
    model_admin.message_user(request, sentence, messages.SUCCESS)
    return HttpResponseRedirect(model_admin.change_url(target.pk))


def plan_again(source: Customer, form: MergeForm) -> Merge | None:
    """What the refused merge would come to now, to be decided anew."""
    if not form.cleaned_data.get("into"):
        return None
    try:
        return plan_merge(Customer.objects.get(pk=source.pk), form.cleaned_data["into"])
    except (BusinessError, Customer.DoesNotExist):
        return None


def merge_page(model_admin, request, source: Customer, form: MergeForm, merge: Merge | None) -> TemplateResponse:
    title = gettext("Merge %(customer)s into another record") % {"customer": called(source)}
    context = {
        **model_admin.admin_site.each_context(request),
        "opts": model_admin.opts,
        "title": title,
        "step": title,
        "media": model_admin.media + form.media,
        "form": form,
        "errors": [sentence for errors in form.errors.values() for sentence in errors],
        "merge": merge,
        "source": called(source),
        "back": model_admin.change_url(source.pk),
    }
    if merge:
        context |= {
            "target": called(merge.target),
            "orders": format_count(merge.orders),
            "order_count": merge.orders,
            "swapped": f"../../{merge.target.pk}/merge/?into={source.pk}",
        }
    return TemplateResponse(request, "sales/merge_customers.html", context)
