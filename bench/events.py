"""Precision and recall of the rules for events, on scripted motion: `python -m bench.events [--rates 2,5,10,25,60]`.

The plays of `bench.event_scripts` are shown as a camera and a tracker would show them: noisy, now and then without 3D,
with people who are lost for up to a second and found again, sometimes under a new id. An event is right if its kind is
due for its person, up to a second and a half before and three seconds after the time in the script.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from bench.event_scripts import PLAYS, ZONE, Actor, Play
from engine.capture.stage import CAMERA
from engine.events import EventWatch, default_rules
from engine.geometry import Array
from engine.skeleton import PELVIS
from engine.types import EVENT_KINDS, BackendInfo, Event, Frame, Person, Pose2D, Pose3D, Scene, Snapshot

EARLY_S, LATE_S = 1.5, 3.0
NOISE_M, DEPTH_NOISE = 0.025, 0.02
"""Standard deviations: of each joint, and of the distance from the camera as a fraction of it."""
WITHOUT_3D, MISSED = 0.05, 0.08
"""Shares of the frames in which somebody has no 3D, or is not found."""
LOST_EVERY_S, LOST_S, NEW_ID = 8.0, 0.9, 0.5
"""Everybody is lost about so often, for so long at most, and so often found under a new id."""


@dataclass(slots=True)
class Score:
    """Counts of one kind of event."""

    due: int = 0
    reported: int = 0
    right: int = 0

    @property
    def precision(self) -> float:
        return self.right / self.reported if self.reported else float("nan")

    @property
    def recall(self) -> float:
        return self.right / self.due if self.due else float("nan")


@dataclass(slots=True)
class Tracked:
    """An actor as the tracker has them."""

    actor: Actor
    id: int
    lost_until: float = -1.0
    ids: set[int] = field(default_factory=set)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="2,5,10,25,60", help="frames per second (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=3, help="times that each play is shown (default: %(default)s)")
    options = parser.parse_args()
    print(f"{'kind':14} {'rate':>5} {'due':>5} {'reported':>9} {'precision':>10} {'recall':>7}")
    for rate in map(float, options.rates.split(",")):
        scores, micros = measure(rate, options.rounds)
        for kind, score in scores.items():
            print(f"{kind:14} {rate:5g} {score.due:5} {score.reported:9} {score.precision:10.0%} {score.recall:7.0%}")
        print(f"{'all rules':14} {rate:5g} {'':22} {micros:.0f} microseconds a frame, median")


def measure(rate: float, rounds: int = 1, plays: Sequence[Play] = PLAYS) -> tuple[dict[str, Score], float]:
    """Scores by kind, and the median microseconds that the rules take for a frame."""
    scores: dict[str, Score] = {kind: Score() for kind in EVENT_KINDS}
    micros: list[float] = []
    for seed in range(rounds):
        for number, play in enumerate(plays):
            events, ids, took = perform(play, rate, np.random.default_rng([seed, number]))
            micros += took
            _count(play, events, ids, scores)
    return scores, float(np.median(micros))


def perform(play: Play, rate: float, rng: np.random.Generator) -> tuple[list[Event], dict[int, int], list[float]]:
    """The events of a play, which actor has had which id, and the microseconds of each frame."""
    watch = EventWatch(
        default_rules().changed(
            {"rules": {name: {"on": True} for name in play.also}, "zones": [_wire(ZONE.name, ZONE.corners)]}
        )
    )
    tracked = [Tracked(actor, number + 1) for number, actor in enumerate(play.actors)]
    events: list[Event] = []
    micros: list[float] = []
    for index in range(round(play.seconds * rate)):
        snapshot = _snapshot(index, index / rate, tuple(_people(tracked, index / rate, 1 / rate, rng)))
        start = time.perf_counter()
        events += watch.see(snapshot).events
        micros.append((time.perf_counter() - start) * 1e6)
    return events, {id: number for number, one in enumerate(tracked) for id in one.ids}, micros


def _people(tracked: list[Tracked], now: float, dt: float, rng: np.random.Generator) -> Iterator[Person]:
    for one in tracked:
        joints = one.actor.joints(now)
        if joints is None:
            continue
        if now >= one.lost_until and rng.random() < dt / LOST_EVERY_S:
            one.lost_until = now + rng.uniform(0.2, LOST_S)
            if rng.random() < NEW_ID:
                one.id += len(tracked)
        if now >= one.lost_until and rng.random() >= MISSED:
            one.ids.add(one.id)
            yield _seen(one.id, joints, rng)


def _seen(id: int, joints: Array, rng: np.random.Generator) -> Person:
    camera = CAMERA.camera_from_world(joints) + NOISE_M * rng.standard_normal(joints.shape)
    camera *= 1 + DEPTH_NOISE * rng.standard_normal()
    keypoints, scores = CAMERA.project(camera).astype(np.float32), np.full(len(joints), 0.8, np.float32)
    keypoints[PELVIS], scores[PELVIS] = np.nan, 0
    pose = None if rng.random() < WITHOUT_3D else Pose3D(camera.astype(np.float32))
    return Person(id, Pose2D(keypoints, scores, 12.0), pose)


def _snapshot(index: int, now: float, people: tuple[Person, ...]) -> Snapshot:
    frame = Frame(
        index, now, time.monotonic(), np.broadcast_to(np.uint8(0), (CAMERA.image_size[1], CAMERA.image_size[0], 3))
    )
    return Snapshot(Scene(index, now, people, CAMERA), frame, BackendInfo("stage", "", ""))


def _count(play: Play, events: list[Event], ids: dict[int, int], scores: dict[str, Score]) -> None:
    due = list(play.due)
    scored = set(Counter(kind for kind, *_ in due)) | {"fall", "hands_up", "repetition", "close"}
    for kind, *_ in due:
        scores[kind].due += 1
    for event in events:
        if event.kind not in scored:
            continue
        scores[event.kind].reported += 1
        who = {ids.get(id) for id in (event.people or (event.person,)) if id is not None} or {None}
        match = next(
            (
                one
                for one in due
                if one[0] == event.kind and one[1] in who and -EARLY_S <= event.time - one[2] <= LATE_S
            ),
            None,
        )
        if match is not None:
            due.remove(match)
            scores[event.kind].right += 1


def _wire(name: str, corners: Sequence[tuple[float, float]]) -> dict[str, object]:
    return {"name": name, "corners": [list(corner) for corner in corners]}


if __name__ == "__main__":
    main()
