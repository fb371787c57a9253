"""The thread of one comparison: loads two networks beside the one that runs, and gives both the same frames in turn.

They are networks of its own, also where one of them is what runs: whatever is switched meanwhile, neither is closed
in use. A frame takes one turn of each, with a rest in between, so that the live view keeps most of its speed.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from engine.capture import redact
from engine.errors import PosecastError
from engine.pipeline.comparison import Choice, Comparison, Figures, Side
from engine.pipeline.feed import size_of
from engine.pipeline.loader import Cancelled
from engine.pipeline.parts import FrameProcessor, Parts
from engine.pipeline.timing import Timing
from engine.pipeline.turns import Turns
from engine.pipeline.worker import Setup
from engine.preprocess import network_size
from engine.settings import Settings
from engine.slot import Slot
from engine.types import Frame, Snapshot

logger = logging.getLogger(__name__)

SHARE = 0.2
"""Of the time, at most, that goes into comparing; the live view keeps the rest."""
MOST_FRAMES = 1000
"""Then it ends by itself, a few minutes later: a comparison that was forgotten must not slow the view for ever."""
_OF_ONE = {"source": "the source", "model": "the model", "height_size": "the network's height", "body": "the body"}
"""Settings of which a comparison is: figures of others cannot be put together."""


class Comparer:
    """A thread for one comparison. Calls `changed(comparer, message)` where `now` is of another step or status, and
    `done(comparer, problem)` last, when both networks are closed.
    """

    def __init__(
        self,
        choices: tuple[Choice, Choice],
        frames: Slot[Frame],
        wanted: Callable[[], Setup],
        parts: Parts,
        turns: Turns,
        changed: Callable[[Comparer, str], None],
        done: Callable[[Comparer, PosecastError | None], None],
        timing: Timing,
        before: Comparer | None,
    ) -> None:
        """`before` is waited for, so that never four networks are in memory."""
        self.now = Comparison("loading", (Side(choices[0]), Side(choices[1])), step="begin")
        self._frames = frames
        self._wanted = wanted
        self._parts = parts
        self._turns = turns
        self._changed = changed
        self._done = done
        self._timing = timing
        self._before = before
        self._begun_with = wanted().settings
        self._setup: Setup | None = None
        self._seen = 0
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._work, name="posecast-comparison", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def cancel(self) -> None:
        """Give up at the next sign of progress."""
        self._stop.set()

    def join(self) -> bool:
        """Wait a bounded time for the end; whether it came."""
        self._thread.join(self._timing.join_s)
        return not self._thread.is_alive()

    def _work(self) -> None:
        problem = None
        try:
            self._compare()
        except Cancelled:
            pass
        except _Ended as reason:
            self.now = replace(self.now, status="ended", step=str(reason), fraction=None)
        except PosecastError as error:
            problem = error
        except Exception as error:
            logger.exception("comparing failed")
            problem = PosecastError(f"comparing failed: {redact(str(error)) or type(error).__name__}", "see the log")
        self._done(self, None if self._stop.is_set() else problem)

    def _compare(self) -> None:
        before, self._before = self._before, None
        if before is not None and not before.join():
            raise PosecastError("the comparison before is still being closed", "try again in a moment")
        frame = self._next_frame()
        with ExitStack() as networks:
            sides = [self._load(index, frame, networks) for index in (0, 1)]
            self.now = replace(self.now, status="running", step="", fraction=None)
            self._changed(self, "comparing")
            figures = Figures()
            while figures.frames < MOST_FRAMES:
                self._sample(sides, figures)
        raise _Ended(f"{MOST_FRAMES} frames are compared")

    def _load(self, index: int, frame: Frame, networks: ExitStack) -> FrameProcessor:
        """A processor on a network of its own, which `networks` closes."""
        setup, asked = self._wanted(), self.now.sides[index].asked
        settings = _unsmoothed(setup.settings)
        chosen = replace(settings.model_spec, backend=asked.name, device=asked.device, precision=asked.precision)
        with _blaming(asked):
            backend = self._parts.load_backend(
                chosen, network_size(*size_of(frame), settings.height_size), self._report
            )
            networks.callback(backend.close)
        self._tell(index, runs=backend.info)
        return self._parts.processor(backend, settings, setup.camera)

    def _sample(self, sides: list[FrameProcessor], figures: Figures) -> None:
        frame, setup = self._next_frame(), self._wanted()
        if setup is not self._setup:
            self._setup = setup
            for side in sides:
                side.reconfigure(_unsmoothed(setup.settings), setup.camera)
        # In changing order, so that neither always has the caches as the other leaves them.
        order = (0, 1) if figures.frames % 2 == 0 else (1, 0)
        made = {index: self._process(index, sides[index], frame) for index in order}
        figures.add(made[0], made[1])
        for index in (0, 1):
            self._tell(index, stage_ms=figures.stage_ms(index), people=figures.people(index))
        self.now = replace(self.now, frames=figures.frames, difference=figures.difference())

    def _process(self, index: int, side: FrameProcessor, frame: Frame) -> Snapshot:
        """One turn, and the rest after it."""
        with _blaming(self.now.sides[index].asked), self._turns.aside():
            side.restart_tracking()
            snapshot = side.process(frame)
        self._stop.wait(sum(snapshot.stage_ms.values()) / 1000 * (1 / SHARE - 1))
        self._check()
        return snapshot

    def _next_frame(self) -> Frame:
        """The newest one that was not seen yet, without what a replayed one brings: here the networks are asked."""
        while True:
            newer = self._frames.wait_newer(self._seen, self._timing.tick_s)
            self._check()
            if newer is not None:
                self._seen, frame = newer
                return Frame(frame.index, frame.time, frame.captured_at, frame.image)

    def _report(self, step: str, fraction: float | None, message: str) -> None:
        self._check()
        self.now = replace(self.now, step=step, fraction=fraction)
        self._changed(self, message)

    def _tell(self, index: int, **changes: Any) -> None:
        sides = list(self.now.sides)
        sides[index] = replace(sides[index], **changes)
        self.now = replace(self.now, sides=(sides[0], sides[1]))

    def _check(self) -> None:
        if self._stop.is_set():
            raise Cancelled
        settings = self._wanted().settings
        for name, words in _OF_ONE.items():
            if getattr(settings, name) != getattr(self._begun_with, name):
                raise _Ended(f"{words} has changed")


class _Ended(Exception):  # noqa: N818 - not an error: there is nothing more to compare
    """Raised within the thread, with the reason."""


def _unsmoothed(settings: Settings) -> Settings:
    """What a single frame gives: sampled frames are too far apart to be smoothed, and ids begin anew in each."""
    return replace(settings, smoothing=False, person_heights_m=None)


@contextmanager
def _blaming(choice: Choice) -> Iterator[None]:
    """Says who has ended the comparison."""
    try:
        yield
    except (Cancelled, _Ended):
        raise
    except PosecastError as error:
        raise PosecastError(f"the comparison has ended: {error.error}", error.hint) from error
    except Exception as error:
        logger.exception("%s failed in a comparison", choice.name)
        reason = redact(str(error)) or type(error).__name__
        raise PosecastError(f"the comparison has ended: {choice.name} failed: {reason}", "see the log") from error
