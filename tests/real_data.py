"""Public data sets, if they lie beside the project (in ../shared/data)."""

from pathlib import Path

import pytest
from django.conf import settings

FOLDER = Path(settings.BASE_DIR).parent / "shared" / "data"

needs_real_data = pytest.mark.skipif(not FOLDER.is_dir(), reason="the public data sets are not beside the project")
