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
from sales.models import Order
from sales.services.amendments import confirm_partly
from sales.services.orders import cancel_order, confirm_order, describe_lost
from sales.services.payments import sell_at_counter
from sales.step_forms import CancelOrderForm, ConfirmOrderForm, OrderStepForm

DONE = {Order.Status.CONFIRMED: _("%(order)s confirmed."), Order.Status.CANCELLED: _("%(order)s cancelled.")}
PAID = _("%(order)s confirmed and paid.")


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
    how = {name: form.cleaned_data.get(name) or "" for name in ("partly", "exceed_limit", "paid_now")}
    result = take_step(form.record, form.status, user=request.user, last_seen=form.record.modified_at, **how)
    for remark in result.remarks:
        sentence = remark if str(result.order) in remark else f"{result.order}: {remark}"
        model_admin.message_user(request, sentence, messages.WARNING if result.done else messages.ERROR)
    if result.done:
        sentence = PAID if how["paid_now"] else DONE[form.status]
        model_admin.message_user(request, sentence % {"order": result.order}, messages.SUCCESS)
    return close_dialog(request, model_admin.change_url(form.object_id))


@dataclass
class StepResult:
    """What came of confirming or cancelling an order, in words; not `done`: what hinders it."""

    order: Order
    remarks: list[str]
    done: bool = False


def take_step(
    order: Order,
    status: Order.Status,
    *,
    user: User,
    last_seen: datetime | str,
    partly: bool | str = False,
    exceed_limit: bool | str = False,
    paid_now: str = "",
) -> StepResult:
    """Confirm (`partly`: with what is there; `paid_now`: how) or cancel the order, unless a rule forbids it."""
    remarks = []
    try:
        if paid_now:
            order = sell_at_counter(order, paid_now, partly=bool(partly), user=user, last_seen=last_seen)
        elif partly:
            order = confirm_partly(order, user=user, exceed_limit=bool(exceed_limit), last_seen=last_seen)
        elif status == Order.Status.CONFIRMED:
            order = confirm_order(order, user=user, exceed_limit=bool(exceed_limit), last_seen=last_seen)
        else:
            order, lost = cancel_order(order, user=user, last_seen=last_seen)
            remarks = [describe_lost(pieces) for pieces in lost]
    except BusinessError as error:
        return StepResult(order, [str(error)])
    if partly:
        remarks = [gettext("The rest waits as %(order)s.") % {"order": rest} for rest in order.backorders.all()]
    return StepResult(order, remarks, done=True)
