"""The dialogs that end a stocktake without posting it, or take a posted one back."""

from django.contrib import messages
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.dialogs import ReasonField, RecordDialogForm, close_dialog
from core.exceptions import BusinessError
from core.i18n import format_change
from inventory.count_models import StockCount
from inventory.services.count_posting import check_can_reverse, reverse_count, rows_of
from inventory.services.counts import cancel_count


class CancelCountForm(RecordDialogForm):
    queryset = StockCount.objects.all()
    form_before_template = "inventory/cancel_count_dialog.html"

    def fingerprint(self) -> str:
        return self.record.modified_at.isoformat()

    @property
    def counted(self) -> int:
        return self.record.lines.filter(counted__isnull=False).count()


class ReverseCountForm(RecordDialogForm):
    """Says how many pieces move back, and asks why; what stands in the way is said at once."""

    queryset = StockCount.objects.all()
    form_before_template = "inventory/reverse_count_dialog.html"

    reason = ReasonField(help_text=_("Shown in the stock change log, e.g. “Wrong shelf”."))

    def fingerprint(self) -> str:
        return self.record.modified_at.isoformat()

    @property
    def hindrance(self) -> str:
        try:
            check_can_reverse(self.record)
        except BusinessError as error:
            return str(error)
        return ""

    @property
    def rows(self) -> list[tuple[str, str]]:
        """Each product and the pieces that it gets (or gives) back."""
        return [(f"{row.product_name} ({row.product_sku})", format_change(-row.quantity_change)) for row in self.posted]

    @property
    def posted(self):
        return rows_of(self.record)


@action(
    description=_("Cancel count"),
    icon="cancel",
    permissions=["post"],
    url_path="cancel",
    dialog={
        "title": _("Cancel this count?"),
        "form_class": CancelCountForm,
        "form_submit_text": _("Yes, cancel this count"),
    },
)
def cancel_one(model_admin, request, form, object_id):
    return done(
        model_admin, request, object_id, _("%(count)s cancelled."), lambda: cancel_count(form.record, user=request.user)
    )


@action(
    description=_("Reverse"),
    icon="undo",
    permissions=["post"],
    url_path="reverse",
    dialog={"title": _("Reverse this count?"), "form_class": ReverseCountForm, "form_submit_text": _("Reverse")},
)
def reverse_one(model_admin, request, form, object_id):
    asked = {"reason": form.cleaned_data["reason"], "last_seen": form.record.modified_at}
    return done(
        model_admin,
        request,
        object_id,
        _("%(count)s reversed."),
        lambda: reverse_count(form.record, user=request.user, **asked),
    )


def done(model_admin, request, object_id, sentence, step):
    """Take the step, and say on the page behind what came of it."""
    try:
        count = step()
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        model_admin.message_user(request, sentence % {"count": count}, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(object_id))
