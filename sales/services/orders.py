"""Orders: placing, editing, confirming, cancelling and deleting one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Unpack

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from core.bulk import create_all, insert_all, update_all
from core.concurrency import check_last_seen, lock_record
from core.i18n import format_count, in_firms_language
from core.money import format_amount, round_money
from inventory.models import MAX_QUANTITY, Product
from inventory.services.stock import (
    LostPieces,
    give_back_to_stock,
    lock_and_check_stock,
    lock_asked,
    take_from_stock,
)
from sales.exceptions import CustomerInactive, InvalidOrder
from sales.models import Order, OrderItem
from sales.services.account import Kind as EntryKind
from sales.services.account import check_credit, due_day, post_cancellation, post_order
from sales.services.line_checks import check_sold
from sales.services.terms import Terms, set_terms

Status = Order.Status
NEXT_NUMBER = """
    INSERT INTO sales_ordernumbercounter AS counter (day, last) VALUES (%s, 1)
    ON CONFLICT (day) DO UPDATE SET last = counter.last + 1 RETURNING last
"""
STEP_FIELDS = ["status", "confirmed_at", "confirmed_by", "cancelled_at", "cancelled_by"]
STEP_FIELDS += ["customer_name", "customer_address", "delivery_address"]
MAX_AMOUNT = Decimal("999999999999.99")
MAX_PRICE = Decimal("99999999.99")


@dataclass(frozen=True)
class NewItem:
    """What somebody asks for: so many pieces of a product, at this price or (None) at its selling price."""

    product: Product
    quantity: int
    unit_price: Decimal | None = None

    @property
    def product_id(self) -> int:
        return self.product.pk


@transaction.atomic
def create_order(
    *,
    customer: Customer,
    lines: Sequence[NewItem],
    user: User | None,
    beyond_stock: bool = False,
    at: datetime | None = None,
    **terms: Unpack[Terms],
) -> Order:
    """A pending order with the next number of the day. It reserves nothing, but must not exceed today's stock, unless
    it is taken `beyond_stock` on purpose, to wait.

    Raises CustomerInactive, InvalidOrder (no lines, an impossible one, or one of a product that is not sold any more),
    InsufficientStock naming each short product.
    """
    customer = lock_record(customer)
    check_may_order(customer)
    items = build_items(lines)
    check_sold(lines, lock_lines(lines, beyond_stock=beyond_stock))
    order = Order(order_date=timezone.localdate(at), total_amount=total_of(items), waits=beyond_stock)
    set_terms(order, customer, terms)
    order.order_number = next_order_number(order.order_date)
    reason = in_firms_language(_("Created: %(lines)s")) % {"lines": describe_items(items)}
    create_all(Order, [order], reason=reason, user=user, at=at)
    write_items(order, items)
    return order


@transaction.atomic
def edit_order(
    order: Order,
    *,
    customer: Customer,
    lines: Sequence[NewItem],
    user: User | None,
    beyond_stock: bool | None = None,
    last_seen: datetime | None = None,
    **terms: Unpack[Terms],
) -> Order:
    """Replace customer and lines of a pending order, and the terms that are given. One that waits may ask for more
    than there is, unless `beyond_stock` ends that. `last_seen` is the `modified_at` that the editor started from.

    Raises InvalidTransition if it is not pending, RecordChanged if somebody was faster, else as create_order.
    """
    order = lock_order(order)
    order.check_is_pending("edited")
    check_last_seen(order, last_seen)
    customer = lock_record(customer)
    if customer.pk != order.customer_id:
        check_may_order(customer)
    items = build_items(lines)
    order.waits = order.waits if beyond_stock is None else beyond_stock
    kept = set(order.quantities())
    check_sold(lines, lock_lines(lines, beyond_stock=order.waits), kept)
    order.items.all().delete()
    write_items(order, items)
    order.total_amount = total_of(items)
    set_terms(order, customer, terms)
    order.stamp(user, in_firms_language(_("Edited: %(lines)s")) % {"lines": describe_items(items)})
    order.save()
    return order


@transaction.atomic
def confirm_order(
    order: Order,
    *,
    user: User | None,
    exceed_limit: bool = False,
    paid: bool = False,
    last_seen: datetime | None = None,
    at: datetime | None = None,
) -> Order:
    """Take every line out of stock, post the total to the customer's account and mark the order confirmed, or do
    nothing. `paid`: the caller records in the same transaction that it was paid, so no credit is asked for.

    Raises InvalidTransition if it is not pending, RecordChanged if it was changed after `last_seen` (its `modified_at`
    when somebody decided to confirm it), CustomerInactive, CreditLimitExceeded unless they may `exceed_limit`,
    InsufficientStock naming every short product.
    """
    order = lock_order(order)
    order.check_can_become(Status.CONFIRMED)
    check_last_seen(order, last_seen)
    customer = lock_buyer(order)
    remark = check_credit(customer, Decimal(0) if paid else order.total_amount, exceed_limit=exceed_limit)
    order.name_customer(customer)
    take_from_stock(
        order.quantities(),
        reference=order.order_number,
        reason=in_firms_language(_("Order %(order)s confirmed")) % {"order": order},
        customer=customer,
        user=user,
        at=at,
    )
    mark(order, Status.CONFIRMED, user=user, at=at, remark=remark)
    update_all(Order, [order], STEP_FIELDS, reason=order._change_reason, user=user, at=at)
    what = {"text": order.customer_reference, "due_on": due_day(order, customer), "customer": customer}
    post_order(order, EntryKind.SALE, order.total_amount, user=user, at=at, **what)
    return order


@transaction.atomic
def cancel_order(
    order: Order, *, user: User | None, last_seen: datetime | None = None, at: datetime | None = None
) -> tuple[Order, list[LostPieces]]:
    """Cancel the order; if it was confirmed, give back exactly what it took, and credit what was not credited yet.

    Returns the order and what could not be given back because its product has been deleted since.
    Raises InvalidTransition if it is cancelled already, RecordChanged if it was changed after `last_seen` (its
    `modified_at` when somebody decided to cancel it).
    """
    order = lock_order(order)
    order.check_can_become(Status.CANCELLED)
    check_last_seen(order, last_seen)
    lost = []
    if order.status == Status.CONFIRMED:
        post_cancellation(order, user=user, at=at)
        lost = give_back_to_stock(
            reference=order.order_number,
            reason=in_firms_language(_("Order %(order)s cancelled")) % {"order": order},
            customer=Customer(pk=order.customer_id),
            user=user,
            at=at,
        )
    mark(order, Status.CANCELLED, user=user, at=at)
    update_all(Order, [order], STEP_FIELDS, reason=order._change_reason, user=user, at=at)
    return order, lost


def mark(order: Order, status: Status, *, user: User | None, at: datetime | None, remark: str = "") -> None:
    """Give the order its new status, with who and when, and a remark for its history; it is still to be saved."""
    order.status = status
    if status == Status.CONFIRMED:
        order.confirmed_at, order.confirmed_by = at or timezone.now(), user
    else:
        order.cancelled_at, order.cancelled_by = at or timezone.now(), user
    reason = in_firms_language(_("Confirmed") if status == Status.CONFIRMED else _("Cancelled"))
    order.stamp(user, f"{reason}. {remark}" if remark else reason, at=at)


def describe_lost(lost: LostPieces) -> str:
    return ngettext(
        "%(name)s (%(sku)s) has been deleted, so its %(n)s pieces could not be put back.",
        "%(name)s (%(sku)s) has been deleted, so its %(n)s pieces could not be put back.",
        lost.pieces,
    ) % {"name": lost.name, "sku": lost.sku, "n": lost.pieces}


@transaction.atomic
def delete_order(order: Order, *, user: User | None) -> None:
    """Delete a pending order; its number is not used again. Raises InvalidTransition if it is not pending."""
    order = lock_order(order)
    order.check_is_pending("deleted")
    order.stamp(user, in_firms_language(_("Deleted")))
    order.delete()


def lock_order(order: Order) -> Order:
    """The order as it stands in the database, locked until the transaction ends. Raises RecordGone.

    Without its people: PostgreSQL, having waited for a lock, looks again at the locked row only, and a join with a
    customer who has just been exchanged would find nothing.
    """
    return lock_record(order)


def next_order_number(day: date) -> str:
    """The day's next number, `ORD-20261122-0001`, from a counter whose row stays locked until the order is saved."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_NUMBER, [connection.ops.adapt_datefield_value(day)])
        return f"ORD-{day:%Y%m%d}-{cursor.fetchone()[0]:04d}"


