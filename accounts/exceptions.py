"""The error that every broken rule is a kind of."""


class BusinessError(Exception):
    """A rule of the business forbids this; the message is a sentence fit to show to the person who asked."""


class LastAdmin(BusinessError):
    """Removing, demoting or deactivating this person would leave nobody who can administer the system."""


class PersonTaken(BusinessError):
    """Somebody else has the e-mail, phone number or customer code."""


class PersonGone(BusinessError):
    """Somebody else has deleted the person."""


class UserInUse(BusinessError):
    """The person stands in orders, stock changes or other records and can only be deactivated."""


class RecordChanged(BusinessError):
    """Somebody else has changed the record since it was read."""


class KeyUsedOtherwise(BusinessError):
    """An Idempotency-Key came with another request than the one it was first used for."""


class ImportOutdated(BusinessError):
    """The records are no longer what the preview of an import showed."""


class AlreadyUndone(BusinessError):
    """The import has been undone before."""
