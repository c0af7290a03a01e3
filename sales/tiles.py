"""The tiles of the landing page: figures that lead to their lists."""

from decimal import Decimal

from django.db.models import Sum
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext

from accounts.models import Customer
from core.i18n import format_count
from core.money import NOTHING, format_money, round_money
from core.recent import recent
from sales.open_items import owed_by_age


def tile(label: str, figure: int | Decimal, url: str, note: str = "", colour: str = "", note_url: str = "") -> dict:
    """A figure that leads to its list; `colour` (warning, danger) is for one that should be zero.

    A note that takes a while to be worked out is fetched from `note_url` when the page is there.
    """
    shown = format_money(figure) if isinstance(figure, Decimal) else format_count(figure)
    colour = colour if figure else ""
    return {"label": label, "figure": shown, "url": url, "note": note, "colour": colour, "note_url": note_url}


def receivables_tiles(user) -> list[dict]:
    """What customers owe in all and how much of it is overdue, for whoever may see accounts."""
    if not user.has_perm("sales.view_account"):
        return []
    balance = recent("receivables", lambda: Customer.objects.aggregate(sum=Sum("balance", default=NOTHING))["sum"])
    url, overdue = reverse("admin:accounts_who_owes"), reverse("admin:accounts_overdue")
    return [tile(gettext("Receivables"), round_money(balance), url, note_url=overdue)]


def overdue_note() -> str:
    """How much of what customers owe was due before today."""
    today = timezone.localdate()
    amount = recent(f"overdue {today}", lambda: overdue_at(today))
    return gettext("Overdue: %(amount)s") % {"amount": format_money(amount)}


def overdue_at(today) -> Decimal:
    owed = owed_by_age(today, [0, 1])  # not overdue, and by a day or more
    return sum((amount for _, age, amount in owed if age == 1), NOTHING)
