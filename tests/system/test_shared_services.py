"""What several processes share besides the database: the cache in Redis."""

import os
import socket
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from core.cache import FallbackRedisCache
from tests.clients import Caller
from tests.factories import make_sales

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
def test_without_its_cache_it_is_ready_and_says_so(client, monkeypatch):
    def refuse(key):
        raise ConnectionError

    monkeypatch.setattr(cache, "get", refuse, raising=False)
    answer = client.get("/readyz/")
    assert (answer.status_code, b"the cache does not answer" in answer.content) == (200, True)


class RedisThatIsAway:
    """A port at which nobody listens, or (`silent`) one that takes connections and never says a word."""

    def __init__(self, silent: bool):
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"redis://127.0.0.1:{self.socket.getsockname()[1]}/0"
        if not silent:
            self.socket.close()


@pytest.fixture(params=[False, True], ids=["absent", "silent"])
def without_redis(request, settings, monkeypatch):
    away = RedisThatIsAway(request.param)
    monkeypatch.setattr(FallbackRedisCache, "asked_again_at", 0.0)
    settings.CACHES = {"default": {"BACKEND": "core.cache.FallbackRedisCache", "LOCATION": away.url}}
    LocMemCache("redis-away", {}).clear()
    yield away
    away.socket.close()


@pytest.mark.django_db
def test_without_redis_people_sign_in_and_the_api_answers(without_redis, client, caplog):
    user = make_sales()
    signed_in = client.post("/admin/login/", {"username": user.email, "password": "correct horse"})
    assert signed_in.status_code == 302
    answer = Caller().post("/auth/login/", {"email": user.email, "password": "correct horse"})
    assert answer.status_code == 200
    assert Caller(user).get("/products/").status_code == 200
    assert len([record for record in caplog.records if "Redis does not answer" in record.message]) == 1  # then it rests
    assert b"the cache does not answer" in client.get("/readyz/").content


@pytest.mark.django_db
def test_without_redis_the_limits_hold_in_each_process(without_redis, settings):
    settings.API_LOGIN_RATE = "3/m"
    codes = [Caller().post("/auth/login/", {"email": f"{n}@x.de", "password": "x"}).status_code for n in range(5)]
    assert codes == [401, 401, 401, 429, 429]


def test_a_redis_that_comes_back_is_asked_again(redis_url, monkeypatch):
    back = FallbackRedisCache(redis_url.partition("?")[0], {"KEY_PREFIX": redis_url.partition("key_prefix=")[2]})
    monkeypatch.setattr(FallbackRedisCache, "asked_again_at", float("inf"))
    back.set("who", "this process")
    assert not back.answers()
    monkeypatch.setattr(FallbackRedisCache, "asked_again_at", 0.0)
    assert back.answers() and back.get("who") is None


def test_redis_is_not_waited_for(without_redis):
    options = without_redis and FallbackRedisCache(without_redis.url, {})._options
    assert options["socket_timeout"] + options["socket_connect_timeout"] <= 0.5
    assert options["retry"].get_retries() == 0
