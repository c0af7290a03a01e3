"""What the admin pages of all apps are built on, and the pages of the records that `core` keeps itself."""

from core.admin import firm  # noqa: F401  (registers the firm's page)
from core.imports import mapping_admin, record_admin  # noqa: F401  (registers the lists of imports and layouts)
