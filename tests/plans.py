"""How the database would answer what a page asks: which tables it would read from one end to the other."""

import re
from unittest import mock

from django.db import connection

LARGE = {
    "sales_order",
    "sales_orderitem",
    "inventory_stockchange",
    "inventory_product",
    "accounts_user",
    "accounts_accountentry",
    "sales_historicalorder",
    "inventory_historicalproduct",
    "accounts_historicaluser",
}
ALIAS = re.compile(r'"(\w+)" ([A-Z]\d+)\b')


def asked_by(client, path: str) -> list[tuple[str, tuple]]:
    """The SELECTs of a page, with their parameters."""
    asked = []

    def note(execute, sql, params, many, context):
        if sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note), mock.patch.object(connection, "close"):
        assert client.get(path).status_code == 200, path
    return asked


def scanned(sql: str, params) -> set[str]:
    """The large tables that this query reads whole.

    PostgreSQL is asked for a plan in which it reads them whole only if it has to; its tables are small here. SQLite may
    walk along an index from the end that a page shows, as long as a LIMIT stops it and nothing has to be sorted.
    """
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
            cursor.execute(f"EXPLAIN {sql}", params)
            plan = "\n".join(line for (line,) in cursor.fetchall())
            cursor.execute("SET LOCAL enable_seqscan = on")
            return set(re.findall(r"Seq Scan on (\w+)", plan)) & LARGE
        cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
        steps = [row[-1] for row in cursor.fetchall()]
    if walks_to_a_limit(sql, steps):
        return set()
    tables = {alias: table for table, alias in ALIAS.findall(sql)}
    found = {name for step in steps for name in re.findall(r"^SCAN (\w+)", step)}
    return {tables.get(name, name) for name in found} & LARGE


def walks_to_a_limit(sql: str, steps: list[str]) -> bool:
    sorts = any("TEMP B-TREE FOR ORDER" in step or "TEMP B-TREE FOR GROUP" in step for step in steps)
    walks = [step for step in steps if step.startswith("SCAN") and step != "SCAN subquery"]
    return " LIMIT " in sql and not sorts and "LIKE" not in sql and len(walks) == 1
