"""The dialogs that admin pages open for one record."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.functional import cached_property
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from unfold.forms import BaseDialogForm
from unfold.widgets import UnfoldAdminTextInputWidget

from core.concurrency import check_last_seen
from core.exceptions import RecordChanged
from core.fields import validate_visible


class ReasonField(forms.CharField):
    """Why somebody does what the dialog asks about; others will read it, where `help_text` says."""

    def __init__(self, *, help_text, autofocus: bool = True):
        widget = UnfoldAdminTextInputWidget(attrs={"autofocus": True} if autofocus else {})
        super().__init__(
            label=_("Reason"), max_length=255, validators=[validate_visible], help_text=help_text, widget=widget
        )


class RecordDialogForm(BaseDialogForm):
    """A dialog about `self.record`; a record that is not there is a 404 before anything is asked.

    `last_seen` travels with the dialog: what it showed of the record. If that is something else by now, the dialog
    comes back and shows the record as it is.
    """

    queryset: QuerySet

    data: Any
    last_seen = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.initial["last_seen"] = self.fingerprint()

    def fingerprint(self) -> str:
        """What of the record somebody decides on."""
        raise NotImplementedError

    @cached_property
    def record(self):
        try:
            return self.queryset.all().get(pk=self.object_id)
        except (self.queryset.model.DoesNotExist, ValueError) as error:
            raise Http404 from error

    @property
    def hindrance(self) -> str | list[str]:
        """Why it cannot be done, which the dialog says before anybody asks; empty if it can."""
        return ""

    def clean(self):
        if hindrance := self.hindrance:
            raise ValidationError(hindrance)
        cleaned = super().clean()
        try:
            check_last_seen(self.record, cleaned.get("last_seen"), self.initial["last_seen"])
        except RecordChanged as error:
            self.data = {**self.data.dict(), "last_seen": self.initial["last_seen"]}
            raise ValidationError(str(error)) from error
        return cleaned

    def get_before_template_context(self, request, object_id=None):
        return {"form": self, "record": self.record}


def close_dialog(request, otherwise: str) -> HttpResponse:
    """The answer that closes a dialog and opens the page behind it, filters and all; if it is not known, `otherwise`.

    It is asked for anew, not reloaded: a page that answered a refused form would send that form once more.
    """
    behind = request.headers.get("HX-Current-URL", "").partition("#")[0]
    ours = url_has_allowed_host_and_scheme(behind, {request.get_host()})
    return HttpResponse(headers={"HX-Redirect": behind if behind and ours else otherwise})
