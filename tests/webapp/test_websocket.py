"""Hanging up never fails, whatever became of the connection."""

from __future__ import annotations

import pytest
from simple_websocket import ConnectionClosed

from webapp.websocket import WebSocket


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), ConnectionResetError(), ConnectionClosed()])
def test_a_connection_that_is_gone_can_be_closed(error: Exception) -> None:
    class Gone:
        connected = True

        def close(self) -> None:
            raise error

    web_socket = WebSocket(None, None)
    web_socket.ws = Gone()
    web_socket.close()
    assert not web_socket.ws.connected, "so that the reader looks up and ends"
    web_socket.close()