def check_may_order(customer: Customer) -> None:
    """Raise CustomerInactive unless the customer is active."""
    if not customer.is_active or customer.role != User.Role.CUSTOMER:
        raise CustomerInactive(
            gettext("%(customer)s is not an active customer and cannot order.") % {"customer": customer}
        )


def lock_buyer(order: Order) -> Customer:
    """The order's customer, locked; raise CustomerInactive if they have been deactivated since they ordered."""
    customer = lock_record(Customer(pk=order.customer_id))
    check_may_order(customer)
    return customer


def check_step(order: Order, status: Status) -> None:
    """Raise what would refuse the order's step to `status`, the stock aside."""
    order.check_can_become(status)
    if status == Status.CONFIRMED:
        check_may_order(order.customer)


def lock_lines(lines: Sequence[NewItem], *, beyond_stock: bool) -> dict[int, Product]:
    """The products of the lines, locked; raise InsufficientStock unless there are enough or the order may wait."""
    lock = lock_asked if beyond_stock else lock_and_check_stock
    return lock(requested_quantities(lines))


def requested_quantities(lines: Sequence[NewItem | OrderItem]) -> dict[int, int]:
    """Pieces by product id, the lines of one product summed; without products that are deleted."""
    quantities: Counter[int] = Counter()
    for line in lines:
        if line.product_id is not None:
            quantities[line.product_id] += line.quantity
    return dict(quantities)


