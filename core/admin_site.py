"""The admin's site: unfold's, whose autocomplete boxes say more of a record than its name."""

from django.conf import settings
from django.contrib.admin.views.autocomplete import AutocompleteJsonView
from django.shortcuts import redirect
from unfold.sites import UnfoldAdminSite

from core.firm import firm_name  # asked by the sign-in page alone


class Suggestions(AutocompleteJsonView):
    """Each suggestion may have a `detail`: what its admin's `suggestion_detail(record)` says beside the name."""

    def serialize_result(self, obj, to_field_name):
        detail = getattr(self.model_admin, "suggestion_detail", lambda record: "")
        return {"id": str(getattr(obj, to_field_name)), "text": str(obj), "detail": detail(obj)}


class BackOfficeSite(UnfoldAdminSite):
    def each_context(self, request):
        sign_in = {"firm_name": firm_name, "can_send_email": bool(settings.EMAIL_URL)}
        return {**super().each_context(request), **sign_in}

    def index(self, request, extra_context=None):
        """The dashboard; whoever has none begins on the first page of the sidebar that is theirs."""
        items = [item for group in self.get_sidebar_list(request) for item in group["items"] if item["has_permission"]]
        if items and str(items[0]["link"]) != request.path:
            return redirect(str(items[0]["link"]))
        return super().index(request, extra_context)

    def autocomplete_view(self, request):
        return Suggestions.as_view(admin_site=self)(request)
