"""The connection to Redis. Each object belongs to one thread, but `asked` and `put` may be called from any."""

from __future__ import annotations

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from engine.bus.address import BusAddress
from engine.errors import PosecastError

log = logging.getLogger(__name__)

CONNECT_WITHIN = 3.0
ANSWER_WITHIN = 5.0
"""Seconds."""
_KEEPALIVE = {
    getattr(socket, name): value
    for name, value in (("TCP_KEEPIDLE", 10), ("TCP_KEEPINTVL", 5), ("TCP_KEEPCNT", 3))
    if hasattr(socket, name)
}
"""A listener whose network was cut hears nothing, and would wait for hours: with these, half a minute, in seconds."""
ASKS_LAST_S = 3.0
"""Seconds for which a reader's request is in force; readers repeat it."""


class BusError(PosecastError):
    """Redis cannot be reached, or refuses; trying again may help."""


class Bus:
    """Reads and writes what is kept under the name of the address."""

    def __init__(self, address: BusAddress) -> None:
        """Connects only when something is done."""
        self.address = address
        self._redis = redis.Redis(
            host=address.host,
            port=address.port,
            db=address.database,
            username=address.user,
            password=address.password,
            socket_connect_timeout=CONNECT_WITHIN,
            socket_timeout=ANSWER_WITHIN,
            socket_keepalive=True,
            socket_keepalive_options=_KEEPALIVE,
            retry=Retry(NoBackoff(), 0),  # who calls tries again, and says so meanwhile
            retry_on_error=[],
            **_tls(address),
        )

    def put(self, kind: str, data: bytes, lasts_s: float) -> None:
        """Keep `data` as the newest of its kind, and hand it to those who listen, in one round trip."""
        key = self._key(kind)
        with _told(self.address), self._redis.pipeline(transaction=False) as both:
            both.set(key, data, px=round(1000 * lasts_s))
            both.publish(key, data)
            both.execute()

    def tell(self, kind: str, data: bytes) -> None:
        """Hand `data` to those who listen, and keep nothing."""
        with _told(self.address):
            self._redis.publish(self._key(kind), data)

    def newest(self, kind: str) -> bytes | None:
        """What was put last, if it has not expired."""
        with _told(self.address):
            found = self._redis.get(self._key(kind))
        return bytes(found) if isinstance(found, bytes) else None

    def ask(self, kinds: set[str]) -> None:
        """Ask the publisher for these kinds, which it makes only on request, for the next `ASKS_LAST_S` seconds."""
        if not kinds:
            return
        with _told(self.address):
            until = self.time() + ASKS_LAST_S
            key = self._key("asked")
            self._redis.zadd(key, dict.fromkeys(sorted(kinds), until), gt=True)
            self._redis.expire(key, round(ASKS_LAST_S) + 1)

    def asked(self) -> set[str]:
        """What some reader asks for, now."""
        with _told(self.address):
            found: Any = self._redis.zrangebyscore(self._key("asked"), self.time(), "+inf")
        return {bytes(kind).decode() for kind in found}

    def time(self) -> float:
        """Seconds since 1970 by the clock of Redis, which all machines share."""
        with _told(self.address):
            answer: Any = self._redis.time()
        seconds, microseconds = answer
        return float(seconds) + float(microseconds) * 1e-6

    @contextmanager
    def listen(self) -> Iterator[Listening]:
        """What is put from now on. `BusError` while it lasts, too."""
        pubsub: Any = self._redis.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
        try:
            yield Listening(self.address, pubsub, self._key(""))
        finally:
            pubsub.close()

    def close(self) -> None:
        self._redis.close()

    def _key(self, kind: str) -> str:
        return f"posecast:{self.address.name}:{kind}"


class Listening:
    """What a reader follows. It belongs to one thread."""

    def __init__(self, address: BusAddress, pubsub: Any, prefix: str) -> None:
        self._address, self._pubsub, self._prefix = address, pubsub, prefix
        self._kinds: set[str] = set()

    def follow(self, kinds: set[str]) -> None:
        """From now on these kinds, no others."""
        more, less = kinds - self._kinds, self._kinds - kinds
        with _told(self._address):
            if more:
                self._pubsub.subscribe(*(self._prefix + kind for kind in sorted(more)))
            if less:
                self._pubsub.unsubscribe(*(self._prefix + kind for kind in sorted(less)))
        self._kinds = set(kinds)

    def next(self, timeout: float) -> tuple[str, bytes] | None:
        """The kind and the data of the next message; None if there is none within `timeout` seconds."""
        with _told(self._address):
            message = self._pubsub.get_message(timeout=timeout)
        if message is None or message["type"] != "message":
            return None
        return message["channel"].decode().removeprefix(self._prefix), message["data"]


@contextmanager
def _told(address: BusAddress) -> Iterator[None]:
    """Errors of the library, as `BusError` in words for people, without secrets."""
    place = f"{address.host}:{address.port}"
    try:
        yield
    except redis.AuthenticationError as error:
        raise BusError(
            f"Redis at {place} refuses the password", "write it into the address: redis://:PASSWORD@…"
        ) from error
    except redis.exceptions.NoPermissionError as error:
        raise BusError(
            f"Redis at {place} does not permit this", f"give its user {address.user} the keys posecast:*"
        ) from error
    except redis.TimeoutError as error:
        raise BusError(f"Redis at {place} does not answer", "is it running, and no firewall between?") from error
    except redis.ConnectionError as error:
        raise BusError(f"Redis at {place} cannot be reached", _hint(error, address)) from error
    except redis.RedisError as error:
        raise BusError(f"Redis at {place} refuses: {error!s:.100}", "see its log") from error


def _hint(error: Exception, address: BusAddress) -> str:
    text = str(error).lower()
    if "certificate" in text:
        return "its certificate is not trusted here: name the one that signed it with ?ca=FILE"
    if "ssl" in text:
        return "it does not speak TLS: write redis:// instead of rediss://"
    if not address.tls and ("closed" in text or "reset" in text):
        return "start it; if it speaks TLS, write rediss:// instead of redis://"
    return "start it, or correct host and port of the address"


def _tls(address: BusAddress) -> dict[str, Any]:
    if not address.tls:
        return {}
    return {"ssl": True, "ssl_ca_certs": str(address.ca) if address.ca is not None else None}
