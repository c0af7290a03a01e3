"""Parts of texts are found by an index, which knows every change."""

import pytest
from django.apps import apps
from django.db import DatabaseError, connection

from accounts.account_models import AccountEntry
from accounts.models import User
from core import search_index
from core.search_index import PENDING, install, install_indexes, name_of, remove, run
from inventory.models import Product, StockChange
from inventory.services.products import delete_product, save_product
from sales.models import Order
from tests.environment import POSTGRESQL
from tests.factories import make_customer, make_order, make_product

pytestmark = pytest.mark.django_db


def found(text: str) -> list[str]:
    return sorted(Product.objects.filter(name__holds=text).values_list("name", flat=True))


def plan(queryset) -> str:
    """How the database goes about it; PostgreSQL as if the table were large."""
    with connection.cursor() as cursor:
        if POSTGRESQL:
            cursor.execute("SET LOCAL enable_seqscan = off")
        sql, params = queryset.query.sql_with_params()
        cursor.execute(f"EXPLAIN {'' if POSTGRESQL else 'QUERY PLAN'} {sql}", params)
        return "\n".join(str(row) for row in cursor.fetchall())


def test_it_follows_what_is_entered_changed_and_deleted():
    product = make_product(name="Claw hammer", stock=0)
    make_product(name="Sledgehammer")
    assert found("HAMM") == ["Claw hammer", "Sledgehammer"]
    product.name = "Claw of a crab"
    save_product(product, user=None)
    assert (found("hammer"), found("crab")) == (["Sledgehammer"], ["Claw of a crab"])
    delete_product(product, user=None)
    assert found("claw") == []


@pytest.mark.parametrize("text", ["100%", "a_b", "\\", "“8”", "'", '"', "ab", "Ö"])
def test_signs_with_a_meaning_of_their_own_are_letters_like_others(text):
    make_product(name=f"Before {text} after")
    make_product(name="Before x after, 100 aXb")
    assert found(text) == [f"Before {text} after"]


@pytest.mark.parametrize("model", [Product, Order, User, StockChange, AccountEntry])
def test_the_index_of_each_table_is_used(model):
    for column in model.searched:
        assert name_of(model) in plan(model.objects.filter(**{f"{column}__holds": "hammer"}).order_by())


@pytest.mark.postgres
def test_little_waits_to_be_put_into_the_index():
    (options,) = run("SELECT reloptions FROM pg_class WHERE relname = %s", [name_of(Product)])[0]
    assert options == [f"gin_pending_list_limit={PENDING}"]


def test_an_order_is_found_by_indexes_of_both_tables():
    shown = plan(Order.objects.filter(Order.objects.with_words(["hammer", "2026"])).order_by())
    assert "Seq Scan" not in shown  # of PostgreSQL's; which index it takes depends on how full the tables are
    assert connection.vendor == "postgresql" or (name_of(Order) in shown and name_of(User) in shown)


def test_migrate_makes_anew_what_is_missing():
    product = make_product(name="Claw hammer")
    remove(Product)
    make_product(name="Sledgehammer")
    if connection.vendor == "postgresql":
        assert found("hammer") == ["Claw hammer", "Sledgehammer"]
    install(Product)
    assert found("hammer") == ["Claw hammer", "Sledgehammer"]
    if connection.vendor == "sqlite":  # as a migration that rebuilds the table leaves it
        run(f"DROP TRIGGER {name_of(Product)}_update")
        Product.objects.filter(pk=product.pk).update(name="Mallet")
        install(Product)
        assert (found("claw"), found("mallet")) == ([], ["Mallet"])


def test_a_table_without_all_the_columns_has_no_index_until_it_has_them(monkeypatch):
    with monkeypatch.context() as older:
        older.setattr(Product, "searched", ("sku", "of_a_later_version"))
        install_indexes(apps.get_app_config("inventory"))
        make_product(name="Claw hammer")
    install_indexes(apps.get_app_config("inventory"))
    assert found("hammer") == ["Claw hammer"]


@pytest.mark.postgres
def test_without_the_extension_the_sentence_says_what_to_do(monkeypatch, capsys):
    def refused(statement, params=None):
        raise DatabaseError("permission denied to create extension")

    monkeypatch.setattr(search_index, "run", refused)
    install(Product)
    assert "CREATE EXTENSION pg_trgm" in capsys.readouterr().err


def test_a_customer_is_found_by_a_piece_of_anything(db):
    customer = make_customer(first_name="Marguerite", customer_code="K-4711", phone="+4930901820")
    make_order((make_product(), 1), customer=customer)
    for text in ("guerit", "4711", "1820"):
        assert list(User.objects.matching(text)) == [User.objects.get(pk=customer.pk)]
    assert Order.objects.filter(Order.objects.with_words(["GUERIT"])).count() == 1
