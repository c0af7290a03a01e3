"""What reading a token costs with ninja-jwt and with PyJWT alone, per request and at the start; printed, not judged.

python -m tests.bench.tokens
"""

import subprocess
import sys
import time

from tests.bench.database import own_database  # first: it sets Django up

import jwt  # isort: skip
from django.conf import settings  # isort: skip

from accounts.tokens import CheckedAccess, issue_tokens  # isort: skip
from tests.factories import make_sales  # isort: skip

TIMES = 5000


def milliseconds(read) -> float:
    start = time.process_time()
    for _ in range(TIMES):
        read()
    return (time.process_time() - start) * 1000 / TIMES


def import_time(module: str) -> float:
    script = f"import time; start = time.perf_counter(); import {module};"
    script += "print(time.perf_counter() - start)"
    environment = {"DJANGO_SETTINGS_MODULE": "config.settings", "PATH": ""}
    told = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment, check=True)
    return float(told.stdout) * 1000


if __name__ == "__main__":
    with own_database():
        token = issue_tokens(make_sales())["access"]
        key = settings.NINJA_JWT["SIGNING_KEY"]
        options = {"algorithms": ["HS256"], "issuer": "mini-erp"}
        print(f"ninja-jwt {milliseconds(lambda: CheckedAccess(token)):.3f} ms a token")
        print(f"PyJWT     {milliseconds(lambda: jwt.decode(token, key, **options)):.3f} ms a token")
    print(f"ninja_extra {import_time('ninja, ninja_extra') - import_time('ninja'):.0f} ms at the start beyond ninja")
