"""The settings and camera that a worker of the server starts with: for the first worker, those of the command line;
for the replacement of a crashed one, those saved since, which users have chosen in the dashboard, and the source that
played last.
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
_STATE = struct.Struct("dH")
"""The time of the last start, and the length of the source's name that follows."""
_LONGEST_SOURCE = 4096
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
        self._shared = mmap.mmap(-1, _STATE.size + _LONGEST_SOURCE)
        self._write(_NEVER, b"")

    def begin(self) -> Chosen:
        """The settings and camera for the calling worker. To be called once per worker."""
        now = self._clock()
        last, source = self._read()
        self._write(now, source)
        return (
            self.first
            if last == _NEVER
            else self._again(source.decode("utf-8", "surrogateescape"), now - last < AGAIN_WITHIN)
        )

    def note_source(self, source: str) -> None:
        """The source that plays now, with which a replacement of this worker would go on."""
        last, before = self._read()
        name = source.encode("utf-8", "surrogateescape")
        if name != before and len(name) <= _LONGEST_SOURCE:
            self._write(last, name)

    def _read(self) -> tuple[float, bytes]:
        last, length = _STATE.unpack_from(self._shared)
        return last, self._shared[_STATE.size : _STATE.size + length]

    def _write(self, last: float, source: bytes) -> None:
        self._shared[_STATE.size : _STATE.size + len(source)] = source
        _STATE.pack_into(self._shared, 0, last, len(source))

    def _again(self, source: str, soon: bool) -> Chosen:
        try:
            chosen = self._choose()
        except (OSError, PosecastError) as error:
            hint = f"with the settings of the first start: {error}"
            return replace(self.first, problems=(("engine", _RESTARTED, hint), *self.first.problems))
        if source:
            chosen = chosen.for_source(source)
        hint = "with the same source, and settings and camera as saved last; the server's log may say more"
        if soon:
            chosen = chosen.for_source(self.first.settings.source)
            first = {name: getattr(self.first.settings, name) for name in NETWORK_SETTINGS}
            chosen = replace(chosen, settings=chosen.settings.changed(first))
            hint = "twice within a minute: source and network are those of the first start, the rest is as saved last"
        return replace(chosen, problems=(("engine", _RESTARTED, hint), *chosen.problems))
