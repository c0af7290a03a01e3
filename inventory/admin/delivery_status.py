"""Whether a delivery counts, as a coloured label."""

from django.utils.translation import gettext

from core.admin.base import badge
from inventory.delivery_models import Delivery


def status_of(delivery: Delivery) -> str:
    """Of a delivery read with what reverses it."""
    if delivery.reverses_id:
        return badge(gettext("Reversal"), "info")
    return badge(gettext("Reversed"), "danger") if delivery.reversal else badge(gettext("Received"), "success")
