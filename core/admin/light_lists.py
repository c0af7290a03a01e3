"""Lists that are quickly made and quickly sent: what unfold writes out for every cell of every row is said once."""

import re

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from unfold.admin import TabularInline
from unfold.templatetags import unfold_list

SPACE = re.compile(rb"\s*\n\s*")
# What a cell would be called on a phone, where our cards do without.
CELL_LABEL = re.compile(rb'(<t[hd] class="[^"]*\bcell\b[^"]*") data-label="[^"]*"')
ROW = re.compile(rb'<tr class="data-row [^"]*"')
LINK = re.compile(rb'(<th class="field-\w+ cell"><a href="[^"]*") class="[^"]*" ?')
UNUSED = b' x-data="{rowOpen: false}"'  # of rows that open; ours do not


def lighten_lists() -> None:
    """A cell has one class, which admin.css describes, and the headers are worked out once for a list, not per row."""
    unfold_list.ROW_CLASSES[:] = ["cell"]
    unfold_list.CHECKBOX_CLASSES[:] = ["action-checkbox", "cell"]
    result_headers = unfold_list.result_headers

    def remembered_headers(changelist):
        if not hasattr(changelist, "remembered_headers"):
            changelist.remembered_headers = list(result_headers(changelist))
        return changelist.remembered_headers

    unfold_list.result_headers = remembered_headers


def checkbox(value) -> SafeString:
    """The box with which a row is chosen for an action."""
    box = '<input type="checkbox" name="_selected_action" value="{}" class="action-select" aria-label="{}">'
    return format_html(box, value, gettext("Select record"))


def lighter(html: bytes) -> bytes:
    """The same page without what nobody sees: indentation, and what admin.css says of every row and cell."""
    html = CELL_LABEL.sub(rb"\1", SPACE.sub(b"\n", html)).replace(UNUSED, b"")
    return ROW.sub(b'<tr class="data-row"', LINK.sub(rb"\1", html))


class LightInline(TabularInline):
    """Rows with no rows inside: unfold asks for those at every cell, and what a form lacks is searched for long."""

    def get_formset(self, request, obj=None, **kwargs):
        formset = super().get_formset(request, obj, **kwargs)
        formset.form.nested_formsets = ()
        return formset
