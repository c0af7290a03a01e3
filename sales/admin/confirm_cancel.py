"""Confirming and cancelling orders, from the list, the order and the dashboard.

The dialogs lead back to the page that they were opened from.
"""

from django.contrib import messages
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext_lazy
from unfold.decorators import action
from unfold.enums import ActionVariant

from core.admin.dialogs import close_dialog
from core.exceptions import BusinessError
from sales.forms import CancelOrderForm, ConfirmOrderForm
from sales.models import Order
from sales.services import cancel_order, confirm_order, describe_lost_sale

DONE = {  # what is said once it is done: to one order, to several
    Order.Status.CONFIRMED: (
        _("%(order)s confirmed."),
        ngettext_lazy("%(n)s order confirmed.", "%(n)s orders confirmed.", "n"),
    ),
    Order.Status.CANCELLED: (
        _("%(order)s cancelled."),
        ngettext_lazy("%(n)s order cancelled.", "%(n)s orders cancelled.", "n"),
    ),
}


@action(description=_("Confirm selected orders"), permissions=["confirm"])
def confirm_selected(model_admin, request, queryset):
    for_each(model_admin, request, queryset.order_by("pk"), confirm, Order.Status.CONFIRMED)


@action(description=_("Cancel selected orders"), permissions=["cancel"])
def cancel_selected(model_admin, request, queryset):
    for_each(model_admin, request, queryset.order_by("pk"), cancel, Order.Status.CANCELLED)


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
    order = form.record
    for_each(model_admin, request, [order], confirm, Order.Status.CONFIRMED, last_seen=order.modified_at)
    return close_dialog(request, model_admin.change_url(object_id))


@action(
    description=_("Cancel order"),
    icon="cancel",
    variant=ActionVariant.DANGER,
    permissions=["cancel"],
    url_path="cancel",
    dialog={
        "title": _("Cancel this order?"),
        "form_class": CancelOrderForm,
        "form_submit_text": _("Yes, cancel this order"),
    },
)
def cancel_one(model_admin, request, form, object_id):
    order = form.record
    for_each(model_admin, request, [order], cancel, Order.Status.CANCELLED, last_seen=order.modified_at)
    return close_dialog(request, model_admin.change_url(object_id))


def for_each(model_admin, request, orders, step, status: Order.Status, **options) -> None:
    """Take each order through the step, oldest first; one that refuses does not stop the others."""
    succeeded = []
    for order in orders:
        try:
            step(model_admin, request, order, **options)
            succeeded.append(order)
        except BusinessError as error:
            sentence = str(error) if str(order) in str(error) else f"{order}: {error}"
            model_admin.message_user(request, sentence, messages.ERROR)
    if succeeded:
        one, several = DONE[status]
        sentence = one % {"order": succeeded[0]} if len(succeeded) == 1 else several % {"n": len(succeeded)}
        model_admin.message_user(request, sentence, messages.SUCCESS)


def confirm(model_admin, request, order: Order, last_seen=None) -> None:
    confirm_order(order, user=request.user, last_seen=last_seen)


def cancel(model_admin, request, order: Order, last_seen=None) -> None:
    _, lost = cancel_order(order, user=request.user, last_seen=last_seen)
    for sale in lost:
        model_admin.message_user(request, f"{order}: {describe_lost_sale(sale)}", messages.WARNING)
