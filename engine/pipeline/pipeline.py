"""The live pipeline, which a server owns."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.errors import PosecastError
from engine.events import EventWatch
from engine.extrinsics import SOURCE_SETTINGS, Calibration, SourceCamera, check_up
from engine.pipeline.comparisons import Comparisons
from engine.pipeline.current import CHOICE, NETWORK_SETTINGS, Change, Current
from engine.pipeline.empty_scenes import EmptyScenes
from engine.pipeline.events import Announcer, Listener, ProblemEvent, Problems, ProgressEvent, StateEvent
from engine.pipeline.failover import Failover
from engine.pipeline.feed import Feed
from engine.pipeline.floor import FloorKeeper
from engine.pipeline.meter import Meter
from engine.pipeline.parts import Parts
from engine.pipeline.refusals import check_backend
from engine.pipeline.state import EngineState
from engine.pipeline.switching import Switcher
from engine.pipeline.timing import Timing
from engine.pipeline.worker import Worker
from engine.redaction import redact
from engine.settings import Settings
from engine.slot import Slot
from engine.snapshot_slot import SnapshotSlot
from engine.types import Frame, FrameSource, Snapshot


class Pipeline:
    """Reads a source and makes a snapshot of its newest frame, over and over, until closed.

    Safe to call from any thread. A method that refuses does so immediately and changes nothing; a change that fails
    later leaves the old state in place and is announced as a `ProblemEvent`.
    """

    def __init__(
        self,
        settings: Settings,
        *,
        calibration: Calibration | None = None,
        clock: Callable[[], float] = time.monotonic,
        parts: Parts | None = None,
        timing: Timing | None = None,
    ) -> None:
        self.snapshots = SnapshotSlot()
        """The newest snapshot. A reader that skips some gets their events with the next one."""
        self.events = EventWatch(clock=clock)
        """The rules by which snapshots get their events."""
        self._clock = clock
        self._parts = parts or Parts()
        self._timing = timing or Timing()
        self._status = "new"
        self._status_lock = threading.Lock()
        self._awaited_since = clock()
        self._announcer = Announcer()
        self._problems = Problems(self._all_problems, self._announcer)
        self._empty_scenes = EmptyScenes(self._announcer)
        self._meter = Meter()
        self._feed = Feed(settings.source, self._open_source, self._before_frame, self._problems.tell, self._timing)
        self._worker = Worker(
            self._feed.captured,
            lambda: self._current.setup,
            self._parts.processor,
            self._publish,
            self._problems.tell,
            self._timing,
        )
        self._floor = FloorKeeper(self._announcer)
        self._current = Current(
            settings, calibration, self._feed, self._parts, self._worker.poke, self._floor.placed, clock, self._timing
        )
        self._switcher = Switcher(self._feed, self._current, self._announcer, self._timing)
        self.comparisons = Comparisons(
            self._feed.frames,
            lambda: self._current.setup,
            lambda: self._switcher.switching,
            self._parts,
            self._worker.turns,
            self._announcer,
            self._timing,
        )
        """Comparisons of two backends on the live picture."""
        self._failover = Failover(
            self._current,
            self._worker,
            self._switcher,
            self._parts.alternatives,
            self._problems.tell,
            self._announcer,
            clock,
            self._timing,
        )

    @property
    def frames(self) -> Slot[Frame]:
        """The newest frame, also while no network is ready."""
        return self._feed.frames

    def subscribe(self, listener: Listener) -> Callable[[], None]:
        """Call `listener` with events, in the thread where they occur; it must not block. Returns its unsubscriber."""
        return self._announcer.subscribe(listener)

    def start(self) -> None:
        """Open the source, then load the network for its frames; returns at once."""
        with self._status_lock:
            if self._status != "new":
                raise RuntimeError("a pipeline is started once")
            self._status = "started"
            self._worker.start()
            self._failover.start()
        self._announcer.announce(ProgressEvent("start", "open", None, f"opening {self._feed.name}"))
        self.resume()

    def close(self) -> None:
        """End all threads, and close source and network; waits a bounded time."""
        with self._status_lock:
            if self._status == "stopped":
                return
            self._status = "stopped"
        self._current.close()
        self._failover.close()
        self._switcher.cancel()
        self.comparisons.cancel()
        self._feed.close()
        self.snapshots.close()
        ended = self._worker.close()
        self._switcher.join()
        self.comparisons.join()
        if ended:
            self._current.close_network()

    def switch_backend(self, name: str, device: str | None = None, precision: str | None = None) -> None:
        """Load another network and swap it in when it is ready; returns at once.

        Raises `UnknownBackend`, `BackendUnavailable`, `SwitchInProgress`, or `PosecastError` for other bad values.
        """
        changes = {"backend": name, "device": device or "auto", "precision": precision or "auto"}
        check_backend(self._parts.available(), name, changes["device"], changes["precision"])
        self._current.settings.changed(changes)
        self._failover.forgive(name)
        self._switcher.begin(Change("backend", name, settings=changes))

    def cancel_switch(self) -> str:
        """Cancel the switch that the user asked for, whose target is returned; `NothingToCancel` without one."""
        return self._switcher.call_off()

    def switch_source(self, text: str) -> None:
        """Open another source and show it once it delivers a frame; returns at once. The same one is reopened."""
        if text == self._current.settings.source:
            self.pause()
            self.resume()
        else:
            self.change_settings({"source": text})

    def change_settings(self, changes: Mapping[str, Any]) -> Settings:
        """Apply `changes`, and return the resulting settings; if one is invalid, PosecastError and nothing changed.

        Source and network are loaded first, and take effect when `state()` shows them; other settings do immediately.
        """
        before = self._current.settings
        after = before.changed(changes)
        same = {name for name in changes if getattr(after, name) == getattr(before, name)}
        if self._current.setup.fallback is not None:  # the network that the settings name does not run
            same -= CHOICE
        differing = {name: getattr(after, name) for name in changes if name not in same}
        with_source = {"source", *SOURCE_SETTINGS} if "source" in differing else set()
        slow = {name: value for name, value in differing.items() if name in NETWORK_SETTINGS | with_source}
        fast = {name: value for name, value in differing.items() if name not in slow}
        if {"backend", "device", "precision"} & slow.keys():
            check_backend(self._parts.available(), after.backend, after.device, after.precision)
            self._failover.forgive(after.backend)
        calibration = self._parts.load_calibration(fast["extrinsics"]) if fast.get("extrinsics") else None
        check_up(fast.get("up"), calibration if "extrinsics" in fast else self._current.setup.calibration)
        if slow:
            self._switcher.begin(self._change(slow, after))
        if fast:
            if "extrinsics" in fast:
                self._current.set_calibration(calibration)
            self._current.apply(fast)
            if "pixel_aspect" in fast and self._feed.pause():
                self.resume()
            self._announcer.announce(StateEvent())
        return after

    def set_calibration(self, calibration: Calibration | None) -> None:
        """Use a camera file from the next frame on; None: the source's own camera, or the neutral one."""
        self._current.set_calibration(calibration)
        self._announcer.announce(StateEvent())

    @property
    def source_camera(self) -> tuple[str, SourceCamera]:
        """The current source, and everything about its camera."""
        return self._current.source_camera

    def use_camera(self, source: str, camera: SourceCamera) -> bool:
        """Use all of `camera` from the next frame on; False, and nothing changed, if `source` is not current."""
        used = self._current.use_camera(source, camera)
        self._announcer.announce(StateEvent())
        return used

    def recall_cameras(self, camera_of: Callable[[str], SourceCamera]) -> None:
        """Ask `camera_of` for what is known about the camera of every source that is opened from now on."""
        self._parts = replace(self._parts, camera_of=camera_of)

    def hold_floor(self, holder: str) -> None:
        """Keep the floor, and with it the camera's pose, as it is until `holder` releases it.

        For what must not change its world halfway: a recording, an output, a zone.
        """
        self._floor.hold(holder)
        self._announcer.announce(StateEvent())

    def release_floor(self, holder: str) -> None:
        """End the hold of `holder`; the floor stays frozen until the camera moves."""
        self._floor.release(holder)
        self._announcer.announce(StateEvent())

    def find_floor_again(self) -> None:
        """Look for the floor from the beginning, as in another source."""
        self._floor.find_again(self._current)
        self._announcer.announce(StateEvent())

    def pause(self) -> None:
        """Close the source until `resume`, keeping the newest frame and snapshot. Saves power without viewers."""
        if self._feed.pause():
            self._announcer.announce(StateEvent())

    def resume(self) -> None:
        """Open the source again."""
        if self._status == "started" and self._feed.resume(self._current.settings.source):
            self._awaited_since = self._clock()
            self._announcer.announce(StateEvent())

    def state(self) -> EngineState:
        """The present state. The parts continue while they are read one after the other.

        Without a running switch, the result of the last one is included; `processed` never exceeds `captured`.
        """
        switching, problem = self._switcher.switching, self._feed.problem
        now = self._clock()
        stats = self._meter.stats(now, problem.error if problem else None)
        return EngineState(
            status=self._status_word(),
            settings=self._current.settings,
            source=self._feed.name,
            backend=self._current.backend,
            camera=self._current.camera,
            calibration=self._current.calibration,
            switching=switching,
            comparison=self.comparisons.now,
            stats=replace(
                stats,
                captured=self._feed.count,
                source_hint=(problem.hint if problem else "") or None,
                views=self._feed.views,
                now=now,
            ),
            floor=self._floor.floor(self._current.setup),
            fallback=self._failover.fallback,
        )

    def fps(self) -> float:
        """Snapshots per second at present, as in `state().stats`."""
        return self._meter.fps(self._clock())

    def health(self) -> str | None:
        """Why frames do not flow; None if they do, or if the pipeline was paused on purpose."""
        status = self._status_word()
        if status == "paused":
            return None
        if status == "stopped":
            return "the engine is not running"
        problem = next(filter(None, self._all_problems()), None)
        if problem is not None:
            return problem.error
        if status == "starting":
            return self._why_starting()
        silent_s = self._clock() - max(self._awaited_since, self._meter.last or self._awaited_since)
        return f"no frame was processed for {silent_s:.0f} s" if silent_s >= self._timing.stall_s else None

    def _status_word(self) -> str:
        if self._status != "started":
            return "stopped"
        if self._feed.paused:
            return "paused"
        return "starting" if self._current.backend is None else "running"

    def _all_problems(self) -> tuple[ProblemEvent | None, ...]:
        """Why frames do not flow, the causes first."""
        return self._feed.problem, self._failover.problem, self._worker.problem

    def _why_starting(self) -> str:
        problem = self._switcher.start_problem
        if problem is not None:
            return problem.error
        return "the first frame has not come yet" if self._feed.size is None else "the network is being loaded"

    def _before_frame(self, first: bool) -> None:
        """Called in the capture thread before a frame is passed on."""
        if first:
            self._current.update_camera()
        if self._current.needs_network and self._switcher.switching is None:
            with suppress(PosecastError):  # another switch came first, or the pipeline is closing
                self._switcher.begin(Change("start", self._current.settings.backend))

    def _open_source(self, text: str) -> FrameSource:
        aspect = self._current.settings.pixel_ratio
        return self._parts.open_source(text) if aspect is None else self._parts.open_source(text, pixel_aspect=aspect)

    def _change(self, settings: Mapping[str, Any], after: Settings) -> Change:
        """The change that puts `settings` into effect; `after` are the resulting settings."""
        if "source" not in settings:
            return Change("backend", after.backend, settings=settings)
        camera = self._parts.camera_of(after.source)
        if settings.get("extrinsics"):
            camera = replace(camera, calibration=self._parts.load_calibration(settings["extrinsics"]))
        check_up(settings.get("up"), camera.calibration)
        return Change("source", redact(after.source), after.source, settings, camera=camera)

    def _publish(self, snapshot: Snapshot, dropped: int) -> None:
        """Called in the worker for every snapshot."""
        snapshot = self.events.see(snapshot, self._current.setup.run)
        self._meter.record(snapshot, self._clock(), dropped)
        self.snapshots.put(snapshot)
        self._empty_scenes.see(snapshot, self._current.settings.model)
        self._floor.see(snapshot, self._current)
