"""Is it alive, is it ready: what a watchdog and a load balancer ask, without signing in."""

import logging
import time

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from core.api.throttling import DocumentThrottle
from core.cache import cache_answers

logger = logging.getLogger(__name__)

HOLDS = 1  # second for which a good answer is given again, however many ask
RECHECK = 5  # seconds for which an answer about migrations holds while there are some to apply


class Migrations:
    """Those that are not applied. Once there are none this process asks no more: its code cannot become newer."""

    def __init__(self):
        self.asked, self.missing, self.ready_until = None, [], 0.0

    def unapplied(self) -> list[str]:
        outdated = self.missing and time.monotonic() - self.asked > RECHECK
        if self.asked is None or outdated:
            self.missing = unapplied_migrations()
            self.asked = time.monotonic()
        return self.missing


migrations = Migrations()


def unapplied_migrations() -> list[str]:
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _ in plan]


def answer(text: str, status: int = 200) -> HttpResponse:
    return HttpResponse(text, status=status, content_type="text/plain")


@never_cache
@require_safe
def healthz(request):
    """Say that the process is alive; no database, no session."""
    return answer("ok")


@never_cache
@require_safe
def readyz(request):
    """Say whether requests can be served: the database answers, and no migration is missing.

    Without the cache they can, so that is only said.
    """
    throttle = DocumentThrottle()
    if not throttle.allow_request(request):
        return answer("Too many requests.", 429)
    if time.monotonic() < migrations.ready_until:
        return answer("ok")
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        missing = migrations.unapplied()
    except DatabaseError:
        logger.exception("The database does not answer")
        return answer("The database does not answer.", 503)
    if missing:
        return answer(f"Migrations are not applied: {', '.join(missing)}.", 503)
    if cache_answers():
        migrations.ready_until = time.monotonic() + HOLDS
        return answer("ok")
    return answer("ok, but the cache does not answer: each process counts for itself")
