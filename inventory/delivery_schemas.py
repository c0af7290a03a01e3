"""What the API says and hears of suppliers and deliveries."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from ninja import FilterSchema, Schema
from pydantic import Field, PlainSerializer, StrictBool, model_serializer

from core.api.schemas import AuditedOut, Payload, example
from core.api.types import Day, Id, Money, full_name, money, text_type, whole
from inventory.models import MAX_QUANTITY
from inventory.visibility import may_see

MAX_LINES = 1000


def at_least_cents(cost: Decimal) -> str:
    """With four decimals only where it has them: `6.20`, `6.2005`."""
    text = f"{cost:.4f}"
    return text[:-2] if text.endswith("00") else text


UnitCost = Annotated[Decimal, PlainSerializer(at_least_cents, return_type=str)]


class SupplierOut(AuditedOut):
    id: int
    name: str
    code: str
    contact: str
    phone: str
    email: str
    address: str
    our_number: Annotated[str, Field(description="The firm's customer number at the supplier.")]
    lead_days: Annotated[int | None, Field(description="How many days an order usually takes to arrive.")]
    note: str
    is_active: bool
    created_at: datetime
    modified_at: datetime
    created_by: str | None
    modified_by: str | None


class SupplierIn(Payload):
    model_config = example({"name": "Acme GmbH", "code": "ACME", "our_number": "40017"})

    name: text_type(200, required=True)
    code: text_type(50) | None = ""
    contact: text_type(150) | None = ""
    phone: Annotated[text_type(128) | None, Field(description="With the country code.")] = ""
    email: text_type(254) | None = ""
    address: text_type(2000) | None = ""
    our_number: text_type(50) | None = ""
    lead_days: whole(0, MAX_QUANTITY, optional=True) = None
    note: text_type(2000) | None = ""


class SupplierFilters(FilterSchema):
    is_active: bool | None = None


class WithoutCosts(Schema):
    """Costs are left out for whoever may not see them."""

    @model_serializer(mode="wrap")
    def as_far_as_allowed(self, serialize, info):
        user = info.context["request"].user
        return {name: value for name, value in serialize(self).items() if may_see(user, name)}


class DeliveryItemOut(WithoutCosts):
    product_id: Annotated[int | None, Field(description="null once the product has been deleted")]
    product_name: str
    product_sku: str
    quantity: int
    unit_cost: UnitCost | None = None
    total_cost: Money | None = None


class DeliveryOut(WithoutCosts):
    id: int
    number: str
    supplier_id: int | None
    supplier: str | None
    their_reference: str
    received_on: date
    reverses_id: Annotated[int | None, Field(description="The delivery that this one takes back; it has no items.")]
    reversed_by_id: Annotated[int | None, Field(description="The delivery that takes this one back.")]
    reason: Annotated[str, Field(description="Why the other one was taken back.")]
    total_cost: Money | None = None
    created_at: datetime
    created_by: str | None
    items: list[DeliveryItemOut]

    @staticmethod
    def resolve_supplier(delivery):
        return str(delivery.supplier) if delivery.supplier else None

    @staticmethod
    def resolve_reversed_by_id(delivery):
        return delivery.reversal.pk if delivery.reversal else None

    @staticmethod
    def resolve_total_cost(delivery):
        return sum((item.total_cost for item in delivery.items.all()), Decimal("0.00"))

    @staticmethod
    def resolve_created_by(delivery):
        return full_name(delivery.created_by)


class DeliveryReceivedOut(DeliveryOut):
    warning: Annotated[
        str | None, Field(description="Products whose cost price was left: they would sell below it.")
    ] = None


class DeliveryLineIn(Payload):
    product_id: Id
    quantity: whole(1, MAX_QUANTITY)
    unit_cost: Annotated[
        money(12, decimals=4, optional=True),
        Field(description="Empty, or from somebody who may not see costs: the product's cost price."),
    ] = None


class DeliveryIn(Payload):
    model_config = example(
        {
            "supplier_id": 1,
            "their_reference": "4711",
            "received_on": "2026-11-24",
            "items": [{"product_id": 1, "quantity": 20, "unit_cost": "6.20"}],
        }
    )

    supplier_id: Id | None = None
    their_reference: Annotated[text_type(100) | None, Field(description="The number of the delivery note.")] = ""
    received_on: Annotated[Day | None, Field(description="Empty: today.")] = None
    items: Annotated[list[DeliveryLineIn], Field(min_length=1, max_length=MAX_LINES)]
    set_cost: Annotated[
        StrictBool, Field(description="Each product's cost price becomes what it cost here on average.")
    ] = True


class DeliveryFilters(FilterSchema):
    supplier_id: Id | None = None
    their_reference: text_type(100) | None = None
    received_on: Day | None = None
