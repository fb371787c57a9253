"""Clocks that are apart, found by a clap in the sound and by a lamp in the pictures, on files that are made here."""

from __future__ import annotations

from contextlib import closing
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from engine.calibration.signals import shift_between
from engine.capture import open_source, stage
from engine.errors import PosecastError
from engine.extrinsics.camera_toml import camera_toml
from engine.offline import frames_of
from engine.rig.writing import with_offsets
from webapp.commands.parser import create_parser

RATE, SOUND, SECONDS = 25, 16000, 6.0
CLAP_S, LAMP_S, LAMP_OFF_S = 3.2, 2.5, 3.3


def film(path: Path, begins_s: float, seed: int, *, sound: bool = True, events: bool = True) -> Path:
    """A file whose first picture is taken `begins_s` after the world's clock began; noise, a clap and a lamp."""
    random = np.random.default_rng(seed)
    times = begins_s + np.arange(int(SECONDS * RATE)) / RATE
    with av.open(str(path), "w") as container:
        video = container.add_stream("mpeg4", rate=RATE)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        audio = container.add_stream("aac", rate=SOUND, layout="mono") if sound else None
        for index, time in enumerate(times):
            level = 90 + 8 * np.sin(time + seed) + (70 if events and LAMP_S <= time < LAMP_OFF_S else 0)
            image = np.clip(random.normal(level, 6, (48, 64, 3)), 0, 255).astype(np.uint8)
            picture = av.VideoFrame.from_ndarray(image, format="rgb24")
            picture.pts, picture.time_base = index, Fraction(1, RATE)
            container.mux(video.encode(picture))
        container.mux(video.encode())
        if audio is not None:
            moments = begins_s + np.arange(int(SECONDS * SOUND)) / SOUND
            after = moments - CLAP_S
            clap = np.where((after >= 0) & events, np.exp(-np.maximum(after, 0) * 60), 0.0)
            noise = random.normal(0, 1, len(moments))
            samples = (0.01 * noise + 0.6 * clap * random.normal(0, 1, len(moments))).clip(-1, 1)
            for begin in range(0, len(samples) - 1023, 1024):
                part = samples[begin : begin + 1024].astype(np.float32)[None]
                frame = av.AudioFrame.from_ndarray(part, format="fltp", layout="mono")
                frame.sample_rate, frame.pts, frame.time_base = SOUND, begin, Fraction(1, SOUND)
                container.mux(audio.encode(frame))
            container.mux(audio.encode())
    return path


def rig(folder: Path, begins: tuple[float, ...], **made: bool) -> Path:
    lines = ["# my rig"]
    for number, begin in enumerate(begins):
        film(folder / f"{number}.mp4", begin, number, **made)
        lines += ["", f"[cameras.cam{number}]  # on the wall", f'source = "{number}.mp4"']
    path = folder / "rig.toml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*arguments: str) -> int:
    options = create_parser().parse_args(["calibrate", "sync", *arguments])
    return int(options.command(options)())


@pytest.mark.parametrize("by", ["clap", "light"])
def test_offsets_are_found_to_a_frame_and_written(by: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = rig(tmp_path, (0.0, 0.52, -0.36))
    assert run(str(path), "--by", by, "--write") == 0
    text = path.read_text(encoding="utf-8")
    found = [float(line.split("=")[1]) for line in text.splitlines() if line.startswith("offset_s")]
    assert found == pytest.approx([0.52, -0.36], abs=0.5 / RATE)
    assert "# my rig" in text
    assert "cam1: offset_s" in capsys.readouterr().err
    assert run(str(path), "--by", by, "--write") == 0
    assert path.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("by", ["clap", "light"])
def test_nothing_sudden_is_refused(by: str, tmp_path: Path) -> None:
    path = rig(tmp_path, (0.0, 0.5), events=False)
    before = path.read_text(encoding="utf-8")
    with pytest.raises(PosecastError, match="do not tell how their clocks differ"):
        run(str(path), "--by", by, "--write")
    assert path.read_text(encoding="utf-8") == before


def test_a_file_without_sound_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match=r"0\.mp4 has no sound"):
        run(str(rig(tmp_path, (0.0, 0.5), sound=False)), "--by", "clap")


def test_a_recording_that_does_not_change_tells_nothing() -> None:
    assert shift_between(np.zeros(50), np.ones(50), 10, 3) is None


def test_offsets_are_replaced_and_the_rest_stays() -> None:
    text = 'up = "+z"\n[cameras."a b"]\nsource = "0" # left\noffset_s = 1 # old\n[cameras.c]\nsource = "1"\n'
    written = with_offsets(text, {"a b": 0.25})
    assert written == 'up = "+z"\n[cameras."a b"]\noffset_s = 0.2500\nsource = "0" # left\n[cameras.c]\nsource = "1"\n'


def test_offsets_of_inline_tables_are_told_instead() -> None:
    with pytest.raises(PosecastError, match="cannot be written"):
        with_offsets('cameras = {a = {source = "0"}, b = {source = "1"}}\n', {"b": 0.5})


@pytest.mark.long
@pytest.mark.timeout(600)
def test_people_who_move_tell_offsets_to_a_frame(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The stage from two cameras, of which one began eight pictures later, through the network."""
    write_stage(tmp_path / "0.mp4", 0, 0)
    write_stage(tmp_path / "1.mp4", 1, 8)
    (tmp_path / "c.toml").write_text(
        camera_toml({str(number): stage.CAMERA_SPECS[number] for number in (0, 1)}), encoding="utf-8"
    )
    path = tmp_path / "rig.toml"
    path.write_text(
        "".join(f'[cameras.c{n}]\nsource = "{n}.mp4"\ncalibration = "c.toml#{n}"\n' for n in (0, 1)), encoding="utf-8"
    )
    assert run(str(path), "--by", "people", "--write") == 0
    (found,) = [float(line.split("=")[1]) for line in path.read_text().splitlines() if line.startswith("offset_s")]
    assert found == pytest.approx(8 / stage.FRAME_RATE, abs=1 / stage.FRAME_RATE)
    assert "lines of sight meet" in capsys.readouterr().err


def write_stage(path: Path, number: int, skipped: int, count: int = 90) -> None:
    with closing(open_source(f"demo:{number}")) as source, av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=round(stage.FRAME_RATE))
        video.width, video.height, video.pix_fmt = 1280, 720, "yuv420p"
        for index, frame in enumerate(frames_of(source, limit=skipped + count)):
            if index >= skipped:
                picture = av.VideoFrame.from_ndarray(frame.image, format="bgr24")
                picture.pts, picture.time_base = index - skipped, Fraction(1, round(stage.FRAME_RATE))
                container.mux(video.encode(picture))
        container.mux(video.encode())
