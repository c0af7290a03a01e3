"""What may be wrong with an order's lines, by their places, so that a form can say it at the line."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext

from core.money import format_amount, round_money
from inventory.models import Product
from sales.exceptions import InvalidOrder

if TYPE_CHECKING:
    from sales.services.orders import NewItem


def check_sold(lines: Sequence["NewItem"], products: Mapping[int, Product], kept: Collection[int] = ()) -> None:
    """Raise InvalidOrder naming each line whose product (as in `products`) is archived, unless it is `kept`."""
    raise_for_lines(not_sold(lines, products, kept))


def not_sold(
    lines: Sequence["NewItem"], products: Mapping[int, Product], kept: Collection[int] = ()
) -> Iterator[tuple[int, str]]:
    """By their places, the lines whose product is archived, and what to say; what the order has (`kept`) may stay."""
    for place, line in enumerate(lines):
        product = products[line.product.pk]
        if not product.is_active and product.pk not in kept:
            yield place, gettext("%(product)s is no longer sold.") % {"product": product.name}


def below_cost(lines: Sequence["NewItem"]) -> Iterator[tuple[int, str]]:
    """By the lines' places, those that sell below cost, and what to say to whoever may not (sales.sell_below_cost)."""
    for place, line in enumerate(lines):
        price = line.product.selling_price if line.unit_price is None else round_money(line.unit_price)
        if price < line.product.cost_price:
            sentence = gettext("%(product)s must not be sold for %(price)s: that is below its cost.")
            yield place, sentence % {"product": line.product.name, "price": format_amount(price)}


def raise_for_lines(problems: Iterable[tuple[int, str]]) -> None:
    """Raise InvalidOrder with what is wrong with each of these lines, if any are."""
    sentences = [
        gettext("Line %(line)s: %(problem)s") % {"line": place + 1, "problem": problem} for place, problem in problems
    ]
    if sentences:
        raise InvalidOrder("\n".join(sentences))
