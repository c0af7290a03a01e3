"""What the order services refuse."""

from core.exceptions import BusinessError


class InvalidTransition(BusinessError):
    """The order's status does not allow this step."""


class InvalidOrder(BusinessError):
    """The order has no lines, or one that cannot be; the message names the line."""


class CustomerInactive(BusinessError):
    """The customer has been deactivated."""
