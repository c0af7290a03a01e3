"""`manage.py check_accounts`: prove that what every customer owes is what their account and their orders say."""

from django.core.management.base import BaseCommand, CommandError

from sales.account_check import check_accounts


class Command(BaseCommand):
    help = (
        "Check for every customer that the balance is the sum of the account's entries, that each entry starts where "
        "the one before it ended, and that none has been changed or erased; and for every order that its entries are "
        "what it came to, less what was credited. Prints the head of the accounts: whoever has written one down sees "
        "whether they are still the same. Exit status 1 and the first bad entry otherwise. The dashboard shows the "
        "outcome."
    )

    def handle(self, **options):
        check = check_accounts()
        if check.problem:
            raise CommandError(check.problem)
        self.stdout.write(f"Accounts are proved: {check.customers} customers, {check.entries} account entries.")
        self.stdout.write(f"Head of the accounts, to be written down elsewhere: {check.head}")
