from django.apps import AppConfig
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("System")

    def ready(self):
        from core.admin.closed_links import close_links
        from core.admin.light_lists import lighten_lists
        from core.search_index import install_indexes

        post_migrate.connect(install_indexes)
        lighten_lists()
        close_links()
