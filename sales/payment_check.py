"""The proof that every payment is in the account as it was recorded, and is for no more than was paid."""

from django.db.models import Case, Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, When
from django.db.models.functions import Coalesce, Round
from django.utils.translation import gettext_lazy as _

from accounts.account_models import AccountEntry
from core.i18n import in_firms_language
from core.money import NOTHING, format_amount
from sales.merging import called
from sales.payment_models import Payment
from sales.querysets import MONEY

Kind = AccountEntry.Kind
OF_PAYMENTS = [Kind.PAYMENT, Kind.REFUND, Kind.REVERSAL]


def wrong_payment() -> str:
    """What is wrong with the first payment that is not as it should be; empty if all are right."""
    if wrong := with_sums().exclude(posted=F("due")).first():
        said = _("%(customer)s: the account entries of %(payment)s come to %(sum)s, but the payment to %(due)s.")
        return describe(said, wrong, sum=format_amount(wrong.posted), due=format_amount(wrong.due))
    if wrong := with_sums().filter(Q(put__lt=0) | Q(put__gt=F("amount"))).first():
        said = _("%(customer)s: %(payment)s of %(amount)s is for %(put)s.")
        return describe(said, wrong, amount=format_amount(wrong.amount), put=format_amount(wrong.put))
    known = Exists(Payment.objects.filter(number=OuterRef("reference")).order_by())
    lost = AccountEntry.objects.filter(~known, kind__in=OF_PAYMENTS).select_related("customer").order_by("pk").first()
    if lost is None:
        return ""
    said = _("%(customer)s: account entry %(number)s is of a payment that does not exist: %(payment)s.")
    return describe(said, lost, number=lost.pk, payment=lost.reference)


def with_sums() -> QuerySet:
    """Payments with what was `posted` for them, what that should be (`due`), and how much is `put` somewhere."""
    entries = AccountEntry.objects.filter(reference=OuterRef("number"), kind__in=OF_PAYMENTS).order_by()
    posted = Subquery(entries.values("reference").annotate(sum=Sum("amount")).values("sum"))
    parts = Payment.allocations.rel.related_model.objects.filter(payment=OuterRef("pk")).order_by()
    put = Coalesce(Subquery(parts.values("payment").annotate(sum=Sum("amount")).values("sum")), NOTHING)
    signed = Case(When(direction="IN", then=put), default=-put, output_field=MONEY)
    return (
        Payment.objects.select_related("customer")
        .order_by("pk")
        .annotate(
            posted=Round(Coalesce(posted, NOTHING, output_field=MONEY), 2, output_field=MONEY),
            due=Case(When(direction="IN", then=-F("amount")), default=F("amount"), output_field=MONEY),
            put=Round(signed, 2, output_field=MONEY),
        )
    )


def describe(said, record, **figures) -> str:
    named = {"customer": called(record.customer), "payment": record, **figures}
    return in_firms_language(said) % named
