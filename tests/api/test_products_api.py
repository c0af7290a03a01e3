"""Products, their pictures and the stock change log over the API."""

from decimal import Decimal

import pytest

from inventory.models import Product, StockChange
from inventory.services.stock import adjust_stock
from sales.services.orders import confirm_order
from tests.factories import make_customer, make_order, make_product, make_sales
from tests.files import picture

pytestmark = pytest.mark.django_db

NEW = {"sku": "prod-001", "name": "Laptop", "selling_price": "1200.00"}
FOR_EVERYBODY = [
    "id",
    "sku",
    "name",
    "category",
    "selling_price",
    "stock_status",
    "barcode",
    "is_active",
    "image",
    "created_at",
    "modified_at",
]
FOR_STAFF = [*FOR_EVERYBODY, "cost_price", "stock_qty", "profit_margin", "low_stock_threshold", "shelf"]
FOR_STAFF += ["free_qty", "average_cost", "stock_value", "created_by", "modified_by"]


def test_a_product_starts_with_its_stock_and_a_row_in_the_log(admin):
    answer = admin.post("/products/", NEW | {"cost_price": 800, "stock_qty": "50", "low_stock_threshold": 60})
    assert answer.status_code == 201
    told = answer.json()
    assert (told["sku"], told["cost_price"], told["stock_qty"]) == ("PROD-001", "800.00", 50)
    assert (told["stock_status"], told["profit_margin"], told["image"]) == ("LOW_STOCK", "50.00", None)
    row = StockChange.objects.get()
    assert (row.kind, row.previous_qty, row.new_qty, row.created_by) == ("INITIAL", 0, 50, admin.user)


def test_empty_optional_fields_may_be_null_or_blank(admin):
    body = NEW | {"category": None, "cost_price": "", "stock_qty": None, "low_stock_threshold": "", "image": None}
    told = admin.post("/products/", body).json()
    assert (told["category"], told["cost_price"], told["stock_qty"]) == ("", "0.00", 0)
    assert (told["low_stock_threshold"], told["profit_margin"]) == (None, "0.00")
    assert not StockChange.objects.exists()


def test_minus_nought_is_nought(admin):
    told = admin.post("/products/", '{"sku": "A", "name": "A", "selling_price": -0.0, "cost_price": "-0"}').json()
    assert (told["selling_price"], told["cost_price"]) == ("0.00", "0.00")


