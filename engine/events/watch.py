"""Runs the rules over snapshots, one after the other: the snapshot goes in, and comes out with its events.

No threads: it is called where snapshots are made. A rule that fails is logged once and begins again; the snapshot
goes on.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np

from engine.events.document import EventRules, default_rules
from engine.events.presence import Presence
from engine.events.rules import RULES
from engine.events.view import Body, Happening, Rule, View
from engine.events.zones import Occupancy, Zone
from engine.geometry import Camera
from engine.motion.placing import y_up_from
from engine.types import Event, Frame, Person, Snapshot

logger = logging.getLogger(__name__)

LONGEST_STEP_S = 1.0
"""Most seconds that pass for the rules between two frames: what nobody saw neither happened nor lasted."""


class EventWatch:
    """Owns the rules and what they remember. `see` is called by one thread, `use` by any."""

    def __init__(
        self,
        rules: EventRules | None = None,
        *,
        wall_clock: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall_clock, self._clock = wall_clock, clock
        self._rules = self._running = rules or default_rules()
        self._failed: set[str] = set()
        """Names of the rules whose failure was logged."""
        self._run = 0
        self.restart()

    @property
    def rules(self) -> EventRules:
        """Those in use from the next frame on."""
        return self._rules

    def use(self, rules: EventRules) -> None:
        """Use other rules from the next frame on; those that stay the same keep what they remember."""
        self._rules = rules

    def restart(self) -> None:
        """Forget everybody: the next frame is of another scene."""
        self._running = self._rules
        self._time = _Time()
        self._presence = Presence()
        self._occupied = {zone: self._occupancy(zone) for zone in self._running.zones}
        self._made: dict[str, Rule] = {
            name: RULES[name].make(options) for name, options in self._running.options.items() if options.on
        }

    def see(self, snapshot: Snapshot, run: int = 0) -> Snapshot:
        """The snapshot with its events; a replayed one keeps those recorded. Another `run` is another scene."""
        if run != self._run:
            self._run = run
            self.restart()
        if snapshot.replayed:
            return snapshot
        if self._rules is not self._running:
            self._adopt(self._rules)
        try:
            happened = self._happened(snapshot)
        except Exception:
            logger.exception("looking for events failed; beginning again")
            self.restart()
            return snapshot
        return replace(snapshot, events=happened) if happened else snapshot

    def _adopt(self, rules: EventRules) -> None:
        before, self._running = self._running, rules
        for name, options in rules.options.items():
            if not options.on:
                self._made.pop(name, None)
            elif name not in self._made or options != before.options[name]:
                self._made[name] = RULES[name].make(options)
        kept = self._occupied if rules.options["zone"] == before.options["zone"] else {}
        self._occupied = {zone: kept.get(zone) or self._occupancy(zone) for zone in rules.zones}

    def _occupancy(self, zone: Zone) -> Occupancy:
        options = self._running.options["zone"]
        return Occupancy(zone, hold_s=options.seconds, margin_m=options.margin_m)

    def _happened(self, snapshot: Snapshot) -> tuple[Event, ...]:
        scene, frame = snapshot.scene, snapshot.frame
        view = self._view(scene.people, scene.camera, frame)
        wall_time = self._wall_clock() - (self._clock() - frame.captured_at)
        return tuple(
            Event(one.kind, scene.time, wall_time, one.label, one.person, one.people, one.zone, one.value)
            for name in tuple(self._made)
            for one in self._asked(name, view)
        )

    def _asked(self, name: str, view: View) -> list[Happening]:
        try:
            return list(self._made[name].see(view))
        except Exception:
            if name not in self._failed:
                logger.exception("the rule %s failed; it begins again", name)
            self._failed.add(name)
            self._made[name] = RULES[name].make(self._running.options[name])
            return []

    def _view(self, people: tuple[Person, ...], camera: Camera, frame: Frame) -> View:
        now, dt, cut = self._time.tick(frame)
        options = self._running.options
        came, left = self._presence.see(people, now, after_s=options["entered"].seconds, gone_s=options["left"].seconds)
        present = self._presence.present
        bodies = [_body(person, self._presence.who(person.id), camera) for person in people]
        real = tuple(body for body in bodies if body.who in present)  # also who goes on for somebody just lost
        changes = [zone.see(real, present, now, dt) for zone in self._occupied.values()]
        return View(
            now, dt, cut,
            people=real,
            newcomers=tuple(body for body in bodies if body.who not in present),
            known=self._presence.known,
            present=present,
            came=came,
            left=left,
            inside=tuple(stay for zone in self._occupied.values() for stay in zone.inside),
            entered_zone=tuple(stay for began, _ in changes for stay in began),
            left_zone=tuple(stay for _, ended in changes for stay in ended),
        )  # fmt: skip


class _Time:
    """The rules' clock: the media time, without its jumps."""

    def __init__(self) -> None:
        self._now = 0.0
        self._round = 0
        self._time: float | None = None

    def tick(self, frame: Frame) -> tuple[float, float, bool]:
        """(now, seconds since the frame before, whether motion cannot be followed from it)."""
        passed = 0.0 if self._time is None else frame.time - self._time
        again = frame.round != self._round or passed < 0
        self._time, self._round = frame.time, frame.round
        dt = 0.0 if again else min(passed, LONGEST_STEP_S)
        self._now += dt
        return self._now, dt, again or passed > LONGEST_STEP_S


_y_up_from = cache(y_up_from)


def _body(person: Person, who: int, camera: Camera) -> Body:
    pose = person.pose2d
    return Body(who, person.id, _joints(person, camera), pose.keypoints, pose.scores > 0)


def _joints(person: Person, camera: Camera) -> np.ndarray[Any, Any] | None:
    """(19, 3) metres in the world turned so that y points up; None without 3D."""
    if person.pose3d is None or not np.isfinite(person.pose3d.joints).all():
        return None
    return np.asarray(camera.world_from_camera(person.pose3d.joints) @ _y_up_from(camera.up).T, np.float64)
