"""Every address of the system."""

from django.conf import settings
from django.conf.urls.static import static as serve_uploads
from django.contrib import admin
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.views.generic import RedirectView

from accounts.password_reset import Forgotten, SetPassword
from accounts.profile import profile
from config.api import api
from config.api_errors import unknown_route
from config.health import healthz, readyz
from config.openapi import redoc
from inventory.admin.stock_at import stock_at
from sales.admin.to_pack import all_packing_slips, packing_slip, to_pack
from sales.search import search


def favicon(request):
    return redirect(static("core/favicon.svg"))


handler500 = "config.middleware.database_unavailable.server_error"

admin.site.index_title = _("Dashboard")

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("favicon.ico", favicon),
    path("admin/search/", admin.site.admin_view(search)),  # in place of unfold's
    path("admin/profile/", admin.site.admin_view(profile), name="profile"),
    path("admin/password-reset/", Forgotten.as_view(), name="forgotten_password"),
    path("admin/password-reset/<uidb64>/<token>/", SetPassword.as_view(), name="set_forgotten_password"),
    path("admin/stock-at/", admin.site.admin_view(stock_at), name="stock_at"),
    path("admin/to-pack/", admin.site.admin_view(to_pack), name="to_pack"),
    path("admin/to-pack/slips/", admin.site.admin_view(all_packing_slips), name="all_packing_slips"),
    path("admin/to-pack/<int:pk>/", admin.site.admin_view(packing_slip), name="packing_slip"),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),  # the language menu posts there
    path("api/redoc/", redoc, name="redoc"),
    path("api/", api.urls),
    re_path("^api/", unknown_route),
    path("healthz/", healthz, name="healthz"),
    path("readyz/", readyz, name="readyz"),
    *serve_uploads(settings.MEDIA_URL, document_root=settings.MEDIA_ROOT),
]
