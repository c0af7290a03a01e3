"""The ASGI application, for those who prefer an asynchronous server."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

application = get_asgi_application()

from config.checks import stop_on_errors  # noqa: E402  (it needs the settings)

stop_on_errors()
