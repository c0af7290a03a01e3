"""The API spoken to as the Bootstrap frontend does it: its addresses, its bodies, its way with tokens and cursors."""

import re
from urllib.parse import unquote

import pytest

from tests.clients import Caller
from tests.factories import make_admin, make_customer, make_order, make_product

pytestmark = pytest.mark.django_db

ORIGIN = "http://localhost:3000"


class Frontend:
    """Keeps two tokens, sends JSON always, refreshes once on 401, and pages by the cursor it cuts out of the links."""

    def __init__(self):
        self.caller = Caller()
        self.access = self.refresh = None

    def fetch(self, method, path, body=None):
        headers = {"Origin": ORIGIN}
        if self.access:
            headers["Authorization"] = f"Bearer {self.access}"
        return self.caller(method, path, body, **headers)

    def request(self, method, path, body=None):
        answer = self.fetch(method, path, body)
        if answer.status_code == 401 and self.refresh:
            renewed = self.caller.post("/auth/refresh/", {"refresh": self.refresh}, Origin=ORIGIN)
            assert renewed.status_code == 200
            self.access = renewed.json()["access"]
            answer = self.fetch(method, path, body)
        assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
        return answer

    def log_in(self, email, password):
        tokens = self.fetch("POST", "/auth/login/", {"email": email, "password": password}).json()
        self.access, self.refresh = tokens["access"], tokens["refresh"]


def cursor_in(url):
    found = re.search(r"cursor=([^&]+)", url or "")
    return unquote(found.group(1)) if found else None


@pytest.fixture
def page(db) -> Frontend:
    admin = make_admin(email="admin@example.com", first_name="Ada", last_name="Admin")
    frontend = Frontend()
    frontend.log_in(admin.email, "correct horse")
    return frontend


def test_a_wrong_password_shows_a_sentence(db):
    answer = Frontend().fetch("POST", "/auth/login/", {"email": "x@example.com", "password": "no"})
    assert (answer.status_code, answer.json()["detail"]) == (401, "E-mail or password is wrong.")


def test_a_worn_out_access_token_is_renewed_again_and_again(page):
    for _ in range(3):
        page.access = "junk"
        assert page.request("GET", "/customers/").status_code == 200


def test_a_product_is_made_edited_and_deleted_by_its_form(page):
    form = {
        "name": "Tea",
        "category": "Drinks",
        "cost_price": "2.5",
        "selling_price": "4",
        "stock_qty": 7,
        "sku": "tea-1",
    }
    made = page.request("POST", "/products/", form)
    assert (made.status_code, made.json()["sku"], made.json()["selling_price"]) == (201, "TEA-1", "4.00")
    del form["sku"]  # the form sends it only for a new product
    path = f"/products/{made.json()['id']}/"
    loaded = page.request("GET", path).json()
    assert [loaded[name] for name in ("cost_price", "stock_qty", "category")] == ["2.50", 7, "Drinks"]
    edited = page.request("PUT", path, form | {"selling_price": "4.5", "stock_qty": 7})
    assert (edited.status_code, edited.json()["selling_price"], edited.json()["stock_qty"]) == (200, "4.50", 7)
    assert page.request("PUT", path, form | {"stock_qty": 9}).json()["stock_qty"] == 9
    rows = page.request("GET", "/products/?search=tea&stock_status=LOW_STOCK&min_price=1&max_price=9").json()["results"]
    assert [(row["sku"], row["stock_status"]) for row in rows] == [("TEA-1", "LOW_STOCK")]
    assert page.request("DELETE", path).status_code == 204


