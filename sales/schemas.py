"""What the API says and hears of orders and of the dashboard."""

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from ninja import FilterLookup, FilterSchema, Schema
from pydantic import Field, StrictBool, model_serializer, model_validator
from pydantic_core import PydanticCustomError

from core.api.schemas import AuditedOut, Payload, example
from core.api.types import Day, Id, Money, Seen, choice, full_name, money, text_type, whole
from inventory.models import MAX_QUANTITY
from sales.models import LONGEST_TEXT, TERMS, Order
from sales.return_models import OrderReturn

SEES_NOTES = "sales.view_order"
MAX_LINES = 1000
MAX_OWN_LINES = 500  # of an order that a customer places
Status = choice(Order.Status)
Amount = money(14)


class OrderItemOut(Schema):
    id: int
    product_id: Annotated[int | None, Field(description="null once the product has been deleted")]
    product_name: str
    product_sku: str
    quantity: int
    unit_price: Money
    price: Annotated[Money, Field(description="Another name of unit_price.")]
    total_price: Money

    @staticmethod
    def resolve_price(item):
        return item.unit_price


class OrderRowOut(AuditedOut):
    id: int
    order_number: str
    customer_id: int
    customer: Annotated[
        str, Field(description="The customer's company, else full name, as it was when this was agreed.")
    ]
    order_date: date
    status: str
    total_amount: Money
    revision: Annotated[int, Field(description="How often it was amended since it was confirmed.")]
    waits: Annotated[bool, Field(description="Taken beyond the stock of the day on purpose.")]
    backorder_of_id: Annotated[int | None, Field(description="The order of which this one is the rest.")]
    created_at: datetime
    modified_at: datetime
    created_by: str | None
    modified_by: str | None
    customer_reference: Annotated[str, Field(description="The number of the order at the customer's.")]
    wanted_on: date | None
    text: Annotated[str, Field(description="Printed below the lines.")]
    delivery_address: Annotated[str, Field(description="As agreed; empty: the customer's address.")]
    note: Annotated[str | None, Field(description="For colleagues; customers do not get it.")] = None

    @staticmethod
    def resolve_customer(order):
        return order.customer_name

    @model_serializer(mode="wrap")
    def as_far_as_allowed(self, serialize, info):
        shown = serialize(self)
        if not info.context["request"].user.has_perm(SEES_NOTES):
            del shown["note"]
        return shown


class OrderOut(OrderRowOut):
    items: list[OrderItemOut]


class OrderConfirmedOut(OrderOut):
    backorder_id: Annotated[int | None, Field(description="The new order with what was not there.")]


class OrderStepOut(OrderOut):
    warning: Annotated[
        str | None, Field(description="What could not be given back, because the product has been deleted.")
    ] = None


class LineIn(Payload):
    product_id: Id
    quantity: whole(1, MAX_QUANTITY)
    unit_price: Annotated[money(optional=True), Field(description="Empty: the product's selling price.")] = None
    price: Annotated[money(optional=True), Field(description="Another name of unit_price.")] = None

    @model_validator(mode="after")
    def one_price(self):
        if None not in (self.unit_price, self.price) and self.unit_price != self.price:
            raise PydanticCustomError("two_prices", _("has two different prices"))
        return self

    @property
    def asked_price(self) -> Decimal | None:
        return self.price if self.unit_price is None else self.unit_price


Lines = Annotated[list[LineIn], Field(min_length=1, max_length=MAX_LINES)]
SEED_ORDER = {
    "customer_id": 1,
    "items": [
        {"product_id": 1, "quantity": 2, "unit_price": "1200.00"},
        {"product_id": 2, "quantity": 1, "unit_price": "500.00"},
    ],
}


class TermsIn(Payload):
    """What an order says besides its lines."""

    customer_reference: text_type(100) | None = None
    wanted_on: Day | None = None
    text: text_type(LONGEST_TEXT) | None = None
    delivery_address: Annotated[text_type(LONGEST_TEXT) | None, Field(description="Empty: the customer's.")] = None
    note: Annotated[text_type(LONGEST_TEXT) | None, Field(description="For colleagues; only staff write it.")] = None

    def terms(self) -> dict:
        """What was really said; a null empties a text."""
        given = self.provided(*TERMS)
        return {name: value if name == "wanted_on" else value or "" for name, value in given.items()}


