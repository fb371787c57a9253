"""Runs a comparison: loads two networks beside the running one, and gives both the same frames in turn.

It always loads its own networks, even if one of them is already running, so that a switch does not close them. Each
frame takes one turn of each, with a pause in between, so that the live view keeps most of its speed.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from engine.errors import PosecastError
from engine.pipeline.comparison import Choice, Comparison, Figures, Side
from engine.pipeline.feed import size_of
from engine.pipeline.job import BackgroundJob, Cancelled
from engine.pipeline.parts import FrameProcessor, Parts
from engine.pipeline.timing import Timing
from engine.pipeline.worker import Setup, Turns
from engine.preprocess import network_size
from engine.redaction import redact
from engine.settings import Settings
from engine.slot import Slot
from engine.types import Frame, Snapshot

logger = logging.getLogger(__name__)

SHARE = 0.2
"""Maximum share of the time spent on comparing; the rest is left to the live view."""
MOST_FRAMES = 1000
"""Number of frames, a few minutes, after which a comparison ends: a forgotten one must not slow the view forever."""
_CONSTANT = {"source": "the source", "model": "the model", "height_size": "the network's height", "body": "the body"}
"""Settings that end a comparison when they change: figures from before and after cannot be combined."""


class Comparer:
    """The work of one comparison, for a `BackgroundJob`. Calls `changed(comparer, message)` when `now` has another
    step or status.
    """

    def __init__(
        self,
        choices: tuple[Choice, Choice],
        frames: Slot[Frame],
        wanted: Callable[[], Setup],
        parts: Parts,
        turns: Turns,
        changed: Callable[[Comparer, str], None],
        timing: Timing,
    ) -> None:
        self.now = Comparison("loading", (Side(choices[0]), Side(choices[1])), step="begin")
        self._frames, self._wanted, self._parts, self._turns = frames, wanted, parts, turns
        self._changed, self._timing = changed, timing
        self._settings = wanted().settings
        """The settings at the start of the comparison."""
        self._setup: Setup | None = None
        self._seen = 0

    def run(self, job: BackgroundJob) -> None:
        """Compare until there is a reason to end, then close both networks."""
        try:
            self._compare(job)
        except _Ended as reason:
            self.now = replace(self.now, status="ended", step=str(reason), fraction=None)

    def report(self, step: str, fraction: float | None, message: str) -> None:
        """Progress of loading."""
        self._check_settings()
        self.now = replace(self.now, step=step, fraction=fraction)
        self._changed(self, message)

    def _compare(self, job: BackgroundJob) -> None:
        frame = self._next_frame(job)
        with ExitStack() as networks:
            sides = [self._load(index, frame, networks, job) for index in (0, 1)]
            self.now = replace(self.now, status="running", step="", fraction=None)
            self._changed(self, "comparing")
            figures = Figures()
            while figures.frames < MOST_FRAMES:
                self._sample(sides, figures, job)
        raise _Ended(f"{MOST_FRAMES} frames were compared")

    def _load(self, index: int, frame: Frame, networks: ExitStack, job: BackgroundJob) -> FrameProcessor:
        """A processor with its own network, which is closed with `networks`."""
        setup, asked = self._wanted(), self.now.sides[index].asked
        settings = _unsmoothed(setup.settings)
        chosen = replace(settings.model_spec, backend=asked.name, device=asked.device, precision=asked.precision)
        with _blaming(asked):
            backend = self._parts.load_backend(chosen, network_size(*size_of(frame), settings.height_size), job.report)
            networks.callback(backend.close)
        self._tell(index, runs=backend.info)
        return self._parts.processor(backend, settings, setup.camera)

    def _sample(self, sides: list[FrameProcessor], figures: Figures, job: BackgroundJob) -> None:
        frame, setup = self._next_frame(job), self._wanted()
        if setup is not self._setup:
            self._setup = setup
            for side in sides:
                side.reconfigure(_unsmoothed(setup.settings), setup.camera)
        # In alternating order, so that the state of the caches favours neither.
        order = (0, 1) if figures.frames % 2 == 0 else (1, 0)
        made = {index: self._process(index, sides[index], frame, job) for index in order}
        figures.add(made[0], made[1])
        for index in (0, 1):
            self._tell(index, stage_ms=figures.stage_ms(index), people=figures.people(index))
        self.now = replace(self.now, frames=figures.frames, difference=figures.difference())

    def _process(self, index: int, side: FrameProcessor, frame: Frame, job: BackgroundJob) -> Snapshot:
        """One turn, and the pause after it."""
        with _blaming(self.now.sides[index].asked), self._turns.comparison():
            side.restart_tracking()
            snapshot = side.process(frame)
        job.pause(sum(snapshot.stage_ms.values()) / 1000 * (1 / SHARE - 1))
        self._check_settings()
        return snapshot

    def _next_frame(self, job: BackgroundJob) -> Frame:
        """The newest unseen frame, without its recorded snapshot, so that the networks compute it."""
        while True:
            newer = self._frames.wait_newer(self._seen, self._timing.tick_s)
            job.check()
            self._check_settings()
            if newer is not None:
                self._seen, frame = newer
                return replace(frame, recorded=None, capture_ms=0.0)

    def _tell(self, index: int, **changes: Any) -> None:
        sides = list(self.now.sides)
        sides[index] = replace(sides[index], **changes)
        self.now = replace(self.now, sides=(sides[0], sides[1]))

    def _check_settings(self) -> None:
        settings = self._wanted().settings
        for name, words in _CONSTANT.items():
            if getattr(settings, name) != getattr(self._settings, name):
                raise _Ended(f"{words} has changed")


class _Ended(Exception):  # noqa: N818 - not an error: the comparison is over
    """Ends the comparison, with the reason; raised in the job's thread."""


def _unsmoothed(settings: Settings) -> Settings:
    """Settings for single frames: sampled frames are too far apart to be smoothed, and each has its own ids."""
    return replace(settings, smoothing=False, person_heights_m=None)


@contextmanager
def _blaming(choice: Choice) -> Iterator[None]:
    """Name the backend whose error ended the comparison."""
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
