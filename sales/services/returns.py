"""Returns: taking goods of a confirmed order back, to the shelf or to the bin, and what is credited for them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from accounts.models import Customer, User
from accounts.services.account import lock_customers
from core.concurrency import check_last_seen
from core.document_numbers import next_document_number
from core.exceptions import RecordGone
from core.i18n import format_count, in_firms_language
from core.money import NOTHING, format_amount, round_money
from inventory.models import Product, StockChange
from inventory.services.stock import lock_products, post_moves
from inventory.services.valuation import values_back
from sales.exceptions import InvalidReturn
from sales.models import Order
from sales.return_models import SERIES, OrderReturn, ReturnItem
from sales.services.account import Kind as EntryKind
from sales.services.account import post_order
from sales.services.orders import lock_order

Kind, Reason = StockChange.Kind, OrderReturn.Reason


@dataclass(frozen=True)
class ReturnedGoods:
    """So many pieces of a product that have come back, and what is credited for them (None: what was paid)."""

    product_id: int
    quantity: int
    restocked: bool = True
    credit: Decimal | None = None


@dataclass
class SoldGoods:
    """What an order sold of one product, in all its lines, and what of that has come back so far."""

    name: str
    sold: int = 0
    total: Decimal = NOTHING
    prices: frozenset[Decimal] = frozenset()
    back: int = 0
    credited: Decimal = NOTHING
    taken_back: Decimal = NOTHING  # the share of the lines' total, whatever was credited

    @property
    def may_come_back(self) -> int:
        return max(0, self.sold - self.back)

    def line_value(self, pieces: int) -> Decimal:
        """What the lines say of so many more pieces: their average price; the last one takes the rest."""
        rest = max(NOTHING, self.total - self.taken_back)
        return rest if pieces >= self.may_come_back else min(rest, round_money(self.total * pieces / self.sold))

    def most_credit(self, pieces: int) -> Decimal:
        """Never more than was paid: at one price that of the pieces, else the lines' total, less what was credited."""
        rest = max(NOTHING, self.total - self.credited)
        return min(rest, *(price * pieces for price in self.prices)) if len(self.prices) == 1 else rest

    def usual_credit(self, pieces: int) -> Decimal:
        return min(self.line_value(pieces), self.most_credit(pieces))

    def take(self, item: ReturnItem) -> None:
        self.back += item.quantity
        self.credited += item.credit
        self.taken_back += item.line_value


@transaction.atomic
def return_goods(
    order: Order,
    items: Sequence[ReturnedGoods],
    *,
    reason: str,
    details: str = "",
    user: User | None,
    last_seen: datetime | None = None,
    at: datetime | None = None,
) -> OrderReturn:
    """Take goods of a confirmed order back. All come into stock; what goes to the bin leaves it again as a loss; the
    credit is posted to the customer's account.

    `last_seen` is the order's `modified_at` when somebody decided on this. Raises InvalidTransition if the order is not
    confirmed, RecordChanged if somebody was faster, RecordGone if a product has just been deleted, and InvalidReturn:
    no goods, more pieces than may come back, more credit than was paid, no such reason, or OTHER without details.
    """
    order = lock_order(order)
    order.check_is_confirmed("returned")
    check_last_seen(order, last_seen)
    details = check_reason(reason, details)
    goods = build_goods(order, items)
    lock_customers([order.customer_id])
    ids = {item.product_id for item in items}
    products = lock_products(ids)
    if len(products) < len(ids):
        raise RecordGone(gettext("A product of this order has been deleted in the meantime."))
    done = OrderReturn(order=order, reason=reason, details=details, created_by=user, created_at=at or timezone.now())
    done.credit = sum((item.credit for item in goods), NOTHING)
    done.number = next_document_number(SERIES, at=at)
    done.save()
    write_goods(done, goods, products)
    move_stock(done, goods, products, at=at)
    said = in_firms_language(_("%(number)s, taken back: %(goods)s")) % {"number": done, "goods": describe_goods(goods)}
    order.stamp(user, said, at=at)
    order.save()
    post_order(order, EntryKind.RETURN, -done.credit, text=done.number, user=user, at=at)
    return done


def sold_goods(order: Order) -> dict[int, SoldGoods]:
    """What the order sold by product id, and what of that is back; without products that are deleted. Two queries."""
    goods: dict[int, SoldGoods] = {}
    for line in order.items.filter(product__isnull=False):
        sold = goods.setdefault(line.product_id, SoldGoods(f"{line.product_name} ({line.product_sku})"))
        sold.sold += line.quantity
        sold.total += line.total_price
        sold.prices |= {line.unit_price}
    for item in ReturnItem.objects.filter(order_return__order=order):
        if item.product_id in goods:
            goods[item.product_id].take(item)
    return goods


