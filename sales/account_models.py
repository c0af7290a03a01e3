"""The runs of `check_accounts`."""

from django.db import models

from core.ledger_check import LedgerCheck


class AccountCheck(LedgerCheck):
    """One run of `check_accounts`: when, over how much, and the first thing that was wrong, if anything was."""

    customers = models.PositiveIntegerField()
    entries = models.PositiveIntegerField()

    class Meta:
        ordering = ["-id"]
        default_permissions = ()
        permissions = [
            ("view_account", "Can see what customers owe"),
            ("exceed_credit", "Can confirm and amend beyond the credit limit"),
        ]

    def __str__(self):
        return self.problem or f"{self.entries} account entries proved"
