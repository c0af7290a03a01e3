"""Accounts that people make for themselves, and the passwords of all who sign in to the API."""

from contextlib import suppress

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.exceptions import DuplicateUser
from accounts.models import User
from accounts.services.people import save_user
from core.api.schemas import apply_values
from core.i18n import in_firms_language


def register_for_approval(user: User, values: dict, password: str) -> dict:
    """Let a new account wait for its approval. Who has the e-mail already hears the same, and nothing is changed."""
    user.is_active, user.waiting_since = False, timezone.now()
    try:
        user = with_password(apply_values(user, values), password)
        with suppress(DuplicateUser):
            save_user(user, by=None, reason=in_firms_language(_("Registered")))
    except ValidationError as error:
        if wrong := all_but_taken(error):
            raise ValidationError(wrong) from error
        with_password(user, password)  # judged, and as slow, as if it were new
    return {"detail": gettext("Thank you. You can sign in once somebody has approved your account.")}


def all_but_taken(error: ValidationError) -> dict[str, list]:
    """What is wrong besides that somebody else has it already."""
    found = {name: [one for one in errors if one.code != "unique"] for name, errors in error.error_dict.items()}
    return {name: errors for name, errors in found.items() if errors}


def with_password(user: User, password: str, field: str = "password") -> User:
    """The user with this password set. Raises ValidationError at the field if it is too weak."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error.messages}) from error
    user.set_password(password)
    return user