def build_items(lines: Sequence[NewItem]) -> list[OrderItem]:
    """The lines as they will be stored, priced and with their snapshots. Raises InvalidOrder naming the line."""
    if not lines:
        raise InvalidOrder(gettext("An order needs at least one line."))
    items = []
    for number, line in enumerate(lines, 1):
        if not 1 <= line.quantity <= MAX_QUANTITY:
            raise InvalidOrder(
                gettext("Line %(line)s: quantity must be at least 1 and at most %(most)s.")
                % {"line": number, "most": format_count(MAX_QUANTITY)}
            )
        price = round_money(line.product.selling_price if line.unit_price is None else line.unit_price)
        if not 0 <= price <= MAX_PRICE:
            raise InvalidOrder(
                gettext("Line %(line)s: the price must be between 0 and %(most)s.")
                % {"line": number, "most": format_amount(MAX_PRICE)}
            )
        items.append(
            OrderItem(
                product=line.product,
                product_name=line.product.name,
                product_sku=line.product.sku,
                quantity=line.quantity,
                unit_price=price,
                total_price=price * line.quantity,
            )
        )
    check_total(items)
    return items


def check_total(items: Sequence[OrderItem]) -> None:
    """Raise InvalidOrder if the lines come to more than an order can."""
    if total_of(items) > MAX_AMOUNT:
        raise InvalidOrder(gettext("The order's total must not exceed %(most)s.") % {"most": format_amount(MAX_AMOUNT)})


def total_of(items: Sequence[OrderItem]) -> Decimal:
    return sum((item.total_price for item in items), Decimal("0.00"))


def describe_items(items: Sequence[OrderItem]) -> str:
    """The lines in words, for the history: `2 × Chai (NW-1) at 18.00; 1 × Chang (NW-2) at 19.00`."""
    words = in_firms_language(_("%(line)s (%(sku)s) at %(price)s"))
    return "; ".join(words % {"line": item, "sku": item.product_sku, "price": item.unit_price} for item in items)


def write_items(order: Order, items: Sequence[OrderItem]) -> None:
    for item in items:
        item.order = order
    insert_all(OrderItem, items)
