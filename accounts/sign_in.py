"""Signing in, and the form that notices when somebody else was faster."""

from django.contrib.auth.signals import user_login_failed
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from unfold.forms import AuthenticationForm

from accounts import lockout
from core.api.throttling import SignInThrottle


class SignInForm(AuthenticationForm):
    """The admin's sign-in, in words for people."""

    error_messages = {
        "invalid_login": _("This e-mail and password do not belong to an active member of staff. Please try again."),
        "inactive": _("This account has been deactivated."),
    }

    def clean(self):
        throttle = SignInThrottle()
        if not throttle.allow_request(self.request):
            lockout.deny_sign_in(self.request, throttle.wait())
            raise self.get_invalid_login_error()
        if lock := lockout.account_lockout(self.request, self.cleaned_data.get("username") or ""):
            lockout.deny_sign_in(self.request, lock.wait)
            raise self.get_invalid_login_error()
        return super().clean()

    def confirm_login_allowed(self, user):
        """A customer's right password is a failure here like a wrong one: what happens tells nobody which it was."""
        try:
            super().confirm_login_allowed(user)
        except ValidationError:
            user_login_failed.send(__name__, credentials={"username": user.email}, request=self.request)
            raise self.get_invalid_login_error() from None

    def get_invalid_login_error(self):
        lock = lockout.current_lockout(self.request)
        return ValidationError(lock.sentence, code="locked") if lock else super().get_invalid_login_error()
