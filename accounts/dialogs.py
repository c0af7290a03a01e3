"""The dialogs that admin pages open for one record."""

from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.utils.functional import cached_property
from unfold.forms import BaseDialogForm


class RecordDialogForm(BaseDialogForm):
    """A dialog about `self.record`; a record that is not there is a 404 before anything is asked."""

    queryset: QuerySet

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["_form_submitted"].label = ""
        _ = self.record

    @cached_property
    def record(self):
        try:
            return self.queryset.all().get(pk=self.object_id)
        except (self.queryset.model.DoesNotExist, ValueError) as error:
            raise Http404 from error

    def get_before_template_context(self, request, object_id=None):
        return {"form": self, "record": self.record}


def close_dialog(url: str) -> HttpResponse:
    """The answer that closes a dialog and opens this page."""
    return HttpResponse(headers={"HX-Redirect": url})
