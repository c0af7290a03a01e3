"""The dialog that changes the note and the wanted day of an order, whatever its status."""

from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action

from core.admin.dialogs import close_dialog
from core.exceptions import BusinessError
from sales.services.terms import annotate_order as annotate
from sales.step_forms import AnnotateForm


@action(
    description=_("Note"),
    icon="sticky_note_2",
    permissions=["annotate"],
    url_path="annotate",
    dialog={"title": _("Note for colleagues"), "form_class": AnnotateForm, "form_submit_text": _("Save the note")},
)
def annotate_order(model_admin, request, form, object_id):
    order, chosen = form.record, form.cleaned_data
    try:
        annotate(
            order,
            note=chosen["note"],
            wanted_on=chosen["wanted_on"],
            user=request.user,
            last_seen=order.modified_at,
        )
    except BusinessError as error:
        model_admin.message_user(request, str(error), messages.ERROR)
    else:
        model_admin.message_user(
            request, gettext("The note of %(order)s is saved.") % {"order": order}, messages.SUCCESS
        )
    return close_dialog(request, model_admin.change_url(object_id))
