"""What the API says and hears of products and stock changes."""

from datetime import date, datetime
from typing import Annotated

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from ninja import FilterLookup, FilterSchema, Schema
from pydantic import AfterValidator, Field, StrictBool, field_validator, model_serializer

from core.api.schemas import AuditedOut, Payload, example
from core.api.types import Day, Id, Money, Seen, absolute_url, choice, full_name, money, text_type, whole
from core.dates import check_day
from core.text_search import every_word
from inventory.models import MAX_QUANTITY, StockChange
from inventory.skus import normalise_sku
from inventory.stock_status import StockStatus
from inventory.visibility import NEEDED, VIEW_STOCK

Status = choice(StockStatus)
Kind = choice(StockChange.Kind)
Price = money()
Sku = text_type(100, required=True)
Name = text_type(255, required=True)

# Customers do not learn who works on the catalogue either.
GUARDED = NEEDED | dict.fromkeys(("created_by", "modified_by"), VIEW_STOCK)


class ProductOut(AuditedOut):
    """A product as far as the asker may see it: customers get neither cost, margin nor quantity, only the status."""

    id: int
    sku: str
    name: str
    category: str
    cost_price: Money | None = None
    average_cost: Annotated[Money | None, Field(description="Of a piece in stock; of none, the cost price.")] = None
    stock_value: Annotated[Money | None, Field(description="What all pieces in stock have cost.")] = None
    selling_price: Money
    stock_qty: int | None = None
    free_qty: Annotated[
        int | None, Field(description="In stock, less what pending orders ask for; may be negative.")
    ] = None
    stock_status: str
    profit_margin: Annotated[Money | None, Field(description="Percent of the cost; 0.00 if there is none.")] = None
    low_stock_threshold: Annotated[int | None, Field(description="null: the firm's usual one")] = None
    barcode: str | None
    shelf: Annotated[str | None, Field(description="Where it is kept.")] = None
    is_active: Annotated[bool, Field(description="false: it is not sold any more, and new orders are refused.")]
    image: str | None
    created_at: datetime
    modified_at: datetime
    created_by: str | None = None
    modified_by: str | None = None

    @staticmethod
    def resolve_free_qty(product):
        return product.free  # of with_free

    @staticmethod
    def resolve_image(product, context):
        return absolute_url(product.image, context["request"])

    @model_serializer(mode="wrap")
    def as_far_as_allowed(self, serialize, info):
        permissions = info.context["request"].user.get_all_permissions()
        return {name: value for name, value in serialize(self).items() if GUARDED.get(name, "") in {"", *permissions}}


class ProductChanges(Payload):
    """Fields that are left out stay as they are; a null empties one."""

    model_config = example({"selling_price": "1150.00", "low_stock_threshold": 5})

    sku: Sku = None
    name: Name = None
    category: text_type(100) | None = None
    cost_price: money(optional=True) = None
    selling_price: Price = None
    stock_qty: Annotated[
        whole(0, MAX_QUANTITY, optional=True),
        Field(description="Pieces. For an existing product: a correction of its stock, logged as an adjustment."),
    ] = None
    low_stock_threshold: whole(0, MAX_QUANTITY, optional=True) = None
    barcode: Annotated[
        text_type(40) | None, Field(description="8, 12, 13 or 14 digits are a number of GS1 with its check digit.")
    ] = None
    shelf: text_type(50) | None = None
    is_active: Annotated[StrictBool, Field(description="false: archived, so that new orders are refused.")] = None
    change_reason: Annotated[text_type(255) | None, Field(description="Why the stock is corrected.")] = None
    modified_at: Seen = None


class ProductIn(ProductChanges):
    model_config = example(
        {
            "sku": "PROD-001",
            "name": "Laptop Dell XPS 13",
            "category": "Electronics",
            "cost_price": "800.00",
            "selling_price": "1200.00",
            "stock_qty": 50,
        }
    )

    sku: Sku
    name: Name
    selling_price: Price


class ProductFilters(FilterSchema):
    sku: Annotated[text_type(100), AfterValidator(normalise_sku)] | None = None
    category: Annotated[text_type(100) | None, FilterLookup("category__iexact")] = None
    stock_status: Status | None = None
    barcode: text_type(40) | None = None
    is_active: bool | None = None
    min_price: Annotated[Price | None, FilterLookup("selling_price__gte")] = None
    max_price: Annotated[Price | None, FilterLookup("selling_price__lte")] = None
    search: Annotated[text_type(200) | None, Field(description="Words in SKU, name or category.")] = None

    def filter_stock_status(self, value):
        return StockStatus.condition(value) if value else Q()

    def filter_search(self, value):
        return every_word(value or "", "sku", "name", "category")


class StockChangeOut(Schema):
    id: int
    product_id: Annotated[int | None, Field(description="null once the product has been deleted")]
    product_name: str
    product_category: str
    product_sku: str
    previous_qty: int
    new_qty: int
    quantity_change: int
    change_reason: str
    kind: str
    reference: Annotated[str, Field(description="Order number or name of the import.")]
    customer: str | None
    created_by: str | None
    created_at: datetime

    @staticmethod
    def resolve_customer(row):
        return full_name(row.customer)

    @staticmethod
    def resolve_created_by(row):
        return full_name(row.created_by)


class StockChangeFilters(FilterSchema):
    product_id: Id | None = None
    customer_id: Id | None = None
    created_by_id: Id | None = None
    sales_user_id: Annotated[Id | None, FilterLookup("created_by_id"), Field(description="As created_by_id.")] = None
    kind: Kind | None = None
    reference: text_type(255) | None = None
    search: Annotated[text_type(200) | None, Field(description="Words in SKU, name, reason or reference.")] = None

    def filter_search(self, value) -> Q:
        return StockChange.objects.with_words((value or "").split(), StockChange.searched, of_customer=())


class StockAtDay(Schema):
    date: Annotated[Day, Field(description="The stock at the end of this day, in the firm's time zone.")]

    @field_validator("date")
    @classmethod
    def has_begun(cls, value: date) -> date:
        if value > timezone.localdate():
            raise ValueError(gettext("Please choose a day that has begun."))
        return check_day(value)


class StockHeldOut(Schema):
    """What there was of a product: `product_id` is null once it has been deleted."""

    product_id: int | None
    sku: str
    stock_qty: int
    stock_value: Annotated[Money | None, Field(description="For those who may see costs.")] = None
