"""What this machine has to test with."""

import os
import shutil

from django.conf import settings

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")


GETTEXT = shutil.which("xgettext")


POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
