"""`manage.py clear_expired`: throw away what nobody can use any more. To be run once a day."""

from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.utils import timezone
from ninja_jwt.token_blacklist.models import OutstandingToken

from accounts.idempotency import forget_expired


class Command(BaseCommand):
    help = "Delete expired API tokens, idempotency keys older than 24 hours and expired sessions."

    def handle(self, **options):
        tokens = OutstandingToken.objects.filter(expires_at__lte=timezone.now()).count()
        call_command("flushexpiredtokens")
        keys = forget_expired()
        call_command("clearsessions")
        self.stdout.write(f"Deleted {tokens} expired tokens and {keys} idempotency keys; cleared expired sessions.")
