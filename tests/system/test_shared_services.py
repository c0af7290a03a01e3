"""What several processes share besides the database: the cache in Redis."""

import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.core.cache import cache

COUNT = """
from types import SimpleNamespace
from core.api.throttling import SignInThrottle
request = SimpleNamespace(META={"REMOTE_ADDR": "203.0.113.5"})
print([SignInThrottle().allow_request(request) for _ in range(3)])
"""


@pytest.fixture
def redis_url():
    """A place of its own in the Redis of this machine, swept afterwards."""
    redis = pytest.importorskip("redis")
    server = os.environ.get("TEST_REDIS_URL", "redis://127.0.0.1:6379/15")
    client = redis.Redis.from_url(server, socket_connect_timeout=1)
    try:
        client.ping()
    except redis.RedisError:
        pytest.skip("no Redis on this machine")
    prefix = f"minierp-test-{uuid.uuid4().hex}"
    yield f"{server}?key_prefix={prefix}"
    if keys := list(client.scan_iter(f"{prefix}:*")):
        client.delete(*keys)


def process(script: str, **environment) -> str:
    return subprocess.run(
        [sys.executable, "manage.py", "shell", "--no-imports", "-c", script],
        cwd=settings.BASE_DIR,
        env={**os.environ, "API_LOGIN_RATE": "4/d", **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    ).stdout.strip()


def test_with_redis_all_processes_count_together(redis_url):
    assert process(COUNT, CACHE_URL=redis_url) == "[True, True, True]"
    assert process(COUNT, CACHE_URL=redis_url) == "[True, False, False]"


def test_without_redis_each_process_counts_for_itself():
    environment = {"CACHE_URL": "locmemcache://"}
    assert process(COUNT, **environment) == process(COUNT, **environment) == "[True, True, True]"


@pytest.mark.django_db
def test_it_is_not_ready_without_its_cache(client, monkeypatch):
    def refuse(key):
        raise ConnectionError

    monkeypatch.setattr(cache, "get", refuse, raising=False)
    answer = client.get("/readyz/")
    assert (answer.status_code, answer.content) == (503, b"The cache does not answer.")
