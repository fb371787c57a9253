"""How accurate several cameras are: the demo stage from two, three and four, in the rig's world, against its truth.

    python -m bench.rig [--frames 90] [--every 3] [--height-size 256] [--close-up]

Each picture goes through the network once; then every choice of cameras is fused on its own, live and in hindsight (as
files are). Printed are the share of people found, the mean and median distance of all 19 joints from the truth, how
often somebody's id changes, people who are nobody, and the mean distance of keypoints from the projected joints. In the
last row, one camera stops for the middle third.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Generator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from engine.capture import open_source
from engine.geometry import DEFAULT_CAMERA, Array
from engine.loading import load_backend
from engine.mosaic import without_pixels
from engine.preprocess import network_size
from engine.processor import Decoded
from engine.rig_hindsight import fused_in_hindsight
from engine.rig_processor import RigProcessor, Several
from engine.settings import Settings
from engine.types import Backend, Snapshot, View

RIGS = ((0, 1), (0, 2), (0, 3), (1, 2), (0, 1, 2), (0, 1, 3), (0, 2, 3), (1, 2, 3), (0, 1, 2, 3))
STOPPING = (0, 1, 2)
STOPPED = 1
"""The camera that stops."""
FAR_M = 0.5
"""Mean distance of joints beyond which a person of the scene is not one of the stage."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--frames", type=int, default=90, help="sets of pictures (default: %(default)s)")
    parser.add_argument("--every", type=int, default=3, help="one of so many of the stage's (default: %(default)s)")
    parser.add_argument("--height-size", type=int, default=256)
    parser.add_argument("--close-up", action="store_true", help="look at each person a second time, enlarged")
    options = parser.parse_args()
    settings = Settings(height_size=options.height_size, close_up=options.close_up)
    backend = load_backend(settings.model_spec, network_size(1280, 720, options.height_size), lambda *_: None)
    with closing(backend):
        decoded = decoded_sets(backend, settings, options.frames, options.every)
        print(f"{len(decoded)} sets at {backend.info.precision}, {options.height_size} rows")
        third = len(decoded) // 3
        rows = [(cameras, "", range(0)) for cameras in RIGS]
        rows.append((STOPPING, f" without {STOPPED} in between", range(third, 2 * third)))
        for cameras, note, stopped in rows:
            for hindsight in (False, True):
                snapshots = followed(decoded, backend, settings, cameras, stopped, hindsight=hindsight)
                print(_row(cameras, f"{note}, {'in hindsight' if hindsight else 'live'}", snapshots), flush=True)


def decoded_sets(backend: Backend, settings: Settings, frames: int, every: int) -> list[Several[Decoded]]:
    """All four cameras, through the network."""
    processor = RigProcessor(backend, settings, DEFAULT_CAMERA)
    found: list[Several[Decoded]] = []
    with tempfile.TemporaryDirectory() as folder:
        rig = Path(folder) / "rig.toml"
        rig.write_text("".join(f'[cameras.{number}]\nsource = "demo:{number}"\n' for number in range(4)))
        with closing(open_source(str(rig))) as source:
            while len(found) < frames and (frame := source.read()) is not None:
                if frame.index % every == 0:
                    decoded = processor.decode(processor.infer(processor.prepare(frame)))
                    assert isinstance(decoded, Several)
                    found.append(_without_pixels(decoded))
    return found


def _without_pixels(decoded: Several[Decoded]) -> Several[Decoded]:
    """The same, with pictures of the same sizes that hold no memory."""

    def bare(view: View) -> View:
        return view if view.frame is None else replace(view, frame=without_pixels(view.frame))

    parts = tuple((bare(view), replace(part, frame=without_pixels(part.frame))) for view, part in decoded.parts)
    return Several(without_pixels(decoded.frame), parts)


def followed(
    decoded: Sequence[Several[Decoded]],
    backend: Backend,
    settings: Settings,
    cameras: Sequence[int],
    stopped: range = range(0),
    *,
    hindsight: bool = False,
) -> list[Snapshot]:
    """The scenes of some of the cameras, of which one is missing in the sets `stopped`; live, or in `hindsight`."""
    processor = RigProcessor(backend, settings, DEFAULT_CAMERA)
    sets = _of_cameras(decoded, cameras, stopped)
    if hindsight:
        return [processor.snapshot_of(fused) for fused in fused_in_hindsight(sets, processor, pictures=False)]
    return [processor.follow(one) for one in sets]


def _of_cameras(
    decoded: Sequence[Several[Decoded]], cameras: Sequence[int], stopped: range
) -> Generator[Several[Decoded], None, None]:
    for index, whole in enumerate(decoded):
        missing = {str(STOPPED)} if index in stopped else set()
        chosen = [view for view in whole.frame.views if int(view.name) in cameras]
        views = [replace(view, frame=None) if view.name in missing else view for view in chosen]
        parts = [part for part in whole.parts if int(part[0].name) in cameras and part[0].name not in missing]
        yield Several(replace(whole.frame, views=tuple(views)), tuple(parts))


@dataclass(slots=True)
class _Figures:
    errors: list[Array] = field(default_factory=list)
    pixels: list[float] = field(default_factory=list)
    people: int = 0
    extra: int = 0
    switches: int = 0
    last: dict[int, int] = field(default_factory=dict)

    def add(self, snapshot: Snapshot) -> None:
        truth = snapshot.frame.truth
        assert truth is not None
        camera, matched = snapshot.scene.camera, set()
        bodies = {
            person.id: camera.world_from_camera(person.pose3d.joints.astype(float))
            for person in snapshot.scene.people
            if person.pose3d is not None
        }
        for who, joints in enumerate(truth.joints_world.astype(float)):
            self.people += 1
            distances = {id: np.linalg.norm(body - joints, axis=1) for id, body in bodies.items()}
            id = min(distances, key=lambda id: distances[id].mean(), default=None)
            if id is not None and distances[id].mean() < FAR_M:
                matched.add(id)
                self.errors.append(distances[id])
                self.switches += self.last.get(who, id) != id
                self.last[who] = id
        self.extra += len(bodies.keys() - matched)
        self.pixels += [view.error_px for person in snapshot.scene.people for view in person.views.values()]


def _row(cameras: Sequence[int], note: str, snapshots: Sequence[Snapshot]) -> str:
    figures = _Figures()
    for snapshot in snapshots:
        figures.add(snapshot)
    mm = np.array(figures.errors) * 1e3
    fit_ms = np.median([snapshot.stage_ms["fit"] for snapshot in snapshots])
    return (
        f"cameras {' '.join(map(str, cameras))}{note}: found {len(mm) / figures.people:.3f}, "
        f"MPJPE {mm.mean():.1f} mm, median {np.median(mm):.1f} mm, ids changed {figures.switches}, "
        f"nobody {figures.extra}, {np.mean(figures.pixels):.1f} px, fusion {fit_ms:.1f} ms"
    )


if __name__ == "__main__":
    main()
