"""Payments over the API."""

from contextlib import contextmanager

from django.core.exceptions import ValidationError
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from ninja import Query, Router
from ninja.pagination import paginate

from accounts.models import Customer
from accounts.tokens import requires
from core.api.idempotency import idempotent
from core.api.pagination import KeysetPagination
from core.exceptions import RecordGone
from sales.exceptions import InvalidPayment
from sales.payment_models import Payment
from sales.payment_schemas import PaymentFilters, PaymentIn, PaymentOut, PaymentReversalIn
from sales.services.allocations import Allocation
from sales.services.payments import record_payment, reverse_payment

payments = Router(tags=["Payments"])


@payments.get(
    "/",
    auth=requires("sales.view_payment"),
    response=list[PaymentOut],
    summary="List payments",
    operation_id="sales_list_payments_get",
)
@paginate(KeysetPagination, orderings=("id", "paid_on", "created_at"))
def list_payments(request, filters: Query[PaymentFilters]):
    """Payments and refunds, and what they are for; the latest first."""
    return filters.filter(shown())


@payments.post(
    "/",
    auth=requires("sales.record_payment"),
    response={201: PaymentOut},
    summary="Record a payment",
    operation_id="sales_record_payment_post",
)
@idempotent(201)
def record(request, payload: PaymentIn):
    """Record what a customer has paid; `allocations` say what it is for, as far as that is open.

    Left out, the payment is for what was due first: the opening balance and the orders. A rest stays on the account.
    """
    given = payload.allocations
    allocations = None if given is None else [Allocation(part.order_id, part.amount) for part in given]
    with errors_at_fields():
        payment = record_payment(
            Customer(pk=payload.customer_id),
            payload.amount,
            payload.method,
            paid_on=payload.paid_on,
            note=payload.note,
            allocations=allocations,
            user=request.user,
        )
    return payment_out(payment.pk)


@payments.post(
    "/{int:id}/reverse/",
    auth=requires("sales.reverse_payment"),
    response=PaymentOut,
    summary="Reverse a payment",
    operation_id="sales_reverse_payment_post",
)
@idempotent(200)
def reverse(request, id: int, payload: PaymentReversalIn):
    """Take a payment back that bounced: what it was for is open again. The answer is what reverses it.

    409 if it has been reversed already, or reverses one itself.
    """
    payment = get_object_or_404(Payment, pk=id)
    return payment_out(reverse_payment(payment, payload.reason, user=request.user).pk)


def shown():
    found = Payment.objects.with_unallocated().select_related("customer", "created_by", "reversal")
    return found.prefetch_related("allocations__order")


def payment_out(pk: int) -> dict:
    return PaymentOut.from_orm(shown().get(pk=pk)).model_dump()


@contextmanager
def errors_at_fields():
    """What is wrong with a payment belongs to that field of the request (400, not 409)."""
    try:
        yield
    except InvalidPayment as error:
        raise ValidationError({error.field: str(error).splitlines()}) from error
    except RecordGone as error:
        raise ValidationError({"customer_id": _("There is no such customer.")}) from error