@pytest.mark.parametrize(
    ("change", "field", "sentence"),
    [
        ({"sku": " taken "}, "sku", "Another product has this SKU."),
        ({"sku": "A\u200bB"}, "sku", "A SKU cannot have invisible"),
        ({"sku": " "}, "sku", "This field must not be empty."),
        ({"name": ""}, "name", "This field is required."),
        ({"selling_price": None}, "selling_price", "This field is required."),
        ({"selling_price": -1}, "selling_price", "This field must be at least 0."),
        ({"cost_price": -3e-77}, "cost_price", "This field must have at most 2 decimals."),
        ({"selling_price": "NaN"}, "selling_price", "This field must be a number."),
        ({"selling_price": "1.005"}, "selling_price", "This field must have at most 2 decimals."),
        ({"selling_price": 123456789.0}, "selling_price", "This field must be at most 99999999.99."),
        ({"cost_price": "1300"}, "selling_price", "The selling price 1200.00 is below the cost price 1300."),
        ({"stock_qty": -1}, "stock_qty", "This field must be at least 0."),
        ({"stock_qty": "-1"}, "stock_qty", "This field must be at least 0."),
        ({"stock_qty": 1.5}, "stock_qty", "This field must be a whole number."),
        ({"stock_qty": True}, "stock_qty", "This field must be a whole number."),
        ({"stock_qty": 3_000_000_000}, "stock_qty", "This field must be at most 2147483647."),
        ({"low_stock_threshold": "ten"}, "low_stock_threshold", "This field must be a whole number."),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_is_written(admin, change, field, sentence):
    make_product(sku="TAKEN")
    refused = admin.post("/products/", NEW | change)
    assert (refused.status_code, set(refused.json())) == (400, {field})
    assert sentence in refused.json()[field][0]
    assert Product.objects.count() == 1


def test_what_is_missing_is_all_said_at_once(admin):
    required = ["This field is required."]
    assert admin.post("/products/", {}).json() == {"sku": required, "name": required, "selling_price": required}


def test_a_change_leaves_the_rest_and_the_stock_alone(admin):
    product = make_product(stock=7, category="Old", cost_price=Decimal("5.00"))
    told = admin.put(f"/products/{product.pk}/", {"name": "New", "selling_price": "12"}).json()
    assert (told["name"], told["selling_price"], told["category"]) == ("New", "12.00", "Old")
    assert (told["stock_qty"], told["modified_by"]) == (7, "Ada Admin")
    assert product.stock_changes.count() == 1


def test_another_stock_is_an_adjustment_in_the_log(admin):
    product = make_product(stock=7)
    body = {"name": "New", "stock_qty": 9, "change_reason": "Counted"}
    assert admin.put(f"/products/{product.pk}/", body).json()["stock_qty"] == 9
    row = product.stock_changes.first()
    assert (row.kind, row.previous_qty, row.new_qty) == ("ADJUSTMENT", 7, 9)
    assert (row.change_reason, row.created_by, row.product_name) == ("Counted", admin.user, "New")
    assert admin.put(f"/products/{product.pk}/", {"stock_qty": 9}).status_code == 200
    assert admin.put(f"/products/{product.pk}/", {"stock_qty": None}).json()["stock_qty"] == 9
    assert product.stock_changes.count() == 2


def test_a_product_sent_back_as_it_was_read_does_not_undo_a_sale(admin):
    """Frontends send the stock along with whatever else was edited; `modified_at` tells that it is an old one."""
    product = make_product(stock=29)
    read = admin.get(f"/products/{product.pk}/").json()
    confirm_order(make_order((product, 2)), user=None)
    refused = admin.put(f"/products/{product.pk}/", read | {"name": "New"})
    assert (refused.status_code, "in the meantime" in refused.json()["detail"]) == (409, True)
    product.refresh_from_db()
    assert product.stock_qty == 27
    read = admin.get(f"/products/{product.pk}/").json()
    assert admin.put(f"/products/{product.pk}/", read | {"name": "New"}).json()["stock_qty"] == 27


def test_who_may_change_a_product_may_not_therefore_adjust_its_stock(admin, monkeypatch):
    from accounts.roles import MATRIX

    product = make_product(stock=7)
    monkeypatch.setitem(MATRIX, "inventory.adjust_stock", set())
    assert admin.put(f"/products/{product.pk}/", {"name": "New", "stock_qty": 9}).status_code == 403
    assert admin.put(f"/products/{product.pk}/", {"name": "New", "stock_qty": 7}).status_code == 200
    product.refresh_from_db()
    assert (product.stock_qty, product.name) == (7, "New")


def test_a_price_from_older_rules_does_not_stand_in_the_way_of_a_name(admin, settings):
    settings.ALLOW_SELLING_BELOW_COST = True
    product = make_product(cost_price=Decimal("20"), selling_price=Decimal("10"))
    settings.ALLOW_SELLING_BELOW_COST = False
    assert admin.patch(f"/products/{product.pk}/", {"name": "New"}).status_code == 200
    assert set(admin.patch(f"/products/{product.pk}/", {"cost_price": "21"}).json()) == {"selling_price"}


def test_the_picture_of_a_deleted_product_goes_with_it(admin, django_capture_on_commit_callbacks):
    product = make_product()
    admin.upload(f"/products/{product.pk}/image/", "image", picture())
    product.refresh_from_db()
    with django_capture_on_commit_callbacks(execute=True):
        assert admin.delete(f"/products/{product.pk}/").status_code == 204
    assert not product.image.storage.exists(product.image.name)


def test_a_bad_change_changes_neither_product_nor_stock(admin):
    product = make_product(stock=7, cost_price=Decimal("5.00"))
    refused = admin.put(f"/products/{product.pk}/", {"stock_qty": 9, "selling_price": "4.00"})
    assert (refused.status_code, set(refused.json())) == (400, {"selling_price"})
    product.refresh_from_db()
    assert (product.stock_qty, product.selling_price) == (7, Decimal("10.00"))


def test_a_product_in_a_pending_order_stays(admin):
    product = make_product()
    order = make_order((product, 1))
    refused = admin.delete(f"/products/{product.pk}/")
    assert (refused.status_code, order.order_number in refused.json()["detail"]) == (409, True)
    spare = make_product()
    assert admin.delete(f"/products/{spare.pk}/").status_code == 204
    assert admin.get(f"/products/{spare.pk}/").status_code == 404
    assert StockChange.objects.filter(product_sku=spare.sku, kind="DELETION").exists()


def test_each_role_sees_what_it_may(admin, sales, customer):
    product = make_product(stock=3, cost_price=Decimal("7.77"))
    for path in ("/products/", f"/products/{product.pk}/"):
        for caller, fields in ((admin, FOR_STAFF), (sales, FOR_STAFF), (customer, FOR_EVERYBODY)):
            told = caller.get(path).json()
            assert set(told.get("results", [told])[0]) == set(fields)


def test_without_the_permission_for_costs_a_salesperson_sees_none(sales, monkeypatch):
    from accounts.roles import ADMIN, MATRIX

    product = make_product(selling_price=Decimal("5000.00"), cost_price=Decimal("1807.77"))
    monkeypatch.setitem(MATRIX, "inventory.view_cost", {ADMIN})
    told = sales.get(f"/products/{product.pk}/")
    assert set(told.json()) == set(FOR_STAFF) - {"cost_price", "profit_margin", "average_cost", "stock_value"}
    assert "1807.77" not in told.content.decode()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("sku=prod-001", ["PROD-001"]),
        ("category=Electronics", ["PROD-002", "PROD-001"]),
        ("category=electronics", ["PROD-002", "PROD-001"]),
        ("stock_status=low_stock", ["PROD-002"]),
        ("stock_status=OUT_OF_STOCK", ["CUP"]),
        ("stock_status=In_Stock", ["PROD-001"]),
        ("min_price=100&max_price=500", ["PROD-002"]),
        ("max_price=100", ["CUP"]),
        ("search=laptop", ["PROD-001"]),
        ("search=dell%20LAPTOP", ["PROD-001"]),
        ("search=electro", ["PROD-002", "PROD-001"]),
        ("search=%25", []),
        ("sku=&category=&stock_status=&min_price=&max_price=&search=", ["CUP", "PROD-002", "PROD-001"]),
        ("ordering=name", ["CUP", "PROD-001", "PROD-002"]),
        ("ordering=-selling_price&category=Electronics", ["PROD-001", "PROD-002"]),
    ],
)
def test_filters(customer, query, found):
    make_product(sku="PROD-001", name="Laptop Dell", category="Electronics", selling_price="1200", stock=50)
    make_product(sku="PROD-002", name="Screen", category="Electronics", selling_price="500", stock=5)
    make_product(sku="CUP", name="Cup", category="Kitchen", selling_price="4.50", stock=0)
    answer = customer.get(f"/products/?{query}")
    assert [row["sku"] for row in answer.json()["results"]] == found


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("stock_status=some", "stock_status"),
        ("min_price=cheap", "min_price"),
        ("max_price=-1", "max_price"),
        ("ordering=cost_price", "ordering"),
        ("ordering=stock_qty", "ordering"),
        ("page_size=many", "page_size"),
    ],
)
def test_a_senseless_filter_is_said_so(customer, query, field):
    refused = customer.get(f"/products/?{query}")
    assert (refused.status_code, set(refused.json())) == (400, {field})


