"""The WSGI application that gunicorn serves."""

import os
import re

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

django_application = get_wsgi_application()

from config.checks import stop_on_errors  # noqa: E402  (it needs the settings)

stop_on_errors()


def application(environ, start_response):
    environ["CONTENT_TYPE"] = plain_content_type(environ.get("CONTENT_TYPE", ""))
    return django_application(environ, start_response)


def plain_content_type(header: str) -> str:
    """The media type and the boundary of a form, nothing else.

    Everything we are sent is UTF-8, and a charset like rot13 makes Django fail before any of our code is reached.
    """
    kind = re.match(r"[^;]*", header)[0].strip()
    boundary = re.search(r";\s*boundary=(\"[^\"]*\"|[^;\s]+)", header, re.IGNORECASE)
    return f"{kind}; boundary={boundary[1]}" if boundary else kind
