"""Confirming and cancelling one order, from the list, the order and the dashboard; several: bulk_steps.py.

The dialogs lead back to the page that they were opened from.
"""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import action
from unfold.enums import ActionVariant

from accounts.models import User
from core.admin.dialogs import close_dialog
from core.exceptions import BusinessError
from sales.forms import CancelOrderForm, ConfirmOrderForm, OrderStepForm
from sales.models import Order
from sales.services.amendments import confirm_partly
from sales.services.orders import cancel_order, confirm_order, describe_lost

DONE = {Order.Status.CONFIRMED: _("%(order)s confirmed."), Order.Status.CANCELLED: _("%(order)s cancelled.")}


@action(
    description=_("Confirm"),
    icon="check_circle",
    variant=ActionVariant.PRIMARY,
    permissions=["confirm"],
    url_path="confirm",
    dialog={
        "title": _("Confirm this order?"),
        "form_class": ConfirmOrderForm,
        "form_submit_text": _("Confirm order"),
    },
)
def confirm_one(model_admin, request, form, object_id):
    return answer_dialog(model_admin, request, form)


@action(
    description=_("Cancel order"),
    icon="cancel",
    permissions=["cancel"],
    url_path="cancel",
    dialog={
        "title": _("Cancel this order?"),
        "form_class": CancelOrderForm,
        "form_submit_text": _("Yes, cancel this order"),
    },
)
def cancel_one(model_admin, request, form, object_id):
    return answer_dialog(model_admin, request, form)


def answer_dialog(model_admin, request, form: OrderStepForm):
    """Take the order through the step as the dialog showed it, and say what came of it on the page behind."""
    partly = form.cleaned_data.get("partly", False)
    result = take_step(form.record, form.status, user=request.user, last_seen=form.record.modified_at, partly=partly)
    for remark in result.remarks:
        sentence = remark if str(result.order) in remark else f"{result.order}: {remark}"
        model_admin.message_user(request, sentence, messages.WARNING if result.done else messages.ERROR)
    if result.done:
        model_admin.message_user(request, DONE[form.status] % {"order": result.order}, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(form.object_id))


@dataclass
class StepResult:
    """What came of confirming or cancelling an order, in words; not `done`: what hinders it."""

    order: Order
    remarks: list[str]
    done: bool = False


def take_step(
    order: Order, status: Order.Status, *, user: User, last_seen: datetime | str, partly: bool = False
) -> StepResult:
    """Confirm (`partly`: with what is there) or cancel the order, unless a rule forbids it."""
    lost = []
    try:
        if partly:
            order = confirm_partly(order, user=user, last_seen=last_seen)
            waiting = [gettext("The rest waits as %(order)s.") % {"order": rest} for rest in order.backorders.all()]
            return StepResult(order, waiting, done=True)
        if status == Order.Status.CONFIRMED:
            order = confirm_order(order, user=user, last_seen=last_seen)
        else:
            order, lost = cancel_order(order, user=user, last_seen=last_seen)
    except BusinessError as error:
        return StepResult(order, [str(error)])
    return StepResult(order, [describe_lost(pieces) for pieces in lost], done=True)
