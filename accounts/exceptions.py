"""The error that every broken rule is a kind of."""

from core.exceptions import BusinessError


class LastAdmin(BusinessError):
    """Removing, demoting or deactivating this person would leave nobody who can administer the system."""


class DuplicateUser(BusinessError):
    """Somebody else has the e-mail or customer code."""


class UserInUse(BusinessError):
    """The person stands in orders, stock changes or other records and can only be deactivated."""


class CustomerMerged(BusinessError):
    """The record has gone into another one and stays deactivated."""


class CannotMerge(BusinessError):
    """These two records cannot become one."""


class BalanceTooLarge(BusinessError):
    """An account cannot hold so much."""
