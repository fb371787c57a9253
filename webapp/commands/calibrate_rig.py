"""`posecast calibrate rig`: where the cameras of a rig stand, by people who walk about, or by a board."""

from __future__ import annotations

import json
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from engine.calibration.board import parse_board
from engine.calibration.observations import views_of
from engine.calibration.rig_from_board import rig_from_board
from engine.calibration.rig_from_people import rig_from_people
from engine.calibration.rig_picture import rig_svg
from engine.calibration.rig_result import RigResult, people_result
from engine.calibration.sighting import BoardFinder
from engine.calibration.world_from_people import world_from_people
from engine.errors import PosecastError
from engine.extrinsics.camera_toml import camera_toml
from engine.files import whole_file
from engine.outputs_guard import check_outputs
from engine.rig import Rig, read_rig
from engine.settings import Settings
from webapp.commands.console import Console
from webapp.commands.rig_watching import Told, Watched, people_of, watched


@dataclass(frozen=True, slots=True)
class RigOptions:
    rig: Path
    output: Path
    by: str
    """'board' or 'people'."""
    board: str
    person_height_m: float | None
    seconds: float
    settings: Settings


def run(options: RigOptions) -> int:
    """Write the calibration, a rig that uses it, and a picture; the exit status."""
    rig = read_rig(options.rig)
    rig_file, picture = options.output.with_suffix(".rig.toml"), options.output.with_suffix(".svg")
    files = [Path(camera.source) for camera in rig.cameras]
    check_outputs((options.output, rig_file, picture), (options.rig, *files))
    console = Console(stderr=True)
    with ExitStack() as stack, console.status("opening the cameras") as status:
        cameras = watched(rig, options.seconds, stack)
        status.update("looking for " + ("people" if options.by == "people" else "the board"))
        how = _by_people if options.by == "people" else _by_board
        result = how(cameras, options, status.update)
    _tell(result, console)
    if result.doubts:
        raise PosecastError(f"the calibration is too weak to be used: {'; '.join(result.doubts)}", _HINTS[options.by])
    _write(options, rig, result, rig_file, picture)
    for path in (options.output, rig_file, picture):
        console.print(f"wrote {path}", markup=False, highlight=False, soft_wrap=True)
    console.print(f"use it: posecast serve --source {rig_file}", markup=False, highlight=False, soft_wrap=True)
    return 0


_HINTS = {
    "people": "let people walk about longer where all cameras see them; or calibrate with a board",
    "board": "hold the board still where two cameras see it, at several places and tilts, for every pair of neighbours",
}


def _by_people(cameras: list[Watched], options: RigOptions, told: Told) -> RigResult:
    known = people_of(cameras, options.settings, told)
    views = views_of(
        {name: spec.for_image(*size) for name, (spec, size, _) in known.items()},
        {name: seen for name, (_, _, seen) in known.items()},
    )
    rig = rig_from_people(views)
    height = options.person_height_m or options.settings.assumed_height_m
    result = people_result(rig, world_from_people(rig.joints, height), height_given=options.person_height_m is not None)
    return result.noting(_about_lenses(cameras))


def _by_board(cameras: list[Watched], options: RigOptions, told: Told) -> RigResult:
    board = parse_board(options.board)
    finder = BoardFinder(board)
    sightings = {}
    for one in cameras:
        found = [finder.find(frame.image, frame.time) for frame in one.frames]
        sightings[one.camera.name] = [sighting for sighting in found if sighting is not None]
        told(f"{one.camera.name}: the board in {len(sightings[one.camera.name])} pictures")
    lenses = {one.camera.name: None if one.assumed else one.spec for one in cameras}
    return rig_from_board(sightings, lenses, board)


def _about_lenses(cameras: list[Watched]) -> tuple[str, ...]:
    assumed = [one.camera.name for one in cameras if one.assumed]
    if not assumed:
        return ()
    return (f"the lenses of {', '.join(assumed)} are assumed: calibrate them with `posecast calibrate camera`",)


def _tell(result: RigResult, console: Console) -> None:
    for one in result.cameras:
        place = -one.spec.R.T @ one.spec.t
        console.print(
            f"{one.name}: at {place[0]:.2f} {place[1]:.2f} {place[2]:.2f} m (± {100 * one.place_sd_m:.1f} cm, "
            f"± {one.rotation_sd_deg:.2f} degrees), {one.rms_px:.1f} px rms of {one.observations}",
            markup=False, highlight=False, soft_wrap=True,
        )  # fmt: skip
    for note in result.notes:
        console.print(note, markup=False, highlight=False, soft_wrap=True)


def _write(options: RigOptions, rig: Rig, result: RigResult, rig_file: Path, picture: Path) -> None:
    specs = {one.name: one.spec for one in result.cameras}
    rms = max(one.rms_px for one in result.cameras)
    note = f"Written by posecast calibrate rig --from {options.by}: {len(specs)} cameras, {rms:.1f} px rms"
    texts = {
        options.output: camera_toml(specs, notes=(note, *result.notes), error=round(rms, 3)),
        rig_file: _rig_text(rig, options.output.name, next(iter(specs.values())).up),
        picture: rig_svg(result),
    }
    for path, text in texts.items():
        with whole_file(path) as temporary:
            temporary.write_text(text, encoding="utf-8")


def _rig_text(rig: Rig, calibration: str, up: str) -> str:
    """The rig with its sources, and the new calibration of each camera."""
    lines = [f"up = {json.dumps(up)}"]
    for camera in rig.cameras:
        source = camera.source
        path = Path(source)
        source = str(path.absolute()) if path.exists() else source
        lines += ["", f"[cameras.{json.dumps(camera.name, ensure_ascii=False)}]"]
        lines += [f"source = {json.dumps(source, ensure_ascii=False)}"]
        lines += [f"calibration = {json.dumps(f'{calibration}#{camera.name}', ensure_ascii=False)}"]
        lines += [f"offset_s = {camera.offset_s}"] if camera.offset_s else []
    return "\n".join(lines) + "\n"
