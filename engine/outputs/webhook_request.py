"""The request of a webhook: one event as JSON, signed as the Standard Webhooks specification says.

The signature covers the id, the time and the body, so that a receiver can refuse what is forged, changed or replayed:

    webhook-signature: v1,BASE64(HMAC-SHA256(secret, "ID.TIMESTAMP.BODY"))
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata

from engine.errors import PosecastError
from engine.types import Event
from engine.wire import dumps, event_to_wire

PREFIX = "whsec_"
"""Begins a secret that is base64, as libraries for Standard Webhooks take it."""


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event on its way; the id stays the same when it is sent again, by which receivers know it."""

    id: str
    body: bytes

    def headers(self, secret: bytes | None, timestamp: int) -> Mapping[str, str]:
        """The headers of an attempt at `timestamp`, seconds since 1970; without a secret, there is no signature."""
        headers = {
            "content-type": "application/json",
            "user-agent": f"posecast/{metadata.version('posecast')}",
            "webhook-id": self.id,
            "webhook-timestamp": str(timestamp),
        }
        if secret is not None:
            headers["webhook-signature"] = signature(secret, self.id, timestamp, self.body)
        return headers


def delivery(event: Event) -> Delivery:
    """The delivery of an event. The body is the event as it stands in scenes, and the id follows from the body."""
    body = dumps(event_to_wire(event)).encode()
    return Delivery(f"event_{hashlib.sha256(body).hexdigest()[:24]}", body)


def signature(secret: bytes, identity: str, timestamp: int, body: bytes) -> str:
    """The signature of a body that is sent at `timestamp`, seconds since 1970."""
    signed = b".".join([identity.encode(), str(timestamp).encode(), body])
    return "v1," + base64.b64encode(hmac.new(secret, signed, hashlib.sha256).digest()).decode()


def key_of(secret: str) -> bytes:
    """The key that a secret stands for: the bytes behind `whsec_`, or else the text itself."""
    if not secret.startswith(PREFIX):
        return secret.encode()
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise PosecastError(
            f"the webhook's secret starts with {PREFIX}, but the rest is not base64",
            "copy the secret again, or choose one that does not start so",
        ) from error
