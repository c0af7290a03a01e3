"""What every admin page here is built on: unfold's ModelAdmin with the holes closed that the packages leave open."""

import re
from collections.abc import Collection
from functools import partial
from urllib.parse import quote

from django.contrib import messages
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.utils import unquote
from django.contrib.admin.views.main import PAGE_VAR
from django.core.exceptions import PermissionDenied
from django.db import models, transaction
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.admin import ModelAdmin
from unfold.decorators import display
from unfold.widgets import UnfoldAdminTextInputWidget

from core.admin.filters import chips, period_links
from core.admin.forms import ConcurrentEditForm
from core.admin.light_lists import checkbox, lighter
from core.admin.paging import COUNTED_AT_A_COST, BoundedPaginator
from core.admin.saved_views import SavedViewsMixin
from core.exceptions import BusinessError
from core.forms import NumberField, WholeNumberField
from core.text_search import all_of, words_and_phrases

# What a changelist raises for query parameters that make no sense.
INVALID_QUERY_ERRORS = (IncorrectLookupParameters, ValueError, OverflowError)

# Browsers drop a decimal comma from a number field and make 1250 of 12,50. A text field keeps it.
NUMBER_INPUTS = {
    models.DecimalField: {
        "form_class": NumberField,
        "widget": UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal"}),
    },
    models.PositiveIntegerField: {
        "form_class": WholeNumberField,
        "widget": UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric"}),
    },
}