def test_a_customer_is_made_and_edited_with_nulls_for_empty_fields(page):
    form = {
        "email": "ada@example.com",
        "customer_code": None,
        "first_name": "Ada",
        "last_name": "Moreau",
        "phone": None,
        "address": None,
        "opening_balance": None,
    }
    made = page.request("POST", "/customers/", form)
    assert made.status_code == 201
    path = f"/customers/{made.json()['id']}/"
    told = page.request("PUT", path, form | {"opening_balance": "12.5", "phone": "+12025550123"}).json()
    assert (told["opening_balance"], told["phone"]) == ("12.50", "+12025550123")
    told = page.request("PUT", path, form).json()
    assert (told["opening_balance"], told["phone"], told["address"]) == ("0.00", None, "")
    refused = page.request("DELETE", path)  # their account says that 12.50 were owed for a while
    assert (refused.status_code, "appears in account entries" in refused.json()["detail"]) == (409, True)
    other = page.request("POST", "/customers/", form | {"email": "bo@example.com"}).json()
    assert page.request("DELETE", f"/customers/{other['id']}/").status_code == 204


def test_an_order_is_placed_and_moved_on_by_its_select_box(page):
    buyer, product = make_customer(), make_product(stock=10, sku="NW-1", name="Chai")
    body = {"customer_id": buyer.pk, "items": [{"product_id": product.pk, "quantity": 2, "price": "9.99"}]}
    made = page.request("POST", "/orders/", body)
    assert made.status_code == 201
    path = f"/orders/{made.json()['id']}/"
    order = page.request("GET", path).json()
    assert (order["customer"], order["created_by"], order["status"]) == (str(buyer), "Ada Admin", "PENDING")
    item = order["items"][0]
    assert (item["product_sku"], item["quantity"], item["price"], item["total_price"]) == ("NW-1", 2, "9.99", "19.98")
    for status in ("CONFIRMED", "CANCELLED"):
        assert page.request("PUT", path, {"status": status}).json()["status"] == status
    refused = page.request("PUT", path, {"status": "CONFIRMED"})
    assert (refused.status_code, "was cancelled by Ada Admin" in refused.json()["detail"]) == (409, True)
    query = (
        "search=ORD-&status=CANCELLED&order_date_from=2020-01-01&order_date_to=2100-01-01&min_amount=1&max_amount=99"
    )
    assert len(page.request("GET", f"/orders/?{query}").json()["results"]) == 1


def test_a_shortage_can_be_read_on_the_screen(page):
    product = make_product(stock=3, sku="NW-1", name="Chai")
    body = {"customer_id": make_customer().pk, "items": [{"product_id": product.pk, "quantity": 5, "price": "1"}]}
    assert page.request("POST", "/orders/", body).json()["items"] == ["Chai (NW-1): 5 ordered, 3 in stock."]


@pytest.mark.parametrize("path", ["/products/", "/customers/", "/orders/", "/products/stock-history/"])
def test_the_buttons_lead_to_the_end_of_a_list_and_back(page, path):
    for _ in range(23):
        make_order((make_product(), 1))
    seen, cursors = [], [None]
    while True:
        query = f"?cursor={cursors[-1]}" if cursors[-1] else ""
        answer = page.request("GET", f"{path}{query}").json()
        seen += [row["id"] for row in answer["results"]]
        if not answer["next"]:
            break
        cursors.append(cursor_in(answer["next"]))
    assert len(seen) == 23 and seen == sorted(seen, reverse=True)
    back = [row["id"] for row in answer["results"]]
    while answer["previous"]:
        answer = page.request("GET", f"{path}?cursor={cursor_in(answer['previous'])}").json()
        back = [row["id"] for row in answer["results"]] + back
    assert back == seen


def test_the_dashboard_has_what_its_cards_show(page):
    told = page.request("GET", "/dashboard/").json()
    assert {"total_customers", "total_sales_today", "low_stock_count", "out_of_stock_count", "date"} <= set(told)
    assert told["low_stock_products"] == []


def test_logging_out_ends_it(page):
    assert page.request("POST", "/auth/logout/", {"refresh": page.refresh}).status_code == 204
    page.access = "junk"
    assert page.caller.post("/auth/refresh/", {"refresh": page.refresh}).status_code == 401
