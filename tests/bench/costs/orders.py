"""What writing orders costs, by one client and by eight on products and customers of their own."""

import statistics
import time
from collections.abc import Callable, Iterator

from inventory.models import Product
from inventory.services.stock import adjust_stock
from tests.bench.costs import asked
from tests.bench.costs.http import at_once

LINES, EACH = 5, 20
STEPS = ("confirm", "cancel")


def written(system) -> Iterator[tuple[str, dict]]:
    """Orders of five lines, placed, confirmed and cancelled: nothing is missing from the shelves afterwards."""
    bodies = list(baskets(system.user))
    found: dict[str, dict] = {name: {} for name in ("place", *STEPS)}
    for clients in (1, asked.CLIENTS):
        made: list[int] = []
        place = [place_one(system, body, made) for body in bodies[:clients] * EACH]
        timed(place, clients, found["place"])
        for step in STEPS:
            timed([take_step(system, pk, step) for pk in made], clients, found[step])
    pk = 0

    def here(path: str, body: dict | None = None) -> Callable:
        def ask():
            nonlocal pk
            answer = system.here.post(f"/api/v1/orders/{path}", body, content_type="application/json")
            pk = pk or answer.json()["id"]

        return ask

    found["place"] |= system.queries(here("", bodies[0]))
    for step in STEPS:
        found[step] |= system.queries(here(f"{pk}/{step}/"))
    yield from ((f"API: {step} an order of {LINES} lines", figures) for step, figures in found.items())


def baskets(user) -> Iterator[dict]:
    """What each client orders: of products that nobody else orders, and of which there is enough."""
    products = list(Product.objects.filter(is_active=True).order_by("pk")[: LINES * asked.CLIENTS])
    for product in products:
        if product.stock_qty < EACH:
            adjust_stock(product, user=user, change=EACH, reason="Counted")
    for place, customer in enumerate(asked.customers()):
        mine = products[place * LINES : (place + 1) * LINES]
        items = [{"product_id": product.pk, "quantity": 1} for product in mine]
        yield {"customer_id": customer.pk, "items": items}


def place_one(system, body: dict, made: list[int]) -> Callable:
    return lambda: made.append(system.caller.post("/api/v1/orders/", body)["id"])


def take_step(system, pk: int, step: str) -> Callable:
    return lambda: system.caller.post(f"/api/v1/orders/{pk}/{step}/")


def timed(jobs: list[Callable], clients: int, figures: dict) -> None:
    times: list[float] = []

    def run(job: Callable) -> None:
        start = time.perf_counter()
        job()
        times.append((time.perf_counter() - start) * 1000)

    figures[f"{clients}/s"] = len(jobs) / at_once([lambda job=job: run(job) for job in jobs], clients)
    if clients == 1:
        figures["ms"] = statistics.median(times)
