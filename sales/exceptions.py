"""What the order services refuse."""

from collections.abc import Mapping

from core.exceptions import BusinessError


class InvalidTransition(BusinessError):
    """The order's status does not allow this step."""


class InvalidOrder(BusinessError):
    """The order has no lines, or one that cannot be; the message names the line."""


class CustomerInactive(BusinessError):
    """The customer has been deactivated."""


class InvalidReturn(BusinessError):
    """Goods cannot be taken back like this: `field` says what is wrong, `items` says it by the item's place."""

    def __init__(self, message: str, *, field: str = "items", items: Mapping[int, str] | None = None):
        self.field, self.items = field, items or {}
        super().__init__(message)


class InvalidPayment(BusinessError):
    """Money cannot be recorded like this: `field` says what is wrong, `items` says it by the allocation's place."""

    def __init__(self, message: str, *, field: str = "amount", items: Mapping[int, str] | None = None):
        self.field, self.items = field, items or {}
        super().__init__(message)


class CreditLimitExceeded(BusinessError):
    """The customer would owe more than they may."""
