"""`manage.py clear_expired`: throw away what nobody can use any more. To be run once a day."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from ninja_jwt.token_blacklist.models import OutstandingToken

from accounts.lockout import delete_expired_attempts
from core.api.idempotency import delete_expired_keys


class Command(BaseCommand):
    help = "Delete expired API tokens and sessions, idempotency keys older than 24 hours and old failed sign-ins."

    def handle(self, **options):
        tokens = OutstandingToken.objects.filter(expires_at__lte=timezone.now()).count()
        call_command("flushexpiredtokens")
        keys = delete_expired_keys()
        attempts = delete_expired_attempts()
        call_command("clearsessions")
        self.stdout.write(
            f"Deleted {tokens} expired tokens, {keys} idempotency keys and {attempts} failed sign-ins; "
            "cleared expired sessions."
        )
