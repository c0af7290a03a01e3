"""Filters of lists by people."""

from django.utils.translation import gettext_lazy as _
from unfold.contrib.filters.admin import DropdownFilter

from accounts.models import User
from core.admin.base import is_primary_key


class CreatedByFilter(DropdownFilter):
    """Who did it: one of the staff. (An autocomplete would ask for the right to see the staff list.)"""

    title, parameter_name = _("user"), "created_by"

    def lookups(self, request, model_admin):
        staff = [(user.pk, str(user)) for user in User.objects.staff().order_by()]  # few; in order, SQLite reads all
        return sorted(staff, key=lambda choice: choice[1].casefold())

    def queryset(self, request, queryset):
        return queryset.filter(created_by=self.value()) if is_primary_key(self.value()) else queryset


class WaitingFilter(DropdownFilter):
    """Customers who have registered and cannot sign in before somebody approves them."""

    title, parameter_name = _("registration"), "waiting"

    def lookups(self, request, model_admin):
        return [("yes", _("Waits for approval"))]

    def queryset(self, request, queryset):
        return queryset.filter(is_active=False).exclude(waiting_since=None) if self.value() == "yes" else queryset
