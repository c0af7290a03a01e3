"""What the API says and hears of payments."""

from datetime import date, datetime
from typing import Annotated

from ninja import FilterLookup, FilterSchema, Schema
from pydantic import Field

from core.api.schemas import Payload, example
from core.api.types import Day, Id, Money, choice, full_name, money, text_type
from sales.payment_models import Payment

MAX_ALLOCATIONS = 1000


class AllocationOut(Schema):
    order_id: Annotated[int | None, Field(description="null: the opening balance")]
    order_number: str | None
    amount: Annotated[Money, Field(description="Negative: paid back, or the opposite of one that was changed.")]

    @staticmethod
    def resolve_order_number(allocation):
        return allocation.order.order_number if allocation.order else None


class PaymentOut(Schema):
    id: int
    number: str
    customer_id: int
    customer: str
    direction: Annotated[str, Field(description="IN, or OUT: a refund, or what reverses a payment")]
    method: str
    amount: Money
    unallocated: Annotated[Money, Field(description="For nothing yet; stays on the account.")]
    paid_on: date
    note: str
    reverses_id: Annotated[int | None, Field(description="The payment that this one reverses.")]
    reversed_by_id: Annotated[int | None, Field(description="The payment that reverses this one.")]
    created_at: datetime
    created_by: str | None
    allocations: list[AllocationOut]

    @staticmethod
    def resolve_customer(payment):
        return str(payment.customer)

    @staticmethod
    def resolve_created_by(payment):
        return full_name(payment.created_by)

    @staticmethod
    def resolve_reversed_by_id(payment):
        return payment.reversal.pk if hasattr(payment, "reversal") else None


class AllocationIn(Payload):
    order_id: Annotated[Id | None, Field(description="null: the opening balance")] = None
    amount: money(14)


class PaymentIn(Payload):
    model_config = example(
        {
            "customer_id": 1,
            "amount": "300.00",
            "method": "TRANSFER",
            "paid_on": "2026-11-24",
            "note": "Invoice 4711",
            "allocations": [{"order_id": None, "amount": "100.00"}, {"order_id": 1, "amount": "200.00"}],
        }
    )

    customer_id: Id
    amount: money(14)
    method: choice(Payment.Method)
    paid_on: Annotated[Day | None, Field(description="What the bank says; empty: today.")] = None
    note: text_type(255) = ""
    allocations: Annotated[
        list[AllocationIn] | None,
        Field(max_length=MAX_ALLOCATIONS, description="Left out: what was due first. A rest stays on the account."),
    ] = None


class PaymentReversalIn(Payload):
    model_config = example({"reason": "The transfer bounced"})

    reason: text_type(255, required=True)


class PaymentFilters(FilterSchema):
    customer_id: Id | None = None
    method: choice(Payment.Method) | None = None
    direction: choice(Payment.Direction) | None = None
    paid_on_from: Annotated[Day | None, FilterLookup("paid_on__gte")] = None
    paid_on_to: Annotated[Day | None, FilterLookup("paid_on__lte"), Field(description="Included.")] = None