class BackOfficeAdmin(SavedViewsMixin, ModelAdmin):
    """Lists of bounded pages and counts; saving, deleting and their refusals go through the services.

    What a service refuses although the form was valid (somebody else was faster) becomes a sentence on the form; since
    Django's views are atomic, nothing of the attempt remains.
    """

    form = ConcurrentEditForm
    formfield_overrides = NUMBER_INPUTS
    list_per_page = 50
    list_max_show_all = 200
    list_filter_submit = True
    list_fullwidth = True
    show_full_result_count = False
    paginator = BoundedPaginator
    costly_filters: Collection[str] = ()  # which work something out for each record that they are asked about
    warn_unsaved_form = True
    delete_hint = ""  # what to do with a record that cannot be deleted
    show_history = False
    change_form_before_template = "core/draft_notice.html"
    list_before_template = "core/list_head.html"
    list_sections = conditional_fields = ()  # of which unfold asks at every row and field, and which we have none of

    def get_actions(self, request):
        """No "delete selected": deleting is a service's work, one record at a time."""
        actions = super().get_actions(request)
        actions.pop("delete_selected", None)
        return actions

    def has_model_permission(self, request, action: str) -> bool:
        return request.user.has_perm(f"{self.opts.app_label}.{action}_{self.opts.model_name}")

    # Lists

    @display(description=ModelAdmin.action_checkbox.short_description)
    def action_checkbox(self, record):
        return checkbox(record.pk)

    def lookup_allowed(self, lookup, value, request=None):
        """Only what a filter of the list asks. Django would let an address ask for any field, the password hash too."""
        names = []
        for list_filter in self.get_list_filter(request):
            kind = list_filter[0] if isinstance(list_filter, tuple) else list_filter
            names.append(kind if isinstance(kind, str) else kind.parameter_name)
        pattern = "|".join(map(re.escape, names))
        return bool(re.fullmatch(rf"({pattern})(_from|_to|_period|(__id)?__exact)?", lookup))

    def changelist_view(self, request, extra_context=None):
        if not all(is_primary_key(key) for key in request.POST.getlist("_selected_action")):
            return self.redirect_to_list(request)
        try:
            response = super().changelist_view(request, extra_context)
            if hasattr(response, "render"):
                response.render()
                response.content = lighter(response.content)
            return response
        except INVALID_QUERY_ERRORS:
            if request.method == "POST" or not request.GET:
                raise  # not the address's fault
            return self.redirect_to_list(request)

    def get_paginator(self, request, queryset, per_page, *args, **kwargs):
        paginator = super().get_paginator(request, queryset, per_page, *args, **kwargs)
        if isinstance(paginator, BoundedPaginator):
            if not request.GET.keys().isdisjoint(self.costly_filters):
                paginator.step = COUNTED_AT_A_COST
            if is_primary_key(page := request.GET.get(PAGE_VAR, "")):
                paginator.reach(int(page) * int(per_page))
        return paginator

    def get_changelist_instance(self, request):
        """A page that is no more (its last records have been changed, so the filter leaves them out) is the first."""
        try:
            changelist = super().get_changelist_instance(request)
        except IncorrectLookupParameters as error:
            if "p" not in request.GET:
                if request.method == "POST":
                    raise
                raise ValueError("filters that make no sense") from error  # the other kind Django answers in silence
            request.GET = request.GET.copy()
            del request.GET["p"]
            changelist = super().get_changelist_instance(request)
        for spec in changelist.filter_specs:
            for problem in getattr(spec, "problems", []):
                self.message_user(
                    request, gettext("Nothing is shown. %(problem)s") % {"problem": problem}, messages.ERROR
                )
        changelist.periods, changelist.chips = period_links(changelist), chips(request, changelist)
        changelist.views = self.shown_views(request)
        return changelist

    def redirect_to_list(self, request) -> HttpResponseRedirect:
        self.message_user(
            request,
            gettext("That search or filter could not be understood, so the whole list is shown."),
            messages.WARNING,
        )
        return HttpResponseRedirect(reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist"))

    def get_search_results(self, request, queryset, search_term):
        """For an autocomplete box the best matches first: above all the record with exactly this code.

        For a list by the same index as everywhere, which Django's own search does not know.
        """
        if search_term and is_autocomplete(request) and hasattr(queryset, "matching"):
            return queryset.matching(search_term), False
        found = all_of(words_and_phrases(search_term), *self.get_search_fields(request))
        return queryset.filter(found), False  # what is searched is the record's own, or of one that it refers to

    # Forms

    def get_form(self, request, obj=None, change=False, **kwargs):
        form = super().get_form(request, obj, change=change, **kwargs)
        form.refused = getattr(request, "refused", "")
        form.may_view = partial(self.may_view, request)
        return form

    def may_view(self, request, record) -> bool:
        """Whether this user may open the page of another record."""
        other = self.admin_site._registry.get(type(record))
        return other is not None and other.has_view_permission(request, record)

    def get_fieldsets(self, request, obj=None):
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None or not self.has_change_permission(request, obj):
            return fieldsets
        (title, options), *rest = fieldsets
        return [(title, {**options, "fields": [*options["fields"], "last_seen"]}), *rest]

    def get_object(self, request, object_id, from_field=None):
        """When a form is saved, the record is locked before it is read: what the form is compared with stays so."""
        if request.method == "POST" and transaction.get_connection().in_atomic_block and is_primary_key(object_id):
            self.lock(request, int(object_id))
        return super().get_object(request, object_id, from_field)

    def lock(self, request, key: int) -> None:
        list(self.model._base_manager.select_for_update(no_key=True).filter(pk=key).values_list("pk"))

    def changeform_view(self, request, object_id=None, form_url="", extra_context=None):
        step = "" if object_id else gettext("Add %(name)s") % {"name": self.opts.verbose_name}
        extra_context = {"show_history": self.show_history, "step": step, **(extra_context or {})}
        try:
            return super().changeform_view(request, object_id, form_url, extra_context)
        except BusinessError as error:
            request.refused = str(error)
            return super().changeform_view(request, object_id, form_url, extra_context)

    def response_add(self, request, obj, post_url_continue=None):
        return drop_draft(request, super().response_add(request, obj, post_url_continue))

    def response_change(self, request, obj):
        return drop_draft(request, super().response_change(request, obj))

    def history_view(self, request, object_id, extra_context=None):
        self.get_object_or_404(request, object_id)
        return super().history_view(request, object_id, extra_context)

    def delete_view(self, request, object_id, extra_context=None):
        try:
            return super().delete_view(request, object_id, {"delete_hint": self.delete_hint, **(extra_context or {})})
        except BusinessError as error:
            self.message_user(request, str(error), messages.ERROR)
            return HttpResponseRedirect(self.change_url(object_id))

    def change_url(self, object_id) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", args=[object_id])

    def get_object_or_404(self, request, object_id):
        """The object if this user may see it; unfold's actions and the history pages do not ask."""
        obj = self.get_object(request, unquote(str(object_id)))
        if obj is None:
            raise Http404
        if not self.has_view_permission(request, obj):
            raise PermissionDenied
        return obj


class ReadOnlyAdmin:
    """Records that are looked at, whoever one is, and that know who made them."""

    def has_add_permission(self, request, obj=None):
        return False

    def has_change_permission(self, request, obj=None):
        return False

    def has_delete_permission(self, request, obj=None):
        return False

    @display(description=_("By"), ordering="created_by")
    def by(self, record):
        return record.created_by or gettext("System")


def drop_draft(request, response):
    """Let core/drafts.js know that this page's form is saved, so that what was typed need not be kept."""
    response.set_cookie("saved", quote(request.path, safe=""), max_age=60, samesite="Lax", secure=request.is_secure())
    return response


def is_autocomplete(request) -> bool:
    return request.resolver_match.url_name == "autocomplete"


def is_primary_key(value) -> bool:
    """Whether this text from outside can be a primary key."""
    return str(value).isascii() and str(value).isdecimal() and len(str(value)) <= 18


def badge(text: str, colour: str) -> str:
    """A coloured label, for lists and forms alike: like unfold's, but described once, in admin.css.

    Colours: success, warning, danger, info, primary.
    """
    return format_html('<span class="badge {}">{}</span>', colour, text)
