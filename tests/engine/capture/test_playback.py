"""Playing a clip: all of it, or at its own speed; once, or forever. The test controls the time."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator
from dataclasses import dataclass, field

import numpy as np
import pytest

from engine.capture.clip import Shot
from engine.capture.playback import Playback
from engine.geometry import CameraSpec
from engine.types import Frame, Image


@dataclass
class FakeClock:
    now: float = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds >= 0
        self.now += seconds


@dataclass
class FakeClip:
    """`count` shots at `frame_rate`; reaching each costs `decode_s`, and converting it `convert_s`."""

    clock: FakeClock
    count: int = 10
    frame_rate: float | None = 10.0
    decode_s: float = 0.0
    convert_s: float = 0.0
    name: str = "fake"
    camera: CameraSpec | None = None
    first_time: float = 0.0
    converted: list[int] = field(default_factory=list)
    closed: int = 0
    interrupted: int = 0

    @property
    def frame_count(self) -> int | None:
        return self.count

    def shots(self) -> Generator[Shot, None, None]:
        for index in range(self.count):
            self.clock.now += self.decode_s
            yield Shot(index, self.first_time + index / (self.frame_rate or 1), self._picture(index))

    def interrupt(self) -> None:
        self.interrupted += 1

    def close(self) -> None:
        self.closed += 1

    def _picture(self, index: int) -> Callable[[], Image]:
        def picture() -> Image:
            self.clock.now += self.convert_s
            self.converted.append(index)
            return np.zeros((1, 1, 3), np.uint8)

        return picture


def playback(clip: FakeClip, *, realtime: bool = False, loop: bool = False, start_index: int = 0) -> Playback:
    return Playback(
        clip, realtime=realtime, loop=loop, start_index=start_index, clock=clip.clock, wait=clip.clock.sleep
    )


def read(source: Playback, count: int) -> list[Frame]:
    frames = [source.read() for _ in range(count)]
    assert None not in frames
    return [frame for frame in frames if frame is not None]


def test_all_frames_without_waiting() -> None:
    clip = FakeClip(FakeClock())
    source = playback(clip)
    assert [frame.index for frame in read(source, 10)] == list(range(10))
    assert source.read() is None
    assert source.read() is None
    assert clip.clock.now == 1000.0
    assert (source.live, source.frame_count) == (False, 10)


def test_paced_frames_come_when_they_are_due() -> None:
    clip = FakeClip(FakeClock(), decode_s=0.01, convert_s=0.005, first_time=5.0)
    source = playback(clip, realtime=True)
    arrivals = []
    for frame in read(source, 10):
        arrivals.append(frame)
        assert frame.capture_ms == pytest.approx(15)
    due = np.array([frame.captured_at for frame in arrivals])
    np.testing.assert_allclose(np.diff(due), 0.1)
    assert clip.clock.now == pytest.approx(due[-1])
    assert [frame.time for frame in arrivals] == pytest.approx(5 + np.arange(10) / 10)
    assert source.live


def test_the_clock_begins_when_a_reader_that_was_not_ready_comes_back() -> None:
    """Like `infer`, the reader loads a model after the first frame, whose size it needs."""
    clip = FakeClip(FakeClock())
    source = playback(clip, realtime=True)
    read(source, 1)
    clip.clock.now += 60
    frames = read(source, 9)
    assert [frame.index for frame in frames] == list(range(1, 10)), "none is skipped"
    assert np.diff([frame.captured_at for frame in frames]) == pytest.approx([0.1] * 8)


def test_a_slow_reader_gets_the_newest_and_the_others_are_never_converted() -> None:
    clip = FakeClip(FakeClock(), count=40)
    source = playback(clip, realtime=True)
    indices, ages = [], []
    while (frame := source.read()) is not None:
        indices.append(frame.index)
        ages.append(clip.clock.now - frame.captured_at)
        clip.clock.now += 0.35
    # The clock begins when the second one is asked for.
    assert np.diff(indices[1:]).tolist() == pytest.approx([3.5] * (len(indices) - 2), abs=0.5)
    assert max(ages) < 0.1, "never older than one frame"
    assert clip.converted == indices


def test_a_decoder_that_cannot_keep_up_still_shows_frames() -> None:
    clip = FakeClip(FakeClock(), count=200, decode_s=0.15)
    source = playback(clip, realtime=True)
    frames = read(source, 20)
    gaps = np.diff([clip.clock.now, *[frame.captured_at for frame in frames[1:]]])
    assert gaps[1:].max() < 0.6, "seconds without a frame"


def test_after_a_pause_playback_goes_on_where_it_was() -> None:
    clip = FakeClip(FakeClock(), count=10_000, decode_s=0.002)
    source = playback(clip, realtime=True)
    read(source, 3)
    clip.clock.now += 600
    before = clip.clock.now
    frame = read(source, 1)[0]
    assert clip.clock.now - before < 0.5, "seconds to the next frame, not 6000 frames to decode"
    assert frame.captured_at == pytest.approx(clip.clock.now)
    assert read(source, 1)[0].captured_at == pytest.approx(frame.captured_at + 0.1)


@pytest.mark.parametrize("realtime", [False, True])
def test_over_the_rounds_of_a_loop_time_and_index_run_on(realtime: bool) -> None:
    source = playback(FakeClip(FakeClock(), first_time=2.0), realtime=realtime, loop=True, start_index=100)
    frames = read(source, 35)
    assert [frame.index for frame in frames] == list(range(100, 135))
    assert [frame.time for frame in frames] == pytest.approx(2 + np.arange(35) / 10)
    assert source.frame_count is None


def test_images_are_shown_for_a_second() -> None:
    source = playback(FakeClip(FakeClock(), count=2, frame_rate=None), realtime=True, loop=True)
    assert np.diff([frame.captured_at for frame in read(source, 5)]) == pytest.approx([1, 1, 1, 1])


def test_a_loop_of_nothing_ends() -> None:
    assert playback(FakeClip(FakeClock(), count=0), loop=True).read() is None


def test_close_lets_go_of_the_clip_and_ends_reading() -> None:
    clip = FakeClip(FakeClock())
    source = playback(clip)
    read(source, 2)
    source.close()
    assert clip.closed
    assert source.read() is None
    source.close()


def test_close_wakes_a_reader_that_waits_for_the_next_frame() -> None:
    clip = FakeClip(FakeClock(), frame_rate=0.001)
    source = Playback(clip, realtime=True, clock=clip.clock)  # waits for real, a thousand seconds
    read(source, 1)
    results: list[Frame | None] = []
    reader = threading.Thread(target=lambda: results.append(source.read()))
    reader.start()
    source.close()
    reader.join(10)
    assert not reader.is_alive()
    assert results == [None]
    assert clip.closed


def test_close_from_within_a_read_does_not_block() -> None:
    """A signal handler closes the source in the thread that reads."""
    clip = FakeClip(FakeClock(), frame_rate=0.1)
    source = Playback(clip, realtime=True, clock=clip.clock, wait=lambda seconds: source.close())
    assert source.read() is None
    assert clip.closed