class OrderIn(TermsIn):
    model_config = example(SEED_ORDER)

    customer_id: Annotated[Id | None, Field(description="Customers may leave it out: they order for themselves.")] = (
        None
    )
    items: Lines
    beyond_stock: Annotated[StrictBool, Field(description="Staff: ask for more than there is; the order waits.")] = (
        False
    )


Exceed = Annotated[StrictBool, Field(description="Beyond the customer's credit limit; only for those who may.")]


class ConfirmIn(Payload):
    model_config = example({"partly": True})

    partly: Annotated[StrictBool, Field(description="Take what is there; the rest waits as a new order.")] = False
    exceed_limit: Exceed = False


class AmendIn(Payload):
    model_config = example({"items": SEED_ORDER["items"], "reason": "The customer rang"})

    items: Lines
    reason: text_type(255, required=True)
    exceed_limit: Exceed = False
    modified_at: Seen = None


class OrderChanges(TermsIn):
    """Either a new status, or new lines, terms or another customer for a pending order; or both."""

    model_config = example({"status": "CONFIRMED"})

    customer_id: Id | None = None
    items: Lines | None = None
    status: Status | None = None
    modified_at: Seen = None


class ReturnItemOut(Schema):
    product_id: Annotated[int | None, Field(description="null once the product has been deleted")]
    product_name: str
    product_sku: str
    quantity: int
    restocked: Annotated[bool, Field(description="Back on the shelf; else it went to the bin.")]
    credit: Money


class ReturnOut(Schema):
    id: int
    number: str
    order_id: int
    reason: str
    details: str
    credit: Money
    created_at: datetime
    created_by: str | None
    items: list[ReturnItemOut]

    @staticmethod
    def resolve_created_by(order_return):
        return full_name(order_return.created_by)


class AccountEntryOut(Schema):
    id: int
    kind: str
    amount: Annotated[Money, Field(description="Positive: the customer owes so much more.")]
    balance_after: Money
    reference: Annotated[str, Field(description="The number of the order or payment; empty: neither.")]
    text: str
    due_on: date | None
    created_at: datetime


class ReturnItemIn(Payload):
    product_id: Id
    quantity: whole(1, MAX_QUANTITY)
    restocked: Annotated[StrictBool, Field(description="false: it goes to the bin.")] = True
    credit: Annotated[money(14, optional=True), Field(description="Empty: what was paid for the pieces.")] = None


class ReturnIn(Payload):
    model_config = example(
        {
            "reason": "DAMAGED",
            "items": [
                {"product_id": 1, "quantity": 1, "restocked": True},
                {"product_id": 1, "quantity": 1, "restocked": False, "credit": "8.00"},
            ],
        }
    )

    reason: choice(OrderReturn.Reason)
    details: Annotated[text_type(255), Field(description="Required with OTHER.")] = ""
    items: Annotated[list[ReturnItemIn], Field(min_length=1, max_length=MAX_LINES)]


class OrderFilters(FilterSchema):
    status: Status | None = None
    customer: Annotated[Id | None, FilterLookup("customer_id")] = None
    customer_id: Id | None = None
    order_date: Day | None = None
    order_date_from: Annotated[Day | None, FilterLookup("order_date__gte")] = None
    order_date_to: Annotated[Day | None, FilterLookup("order_date__lte"), Field(description="Included.")] = None
    min_total: Annotated[Amount | None, FilterLookup("total_amount__gte")] = None
    min_amount: Annotated[Amount | None, FilterLookup("total_amount__gte"), Field(description="As min_total.")] = None
    max_total: Annotated[Amount | None, FilterLookup("total_amount__lte")] = None
    max_amount: Annotated[Amount | None, FilterLookup("total_amount__lte"), Field(description="As max_total.")] = None
    search: Annotated[
        text_type(200) | None, Field(description="Words in order number, customer's company, name or e-mail.")
    ] = None

    def filter_search(self, value):
        return Order.objects.with_words((value or "").split())


class LowProductOut(Schema):
    id: int
    sku: str
    name: str
    stock_qty: int


class InsightsOut(Schema):
    date: Annotated[date, Field(description="Today, in the firm's time zone.")]
    total_customers: Annotated[int, Field(description="Active ones.")]
    total_sales_today: Annotated[Money, Field(description="Orders confirmed today and not cancelled since.")]
    pending_orders_count: int
    low_stock_count: Annotated[int, Field(description="Products that are low but not out.")]
    out_of_stock_count: int
    low_stock_products: Annotated[
        list[LowProductOut], Field(description="The ten of which there is least, out of stock included.")
    ]
