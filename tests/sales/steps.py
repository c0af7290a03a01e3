"""What several people do at once; each finds its records by their ids, in a connection of its own."""

from collections import Counter
from decimal import Decimal

from accounts.models import Customer
from accounts.services.people import delete_user, save_user
from core.imports.exceptions import ImportOutdated
from inventory.models import Product, StockChange
from inventory.resources import ProductResource
from inventory.services.products import delete_product, save_product
from inventory.services.reversals import reverse_change
from inventory.services.stock import adjust_stock
from sales.merging import merge_customers
from sales.models import Order
from sales.payment_models import Payment
from sales.services.amendments import amend_order, confirm_partly
from sales.services.orders import NewItem, cancel_order, confirm_order, create_order, delete_order, edit_order
from sales.services.payments import record_payment, refund, reverse_payment, sell_at_counter
from sales.services.returns import ReturnedGoods, return_goods
from tests.imports import mapped


def confirm(pk):
    confirm_order(Order.objects.get(pk=pk), user=None)


def cancel(pk):
    cancel_order(Order.objects.get(pk=pk), user=None)


def return_one(pk, product):
    return return_goods(Order(pk=pk), [ReturnedGoods(product, 1, False)], reason="DAMAGED", user=None).number


def reverse(pk):
    reverse_change(StockChange.objects.get(pk=pk), reason="Wrong product", user=None)


def create(customer, *products):
    lines = [NewItem(product, 1) for product in Product.objects.filter(pk__in=products)]
    return create_order(customer=Customer.objects.get(pk=customer), lines=lines, user=None).order_number


def edit(pk, quantity):
    order = Order.objects.get(pk=pk)
    edit_order(order, customer=order.customer, lines=[NewItem(order.items.first().product, quantity)], user=None)


def amend(pk, quantity):
    order = Order.objects.get(pk=pk)
    amend_order(order, lines=[NewItem(order.items.first().product, quantity)], reason="They rang", user=None)


def take_what_is_there(pk):
    confirm_partly(Order.objects.get(pk=pk), user=None)


def enter_opening_balance(pk, amount):
    customer = Customer.objects.get(pk=pk)
    customer.opening_balance = amount
    save_user(customer, by=None)


def pay(customer, amount):
    return record_payment(Customer(pk=customer), Decimal(amount), "TRANSFER", user=None).number


def pay_back(customer, amount):
    return refund(Customer(pk=customer), Decimal(amount), "CASH", user=None).number


def bounce(payment):
    return reverse_payment(Payment.objects.get(pk=payment), "Bounced", user=None).number


def sell(order):
    sell_at_counter(Order(pk=order), "CASH", user=None)


def adjust(pk):
    adjust_stock(Product.objects.get(pk=pk), change=1, reason="Found", user=None)


def delete(pk):
    delete_product(Product.objects.get(pk=pk), user=None)


def delete_pending(pk):
    delete_order(Order.objects.get(pk=pk), user=None)


def add_product(sku):
    return save_product(Product(sku=sku, name="New", selling_price=1), user=None, initial_stock=1)


def import_new(skus):
    resource = ProductResource(reference="list.csv")
    rows = "".join(f"{sku},New,1,1\n" for sku in skus)
    resource.import_data(mapped(f"sku,name,selling_price,stock_qty\n{rows}", ProductResource))
    if resource.report.problem:
        raise ImportOutdated(resource.report.problem)


def delete_customer(pk):
    delete_user(Customer.objects.get(pk=pk), by=None)


def merge(source, target):
    merge_customers(Customer.objects.get(pk=source), Customer.objects.get(pk=target), user=None)


def give_order_to(order, customer):
    order = Order.objects.get(pk=order)
    lines = [NewItem(item.product, item.quantity) for item in order.items.select_related("product")]
    edit_order(order, customer=Customer.objects.get(pk=customer), lines=lines, user=None)


def outcomes(results) -> Counter:
    return Counter(outcome for outcome, _ in results)
