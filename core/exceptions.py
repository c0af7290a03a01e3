"""The error that every broken rule is a kind of, and the refusals that every app knows."""


class BusinessError(Exception):
    """A rule of the business forbids this; the message is a sentence fit to show to the person who asked."""


class RecordChanged(BusinessError):
    """Somebody else has changed the record since it was read."""


class IdempotencyKeyReused(BusinessError):
    """An Idempotency-Key came with another request than the one it was first used for."""
