"""What this machine has to test with."""

import os
import shutil

from django.conf import settings

BROWSERS = ["chromium-headless-shell", "chromium", "chromium-browser"]
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)


GETTEXT = shutil.which("xgettext")


POSTGRESQL = settings.DATABASES["default"]["ENGINE"].endswith("postgresql")
