"""The settings and camera with which the replacement of a crashed worker starts."""

from __future__ import annotations

from engine.errors import PosecastError
from engine.settings import Settings
from webapp.server.restarts import AGAIN_WITHIN, Chosen, Restarts


class Server:
    """What is saved, and what time it is."""

    def __init__(self, **first: object) -> None:
        self.saved, self.now, self.broken = Settings().changed(first), 0.0, False
        self.restarts = Restarts(self._choose, lambda: self.now)

    def _choose(self) -> Chosen:
        if self.broken:
            raise PosecastError("the settings cannot be read", "see who may")
        return Chosen(self.saved)

    def begins_after(self, seconds: float) -> Chosen:
        self.now += seconds
        return self.restarts.begin()


def test_the_first_begins_as_it_was_started_and_the_next_with_what_was_saved() -> None:
    server = Server(source="0")
    server.saved = Settings(source="1", backend="pytorch", floor_offset_m=0.5)
    first = server.begins_after(0)
    assert (first.settings, first.problems) == (Settings(source="0"), ())
    for seconds in (AGAIN_WITHIN, 10 * AGAIN_WITHIN):
        later = server.begins_after(seconds)
        assert later.settings == server.saved
        ((kind, error, hint),) = later.problems
        assert kind == "engine"
        assert "started again" in error
        assert "saved" in hint


def test_the_replacement_goes_on_with_the_source_that_played() -> None:
    server = Server(source="0")
    server.begins_after(0)
    for source in ("rtsp://cam.local/caf\udce9", "upload:upload-20261128-215500"):
        server.restarts.note_source(source)
        assert server.begins_after(AGAIN_WITHIN).settings.source == source
    assert server.begins_after(1).settings.source == "0", "twice within a minute: it may be the source that crashes it"
    server.restarts.note_source("x" * 5000)
    assert server.begins_after(AGAIN_WITHIN).settings.source == "upload:upload-20261128-215500"


def test_what_may_crash_it_is_given_up_when_it_crashes_again_at_once() -> None:
    server = Server(source="0", backend="openvino")
    server.begins_after(0)
    server.saved = Settings(source="1", backend="pytorch", precision="fp16", smoothing=False)
    server.begins_after(AGAIN_WITHIN)
    again = server.begins_after(AGAIN_WITHIN / 2)
    assert again.settings == Settings(source="0", backend="openvino", smoothing=False)
    assert "twice within a minute" in again.problems[0][2]


def test_settings_that_cannot_be_read_any_more_do_not_end_the_server() -> None:
    server = Server(source="0")
    server.begins_after(0)
    server.broken = True
    again = server.begins_after(AGAIN_WITHIN)
    assert again.settings == Settings(source="0")
    assert "cannot be read" in again.problems[0][2]
