"""Sixteen clients of a running server who all want the same few products: nothing oversold, nothing half done.

LOAD_REQUESTS sets how many requests they send together.
"""

import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

from tests.server import at_once, database_of_its_own, running, tell_shop  # noqa: F401  (tell_shop: in the server's process)

REQUESTS = int(os.environ.get("LOAD_REQUESTS", 640))
CLIENTS = 16
REFUSALS = {400, 404, 409}
LIST = "sku,name,selling_price,stock_qty\n" + "".join(f"P-{number},Imported {{0}},10,5\n" for number in range(4))


class Client:
    """Somebody who does this and that, always the same for the same seed."""

    def __init__(self, server, shop, seed):
        self.server, self.shop, self.random, self.answers = server, shop, Random(seed), []

    def work(self):
        for _ in range(REQUESTS // CLIENTS):
            step = self.random.choices(
                [self.create, self.confirm, self.cancel, self.edit, self.delete, self.adjust], [30, 28, 12, 12, 6, 12]
            )[0]
            self.answers.append((step.__name__, *step()))
        return self.answers

    def lines(self):
        products = self.random.choices(self.shop["products"], k=self.random.randint(1, 3))
        return [{"product_id": product, "quantity": self.random.randint(1, 6)} for product in products]

    def order(self):
        return self.random.choice(self.shop["orders"][-40:])

    def create(self):
        body = {"customer_id": self.shop["customer"], "items": self.lines()}
        answer = self.server.api("POST", "/orders/", body)
        if answer[0] == 201:
            self.shop["orders"].append(answer[1]["id"])
        return answer

    def confirm(self):
        return self.server.api("POST", f"/orders/{self.order()}/confirm/")

    def cancel(self):
        return self.server.api("POST", f"/orders/{self.order()}/cancel/")

    def edit(self):
        return self.server.api("PATCH", f"/orders/{self.order()}/", {"items": self.lines()})

    def delete(self):
        return self.server.api("DELETE", f"/orders/{self.order()}/")

    def adjust(self):
        product = self.random.choice(self.shop["products"])
        return self.server.api("PATCH", f"/products/{product}/", {"stock_qty": self.random.randint(10, 60)})


def bring(server, number):
    file = server.folder / f"list-{number}.csv"
    file.write_text(LIST.format(number))
    return server.manage("import_products", str(file), "--stock=add")


@pytest.mark.slow
def test_sixteen_clients_and_imports_at_once(tmp_path):
    with database_of_its_own(tmp_path) as url, running(tmp_path, url, orders=16) as (server, shop):
        with ThreadPoolExecutor(1) as pool:
            imports = pool.submit(lambda: [bring(server, number) for number in range(3)])
            clients = [Client(server, shop, seed) for seed in range(CLIENTS)]
            answers = [answer for told in at_once(Client.work, clients) for answer in told]
            done = imports.result()
        after = server.call("tests.server.tell_shop")

    assert after["wrong"] == []
    assert [done.stderr for done in done if done.returncode] == []
    counts = Counter((step, status) for step, status, _, _ in answers)
    print(f"{len(answers)} requests: {dict(sorted(counts.items(), key=str))}")
    assert {status for _, status, _, _ in answers} <= {200, 201, 204, 503} | REFUSALS, counts
    for _, status, body, headers in answers:
        if status == 503:
            assert body["detail"] and headers["Retry-After"]
    assert counts["create", 201] > 20 and counts["confirm", 200] > 20, counts
    check_what_was_answered(answers, after["orders"])


def check_what_was_answered(answers, orders):
    """Whoever was told that something is done finds it done."""
    numbers = [body["order_number"] for step, status, body, _ in answers if (step, status) == ("create", 201)]
    assert len(set(numbers)) == len(numbers)
    cancelled = {body["id"] for step, status, body, _ in answers if (step, status) == ("cancel", 200)}
    confirmed = {body["id"] for step, status, body, _ in answers if (step, status) == ("confirm", 200)}
    found = {int(pk): status for pk, (_, status) in orders.items()}
    assert {found[pk] for pk in cancelled} == {"CANCELLED"}
    assert {found[pk] for pk in confirmed - cancelled} <= {"CONFIRMED"}
    assert {pk for pk, status in found.items() if status == "CONFIRMED"} == confirmed - cancelled
    assert Counter(step for step, status, _, _ in answers if (step, status) == ("delete", 204))["delete"] == len(
        set(numbers) - {number for number, _ in orders.values()}
    ) + len(deleted_first(answers, orders))


def deleted_first(answers, orders):
    """Orders of the start that are gone."""
    return set(range(1, 17)) - {int(pk) for pk in orders}
