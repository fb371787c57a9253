"""MQTT: people, presence and events for homes, with discovery by Home Assistant (`mqtt_messages`, `homeassistant`).

An output keeps one connection. The broker confirms events and what is retained; states of persons may be lost.
"""

from __future__ import annotations

import secrets
import socket
import ssl
import threading
import time
from contextlib import suppress
from urllib.parse import unquote

from paho.mqtt.client import Client, MQTTMessageInfo
from paho.mqtt.enums import CallbackAPIVersion

from engine.errors import PosecastError
from engine.outputs.address import Address, Option
from engine.outputs.homeassistant import PREFIX, discovery
from engine.outputs.moment import Moment
from engine.outputs.mqtt_messages import OFFLINE, ONLINE, Message, People, event_message, status, test_message
from engine.outputs.output import Output
from engine.outputs.reaching import unreachable

DISCOVERY = Option(
    "discovery", "Home Assistant", "Home Assistant's discovery prefix, by which the device appears there; or off.",
    default=PREFIX, pattern=r"[^+#\s]+", expected="a topic without + and #, or off",
)  # fmt: skip
TOPIC = "posecast"
"""The topic of addresses that name none."""
_ANSWER_S = 5.0
"""Seconds for the broker to accept a connection, to answer, and to confirm a message."""
_KEEPALIVE_S = 15
_STALE_S = 10.0
"""Seconds without a picture after which nobody can know any more who is there, which is said as offline."""
_STUCK_S = 5.0
"""Seconds for which a broker may read nothing."""


class _ClosingSocket(ssl.SSLSocket):
    """Closes itself if the handshake fails, which paho leaves to the garbage collector."""

    def do_handshake(self, block: bool = False) -> None:
        try:
            super().do_handshake(block)
        except BaseException:
            self.close()
            raise


class Mqtt(Output):
    """One connection to a broker."""

    confirmed = True

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._topic = topic_of(address)
        self._people = People(self._topic)
        self._client = self._made_client()
        self._answered = threading.Event()
        self._refusal: str | None = None
        self._lost: str | None = None
        self._stuck_since: float | None = None
        self._last_moment = time.monotonic()
        self._online = False

    def open(self) -> None:
        try:
            self._client.connect(self.address.host, self.address.port, keepalive=_KEEPALIVE_S)
        except OSError as error:
            raise unreachable(self.address.place, error, "the broker") from error
        self._client.loop_start()
        self._answered.wait(_ANSWER_S)
        if self._refusal is not None:
            raise PosecastError(
                f"the broker at {self.address.place} refuses the connection: {self._refusal}",
                "check user and password in the address, and what the broker allows",
            )
        if not self._answered.is_set() or self._lost is not None:
            raise PosecastError(
                f"{self.address.place} does not answer as a broker does",
                "check the port: 1883 is usual for mqtt, and 8883 for mqtts",
            )
        if self.address.options["discovery"] != "off":
            self._publish([discovery(self._topic, self.address.options["discovery"])])

    def send(self, moment: Moment) -> int:
        self._check()
        if moment.test:
            return self._publish([test_message(self._topic, moment.wall_time)])
        messages = [event_message(self._topic, event) for event in moment.snapshot.events]
        if not self._is_stuck():
            messages += self._people.messages(moment.snapshot)
        self._last_moment = time.monotonic()
        return self._publish(messages) + self._say_online(True)

    def idle(self) -> None:
        self._check()
        if time.monotonic() - self._last_moment > _STALE_S:
            self._say_online(False)

    def close(self) -> None:
        with suppress(Exception):
            if self._online:
                self._say_online(False)
        self._client.disconnect()
        self.interrupt()
        self._client.loop_stop()

    def interrupt(self) -> None:
        """Hang up: paho's thread would otherwise wait for the broker to confirm what it has not confirmed."""
        connection = self._client.socket()
        if isinstance(connection, socket.socket):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def _made_client(self) -> Client:
        client = Client(
            CallbackAPIVersion.VERSION2, f"posecast-{secrets.token_hex(6)}", reconnect_on_failure=False
        )  # fmt: skip
        client.connect_timeout = _ANSWER_S
        if self.address.user is not None:
            client.username_pw_set(self.address.user, self.address.password)
        if self.address.scheme == "mqtts":
            context = ssl.create_default_context()
            context.sslsocket_class = _ClosingSocket
            client.tls_set_context(context)
        will = status(self._topic, OFFLINE)
        client.will_set(will.topic, will.payload, will.qos, will.retain)
        client.on_connect = lambda client, data, flags, code, properties: self._on_answer(code)
        client.on_disconnect = lambda client, data, flags, code, properties: self._on_disconnect(code)
        return client

    def _on_answer(self, code: object) -> None:
        self._refusal = str(code) if getattr(code, "is_failure", False) else None
        self._answered.set()

    def _on_disconnect(self, code: object) -> None:
        self._lost = str(code)
        self._answered.set()

    def _say_online(self, online: bool) -> int:
        """Say so if it changed; returns the number of messages."""
        if online == self._online:
            return 0
        self._online = online
        return self._publish([status(self._topic, ONLINE if online else OFFLINE)])

    def _is_stuck(self) -> bool:
        """Whether the broker has not read what was sent before; PosecastError if that lasts."""
        if not self._client.want_write():
            self._stuck_since = None
            return False
        self._stuck_since = self._stuck_since or time.monotonic()
        if time.monotonic() - self._stuck_since > _STUCK_S:
            raise PosecastError(f"the broker at {self.address.place} reads nothing", "see what keeps it busy")
        return True

    def _publish(self, messages: list[Message]) -> int:
        """Publish all, and wait until the broker has confirmed those that it confirms."""
        receipts = [
            (message, self._client.publish(message.topic, message.payload, message.qos, message.retain))
            for message in messages
        ]
        end = time.monotonic() + _ANSWER_S
        for message, receipt in receipts:
            if message.qos:
                self._wait_for(receipt, end)
        return len(receipts)

    def _wait_for(self, receipt: MQTTMessageInfo, end: float) -> None:
        with suppress(RuntimeError, ValueError):  # not sent at all, which is_published tells, too
            while self._lost is None and not receipt.is_published() and time.monotonic() < end:
                receipt.wait_for_publish(0.1)
            if receipt.is_published():
                return
        raise self._failure()

    def _check(self) -> None:
        if self._lost is not None:
            raise self._failure()

    def _failure(self) -> PosecastError:
        why = f"closed the connection: {self._lost}" if self._lost is not None else "confirms nothing"
        return PosecastError(f"the broker at {self.address.place} {why}", "see the broker's log")


def topic_of(address: Address) -> str:
    """The topic that an address names, below which everything is published; PosecastError for one that cannot be."""
    topic = unquote(address.path).strip("/") or TOPIC
    if any(sign in topic for sign in "+#\0") or topic.startswith("$") or len(topic) > 200:
        raise PosecastError(
            f"{topic!r:.60} cannot be a topic", "write one without + and #, such as mqtt://127.0.0.1:1883/posecast"
        )
    return topic
