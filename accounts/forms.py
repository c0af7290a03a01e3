"""Signing in."""

from unfold.forms import AuthenticationForm


class SignInForm(AuthenticationForm):
    """The admin's sign-in, in words for people."""

    error_messages = {
        "invalid_login": "This e-mail and password do not belong to an active member of staff. Please try again.",
        "inactive": "This account has been deactivated.",
    }
