"""One's own profile in the admin: whoever is signed in changes themselves there, and nobody else."""

from django.contrib import admin, messages
from django.db import transaction
from django.http import HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods
from unfold.widgets import UnfoldAdminTextInputWidget

from accounts.models import User
from accounts.roles import require
from accounts.services.people import lock_people, save_user
from core.admin.forms import ConcurrentEditForm
from core.exceptions import BusinessError
from core.images import PictureField


class ProfileForm(ConcurrentEditForm):
    avatar = PictureField(label=_("Picture"), required=False, help_text=_("JPEG, PNG or WebP."))

    class Meta:
        model = User
        fields = ["first_name", "last_name", "phone", "avatar"]
        widgets = dict.fromkeys(("first_name", "last_name", "phone"), UnfoldAdminTextInputWidget)

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["first_name"].required = True  # a customer may be a firm, a colleague is not


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request):
    """The form with one's own name, phone number and picture."""
    require(request, "accounts.change_own_profile")
    form = change_profile(request) if request.method == "POST" else ProfileForm(instance=request.user)
    if form.is_bound and form.is_valid():
        messages.success(request, gettext("Your profile was saved."))
        return HttpResponseRedirect(reverse("profile"))
    context = {**admin.site.each_context(request), "title": gettext("My profile"), "form": form, "media": form.media}
    return TemplateResponse(request, "accounts/profile.html", context)


@transaction.atomic
def change_profile(request) -> ProfileForm:
    """The form that was sent, saved if it is valid; locked first, so that what it is compared with stays so."""
    lock_people(request.user)
    user = User.objects.get(pk=request.user.pk)
    form = ProfileForm(request.POST, request.FILES, instance=user)
    if form.is_valid():
        try:
            save_user(user, by=user)
        except BusinessError as error:
            form.add_error(None, str(error))
    return form
