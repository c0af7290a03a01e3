"""The example payloads and addresses that the project was asked for, word for word."""

import json

import pytest

from tests.clients import Caller
from tests.factories import make_admin, make_customer

PRODUCT = """{
  "sku": "PROD-001",
  "name": "Laptop Dell XPS 13",
  "category": "Electronics",
  "cost_price": "800.00",
  "selling_price": "1200.00",
  "stock_qty": 50
}"""
ORDER = """{
  "customer_id": 1,
  "items": [
    {
      "product_id": 1,
      "quantity": 2,
      "unit_price": "1200.00"
    },
    {
      "product_id": 2,
      "quantity": 1,
      "unit_price": "500.00"
    }
  ]
}"""
USER = """{
  "email": "john.doe@example.com",
  "password": "SecurePass123!",
  "first_name": "John",
  "last_name": "Doe",
  "phone": "+1234567890",
  "role": "customer"
}"""
ADDRESSES = {
    "/api/v1/products/?sku=PROD-001": ["PROD-001"],
    "/api/v1/products/?category=Electronics": ["PROD-002", "PROD-001"],
    "/api/v1/products/?stock_status=low_stock": ["PROD-002"],
    "/api/v1/products/?min_price=100&max_price=500": ["PROD-002"],
    "/api/v1/products/?search=laptop": ["PROD-001"],
    "/api/v1/orders/?status=confirmed": [],
    "/api/v1/orders/?customer=1": ["ORDER"],
    "/api/v1/orders/?order_date=2025-12-23": [],
    "/api/v1/orders/?min_total=1000": ["ORDER"],
    "/api/v1/customers/?customer_code=CUST-001": ["first@example.com"],
    "/api/v1/customers/?role=customer": ["john.doe@example.com", "first@example.com"],
    "/api/v1/customers/?search=john": ["john.doe@example.com"],
}


@pytest.mark.django_db(transaction=True, reset_sequences=True)
def test_the_examples_work_as_they_are_printed(committed_db, anybody):
    """On an empty database, so that the keys 1 and 2 of the example are the first customer and two products."""
    make_customer(email="first@example.com", customer_code="CUST-001")
    admin = Caller(make_admin())
    assert anybody.post("/auth/register/", USER).status_code == 201
    assert admin.post("/products/", PRODUCT).status_code == 201
    second = json.loads(PRODUCT) | {
        "sku": "PROD-002",
        "name": "Screen",
        "cost_price": "300.00",
        "selling_price": "500.00",
    }
    assert admin.post("/products/", second | {"stock_qty": 5}).status_code == 201
    order = admin.post("/orders/", ORDER)
    assert (order.status_code, order.json()["total_amount"]) == (201, "2900.00")

    for address, expected in ADDRESSES.items():
        rows = admin.get(address).json()["results"]
        found = [row.get("sku") or row.get("email") or "ORDER" for row in rows]
        assert found == expected, address
