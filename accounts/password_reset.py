"""A forgotten password: a colleague gets a link by e-mail that lets them set a new one, once and for some days.

Whether somebody has this e-mail address is told to nobody; each address may ask as often as it may sign in.
"""

from django.conf import settings
from django.contrib import admin, messages
from django.contrib.auth import views
from django.contrib.auth.forms import PasswordResetForm, SetPasswordForm
from django.http import Http404, HttpResponseRedirect
from django.urls import reverse_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminPasswordWidget

from accounts.models import User
from accounts.services.people import save_user
from core.api.throttling import SignInThrottle
from core.i18n import in_firms_language


class ForgottenForm(PasswordResetForm):
    """Colleagues only: customers have no page to sign in to."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget = UnfoldAdminEmailInputWidget(attrs={"autocomplete": "email", "autofocus": True})

    def get_users(self, email):
        return User.objects.staff().active().filter(email__iexact=email)


class NewPasswordForm(SetPasswordForm):
    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget = UnfoldAdminPasswordWidget(attrs={"autocomplete": "new-password"})

    def save(self, commit=True):
        self.user.set_password(self.cleaned_data["new_password1"])
        return save_user(self.user, by=self.user, reason=in_firms_language(_("Password set by e-mail")))


class InAdminsDress:
    """A page for whoever is not signed in, with what the admin's layout needs."""

    def get_context_data(self, **kwargs):
        return {**admin.site.each_context(self.request), **super().get_context_data(**kwargs)}


class Forgotten(InAdminsDress, views.PasswordResetView):
    """Ask for the link. There is no such page where no e-mail can be sent."""

    form_class = ForgottenForm
    template_name = "accounts/password_reset.html"
    email_template_name = "accounts/password_reset_email.txt"
    subject_template_name = "accounts/password_reset_subject.txt"
    success_url = reverse_lazy("admin:login")
    extra_context = {"title": _("Forgotten password"), "button": _("Send me a link")}

    def dispatch(self, *args, **kwargs):
        if not settings.EMAIL_URL:
            raise Http404
        return super().dispatch(*args, **kwargs)

    def form_valid(self, form):
        if SignInThrottle().allow_request(self.request):
            super().form_valid(form)
        sentence = gettext("If this is the e-mail of a colleague, a link to set a new password is on its way.")
        messages.info(self.request, sentence)
        return HttpResponseRedirect(self.get_success_url())


class SetPassword(InAdminsDress, views.PasswordResetConfirmView):
    form_class = NewPasswordForm
    template_name = "accounts/password_reset.html"
    success_url = reverse_lazy("admin:login")
    extra_context = {"button": _("Set the password")}

    def form_valid(self, form):
        response = super().form_valid(form)
        messages.success(self.request, gettext("Your new password is set. You can sign in with it now."))
        return response
