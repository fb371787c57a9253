from __future__ import annotations

import socket

import pytest

from webapp.live.session_requests import UnderWay, kind_of


def test_a_session_has_one_of_each_at_a_time() -> None:
    under_way = UnderWay()
    with socket.socket() as connection:
        assert under_way.begin("a", "poll", None)
        assert under_way.begin("a", "websocket", connection)
        assert under_way.begin("b", "poll", None)
        assert not under_way.begin("a", "poll", None)
        assert not under_way.begin("a", "websocket", None)
        assert under_way.websocket_of("a") is connection, "the second has not taken the place of the first"
        assert under_way.websocket_of("b") is None
    for sid, kind in (("a", "poll"), ("a", "websocket"), ("b", "poll")):
        under_way.end(sid, kind)  # type: ignore[arg-type]
    assert len(under_way) == 0
    assert under_way.begin("a", "poll", None)


@pytest.mark.parametrize(
    ("connection", "upgrade", "kind"),
    [
        ("Upgrade", "websocket", "websocket"),
        ("keep-alive, upgrade", "WebSocket", "websocket"),
        ("keep-alive", None, "poll"),
        ("keep-alive", "websocket", "poll"),
        ("noupgrade", "websocket", "poll"),
        ("Upgrade, HTTP2-Settings", "h2c", "poll"),
    ],
)
def test_an_upgrade_is_what_engine_io_takes_for_one(connection: str, upgrade: str | None, kind: str) -> None:
    environ = {"HTTP_CONNECTION": connection, "HTTP_SEC_WEBSOCKET_EXTENSIONS": "permessage-deflate"}
    if upgrade is not None:
        environ["HTTP_UPGRADE"] = upgrade
    assert kind_of(environ) == kind
    assert ("HTTP_UPGRADE" in environ) == (kind == "websocket")
    assert "HTTP_SEC_WEBSOCKET_EXTENSIONS" not in environ
