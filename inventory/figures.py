"""Figures that follow from what a product costs and sells for."""

from decimal import Decimal

from core.money import round_money


def average_cost_of(stock_value: Decimal, stock_qty: int, cost_price: Decimal) -> Decimal:
    return round_money(stock_value / stock_qty) if stock_qty else cost_price


def margin_of(cost_price: Decimal, selling_price: Decimal) -> Decimal:
    if not cost_price:
        return Decimal("0.00")
    return round_money((selling_price - cost_price) * 100 / cost_price)
