"""MQTT with a real broker: what arrives, and what happens when the broker is away, frozen, or another one."""

from __future__ import annotations

import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.outputs import mqtt
from engine.outputs.homeassistant import identity
from engine.outputs.moment import Moment
from engine.outputs.mqtt import Mqtt
from engine.outputs.parsing import parse
from engine.outputs.schemes import SCHEMES
from engine.skeleton import PELVIS
from tests.engine.outputs.broker import ADDRESS, PASSWORD, USER, Broker, Listener, content
from tests.engine.outputs.live import Live, moment
from tests.engine.outputs.staged import WALL_TIME, entered, joints_world, staged

BASE = "home/hall"


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Broker]:
    broker = Broker(tmp_path)
    yield broker
    broker.thaw()
    broker.kill()


@pytest.fixture
def listener(broker: Broker) -> Iterator[Listener]:
    listener = Listener(broker.port)
    yield listener
    listener.close()


@pytest.fixture
def live(broker: Broker) -> Iterator[Live]:
    live = Live(url(broker))
    yield live
    live.close()


def url(broker: Broker, scheme: str = "mqtt", login: str = ADDRESS) -> str:
    return f"{scheme}://{login}:{broker.port}/{BASE}"


def made(address: str) -> Mqtt:
    return Mqtt(parse(address, SCHEMES))


def test_a_home_learns_who_is_there(broker: Broker, listener: Listener, live: Live) -> None:
    device = content(listener.wait_for(f"homeassistant/device/{identity(BASE)}/config"))
    assert device["availability_topic"] == f"{BASE}/status"
    live.show(staged(0.5, (1, 2), events=(entered(2, 0.5),)))
    assert content(listener.wait_for(f"{BASE}/event/entered"))["person"] == 2
    listener.wait_for(f"{BASE}/people", lambda text: text == "2")
    listener.wait_for(f"{BASE}/presence", lambda text: text == "ON")
    state = content(listener.wait_for(f"{BASE}/person/2"))
    listener.wait_for(f"{BASE}/status", lambda text: text == "online")
    np.testing.assert_allclose(state["position_m"], joints_world(0.5)[1, PELVIS], atol=0.001)
    live.close()
    listener.wait_for(f"{BASE}/status", lambda text: text == "offline")


def test_a_newcomer_gets_what_is_true_now_and_nothing_else(broker: Broker) -> None:
    output = made(url(broker))
    output.open()
    output.send(Moment(staged(0.0, (1, 2), events=(entered(),)), WALL_TIME, lambda: "{}"))
    late = Listener(broker.port)
    for topic, text in (("people", "2"), ("presence", "ON"), ("status", "online")):
        assert late.wait_for(f"{BASE}/{topic}", text.__eq__).retain
        late.close()
        late = Listener(broker.port)
    assert output.send(moment(0.5)) == 2, "persons are due again"
    late.wait_for(f"{BASE}/person/2")
    assert not any("/event/" in message.topic for message in late.messages)
    late.close()
    output.close()


def test_a_lost_connection_is_said_by_the_broker(broker: Broker, listener: Listener) -> None:
    output = made(url(broker))
    output.open()
    output.send(moment(0.0))
    listener.wait_for(f"{BASE}/status", lambda text: text == "online")
    output._client.socket().shutdown(socket.SHUT_RDWR)
    listener.wait_for(f"{BASE}/status", lambda text: text == "offline")
    with pytest.raises(PosecastError, match="closed the connection"):
        while True:
            output.send(moment(0.0))
    output.close()


def test_without_pictures_nobody_knows_who_is_there(
    broker: Broker, listener: Listener, live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mqtt, "_STALE_S", 0.1)
    live.show(staged(0.0, (1,)))
    for text in ("online", "offline"):
        listener.wait_for(f"{BASE}/status", text.__eq__)
    live.show(staged(1.0, (1,)))
    listener.wait_for(f"{BASE}/status", "online".__eq__)


def test_a_test_says_of_nobody_that_they_are_there(broker: Broker, listener: Listener, live: Live) -> None:
    result = live.test()
    assert result.ok
    assert "nobody" not in result.message
    listener.wait_for(f"{BASE}/test")
    live.close()
    assert all(message.topic == f"{BASE}/status" for message in listener.messages)


def test_a_broker_that_is_killed_and_started_again(broker: Broker, listener: Listener, live: Live) -> None:
    live.show(staged(0.0, (1,)))
    listener.wait_for(f"{BASE}/people", lambda text: text == "1")
    broker.kill()
    live.show(staged(1.0, (1, 2), events=(entered(2),)))
    report = live.until(lambda report: report.state == "retrying" and "nothing listens" in (report.error or ""))
    assert PASSWORD not in str(report)
    broker.allow(USER, "another")
    broker.start()
    live.until(lambda report: "refuses" in (report.error or ""))
    listener.wait_until_subscribed()
    broker.allow(USER, PASSWORD)
    broker.reload()
    assert content(listener.wait_for(f"{BASE}/event/entered"))["person"] == 2, "it happened meanwhile"
    live.show(staged(2.0, (1, 2, 3)))
    listener.wait_for(f"{BASE}/people", lambda text: text == "3")


def test_a_frozen_broker(broker: Broker, listener: Listener, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "_ANSWER_S", 0.3)
    output = made(url(broker))
    output.open()
    broker.freeze()
    with pytest.raises(PosecastError, match="confirms nothing"):
        output.send(moment(0.0))
    began = time.monotonic()
    output.close()
    assert time.monotonic() - began < 5, "nobody waits for it"


def test_a_wrong_password_is_told_without_it(broker: Broker) -> None:
    output = made(url(broker, login="hall:secret@127.0.0.1"))
    with pytest.raises(PosecastError, match="refuses") as raised:
        output.open()
    output.close()
    assert "secret" not in str(raised.value)


def test_what_is_no_broker(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mqtt, "_ANSWER_S", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        output = made(f"mqtt://127.0.0.1:{silent.getsockname()[1]}")
        with pytest.raises(PosecastError, match="does not answer as a broker does"):
            output.open()
        output.close()


def test_tls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-keyout", key, "-out", certificate, "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"],
        check=True, capture_output=True,
    )  # fmt: skip
    broker = Broker(tmp_path, (certificate, key))
    try:
        strange = made(url(broker, "mqtts"))
        with pytest.raises(PosecastError, match="is not trusted") as raised:
            strange.open()
        assert "SSL_CERT_FILE" in raised.value.hint
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        output = made(url(broker, "mqtts"))
        output.open()
        assert output.send(moment(0.0)) == 5
        output.close()
    finally:
        broker.kill()


def test_a_password_with_a_slash_is_told_how_to_be_written() -> None:
    with pytest.raises(PosecastError, match="%2F") as raised:
        made("mqtt://me:pass/word@127.0.0.1:1883/hall")
    assert "word@" not in str(raised.value)


@pytest.mark.parametrize("topic", ["a/%23", "a/+/b", "%24SYS/broker"])
def test_topics_that_cannot_be(topic: str) -> None:
    with pytest.raises(PosecastError, match="cannot be a topic"):
        made(f"mqtt://127.0.0.1/{topic}")
