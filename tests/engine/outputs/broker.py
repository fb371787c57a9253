"""A real mosquitto on a free port of the loopback, which can be killed, frozen and started again."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from paho.mqtt.client import Client, MQTTMessage
from paho.mqtt.enums import CallbackAPIVersion

USER, EAR, PASSWORD = "hall", "ear", "p@ss/word:1"
"""Who publishes, who listens, and the password of both."""
ADDRESS = "hall:p%40ss%2Fword%3A1@127.0.0.1"
WAIT_S = 15.0
PATH = os.environ["PATH"] + os.pathsep + "/usr/sbin"
"""Debian keeps mosquitto where only root looks."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


class Broker:
    """mosquitto with a user, and with TLS where a certificate and its key are given."""

    def __init__(self, folder: Path, certificate: tuple[Path, Path] | None = None) -> None:
        program = shutil.which("mosquitto", path=PATH)
        if program is None:
            pytest.skip("mosquitto is not installed (tests/tools.sh installs it)")
        self.port = free_port()
        self._passwords, config = folder / "passwords", folder / "mosquitto.conf"
        self._passwords.touch()
        self.allow(USER, PASSWORD)
        self.allow(EAR, PASSWORD)
        tls = "" if certificate is None else f"certfile {certificate[0]}\nkeyfile {certificate[1]}\n"
        config.write_text(
            f"user root\nlistener {self.port} 127.0.0.1\n{tls}allow_anonymous false\npassword_file {self._passwords}\n"
        )
        self._command = [program, "-c", str(config)]
        self.start()

    def start(self) -> None:
        self._process = self._launched()
        end = time.monotonic() + WAIT_S
        while not self._listens():
            if self._process.poll() is not None:  # for a moment, a connection that goes out may have its port
                self._process = self._launched()
            assert time.monotonic() < end
            time.sleep(0.01)

    def _launched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def allow(self, user: str, password: str) -> None:
        """Change a password, or add a user; a running broker takes notice after `reload`."""
        program = shutil.which("mosquitto_passwd", path=PATH)
        assert program is not None
        subprocess.run([program, "-b", self._passwords, user, password], check=True)

    def reload(self) -> None:
        self._process.send_signal(signal.SIGHUP)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait(WAIT_S)

    def freeze(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def thaw(self) -> None:
        self._process.send_signal(signal.SIGCONT)


class Listener:
    """Subscribes to everything, and notes it."""

    def __init__(self, port: int) -> None:
        self.messages: list[MQTTMessage] = []
        self._changed = threading.Condition()
        self._client = Client(CallbackAPIVersion.VERSION2)
        self._client.username_pw_set(EAR, PASSWORD)
        self._client.reconnect_delay_set(0.02, 0.02)
        self._subscribed = False
        self._client.on_connect = lambda client, *rest: client.subscribe("#", qos=1)
        self._client.on_subscribe = lambda *rest: self._listening(True)
        self._client.on_disconnect = lambda *rest: self._listening(False)
        self._client.on_message = lambda client, data, message: self._note(message)
        self._client.connect("127.0.0.1", port)
        self._client.loop_start()
        self.wait_until_subscribed()

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def wait_for(self, topic: str, wanted: Callable[[str], object] = bool) -> MQTTMessage:
        """The first message of the topic whose payload is `wanted`; those before it are forgotten."""

        def found() -> bool:
            while self.messages:
                message = self.messages.pop(0)
                if message.topic == topic and wanted(message.payload.decode()):
                    hits.append(message)
                    return True
            return False

        hits: list[MQTTMessage] = []
        with self._changed:
            assert self._changed.wait_for(found, WAIT_S), f"{topic} did not come"
        return hits[0]

    def wait_until_subscribed(self) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: self._subscribed, WAIT_S)

    def _listening(self, subscribed: bool) -> None:
        with self._changed:
            self._subscribed = subscribed
            self._changed.notify_all()

    def _note(self, message: MQTTMessage) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()


def content(message: MQTTMessage) -> Any:
    """The JSON of a message."""
    return json.loads(message.payload)
