"""The cache in Redis, and what is done while that is away: counted by each process for itself, and logged."""

import logging
import time

from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache
from django.core.cache.backends.redis import RedisCache
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)

PATIENCE = 0.2  # seconds for connecting, and for each answer
ASK_AGAIN = 15  # seconds after which a Redis that was away is asked again
ENTRIES = 100_000  # in memory; Django's own 300 would let a crowd push each other's counts out


class FallbackRedisCache(RedisCache):
    """Never fails: without its Redis, what is asked of it is answered from this process's memory."""

    asked_again_at = 0.0  # of all threads together

    def __init__(self, server, params):
        unhurried = {"socket_timeout": PATIENCE, "socket_connect_timeout": PATIENCE, "retry": Retry(NoBackoff(), 0)}
        params = {**params, "OPTIONS": {**unhurried, **params.get("OPTIONS", {})}}
        super().__init__(server, params)
        self.memory = LocMemCache("redis-away", {**params, "OPTIONS": {"MAX_ENTRIES": ENTRIES}})

    def _ask(self, operation: str, *args, **kwargs):
        if time.monotonic() >= FallbackRedisCache.asked_again_at:
            try:
                return getattr(super(), operation)(*args, **kwargs)
            except (RedisError, OSError) as error:
                FallbackRedisCache.asked_again_at = time.monotonic() + ASK_AGAIN
                logger.error("Redis does not answer, so each process counts for itself: %s", error)
        return getattr(self.memory, operation)(*args, **kwargs)

    def add(self, *args, **kwargs):
        return self._ask("add", *args, **kwargs)

    def get(self, *args, **kwargs):
        return self._ask("get", *args, **kwargs)

    def set(self, *args, **kwargs):
        return self._ask("set", *args, **kwargs)

    def incr(self, *args, **kwargs):
        return self._ask("incr", *args, **kwargs)

    def delete(self, *args, **kwargs):
        return self._ask("delete", *args, **kwargs)

    def clear(self):
        self.memory.clear()
        return self._ask("clear")

    def answers(self) -> bool:
        """Whether the Redis itself is there."""
        self._ask("get", "answers")
        return time.monotonic() >= FallbackRedisCache.asked_again_at


def cache_answers() -> bool:
    """Whether what is counted there is counted by all processes together (or nobody has asked for that)."""
    answers = getattr(cache, "answers", None)
    try:
        if answers is None:
            cache.get("answers")
            return True
        return answers()
    except Exception:  # each kind of cache has errors of its own
        logger.exception("The cache does not answer")
        return False
