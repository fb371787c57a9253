"""`posecast calibrate board` and `posecast calibrate camera`: print a board, hold it up, get the lens."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from engine.calibration.board import parse_board
from engine.calibration.board_pdf import board_pdf
from engine.calibration.lens import Lens
from engine.calibration.session import LOOK_EVERY_S, Session
from engine.capture import open_source
from engine.errors import PosecastError
from engine.extrinsics.camera_toml import camera_toml
from engine.files import whole_file
from engine.geometry import DEFAULT_CAMERA, CameraSpec
from engine.offline import first_frame, frames_of
from engine.outputs_guard import check_outputs, files_of_source
from engine.redaction import redact
from engine.types import Frame, FrameSource
from webapp.commands.console import Console
from webapp.state.camera_records import CameraRecords
from webapp.state.lens_memory import record_with_lens
from webapp.state.source_key import SourceKeys
from webapp.state.store import default_path


@dataclass(frozen=True, slots=True)
class CameraOptions:
    source: str
    output: Path
    board: str
    used_for: str | None
    """The source that the lens is saved for; None: the source itself, if it is a camera or a stream."""
    seconds: float | None


def run_board(output: Path, board: str, paper: str) -> int:
    """Write the PDF; the exit status."""
    chosen = parse_board(board)
    data = board_pdf(chosen, paper)
    with whole_file(output) as temporary:
        temporary.write_bytes(data)
    told = f"wrote {output}: print it at 100 %, check the ruler, and glue it to something flat"
    Console(stderr=True).print(told, markup=False, highlight=False, soft_wrap=True)
    return 0


def run_camera(options: CameraOptions) -> int:
    """Look at the source until the lens is known or the source ends; write the camera file. The exit status."""
    session = Session(parse_board(options.board))
    check_outputs((options.output,), files_of_source(options.source))
    console = Console(stderr=True)
    with closing(open_source(options.source)) as source:
        _watch(session, source, options.seconds, console)
        is_live = source.live
    lens = session.lens()
    _tell(lens, console)
    if lens.doubts:
        raise PosecastError(
            f"the calibration is too weak to be used: {'; '.join(lens.doubts)}",
            "; ".join(lens.covered.missing) or "calibrate again with sharper, more different views",
        )
    spec = lens_spec(lens)
    with whole_file(options.output) as temporary:
        temporary.write_text(lens_file(lens, _name(options), session.board.text), encoding="utf-8")
    console.print(
        f"wrote {options.output}: use it with --extrinsics {options.output}",
        markup=False,
        highlight=False,
        soft_wrap=True,
    )
    target = options.used_for or (options.source if is_live else None)
    if target is not None:
        CameraRecords(default_path().with_name("cameras.json")).change(
            SourceKeys()(target), lambda record: record_with_lens(record, spec)
        )
        console.print(f"saved for {redact(target)}: its next start uses it", markup=False, highlight=False)
    return 0


def _name(options: CameraOptions) -> str:
    """What the camera is called in its file."""
    text = options.used_for or options.source
    return Path(text).stem if Path(text).exists() else redact(text)


def lens_spec(lens: Lens) -> CameraSpec:
    """The neutral camera with this lens."""
    return CameraSpec(
        DEFAULT_CAMERA.R, DEFAULT_CAMERA.t, DEFAULT_CAMERA.up, lens.K, lens.size, distortion=lens.distortion
    )


def lens_file(lens: Lens, name: str, board: str) -> str:
    """The camera file of a lens."""
    note = f"Written by posecast calibrate camera: {lens.views} views of {board}, {lens.rms_px:.2f} px rms"
    figures = {"error": round(lens.rms_px, 4), "fx_sd_percent": round(100 * lens.focal_sd, 4), "board": board}
    return camera_toml({name: lens_spec(lens)}, notes=(note,), lens_alone=True, **figures)


def _watch(session: Session, source: FrameSource, seconds: float | None, console: Console) -> None:
    """Look at pictures until all is known, the time is over, the source ends or the user interrupts."""
    last = ""
    with suppress(KeyboardInterrupt), console.status("looking for the board") as status:
        for frame in _some(frames_of(source, first=first_frame(source))):
            look = session.look(frame.image, frame.time)
            told = f"{session.views} views, {100 * session.covered.share:.0f} % of the picture"
            wanted = "; ".join(session.covered.missing) if session.views else "hold the board into the picture"
            status.update(f"{told}; {look.refused or 'taken'}. Next: {wanted or 'done'}")
            if wanted != last and not console.is_terminal:
                console.print(f"{told}; next: {wanted or 'done'}", markup=False, highlight=False, soft_wrap=True)
                last = wanted
            if (source.live and session.is_complete) or (seconds is not None and frame.time > seconds):
                return


def _some(frames: Iterator[Frame]) -> Iterator[Frame]:
    """The frames that are worth looking at."""
    last = float("-inf")
    for frame in frames:
        if frame.time - last >= LOOK_EVERY_S - 1e-6:
            last = frame.time
            yield frame


def _tell(lens: Lens, console: Console) -> None:
    K = lens.K
    bent = " ".join(f"{value:.4f}" for value in lens.distortion) or "none"
    for line in (
        f"{lens.views} views, {lens.rms_px:.2f} px rms, {100 * lens.covered.share:.0f} % of the picture covered",
        f"fx {K[0, 0]:.1f} ± {lens.focal_sd * K[0, 0]:.1f}, fy {K[1, 1]:.1f}, cx {K[0, 2]:.1f}, cy {K[1, 2]:.1f} px "
        f"of {lens.size[0]} x {lens.size[1]}",
        f"distortion {bent}",
        *(f"would make it better: {told}" for told in lens.covered.missing),
    ):
        console.print(line, markup=False, highlight=False, soft_wrap=True)
