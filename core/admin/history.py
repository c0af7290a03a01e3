"""What happened to a record: who, when, through which channel, why, and each field before and after.

The whole of it is a page of its own; the latest stand on a tab beside the record's form.
"""

from typing import Any

from django.contrib.admin.utils import display_for_field, unquote
from django.db import models
from django.http import Http404
from django.template.loader import render_to_string
from django.utils.text import capfirst
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from simple_history.admin import SimpleHistoryAdmin
from unfold.datasets import BaseDataset

from core.admin.base import is_primary_key
from core.fields import PhoneField, format_phone

LATEST = 20  # so many versions stand on the tab


class HistoryTab(BaseDataset):
    """A tab of unfold's with a table of our own in it: nothing to select, so no form and nothing to post."""

    title = _("History")
    model_name = "history"
    tab = True
    id = None  # which no posted text equals

    admin: "ReadableHistoryAdmin"

    def __init__(self, request, extra_context):
        self.request, self.key = request, unquote(extra_context["object"])

    @property
    def contents(self) -> str:
        if not is_primary_key(self.key):
            return ""
        versions = list(self.admin.versions(self.request, self.key)[: LATEST + 1])
        self.admin.set_history_delta_changes(self.request, versions)
        return render_to_string(
            "admin/history_tab.html",
            {"dataset": self, "page_obj": versions[:LATEST], "more": len(versions) > LATEST},
            self.request,
        )


class ReadableHistoryAdmin(SimpleHistoryAdmin):
    """The history as one list to read.

    simple-history's view of a single version is closed: it ignores who may see the record, and lets whoever may see
    it write the old values back.
    """

    show_history = True
    history_tab = True  # the latest versions on a tab of the page, besides the button that leads to all
    object_history_list_template = "admin/history_list.html"
    history_list_per_page = 50

    def history_view(self, request, object_id, extra_context=None):
        self.get_object_or_404(request, object_id)
        return super().history_view(request, object_id, {"step": gettext("History"), **(extra_context or {})})

    def history_form_view(self, request, object_id, version_id, extra_context=None):
        raise Http404

    def get_changeform_datasets(self, request):
        """The tab, on the page of a record that exists."""
        datasets = list(super().get_changeform_datasets(request))
        if self.history_tab and "object_id" in request.resolver_match.kwargs:
            datasets.append(type("HistoryTab", (HistoryTab,), {"model": self.model, "admin": self}))
        return datasets

    def versions(self, request, key):
        return self.get_history_queryset(request, self.model.history, self.opts.pk.attname, key)

    def set_history_delta_changes(self, request, historical_records, foreign_keys_are_objs=True):
        """What each version changed. (The library's own comparison leaves out what no form may edit, as the stock.)"""
        following: dict[int, Any] = {}  # by record: the version that comes after, in the order of reading backwards
        for newer in reversed(list(historical_records)):
            older = following.get(newer.id) or newer.prev_record
            following[newer.id] = newer
            newer.history_delta_changes = [
                {
                    "name": field.name,
                    "field": capfirst(field.verbose_name),
                    "old": readable(getattr(older, field.name), field),
                    "new": readable(getattr(newer, field.name), field, instead_of=getattr(older, field.name)),
                }
                for field in newer.tracked_fields
                if older
                and getattr(newer, field.attname) != getattr(older, field.attname)
                and self.may_see(request, field.name)
            ]

    def history_view_title(self, request, obj):
        return gettext("History of %(record)s") % {"record": obj}


def readable(value, field, instead_of=None) -> str:
    """The value of a field as a sentence has it."""
    if isinstance(field, models.ImageField):  # its random name says nothing, and an old one's file is gone
        if not value:
            return "–"
        return gettext("another picture") if instead_of else gettext("a picture")
    if isinstance(field, PhoneField):
        value = format_phone(value)
    if isinstance(value, bool):
        return gettext("yes") if value else gettext("no")
    return display_for_field(value, field, "–")
