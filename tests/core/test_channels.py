"""The history tells through which door somebody came in who changed something."""

from django.core.management import call_command
from django.urls import reverse

from accounts.models import Customer
from inventory.models import Product
from sales.models import Order
from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_import, make_order, make_product
from tests.forms import DIALOG

FORM = {"name": "Tea", "sku": "A-1", "selling_price": "12.00", "cost_price": "1.00", "initial_stock": "3"}


def doors(records) -> list[str]:
    return [version.get_channel_display() for version in records.history.all()]


def test_the_admin_is_one_and_the_dialogs_in_it_too(as_admin):
    as_admin.post(reverse("admin:inventory_product_add"), FORM)
    assert set(doors(Product.objects.get())) == {"Admin"}
    order = make_order((Product.objects.get(), 1))
    as_admin.post(reverse("admin:sales_order_confirm_one", args=[order.pk]), DIALOG)
    assert doors(order)[0] == "Admin" and doors(Product.objects.get())[0] == "Admin"
    page = as_admin.get(reverse("admin:sales_order_history", args=[order.pk])).content.decode()
    assert "Admin</div>" in page and "Command line</div>" in page


def test_the_api_is_one(db):
    customer, product = make_customer(), make_product()
    caller = Caller(make_admin())
    answer = caller.post("/orders/", {"customer_id": customer.pk, "items": [{"product_id": product.pk, "quantity": 1}]})
    assert answer.status_code == 201, answer.content
    assert doors(Order.objects.get()) == ["API"]
    assert doors(customer) == ["Command line"]


def test_an_import_is_one_whatever_brings_it_and_so_are_commands(db, tmp_path):
    make_import("sku,name,selling_price,stock_qty\nA-1,Tea,1,5\n")
    product = Product.objects.get()
    assert doors(product) == ["Import"]
    make_import("sku,name\nA-1,Chai\n")
    assert doors(product) == ["Import", "Import"]
    file = tmp_path / "list.csv"
    file.write_text("email,first_name\na@example.com,Ann\n")
    call_command("import_customers", str(file))
    assert doors(Customer.objects.get()) == ["Import"]
    assert doors(make_product()) == ["Command line", "Command line"]


def test_a_door_is_closed_behind_a_request(as_admin):
    as_admin.get(reverse("admin:index"))
    assert doors(make_customer()) == ["Command line"]
