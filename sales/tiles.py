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
from sales.open_items import open_items


def tile(label: str, figure: int | Decimal, url: str, note: str = "", colour: str = "") -> dict:
    """A figure that leads to its list; `colour` (warning, danger) is for one that should be zero."""
    shown = format_money(figure) if isinstance(figure, Decimal) else format_count(figure)
    return {"label": label, "figure": shown, "url": url, "note": note, "colour": colour if figure else ""}


def receivables_tiles(user) -> list[dict]:
    """What customers owe in all and how much of it is overdue, for whoever may see accounts."""
    if not user.has_perm("sales.view_account"):
        return []
    today = timezone.localdate()
    owed = recent(f"receivables {today}", lambda: receivables(today))
    note = gettext("Overdue: %(amount)s") % {"amount": format_money(owed["overdue"])}
    return [tile(gettext("Receivables"), owed["balance"], reverse("admin:accounts_who_owes"), note)]


def receivables(today) -> dict[str, Decimal]:
    """The sum of all balances, and of what is open and was due before today. Two queries."""
    overdue = sum((item.amount for item in open_items() if item.amount > 0 and item.due_on < today), NOTHING)
    balance = Customer.objects.aggregate(sum=Sum("balance", default=NOTHING))["sum"]
    return {"balance": round_money(balance), "overdue": overdue}
