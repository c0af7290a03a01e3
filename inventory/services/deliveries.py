"""Deliveries: taking goods of a supplier into stock, each note once, and taking such a delivery back."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from core.bulk import update_all
from core.concurrency import check_last_seen, fingerprint, lock_record
from core.document_numbers import next_document_number
from core.i18n import format_count, in_firms_language
from core.money import round_money
from inventory.delivery_models import SERIES, Delivery, DeliveryItem, Supplier, cost_of, reference_key
from inventory.exceptions import CannotReverse, DeliveryKnown, InvalidDelivery, ReasonMissing
from inventory.models import MAX_QUANTITY, Product, StockChange
from inventory.services.reversals import take_back
from inventory.services.stock import lock_products, post_moves

Kind = StockChange.Kind
MAX_UNIT_COST = Decimal("99999999.9999")
COST_DECIMALS = 4


@dataclass(frozen=True)
class DeliveredGoods:
    """So many pieces of a product that have come, and what each cost (None: the product's cost price)."""

    product_id: int
    quantity: int
    unit_cost: Decimal | None = None


@transaction.atomic
def receive_delivery(
    *,
    supplier: Supplier | None,
    lines: Sequence[DeliveredGoods],
    their_reference: str = "",
    received_on: date | None = None,
    set_cost: bool = True,
    user: User | None,
    at: datetime | None = None,
) -> tuple[Delivery, list[Product]]:
    """Take the goods into stock, all or none, and write them down as a delivery.

    With `set_cost` each product's cost price becomes what its pieces cost here on average; it is left alone where that
    is more than the product sells for, and these products are returned beside the delivery. `received_on` (None:
    today) is a label. Raises DeliveryKnown if a delivery of this supplier that is not reversed has the same reference,
    RecordGone if the supplier has just been deleted, InvalidDelivery naming each line that cannot be, and
    InvalidQuantity if a stock would be too large.
    """
    if supplier is not None:
        supplier = lock_record(supplier)
    check_note_is_new(supplier, their_reference)
    products = lock_products({line.product_id for line in lines})
    items = build_goods(lines, products)
    delivery = Delivery(
        supplier=supplier,
        their_reference=their_reference.strip(),
        reference_key=reference_key(their_reference),
        received_on=received_on or timezone.localdate(at),
        created_by=user,
        created_at=at or timezone.now(),
    )
    delivery.number = next_document_number(SERIES, at=at)
    delivery.save()
    for item in items:
        item.delivery = delivery
    DeliveryItem.objects.bulk_create(items)
    return delivery, take_in(delivery, items, products, set_cost=set_cost)


def check_note_is_new(supplier: Supplier | None, reference: str) -> None:
    """Raise DeliveryKnown if the supplier's delivery note stands in a delivery; for certain under the supplier's lock.

    Without a supplier or a reference nobody can tell.
    """
    key = reference_key(reference)
    if supplier is None or not key:
        return
    booked = Delivery.objects.standing().filter(supplier=supplier, reference_key=key)
    if known := booked.select_related("created_by").first():
        sentence = gettext(
            "Delivery note %(reference)s of %(supplier)s is booked already as %(number)s, %(day)s, %(by)s."
        )
        figures = {"reference": known.their_reference, "supplier": supplier, "number": known.number}
        figures["day"] = date_format(timezone.localtime(known.created_at), "j N")
        raise DeliveryKnown(sentence % {**figures, "by": known.created_by or gettext("the system")})


def build_goods(lines: Sequence[DeliveredGoods], products: Mapping[int, Product]) -> list[DeliveryItem]:
    """The goods as they will be stored. Raises InvalidDelivery naming each line that cannot be."""
    if not lines:
        raise InvalidDelivery(gettext("Please say what has come."))
    wrong = {place: said for place, line in enumerate(lines) if (said := what_hinders(line, products))}
    if wrong:
        said = gettext("Line %(line)s: %(sentence)s")
        sentences = [said % {"line": place + 1, "sentence": sentence} for place, sentence in wrong.items()]
        raise InvalidDelivery("\n".join(sentences), items=wrong)
    return [build_item(line, products[line.product_id]) for line in lines]


def what_hinders(line: DeliveredGoods, products: Mapping[int, Product]) -> str:
    """Why the line cannot be; nothing if it can."""
    if line.product_id not in products:
        return gettext("there is no product %(id)s.") % {"id": line.product_id}
    if not 1 <= line.quantity <= MAX_QUANTITY:
        return gettext("quantity must be between 1 and %(most)s.") % {"most": format_count(MAX_QUANTITY)}
    cost = line.unit_cost
    if cost is not None and not (0 <= cost <= MAX_UNIT_COST and cost == round(cost, COST_DECIMALS)):
        return gettext("the unit cost must not be negative, and have at most 4 decimals.")
    return ""


def build_item(line: DeliveredGoods, product: Product) -> DeliveryItem:
    unit_cost = product.cost_price if line.unit_cost is None else line.unit_cost
    return DeliveryItem(
        product=product,
        product_name=product.name,
        product_sku=product.sku,
        quantity=line.quantity,
        unit_cost=unit_cost,
        total_cost=cost_of(line.quantity, unit_cost),
    )


def take_in(
    delivery: Delivery, items: Sequence[DeliveryItem], products: Mapping[int, Product], *, set_cost: bool
) -> list[Product]:
    """Move the stock, and the cost prices; returns the products whose cost price was left."""
    pieces: dict[int | None, int] = defaultdict(int)
    values: dict[int | None, Decimal] = defaultdict(Decimal)
    for item in items:
        pieces[item.product_id] += item.quantity
        values[item.product_id] += item.total_cost
    reason, user, at = describe(delivery), delivery.created_by, delivery.created_at
    post_moves(
        [(product, product.stock_qty + pieces[pk]) for pk, product in products.items()],
        kind=Kind.DELIVERY,
        reason=reason,
        reference=delivery.number,
        values=values,
        user=user,
        at=at,
    )
    if not set_cost:
        return []
    average = {pk: round_money(values[pk] / pieces[pk]) for pk in products}
    other = [product for pk, product in products.items() if product.cost_price != average[pk]]
    changed = [product for product in other if average[product.pk] <= product.selling_price]
    for product in changed:
        product.cost_price = average[product.pk]
    update_all(Product, changed, ["cost_price"], reason=reason, user=user, at=at)
    return [product for product in other if product not in changed]


def describe(delivery: Delivery) -> str:
    """For the log: `Acme, note 4711`"""
    note = in_firms_language(_("note %(reference)s")) % {"reference": delivery.their_reference}
    parts = [str(delivery.supplier or ""), note if delivery.their_reference else ""]
    return ", ".join(filter(None, parts)) or in_firms_language(_("Delivery"))


def left_cost_sentence(product: Product) -> str:
    return gettext("The cost price of %(product)s was left: the delivery's is more than it sells for.") % {
        "product": product
    }


@transaction.atomic
def reverse_delivery(
    delivery: Delivery, *, reason: str, user: User | None, last_seen: str | None = None, at: datetime | None = None
) -> Delivery:
    """Take the delivery's pieces back out of stock; returns the delivery that says so. Its note can be booked anew.

    Each stock change that it made is reversed by one of its own. Raises ReasonMissing, RecordChanged if the stocks are
    no longer those of which `last_seen` is the fingerprint, and CannotReverse, naming what stands in the way.
    """
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the stock changes."))
    if delivery.supplier_id:
        lock_record(Supplier(pk=delivery.supplier_id))
    rows = list(rows_of(delivery))
    products = lock_products({row.product_id for row in rows if row.product_id})
    check_can_reverse(delivery, rows, products)
    message = gettext("The stock of some of these products has changed in the meantime.")
    check_last_seen(delivery, last_seen, stocks_fingerprint(products), message=message)
    done = Delivery(
        supplier_id=delivery.supplier_id,
        their_reference=delivery.their_reference,
        reference_key=delivery.reference_key,
        received_on=delivery.received_on,
        reverses=delivery,
        reason=reason.strip(),
        created_by=user,
        created_at=at or timezone.now(),
    )
    done.number = next_document_number(SERIES, at=at)
    done.save()
    said = f"{done.number}: {done.reason}"
    take_back(rows, products, reference=delivery.number, reason=said, user=user, at=done.created_at)
    return done


def rows_of(delivery: Delivery):
    """The stock changes that the delivery made, one for each product."""
    rows = StockChange.objects.filter(reference=delivery.number, kind=Kind.DELIVERY)
    return rows.select_related("product").order_by("product_key")


def check_can_reverse(delivery: Delivery, rows: Sequence[StockChange], products: Mapping[int, Product]) -> None:
    """Raise CannotReverse, naming what stands in the way, unless the delivery could be reversed as things are."""
    if delivery.reverses_id:
        raise CannotReverse(gettext("A reversal cannot be reversed. Please book the delivery anew instead."))
    if by := Delivery.objects.filter(reverses=delivery).select_related("created_by").first():
        moment = date_format(timezone.localtime(by.created_at), "DATETIME_FORMAT")
        sentence = gettext("This was reversed by %(by)s on %(at)s already.")
        raise CannotReverse(sentence % {"by": by.created_by or gettext("the system"), "at": moment})
    if wrong := list(filter(None, (what_is_missing(row, products) for row in rows))):
        raise CannotReverse("\n".join(wrong))


def what_is_missing(row: StockChange, products: Mapping[int, Product]) -> str:
    """Why the row's pieces cannot go out again; nothing if they can."""
    name = f"{row.product_name} ({row.product_sku})"
    product = products.get(row.product_key)
    if product is None:
        return gettext("%(product)s has been deleted.") % {"product": name}
    if product.stock_qty < row.quantity_change:
        figures = {"left": format_count(product.stock_qty), "came": format_count(row.quantity_change)}
        return gettext("%(product)s: only %(left)s of %(came)s left.") % {"product": name, **figures}
    return ""


def stocks_fingerprint(products: Mapping[int, Product]) -> str:
    """What somebody who reverses a delivery has seen of its products."""
    return fingerprint(sorted((pk, product.stock_qty) for pk, product in products.items()))
