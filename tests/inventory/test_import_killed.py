"""A process that dies in the middle of writing an import leaves nothing of it."""

import multiprocessing
import os
import signal

import pytest
from django.core.management import call_command
from django.db import connections

from core.imports import writing
from core.imports.models import ImportRecord
from inventory.models import Product, StockChange
from inventory.services import imports
from tests.factories import make_import, make_product

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]


STEPS = {
    "new products are there, their stock is not logged": (imports, "insert_all"),
    "new products are there": (imports, "write_imported"),
    "the new stock is logged, the changed products are not written": (imports, "update_all"),
    "all products are there, what is needed to undo is not": (writing, "insert_rows"),
}


def die(*args, **kwargs):
    os.kill(os.getpid(), signal.SIGKILL)


def import_and_die(text: str, step: str) -> None:
    """In a process of its own, with a connection of its own; the step is the one that is not survived."""
    connections.close_all()
    setattr(*STEPS[step], die)
    make_import(text, stock_mode="set")


@pytest.mark.parametrize("step", STEPS)
def test_nothing_of_it_is_there_afterwards(committed_db, step):
    old = make_product(sku="OLD", name="Old", stock=3)
    lines = "".join(f"NEW-{number},New,1,5\n" for number in range(2_000))
    text = f"sku,name,selling_price,stock_qty\nOLD,Changed,12,9\n{lines}"
    connections.close_all()
    process = multiprocessing.get_context("fork").Process(target=import_and_die, args=(text, step))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL

    assert [str(product) for product in Product.objects.all()] == ["Old (OLD)"]
    old.refresh_from_db()
    assert (old.stock_qty, old.history.count()) == (3, 2)
    assert (StockChange.objects.count(), ImportRecord.objects.count()) == (1, 0)
    call_command("check_stock")
    make_import(text, stock_mode="set")
    assert Product.objects.count() == 2_001
