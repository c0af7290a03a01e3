"""What several processes or machines share besides the database: the cache in Redis, uploads in a bucket."""

import os
import subprocess
import sys
import uuid

import pytest
from django.conf import settings
from django.core.cache import cache
from django.core.files.storage import storages

from config.middleware.security_headers import bucket_hosts
from config.storages import uploads_storage

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


def test_uploads_are_in_a_folder_unless_a_bucket_is_named():
    assert uploads_storage("") == {"BACKEND": "django.core.files.storage.FileSystemStorage"}


def test_a_bucket_is_private_and_nothing_in_it_is_overwritten():
    storage = uploads_storage(
        "s3://firm-pictures/erp/uploads/?region=eu-central-1&endpoint=https%3A%2F%2Fs3.example.com"
    )
    assert storage["BACKEND"] == "storages.backends.s3.S3Storage"
    options = storage["OPTIONS"]
    assert (options["bucket_name"], options["location"]) == ("firm-pictures", "erp/uploads")
    assert (options["region_name"], options["endpoint_url"]) == ("eu-central-1", "https://s3.example.com")
    assert (options["default_acl"], options["querystring_auth"], options["file_overwrite"]) == (None, True, False)


def test_pages_may_show_pictures_from_the_bucket_and_from_nowhere_else():
    elsewhere = uploads_storage("s3://pictures?endpoint=https%3A%2F%2Fs3.example.com")
    assert bucket_hosts(elsewhere) == ["https://s3.example.com", "https://*.s3.example.com"]
    assert bucket_hosts(uploads_storage("s3://pictures")) == ["https://amazonaws.com", "https://*.amazonaws.com"]
    assert bucket_hosts(uploads_storage("")) == []


@pytest.mark.parametrize("url", ["bucket", "s3://", "ftp://bucket", "s3://key:secret@bucket", "s3://bucket?acl=public"])
def test_an_address_that_is_not_understood_is_refused(url):
    with pytest.raises(ValueError, match="MEDIA_STORAGE_URL"):
        uploads_storage(url)


def test_the_storage_takes_these_options(settings, monkeypatch):
    """Never tried with a real bucket: what is asked of it here needs no connection."""
    pytest.importorskip("storages.backends.s3")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "key")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings.STORAGES = {**settings.STORAGES, "default": uploads_storage("s3://bucket/erp?region=eu-central-1")}
    address = storages["default"].url("products/images/a.png")
    assert "bucket" in address and "/erp/products/images/a.png?" in address and "Signature=" in address
