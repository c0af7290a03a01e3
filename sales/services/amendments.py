"""What changes after a customer has ordered: a confirmed order is amended, or one is confirmed with what is there."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from core.concurrency import check_last_seen, lock_record
from core.i18n import format_count, in_firms_language
from core.money import format_amount
from inventory.exceptions import InsufficientStock, ReasonMissing
from inventory.models import Product
from inventory.services.stock import find_shortages, lock_asked, take_difference
from sales.exceptions import InvalidOrder
from sales.models import TERMS, Order, OrderItem, OrderRevision
from sales.services.account import Kind, check_credit, due_day, post_order
from sales.services.line_checks import check_sold
from sales.services.orders import (
    NewItem,
    build_items,
    check_total,
    confirm_order,
    describe_items,
    lock_buyer,
    lock_order,
    next_order_number,
    requested_quantities,
    total_of,
    write_items,
)
from sales.services.returns import sold_goods


@transaction.atomic
def amend_order(
    order: Order,
    *,
    lines: Sequence[NewItem],
    reason: str,
    user: User | None,
    exceed_limit: bool = False,
    last_seen: datetime | None = None,
    at: datetime | None = None,
) -> Order:
    """Replace the lines of a confirmed order; the difference moves stock at once, and the customer's account.

    Lines whose product has been deleted stay. All or nothing; each amendment is a numbered OrderRevision. Raises
    InvalidTransition if the order is not confirmed, RecordChanged if somebody was faster, ReasonMissing, InvalidOrder
    (an impossible line, a new one of a product that is not sold any more, or nothing different), CreditLimitExceeded if
    it comes to more than before and the customer may not `exceed_limit`, InsufficientStock naming each short product.
    """
    order = lock_order(order)
    order.check_is_confirmed("amended")
    check_last_seen(order, last_seen)
    reason = require_reason(reason)
    before = list(order.items.all())
    kept = [item for item in before if item.product_id is None]
    items = build_items(lines)
    after = [*kept, *items]
    keep_names(items, before)
    check_total(after)
    wanted = requested_quantities(items)
    check_returned(order, items, wanted)
    check_different(items, before)
    order.revision += 1
    customer = lock_record(Customer(pk=order.customer_id))
    remark = check_credit(customer, total_of(after) - order.total_amount, exceed_limit=exceed_limit)
    move_stock(order, wanted, requested_quantities(before), reason=reason, user=user, at=at)
    check_sold(lines, Product.objects.in_bulk(wanted), {item.product_id for item in before})  # locked by now
    order.items.filter(product__isnull=False).delete()
    write_items(order, items)
    due_on = due_day(order, customer)
    save_revision(order, before, after, reason=reason, remark=remark, due_on=due_on, user=user, at=at)
    return order


def require_reason(reason: str) -> str:
    """The reason as it is kept. Raises ReasonMissing."""
    if not reason.strip():
        raise ReasonMissing(gettext("Please say why the order changes."))
    return reason.strip()


def keep_names(items: Sequence[OrderItem], before: Sequence[OrderItem]) -> None:
    """Products that the order has already are called what they were when it was written."""
    known = {item.product_id: (item.product_name, item.product_sku) for item in before}
    for item in items:
        if item.product_id in known:
            item.product_name, item.product_sku = known[item.product_id]


def move_stock(
    order: Order,
    wanted: Mapping[int, int],
    taken: Mapping[int, int],
    *,
    reason: str,
    user: User | None,
    at: datetime | None,
) -> None:
    """Take from stock, or give back, what the order wants more or less of than it has taken."""
    take_difference(
        wanted,
        taken,
        reference=order.order_number,
        reason=in_firms_language(_("Order %(order)s amended: %(reason)s")) % {"order": order, "reason": reason},
        customer=Customer(pk=order.customer_id),
        user=user,
        at=at,
    )


def save_revision(
    order: Order,
    before: Sequence[OrderItem],
    after: Sequence[OrderItem],
    *,
    reason: str,
    remark: str,
    due_on: date,
    user: User | None,
    at: datetime | None,
) -> None:
    """Save the order with its new total, its revision, and what both say in the history, and post the difference."""
    total_before, order.total_amount = order.total_amount, total_of(after)
    OrderRevision.objects.create(
        order=order,
        revision=order.revision,
        total_before=total_before,
        total_after=order.total_amount,
        reason=reason,
        created_by=user,
        created_at=at or timezone.now(),
    )
    described = describe_revision(order, before, after, reason)
    order.stamp(user, f"{described} {remark}" if remark else described, at=at)
    order.save()
    text = in_firms_language(_("Revision %(n)s")) % {"n": order.revision}
    post_order(order, Kind.AMENDMENT, order.total_amount - total_before, text=text, due_on=due_on, user=user, at=at)


def check_returned(order: Order, items: Sequence[OrderItem], wanted: Mapping[int, int]) -> None:
    """Raise InvalidOrder naming each product of which more has come back, or been credited, than these lines have."""
    totals: dict[int | None, Decimal] = defaultdict(Decimal)
    for item in items:
        totals[item.product_id] += item.total_price
    fewer = gettext("%(product)s: %(n)s have come back already, so the order cannot have fewer.")
    less = gettext("%(product)s: %(amount)s of it has come back already, so its lines cannot come to less.")
    wrong = []
    for pk, goods in sold_goods(order).items():
        amount = max(goods.credited, goods.taken_back)
        if goods.back > wanted.get(pk, 0):
            wrong.append(fewer % {"product": goods.name, "n": format_count(goods.back)})
        elif amount > totals[pk]:
            wrong.append(less % {"product": goods.name, "amount": format_amount(amount)})
    if wrong:
        raise InvalidOrder("\n".join(wrong))


def check_different(items: Sequence[OrderItem], before: Sequence[OrderItem]) -> None:
    """Raise InvalidOrder if these lines are what the order has already, those of deleted products aside."""
    if as_asked(items) == as_asked(item for item in before if item.product_id):
        raise InvalidOrder(gettext("Nothing is different, so there is nothing to amend."))


def as_asked(items) -> list[tuple[int, int, Decimal]]:
    return sorted((item.product_id, item.quantity, item.unit_price) for item in items)


def describe_revision(order: Order, before: Sequence[OrderItem], after: Sequence[OrderItem], reason: str) -> str:
    """In words, for the history: `Revision 2: 3 × Chai (NW-1) at 18.00 (was 5 × Chai (NW-1) at 18.00). They rang.`"""
    sentence = in_firms_language(_("Revision %(n)s: %(after)s (was %(before)s). %(reason)s"))
    lines = {"after": describe_items(after), "before": describe_items(before)}
    return sentence % {"n": order.revision, "reason": reason, **lines}


@transaction.atomic
def confirm_partly(
    order: Order,
    *,
    user: User | None,
    exceed_limit: bool = False,
    paid: bool = False,
    last_seen: datetime | None = None,
    at: datetime | None = None,
) -> Order:
    """Confirm the order with what is there of each line; the rest waits as a new pending order (`backorder_of`).

    The lines are served from the first to the last. If all is there, the order is simply confirmed. Raises
    InsufficientStock if nothing at all is there, else as confirm_order.
    """
    order = lock_order(order)
    order.check_can_become(Order.Status.CONFIRMED)
    check_last_seen(order, last_seen)
    lock_buyer(order)
    wanted = order.quantities()
    products = lock_asked(wanted)
    shortages = find_shortages(products, wanted)
    there: Counter[int | None] = Counter({pk: product.stock_qty for pk, product in products.items()})
    items = list(order.items.all())
    taken, rest = divide(items, there)
    if not taken:
        raise InsufficientStock(shortages)
    if rest:
        order.items.all().delete()
        write_items(order, taken)
        order.total_amount = total_of(taken)
        order.stamp(user, in_firms_language(_("Divided: %(lines)s")) % {"lines": describe_items(taken)}, at=at)
        order.save()
    order = confirm_order(order, user=user, exceed_limit=exceed_limit, paid=paid, at=at)
    if rest:
        keep_waiting(order, rest, user=user, at=at)
    return order


def divide(items: Sequence[OrderItem], there: Counter[int | None]) -> tuple[list[OrderItem], list[OrderItem]]:
    """New lines with what can be taken of each of these, and new lines with what is left of them."""
    taken: list[OrderItem] = []
    rest: list[OrderItem] = []
    for item in items:
        pieces = min(item.quantity, there[item.product_id])
        there[item.product_id] -= pieces
        for lines, quantity in ((taken, pieces), (rest, item.quantity - pieces)):
            if quantity:
                lines.append(part_of(item, quantity))
    return taken, rest


def part_of(item: OrderItem, quantity: int) -> OrderItem:
    return OrderItem(
        product_id=item.product_id,
        product_name=item.product_name,
        product_sku=item.product_sku,
        quantity=quantity,
        unit_price=item.unit_price,
        total_price=item.unit_price * quantity,
    )


def keep_waiting(order: Order, items: list[OrderItem], *, user: User | None, at: datetime | None) -> Order:
    """A pending order with what was not there for `order`; it asks for no stock until it is confirmed."""
    rest = Order(
        customer_id=order.customer_id,
        order_date=timezone.localdate(at),
        total_amount=total_of(items),
        backorder_of=order,
        waits=True,
        **{name: getattr(order, name) for name in ("customer_name", "customer_address", *TERMS)},
    )
    rest.order_number = next_order_number(rest.order_date)
    reason = in_firms_language(_("The rest of %(order)s: %(lines)s"))
    rest.stamp(user, reason % {"order": order, "lines": describe_items(items)}, at=at)
    rest.save()
    write_items(rest, items)
    return rest
