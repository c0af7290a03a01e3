from django.apps import AppConfig
from django.contrib.admin import apps as admin


class ConfigConfig(AppConfig):
    name = "config"
    default = True

    def ready(self):
        from config import checks  # noqa: F401  (registers them)


class BackOfficeAdminConfig(admin.AdminConfig):
    """Django's admin with our site."""

    default = False
    default_site = "core.admin_site.BackOfficeSite"
