"""Where several cameras stand, by a board that two or more of them saw at the same moments.

In: sightings of every camera on one clock, and their lenses where known. Out: a `RigResult` in the first camera's
frame: a board tells metres, but not which way is up.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np

from engine.calibration.board import Board
from engine.calibration.board_bundle import BoardView, adjusted
from engine.calibration.coverage import board_pose
from engine.calibration.lens import calibrate_lens
from engine.calibration.rig_result import CameraResult, RigResult
from engine.calibration.sighting import Sighting
from engine.errors import PosecastError
from engine.geometry import DEFAULT_CAMERA, Array, CameraSpec, Provenance, nearest_rotation

SAME_MOMENT_S = 0.04
"""Largest difference of the times of two sightings of one moment."""
LEAST_COMMON = 4
"""Moments that two cameras must have in common to be connected."""
MOST_RMS = 2.0
"""Largest error of reprojection, pixels of a picture 1280 wide."""
_WIDTH = 1280
_ENOUGH_MOMENTS = 60


def rig_from_board(
    sightings: Mapping[str, Sequence[Sighting]], lenses: Mapping[str, CameraSpec | None], board: Board
) -> RigResult:
    """The rig; PosecastError, with the reason, where a camera is not connected to the others."""
    names = list(sightings)
    cameras = {name: _lens(name, lenses[name], sightings[name], board) for name in names}
    moments = _moments(sightings)
    views = _views(moments, names, cameras, board)
    R, t = _first_guess(views, names)
    solved = adjusted(views, R, t)
    results, doubts = [], []
    for at, name in enumerate(names):
        spec = cameras[name]
        assert spec.resolution is not None
        own = solved.errors[solved.camera == at]
        rms = float(np.sqrt(np.mean(own**2)))
        posed = CameraSpec(
            solved.R[at], solved.t[at], "-y", spec.K, spec.resolution, provenance=Provenance("file"),
            distortion=spec.distortion,
        )  # fmt: skip
        sd = solved.sd[at]
        results.append(
            CameraResult(
                name, posed, rms, len(own), float(np.degrees(np.linalg.norm(sd[:3]))), float(np.linalg.norm(sd[3:]))
            )
        )
        if rms > MOST_RMS * max(spec.resolution) / _WIDTH:
            doubts.append(f"{name}: the corners are {rms:.1f} px off where they should be: did the board move?")
    notes = (
        f"{len({view.moment for view in views})} moments of the board",
        f"its squares are taken to be {1e3 * board.square_m:g} mm, as --board says: all distances follow from that",
        "the world is the first camera's frame, with up taken from it: people, or a floor, can tell more",
    )
    return RigResult(tuple(results), tuple(doubts), notes)


def _lens(name: str, known: CameraSpec | None, views: Sequence[Sighting], board: Board) -> CameraSpec:
    """The intrinsics for the size of the sightings: those known, or by the board itself."""
    if not views:
        raise PosecastError(f"{name} never sees the board", "hold it where two cameras see it")
    size = views[0].size
    if known is not None:
        camera = known.for_image(*size)
        return CameraSpec(
            DEFAULT_CAMERA.R, DEFAULT_CAMERA.t, "-y", camera.K, size, distortion=camera.distortion
        )  # fmt: skip
    lens = calibrate_lens(views, board)
    if lens.doubts:
        raise PosecastError(
            f"the lens of {name} is not known: {lens.doubts[0]}", "calibrate it with `calibrate camera`"
        )
    return CameraSpec(DEFAULT_CAMERA.R, DEFAULT_CAMERA.t, "-y", lens.K, size, distortion=lens.distortion)


def _moments(sightings: Mapping[str, Sequence[Sighting]]) -> list[dict[str, Sighting]]:
    """The sightings of at least two cameras at the same moment, evenly chosen."""
    moments: list[dict[str, Sighting]] = []
    for name, views in sightings.items():
        for view in views:
            near = next(
                (
                    one
                    for one in moments
                    if name not in one and _time(one) - SAME_MOMENT_S <= view.time <= _time(one) + SAME_MOMENT_S
                ),
                None,
            )
            if near is None:
                moments.append({name: view})
            else:
                near[name] = view
    common = sorted((one for one in moments if len(one) > 1), key=_time)
    chosen = np.linspace(0, len(common) - 1, min(_ENOUGH_MOMENTS, len(common))).round().astype(int)
    return [common[at] for at in dict.fromkeys(chosen.tolist())]


def _time(moment: Mapping[str, Sighting]) -> float:
    return next(iter(moment.values())).time


def _views(
    moments: list[dict[str, Sighting]], names: list[str], cameras: Mapping[str, CameraSpec], board: Board
) -> list[BoardView]:
    views = []
    for number, moment in enumerate(moments):
        for name, sighting in moment.items():
            spec = cameras[name]
            assert spec.K is not None
            R, t = board_pose(sighting, board, spec.K, spec.distortion)
            camera = spec.for_image(*sighting.size)
            views.append(
                BoardView(
                    names.index(name),
                    number,
                    R,
                    t,
                    board.corners[sighting.ids],
                    camera.rays(sighting.corners),
                    camera.fx,
                )
            )
    return views


def _first_guess(views: list[BoardView], names: list[str]) -> tuple[Array, Array]:
    """(C, 3, 3) and (C, 3) camera_from_first: along the pairs with most moments in common."""
    by_moment: dict[int, dict[int, BoardView]] = {}
    for view in views:
        by_moment.setdefault(view.moment, {})[view.camera] = view
    common: dict[tuple[int, int], list[tuple[Array, Array]]] = {}
    for seen in by_moment.values():
        for i, j in combinations(sorted(seen), 2):
            R = seen[j].R @ seen[i].R.T
            common.setdefault((i, j), []).append((R, seen[j].t - R @ seen[i].t))
    R, t, placed = np.tile(np.eye(3), (len(names), 1, 1)), np.zeros((len(names), 3)), {0}
    while len(placed) < len(names):
        edges = [pair for pair in common if len({*pair} & placed) == 1 and len(common[pair]) >= LEAST_COMMON]
        if not edges:
            missing = ", ".join(name for at, name in enumerate(names) if at not in placed)
            raise PosecastError(
                f"the board is seen by {missing} too seldom together with the other cameras",
                f"hold it still where both see it, at {LEAST_COMMON} places at least",
            )
        i, j = max(edges, key=lambda pair: len(common[pair]))
        Rij, tij = _middle(common[(i, j)])
        if i in placed:
            R[j], t[j] = Rij @ R[i], Rij @ t[i] + tij
        else:
            R[i], t[i] = Rij.T @ R[j], Rij.T @ (t[j] - tij)
        placed |= {i, j}
    return R, t


def _middle(poses: list[tuple[Array, Array]]) -> tuple[Array, Array]:
    """The median of poses."""
    R = nearest_rotation(np.median([R for R, _ in poses], axis=0))
    return R, np.median([t for _, t in poses], axis=0)
