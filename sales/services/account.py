"""What orders do to the account of their customer, and whether the customer may owe so much.

The customer is locked by then, before any product: who has them at hand passes them on, else `post_order` locks them
again, which costs one short query.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from accounts.models import Customer, User
from accounts.services.account import NewEntry, post_entries
from core.i18n import in_firms_language
from core.money import NOTHING, format_amount
from sales.exceptions import CreditLimitExceeded
from sales.models import Order
from sales.return_models import ReturnItem

Kind = AccountEntry.Kind


def post_order(
    order: Order,
    kind: Kind,
    amount: Decimal,
    *,
    user: User | None,
    text: str = "",
    due_on: date | None = None,
    at: datetime | None = None,
    customer: Customer | None = None,
) -> None:
    """Post to the customer's account what a step of the order makes them owe more (or less).

    `customer`: the order's, if this transaction has locked them and not posted to their account since.
    """
    entry = NewEntry(order.customer_id, kind, amount, order.order_number, text, due_on)
    post_entries([entry], user=user, at=at, locked={customer.pk: customer} if customer else None)


def post_cancellation(order: Order, *, user: User | None, at: datetime | None) -> None:
    """Nothing is owed any more but what returns were credited too little for: a fee that was kept."""
    back = ReturnItem.objects.filter(order_return__order=order).line_value()
    post_order(order, Kind.CANCELLATION, back - order.total_amount, user=user, at=at)


def due_day(order: Order, customer: Customer) -> date:
    """Until when a confirmed order is to be paid: so many days after the day of its confirmation in TIME_ZONE."""
    days = settings.PAYMENT_DAYS if customer.payment_days is None else customer.payment_days
    return timezone.localdate(order.confirmed_at) + timedelta(days=days)


@dataclass(frozen=True)
class Excess:
    """More than a customer may owe, in words: `Acme owes 900.00 of 1,000.00; this order adds 250.00.`"""

    customer: Customer
    owed: Decimal
    amount: Decimal

    def __str__(self):
        balance, limit = self.owed, self.customer.credit_limit or Decimal(0)
        if balance < 0:
            sentence = gettext(
                "%(customer)s has a credit of %(balance)s and may owe %(limit)s; this order adds %(amount)s."
            )
        else:
            sentence = gettext("%(customer)s owes %(balance)s of %(limit)s; this order adds %(amount)s.")
        return sentence % {
            "customer": self.customer,
            "balance": format_amount(abs(balance)),
            "limit": format_amount(limit),
            "amount": format_amount(self.amount),
        }


def find_excess(customer: Customer, amount: Decimal, *, besides: Decimal = NOTHING) -> Excess | None:
    """What to say if owing so much more is more than the customer may owe; `besides`: what orders that are to be
    confirmed before add to the balance."""
    limit, owed = customer.credit_limit, customer.balance + besides
    return Excess(customer, owed, amount) if limit is not None and 0 < amount > limit - owed else None


def check_credit(customer: Customer, amount: Decimal, *, exceed_limit: bool) -> str:
    """Raise CreditLimitExceeded if the locked customer would owe more than they may.

    If that is wanted (`exceed_limit`), returns instead what the order's history says of it, in the firm's language.
    """
    excess = find_excess(customer, amount)
    if excess and not exceed_limit:
        raise CreditLimitExceeded(str(excess))
    said = in_firms_language(_("Credit limit exceeded: %(sentence)s"))
    return said % {"sentence": in_firms_language(excess)} if excess else ""
