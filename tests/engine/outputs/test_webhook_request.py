"""The request of a webhook, checked as the documentation tells receivers to."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

import pytest

from engine.errors import PosecastError
from engine.outputs.webhook_request import delivery, key_of, signature
from tests.engine.outputs.staged import WALL_TIME, entered

SECRET = b"a shared secret"


def test_the_body_is_the_event() -> None:
    body = json.loads(delivery(entered(3, 1.0)).body)
    assert body["kind"] == "entered"
    assert body["person"] == 3
    assert body["wall_time"] == WALL_TIME + 1


def test_the_signature_is_of_id_time_and_body() -> None:
    sent = delivery(entered())
    headers = sent.headers(SECRET, 1795358401)
    expected = hmac.new(SECRET, f"{sent.id}.1795358401.".encode() + sent.body, hashlib.sha256).digest()
    assert headers["webhook-signature"] == "v1," + base64.b64encode(expected).decode()
    assert headers["webhook-id"] == sent.id
    assert headers["webhook-timestamp"] == "1795358401"
    assert headers["content-type"] == "application/json"


def test_an_example_of_the_specification() -> None:
    """The example that the libraries for Standard Webhooks are tested with."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    stamp, text = 1614265330, b'{"test": 2432232314}'
    assert (
        signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", stamp, text) == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    )


def test_an_event_keeps_its_id() -> None:
    assert delivery(entered(3)).id == delivery(entered(3)).id
    assert delivery(entered(3)).id != delivery(entered(4)).id


def test_without_a_secret_there_is_no_signature() -> None:
    assert "webhook-signature" not in delivery(entered()).headers(None, 1)


def test_secrets_are_text_or_base64() -> None:
    assert key_of("plain ä") == "plain ä".encode()
    assert key_of("whsec_" + base64.b64encode(b"bytes").decode()) == b"bytes"
    with pytest.raises(PosecastError, match="base64"):
        key_of("whsec_not base64!")
