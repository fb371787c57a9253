"""Webhooks: an HTTP POST for every event, signed (`webhook_request`), repeated until the receiver takes it.

Redirects are not followed: the address is what the operator wrote. The receiver's answer is not read beyond its status.
"""

from __future__ import annotations

import http.client
import logging
import socket
import ssl
import threading
import time
from contextlib import suppress

from engine.errors import PosecastError
from engine.outputs.address import Address
from engine.outputs.moment import Moment
from engine.outputs.output import Output
from engine.outputs.reaching import unreachable
from engine.outputs.webhook_request import Delivery, delivery, key_of
from engine.types import Event

log = logging.getLogger(__name__)

_ANSWER_S = 5.0
"""Seconds for the receiver to take an event and to answer, however slowly it sends."""
_REFUSED = (400, 413, 422)
"""Answers about one event: it will not become better by being sent again."""


class Webhook(Output):
    """One receiver; a connection lasts for one event."""

    confirmed = True

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._secret = None if address.password is None else key_of(address.password)
        self._connection: http.client.HTTPConnection | None = None

    def send(self, moment: Moment) -> int:
        events = (test_event(moment.wall_time),) if moment.test else moment.snapshot.events
        for event in events:
            self._deliver(delivery(event))
        return len(events)

    def interrupt(self) -> None:
        connection = self._connection
        if connection is not None and connection.sock is not None:
            with suppress(OSError):
                connection.sock.shutdown(socket.SHUT_RDWR)

    def _deliver(self, one: Delivery) -> None:
        """PosecastError if the receiver did not take it, and trying again may help."""
        status = self._post(one)
        place = self.address.place
        if 200 <= status < 300:
            return
        if status in _REFUSED:
            log.warning("output %s answers %d: the event is dropped", self.address.shown, status)
        elif 300 <= status < 400:
            raise PosecastError(
                f"{place} answers {status}, a redirect, which is not followed", "write the address it leads to"
            )
        else:
            hint = "check the address and the secret" if status < 500 else "see the receiver's log"
            raise PosecastError(f"{place} answers {status}", hint)

    def _post(self, one: Delivery) -> int:
        """The status of the receiver's answer."""
        headers = {**one.headers(self._secret, int(time.time())), "connection": "close"}
        self._connection = connection = self._made_connection()
        try:
            connection.connect()
        except OSError as error:
            raise unreachable(self.address.place, error, "the receiver") from error
        end = time.monotonic() + _ANSWER_S
        deadline = threading.Timer(_ANSWER_S, self.interrupt)  # a timeout of the socket begins again with every byte
        deadline.start()
        try:
            connection.request("POST", f"/{self.address.path}", one.body, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise self._no_answer(error, late=time.monotonic() >= end) from error
        finally:
            deadline.cancel()
            connection.close()
        if time.monotonic() >= end:  # the answer was cut short, which http.client takes for its end
            raise self._no_answer(TimeoutError(), late=True)
        return status

    def _no_answer(self, error: Exception, *, late: bool) -> PosecastError:
        place = self.address.place
        if late or isinstance(error, TimeoutError):
            return PosecastError(f"{place} does not answer within {_ANSWER_S:g} s", "let it answer before it acts")
        if isinstance(error, OSError):
            return PosecastError(f"{place} closed the connection without an answer", "see the receiver's log")
        return PosecastError(f"{place} does not answer as HTTP does", "check the port, and whether it expects TLS")

    def _made_connection(self) -> http.client.HTTPConnection:
        host, port = self.address.host, self.address.port
        if self.address.scheme == "webhook+https":
            return http.client.HTTPSConnection(host, port, timeout=_ANSWER_S, context=ssl.create_default_context())
        return http.client.HTTPConnection(host, port, timeout=_ANSWER_S)


def test_event(wall_time: float) -> Event:
    """What a test sends."""
    return Event("test", 0.0, wall_time, "Posecast's test")
