from __future__ import annotations

from engine.pipeline import Pipeline
from webapp.state.auto_pause import PAUSE_AFTER, Attendance


class Visits:
    """Whether somebody is there, and what time it is."""

    def __init__(self, pipeline: Pipeline) -> None:
        self.now, self.present = 0.0, 1
        self.attendance = Attendance(pipeline, lambda: self.present, lambda: self.now)

    def after(self, seconds: float, present: int) -> None:
        self.now += seconds
        self.present = present
        self.attendance.check()


def test_the_source_pauses_only_if_asked_to(playing: Pipeline) -> None:
    visits = Visits(playing)
    visits.after(100, 0)
    assert playing.state().status == "running"


def test_nobody_there_for_a_while_closes_the_source_and_the_first_to_come_opens_it(playing: Pipeline) -> None:
    playing.change_settings({"pause_unwatched": True})
    visits = Visits(playing)
    visits.after(0, 1)
    visits.after(PAUSE_AFTER - 1, 0)
    assert playing.state().status == "running"
    visits.after(2, 0)
    assert playing.state().status == "paused"
    visits.after(1, 1)
    assert playing.state().status == "running"


def test_who_asks_by_http_counts_too(playing: Pipeline) -> None:
    playing.change_settings({"pause_unwatched": True})
    visits = Visits(playing)
    for _ in range(5):
        visits.attendance.seen()
        visits.after(PAUSE_AFTER - 1, 0)
    assert playing.state().status == "running"


def test_turning_the_setting_off_opens_the_source(playing: Pipeline) -> None:
    playing.change_settings({"pause_unwatched": True})
    visits = Visits(playing)
    visits.after(PAUSE_AFTER + 1, 0)
    assert playing.state().status == "paused"
    playing.change_settings({"pause_unwatched": False})
    visits.after(1, 0)
    assert playing.state().status == "running"


def test_a_source_chosen_again_without_viewers_is_shown_for_a_while(playing: Pipeline) -> None:
    playing.change_settings({"pause_unwatched": True})
    visits = Visits(playing)
    visits.after(PAUSE_AFTER + 1, 0)
    playing.switch_source(playing.state().settings.source)
    visits.after(60, 0)
    assert playing.state().status == "running", "by the hand of somebody, who has hardly looked yet"
    visits.after(PAUSE_AFTER + 1, 0)
    assert playing.state().status == "paused"
