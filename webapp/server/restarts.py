"""The settings and camera that a worker of the server starts with: for the first worker, those of the command line;
for the replacement of a crashed one, those saved since, which users have chosen in the dashboard.
"""

from __future__ import annotations

import mmap
import struct
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from engine.errors import PosecastError
from engine.extrinsics import Calibration
from engine.extrinsics.source_camera import DEFAULTS
from engine.pipeline.current import NETWORK_SETTINGS
from engine.settings import Settings
from webapp.state.startup_problems import Problem

AGAIN_WITHIN = 60.0
"""Seconds: a server that crashes twice within them would keep crashing with the same source and network."""
_TIME = struct.Struct("d")
_NEVER = float("-inf")
_RESTARTED = "the engine crashed and was started again"


@dataclass(frozen=True, slots=True, eq=False)
class Chosen:
    """The settings and camera to start with, and problems with them."""

    settings: Settings
    calibration: Calibration | None = None
    problems: tuple[Problem, ...] = ()
    given: frozenset[str] = frozenset()
    """Names of settings that were given for the source: they override what is remembered of its camera."""

    def for_source(self, source: str) -> Chosen:
        """The same for another source, for which no camera was given."""
        if source == self.settings.source:
            return self
        settings = self.settings.changed({**DEFAULTS, "source": source})
        return replace(self, settings=settings, calibration=None, given=frozenset())


class Restarts:
    """Created before any worker. Workers are forks of one process, and communicate through shared memory."""

    def __init__(self, choose: Callable[[], Chosen], clock: Callable[[], float] = time.monotonic) -> None:
        """`choose` reads settings and camera again. PosecastError if the first ones cannot be read."""
        self._choose, self._clock = choose, clock
        self.first = choose()
        self._last = mmap.mmap(-1, _TIME.size)
        self._last[:] = _TIME.pack(_NEVER)

    def begin(self) -> Chosen:
        """The settings and camera for the calling worker. To be called once per worker."""
        now, last = self._clock(), _TIME.unpack(self._last[:])[0]
        self._last[:] = _TIME.pack(now)
        return self.first if last == _NEVER else self._again(now - last < AGAIN_WITHIN)

    def _again(self, soon: bool) -> Chosen:
        try:
            chosen = self._choose()
        except (OSError, PosecastError) as error:
            hint = f"with the settings of the first start: {error}"
            return replace(self.first, problems=(("engine", _RESTARTED, hint), *self.first.problems))
        hint = "with settings and camera as saved last, as a new start would be; the server's log may say more"
        if soon:
            first = {name: getattr(self.first.settings, name) for name in ("source", *NETWORK_SETTINGS)}
            chosen = replace(chosen, settings=chosen.settings.changed(first))
            hint = "twice within a minute: source and network are those of the first start, the rest is as saved last"
        return replace(chosen, problems=(("engine", _RESTARTED, hint), *chosen.problems))
