"""`manage.py doctor`: is everything as it should be?"""

from django.core.management.base import BaseCommand, CommandError

from config.doctor import Level, diagnose


class Command(BaseCommand):
    help = (
        "Look at migrations, the stock, the orders, uploads, settings, the last backup and the disk; "
        "a line each: ok, warning or problem. Changes nothing. Exit status 1 if there is a problem."
    )
    requires_system_checks = []

    def handle(self, **options):
        styles = {Level.OK: self.style.SUCCESS, Level.WARNING: self.style.WARNING, Level.PROBLEM: self.style.ERROR}
        problems = 0
        for finding in diagnose():
            self.stdout.write(str(finding), styles[finding.level])
            problems += finding.level == Level.PROBLEM
        if problems:
            raise CommandError(f"{problems} problem{'' if problems == 1 else 's'} found.")
