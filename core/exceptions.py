"""The error that every broken rule is a kind of, and the refusals that every app knows."""


class BusinessError(Exception):
    """A rule of the business forbids this; the message is a sentence fit to show to the person who asked."""


class RecordChanged(BusinessError):
    """Somebody else has changed the record since it was last seen."""


class RecordGone(BusinessError):
    """Somebody else has deleted the `record` (None: one of several)."""

    def __init__(self, message: str, record=None):
        super().__init__(message)
        self.record = record


class IdempotencyKeyReused(BusinessError):
    """An Idempotency-Key came with another request than the one it was first used for."""
