"""What tests start from, made by the services, so that no test starts from a state that cannot be."""

from decimal import Decimal
from itertools import count

from accounts.models import Customer, User
from accounts.resources import CustomerResource
from accounts.services.people import save_user
from core.imports.choices import Choices
from core.imports.models import ImportRecord
from core.imports.runs import start
from core.imports.uploads import store_upload
from inventory.delivery_models import Delivery, Supplier
from inventory.models import Product
from inventory.resources import ProductResource
from inventory.services.deliveries import DeliveredGoods, receive_delivery
from inventory.services.products import save_product
from inventory.services.suppliers import save_supplier
from sales.models import Order
from sales.services.orders import NewItem, confirm_order, create_order
from tests.imports import import_list

numbers = count(1)


def make_user(role="SALES", **fields) -> User:
    number = next(numbers)
    user = User(**{"email": f"user{number}@example.com", "first_name": "User", "last_name": str(number), **fields})
    user.role = role
    user.set_password("correct horse")
    return save_user(user, by=None)


def make_admin(**fields) -> User:
    return make_user("ADMIN", **fields)


def make_sales(**fields) -> User:
    return make_user("SALES", **fields)


def make_packer(**fields) -> User:
    """Somebody who works in the warehouse."""
    return make_user("WAREHOUSE", **fields)


def make_customer(**fields) -> Customer:
    number = next(numbers)
    values = {"email": f"customer{number}@example.com", "first_name": "Customer", "last_name": str(number), **fields}
    customer = Customer(**values)
    customer.set_password("correct horse")
    return save_user(customer, by=None)


def make_product(stock=10, user=None, **fields) -> Product:
    number = next(numbers)
    values = {"sku": f"P-{number}", "name": f"Product {number}", "selling_price": Decimal("10.00"), **fields}
    return save_product(Product(**values), user=user, initial_stock=stock)


def make_supplier(user=None, **fields) -> Supplier:
    return save_supplier(Supplier(**{"name": f"Supplier {next(numbers)}", **fields}), user=user)


def make_delivery(*lines, supplier=None, user=None, **fields) -> Delivery:
    """A delivery of (product, quantity) or (product, quantity, unit cost) lines."""
    goods = [
        DeliveredGoods(product.pk, *(Decimal(figure) if i else figure for i, figure in enumerate(rest)))
        for product, *rest in lines
    ]
    return receive_delivery(supplier=supplier, lines=goods, user=user, **fields)[0]


def make_import(text: str, *, resource=ProductResource, user=None, **options) -> ImportRecord:
    """What importing this CSV text left in the list of imports."""
    return import_list(text, resource, user=user, **options).done


def make_customer_import(text: str, **options) -> ImportRecord:
    return make_import(text, resource=CustomerResource, **options)


def make_draft(text: str, resource, *, user) -> ImportRecord:
    """An import that somebody has begun: its preview is there, nothing is written."""
    target, choices = resource.target(), Choices().stored()
    record = store_upload(text.encode(), name="list.csv", target=target, user=user, choices=choices)
    start(record, ImportRecord.Status.JUDGING)
    return record


def make_order(*lines, customer=None, user=None) -> Order:
    """A pending order of (product, quantity) or (product, quantity, price) lines."""
    return create_order(customer=customer or make_customer(), lines=[NewItem(*line) for line in lines], user=user)


def make_confirmed_order(*lines, **fields) -> Order:
    return confirm_order(make_order(*lines, **fields), user=fields.get("user"))
