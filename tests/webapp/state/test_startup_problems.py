"""Problems of a start reach clients that connect soon afterwards, each only once."""

from __future__ import annotations

from webapp.state.startup_problems import SOON, Notices


class Clients:
    """Stands for the sockets."""

    def __init__(self) -> None:
        self.connected: set[str] = set()
        self.told: list[tuple[str | None, str, object]] = []

    def ready(self, sid: str) -> bool:
        return sid in self.connected

    def emit(self, event: str, data: object, to: str | None = None) -> None:
        self.told.append((to, event, data))


def test_who_comes_soon_is_told_once_the_connection_is_complete() -> None:
    clients, now = Clients(), [0.0]
    notices = Notices(clients, lambda: now[0])  # type: ignore[arg-type]
    notices.tell("engine", "it crashed", "see the log")
    for sid in ("a", "gone"):
        notices.join(sid)
    notices.deliver()
    assert clients.told == []
    clients.connected = {"a", "gone", "late"}
    notices.leave("gone")
    for _ in range(2):
        notices.deliver()
    assert clients.told == [("a", "problem", {"error": "it crashed", "hint": "see the log"})]
    now[0] = SOON
    notices.join("late")
    notices.deliver()
    assert len(clients.told) == 1
