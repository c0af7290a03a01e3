"""The forms of colleagues in the admin."""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.forms import AdminPasswordChangeForm, UserCreationForm

from accounts.models import User
from accounts.services.people import check_admin_remains
from core.admin.forms import ConcurrentEditForm
from core.exceptions import BusinessError
from core.images import PictureField


class StaffForm(ConcurrentEditForm):
    """A colleague has one of the staff roles, and one active admin always remains."""

    avatar = PictureField(required=False, help_text=_("JPEG, PNG or WebP."))

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        for name in {"email", "first_name"} & self.fields.keys():  # which customers may lack
            self.fields[name].required = True
        if "role" in self.fields:
            roles = [(role.value, role.label) for role in User.STAFF_ROLES]
            self.fields["role"].choices = roles if self.instance.pk else [("", gettext("Choose a role")), *roles]

    def clean(self):
        cleaned = super().clean()
        if self.instance.pk:
            role, is_active = self.instance.role, self.instance.is_active
            self.instance.role = cleaned.get("role", role)
            self.instance.is_active = cleaned.get("is_active", is_active)
            try:
                check_admin_remains(self.instance)
            except BusinessError as error:
                at = "role" if self.instance.role != User.Role.ADMIN else "is_active"
                raise ValidationError({at: str(error)}) from error
        return cleaned


class StaffCreationForm(StaffForm, UserCreationForm):
    usable_password = None  # everybody here signs in with a password

    class Meta:
        model = User
        fields = ["email"]

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.fields["email"].widget.attrs.pop("autofocus", None)
        self.initial["role"] = ""  # nobody becomes an admin by oversight


class StaffChangeForm(StaffForm):
    class Meta:
        model = User
        fields = "__all__"


class NewPasswordForm(AdminPasswordChangeForm):
    usable_password = None
