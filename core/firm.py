"""The firm itself, as its papers and pages name it: what its page in the admin says, else the environment."""

from typing import Any

from asgiref.local import Local
from django.conf import settings
from django.core.signals import request_finished, request_started
from django.db import transaction

from core.concurrency import lock_record
from core.images import delete_image_on_commit
from core.models import Firm

_known = Local()  # the stored record, read once a request


def current_firm() -> Firm:
    """The firm's own record, or one that says nothing."""
    if not hasattr(_known, "firm"):
        _known.firm = Firm.objects.filter(pk=Firm.ID).first() or Firm(pk=Firm.ID)
    return _known.firm


def forget_firm(**kwargs) -> None:
    """Let the next question about the firm be asked of the database."""
    if hasattr(_known, "firm"):
        del _known.firm


request_started.connect(forget_firm)
request_finished.connect(forget_firm)


def currency() -> str:
    """The currency of all amounts, an ISO 4217 code."""
    return current_firm().currency or settings.CURRENCY


def firm_name() -> str:
    return current_firm().name or settings.FIRM_NAME


def firm_address() -> str:
    return current_firm().address or settings.FIRM_ADDRESS


@transaction.atomic
def save_firm(firm: Firm, *, user: Any) -> Firm:
    """Save what was changed; the file of a logo that is replaced goes. Raises RecordGone if there is no such record."""
    stored = lock_record(firm)
    if firm.logo != stored.logo:
        delete_image_on_commit(stored.logo)
    firm.stamp(user)
    firm.save()
    transaction.on_commit(forget_firm)
    return firm