def test_a_picture_comes_and_goes(admin, customer):
    product = make_product()
    answer = admin.upload(f"/products/{product.pk}/image/", "image", picture())
    assert answer.status_code == 200
    assert answer.json()["image"].startswith("http://testserver/media/products/images/")
    assert customer.get(f"/products/{product.pk}/").json()["image"] == answer.json()["image"]
    assert admin.delete(f"/products/{product.pk}/image/").status_code == 204
    assert admin.get(f"/products/{product.pk}/").json()["image"] is None
    assert admin.delete(f"/products/{product.pk}/image/").status_code == 204
    assert product.stock_changes.count() == 1


def test_a_picture_of_no_product_is_404(admin):
    assert admin.upload("/products/999/image/", "image", picture()).status_code == 404
    assert admin.delete("/products/999/image/").status_code == 404


# The stock change log


def test_the_log_tells_every_move_under_both_names(sales):
    product, buyer = make_product(stock=10, category="Tools", user=sales.user), make_customer(first_name="Bea")
    order = make_order((product, 3), customer=buyer, user=sales.user)
    confirm_order(order, user=sales.user)
    for path in ("/products/stock-changes/", "/products/stock-history/"):
        sale, initial = sales.get(path).json()["results"]
        assert list(sale) == [
            "id",
            "product_id",
            "product_name",
            "product_category",
            "product_sku",
            "previous_qty",
            "new_qty",
            "quantity_change",
            "change_reason",
            "kind",
            "reference",
            "customer",
            "created_by",
            "created_at",
        ]
        assert (sale["previous_qty"], sale["new_qty"], sale["quantity_change"]) == (10, 7, -3)
        assert (sale["kind"], sale["reference"]) == ("SALE", order.order_number)
        assert (sale["customer"], sale["created_by"]) == (str(buyer), "Sam Sales")
        assert (initial["kind"], initial["customer"]) == ("INITIAL", None)


def test_the_log_can_be_filtered(sales):
    colleague, buyer = make_sales(), make_customer()
    one, other = make_product(user=sales.user), make_product(user=colleague)
    adjust_stock(one, change=1, reason="Found behind the shelf", user=colleague)
    confirm_order(make_order((other, 1), customer=buyer), user=sales.user)

    def found(query):
        return [
            (row["product_id"], row["kind"]) for row in sales.get(f"/products/stock-changes/?{query}").json()["results"]
        ]

    assert found(f"product_id={one.pk}") == [(one.pk, "ADJUSTMENT"), (one.pk, "INITIAL")]
    assert found(f"customer_id={buyer.pk}") == [(other.pk, "SALE")]
    by_colleague = [(one.pk, "ADJUSTMENT"), (other.pk, "INITIAL")]
    assert found(f"created_by_id={colleague.pk}") == found(f"sales_user_id={colleague.pk}") == by_colleague
    assert found("kind=sale") == [(other.pk, "SALE")]
    assert found("search=shelf") == [(one.pk, "ADJUSTMENT")]


def test_the_log_remembers_a_deleted_product(admin):
    product = make_product(stock=4)
    admin.delete(f"/products/{product.pk}/")
    rows = admin.get("/products/stock-changes/").json()["results"]
    assert [(row["product_id"], row["product_sku"], row["new_qty"]) for row in rows] == [
        (None, product.sku, 0),
        (None, product.sku, 4),
    ]
