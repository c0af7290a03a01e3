from django.apps import AppConfig
from django.core.signals import request_started
from django.db.models.signals import post_migrate
from django.utils.translation import gettext_lazy as _


class CoreConfig(AppConfig):
    name = "core"
    verbose_name = _("System")

    def ready(self):
        from core.admin.closed_links import close_links
        from core.admin.light_lists import lighten_lists
        from core.kept_connections import trust_connection
        from core.search_index import install_indexes

        request_started.connect(trust_connection)
        post_migrate.connect(install_indexes)
        lighten_lists()
        close_links()