def check_reason(reason: str, details: str) -> str:
    """The details as they are kept. Raises InvalidReturn."""
    if reason not in Reason.values:
        raise InvalidReturn(gettext("Please choose a reason."), field="reason")
    if reason == Reason.OTHER and not details.strip():
        raise InvalidReturn(gettext("Please say in a few words why the goods come back."), field="details")
    return details.strip()


def build_goods(order: Order, items: Sequence[ReturnedGoods]) -> list[ReturnItem]:
    """The goods as they will be stored, credited. Raises InvalidReturn naming each item that cannot be."""
    if not items:
        raise InvalidReturn(gettext("Please say what has come back."))
    sold, built, wrong = sold_goods(order), [], {}
    for place, item in enumerate(items):
        goods = sold.get(item.product_id)
        if sentence := what_hinders(goods, item):
            wrong[place] = sentence
        elif goods:
            credit = goods.usual_credit(item.quantity) if item.credit is None else round_money(item.credit)
            built.append(
                ReturnItem(
                    product_id=item.product_id,
                    quantity=item.quantity,
                    restocked=item.restocked,
                    credit=credit,
                    line_value=goods.line_value(item.quantity),
                )
            )
            goods.take(built[-1])
    if wrong:
        said = gettext("Line %(line)s: %(sentence)s")
        lines = [said % {"line": place + 1, "sentence": sentence} for place, sentence in wrong.items()]
        raise InvalidReturn("\n".join(lines), items=wrong)
    return built


def what_hinders(goods: SoldGoods | None, item: ReturnedGoods) -> str:
    """Why so much cannot come back; nothing if it can."""
    if goods is None:
        return gettext("the order has no product %(id)s.") % {"id": item.product_id}
    if item.quantity < 1:
        return gettext("quantity must be at least 1.")
    if item.quantity > goods.may_come_back:
        return ngettext(
            "%(product)s: %(n)s may come back.", "%(product)s: %(n)s may come back.", goods.may_come_back
        ) % {"product": goods.name, "n": format_count(goods.may_come_back)}
    most = goods.most_credit(item.quantity)
    if item.credit is not None and not 0 <= round_money(item.credit) <= most:
        sentence = gettext("%(product)s: the credit must be between 0 and %(most)s.")
        return sentence % {"product": goods.name, "most": format_amount(most)}
    return ""


def write_goods(done: OrderReturn, goods: list[ReturnItem], products: Mapping[int, Product]) -> None:
    for item in goods:
        product = products[cast(int, item.product_id)]
        item.order_return, item.product_name, item.product_sku = done, product.name, product.sku
    ReturnItem.objects.bulk_create(goods)


def move_stock(
    done: OrderReturn, goods: list[ReturnItem], products: Mapping[int, Product], *, at: datetime | None
) -> None:
    """Everything comes in under the order's number, so that cancelling knows of it; the loss is a row of its own."""
    back: Counter[int] = Counter()
    lost: Counter[int] = Counter()
    for item in goods:
        key = cast(int, item.product_id)
        back[key] += item.quantity
        lost[key] += 0 if item.restocked else item.quantity
    reason = ": ".join(filter(None, [in_firms_language(Reason(done.reason).label), done.details]))
    post_moves(
        [(product, product.stock_qty + back[pk]) for pk, product in products.items()],
        kind=Kind.RETURN,
        values=values_back(done.order.order_number, products, back),
        reason=in_firms_language(_("Returned with %(number)s: %(reason)s")) % {"number": done, "reason": reason},
        reference=done.order.order_number,
        customer=Customer(pk=done.order.customer_id),
        user=done.created_by,
        at=at,
    )
    post_moves(
        [(product, product.stock_qty - lost[pk]) for pk, product in products.items() if lost[pk]],
        kind=Kind.ADJUSTMENT,
        reason=in_firms_language(_("Damaged: %(number)s")) % {"number": done},
        reference=done.number,
        user=done.created_by,
        at=at,
    )


def describe_goods(goods: Sequence[ReturnItem]) -> str:
    """For the history: `1 × Chai (NW-1); 1 × Chai (NW-1), to the bin`"""
    shelf, trash = in_firms_language(_("%(goods)s (%(sku)s)")), in_firms_language(_("%(goods)s (%(sku)s), to the bin"))
    return "; ".join((shelf if item.restocked else trash) % {"goods": item, "sku": item.product_sku} for item in goods)
