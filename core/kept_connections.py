"""Whether a database connection that was kept still is one, seldom at the price of a query.

Django asks PostgreSQL so before the first query of each request (CONN_HEALTH_CHECKS): a round trip. But a server that
ends a connection says so, and closes it: whoever listens can hear it without asking. So a connection on which nothing
has come in, and of which Django has asked a few seconds ago, is used as it is; of any other one Django asks.
"""

import math
import select
import time
from typing import Any
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import Error

SECONDS = 5  # a machine that has gone without a word is noticed after this

trusted_until: WeakKeyDictionary[Any, float] = WeakKeyDictionary()


def trust_connection(**kwargs) -> None:
    """At the beginning of a request, behind Django's own look at the connection: spare it the query if that goes."""
    database: Any = connections[DEFAULT_DB_ALIAS]
    if (kept := database.connection) is None or database.vendor != "postgresql":
        return
    now = time.monotonic()
    if now >= trusted_until.get(kept, -math.inf):
        trusted_until[kept] = now + SECONDS
    elif is_silent(kept):
        database.health_check_done = True


def is_silent(kept) -> bool:
    """Whether the server has sent nothing since its last answer, not even that it closes the connection."""
    try:
        return not select.select([kept], [], [], 0)[0]
    except (OSError, ValueError, Error):  # it is closed, or has a number that `select` cannot take
        return False
