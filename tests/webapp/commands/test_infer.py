"""`posecast infer` from the user's end: real frames through the real engine, and every way to get it wrong."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import av
import cv2
import jsonschema
import numpy as np
import pytest

from engine.capture import open_source
from engine.wire import SCHEMA
from tests.engine.capture.clips import steady, write_clip
from webapp.cli import main

FAST = ("--height-size", "128", "--backend", "openvino", "--precision", "fp32")


def _scenes(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


@pytest.fixture
def stage_picture(tmp_path: Path) -> Path:
    """The first frame of the demo stage as a PNG file."""
    path = tmp_path / "stage.png"
    source = open_source("demo")
    frame = source.read()
    source.close()
    assert frame is not None
    assert cv2.imwrite(str(path), frame.image)
    return path


def test_demo_gives_valid_scenes_in_order_and_an_overlay(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    lines, video = tmp_path / "people.jsonl", tmp_path / "overlay.mp4"
    assert main(["infer", "demo", "-o", str(lines), "--video", str(video), "--max-frames", "12", *FAST]) == 0
    scenes = _scenes(lines)
    validator = jsonschema.Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8")))
    for scene in scenes:
        validator.validate(scene)
    assert [scene["frame"] for scene in scenes] == list(range(12))
    assert all(len(scene["people"]) >= 3 for scene in scenes)
    assert {person["id"] for person in scenes[5]["people"]} >= {person["id"] for person in scenes[11]["people"]}
    with av.open(str(video)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 12
    assert "12 frames" in capfd.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["overlay.mp4", "people.jsonl"]


def test_people_on_the_stage_stand_upright_where_they_are(tmp_path: Path) -> None:
    lines = tmp_path / "people.jsonl"
    assert main(["infer", "demo", "-o", str(lines), "--max-frames", "3", "--angles", *FAST]) == 0
    scene = _scenes(lines)[-1]
    assert scene["up"] == "+y"
    placed = [person for person in scene["people"] if person["joints_3d"]]
    assert all(person["angles"]["trunk_lean"] < 40 for person in placed)
    assert all(-180 <= degrees <= 180 for person in placed for degrees in person["angles"].values())
    placed = [person for person in scene["people"] if person["joints_3d"]]
    assert len(placed) >= 3
    for person in placed:
        world, camera = np.array(person["joints_3d"]), np.array(person["joints_camera"])
        neck, ankles = world[0], (world[8] + world[14]) / 2
        assert neck[1] - ankles[1] > 0.6, "heads are up"
        assert abs(ankles[1]) < 0.6, "feet are near the floor, y = 0"
        assert camera[0, 1] < camera[8, 1], "camera y points down"
        assert 2 < camera[0, 2] < 9, "metres in front of the camera"


def test_an_image_gives_one_scene_and_a_picture(tmp_path: Path, stage_picture: Path) -> None:
    lines, overlay = tmp_path / "people.jsonl", tmp_path / "overlay.jpg"
    assert main(["infer", str(stage_picture), "-o", str(lines), "--video", str(overlay), *FAST]) == 0
    assert len(_scenes(lines)) == 1
    picture, original = cv2.imread(str(overlay)), cv2.imread(str(stage_picture))
    assert picture.shape == original.shape
    assert np.abs(picture.astype(int) - original).max() > 60


def test_stdout_holds_scenes_and_nothing_else(stage_picture: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["infer", str(stage_picture), "-o", "-", *FAST]) == 0
    assert len(json.loads(capfd.readouterr().out)["people"]) >= 3


def test_a_folder_of_odd_names_and_stretched_pictures_becomes_a_film(
    tmp_path: Path, stage_picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    folder, lines, film = tmp_path / os.fsdecode(b"caf\xe9"), tmp_path / "people.jsonl", tmp_path / "overlay.mp4"
    folder.mkdir()
    narrow = cv2.resize(cv2.imread(str(stage_picture)), (640, 720), interpolation=cv2.INTER_AREA)
    for name in (b"\xe9_1.png", b"\xe9_2.png", b"._\xe9_1.png"):
        (folder / os.fsdecode(name)).write_bytes(cv2.imencode(".png", narrow)[1].tobytes())
    asked = ["--rate", "25", "--pixel-aspect", "2:1", "--video", str(film)]
    assert main(["infer", str(folder), "-o", str(lines), *asked, *FAST]) == 0
    scenes = _scenes(lines)
    assert [scene["time"] for scene in scenes] == [0, 0.04]
    assert [scene["image_size"] for scene in scenes] == [[1280, 720]] * 2
    assert all(len(scene["people"]) >= 3 for scene in scenes)
    assert "2 frames" in capfd.readouterr().err
    with av.open(str(film)) as container:
        assert container.streams.video[0].width == 1280


def test_in_real_time_a_short_clip_is_not_over_before_the_model_is_loaded(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", steady(30))
    assert main(["infer", str(clip), "-o", str(tmp_path / "a.jsonl"), "--realtime", *FAST]) == 0
    scenes = _scenes(tmp_path / "a.jsonl")
    assert len(scenes) > 2
    assert scenes[1]["frame"] < 10, "the clock began with the first inference"


def _tiny(channels: tuple[int, ...]) -> np.ndarray:
    return np.full((1, 1, *channels), 200, np.uint8)


@pytest.mark.parametrize("image", [_tiny((3,)), _tiny(()), _tiny((4,)), np.zeros((40, 3000, 3), np.uint8)])
def test_odd_images_are_scenes_without_people(tmp_path: Path, image: np.ndarray) -> None:
    path, lines = tmp_path / "odd.png", tmp_path / "people.jsonl"
    assert cv2.imwrite(str(path), image)
    assert main(["infer", str(path), "-o", str(lines), *FAST]) == 0
    assert _scenes(lines)[0]["people"] == []


def _bad_arguments(folder: Path) -> dict[str, list[str]]:
    at = {
        name: str(folder / name) for name in ("noise.mp4", "empty.mp4", "noise.jpg", "noise.pth", "cam.json", "nothing")
    }
    return {
        "missing file": [str(folder / "missing.mp4")],
        "unreadable video": [at["noise.mp4"]],
        "empty video": [at["empty.mp4"]],
        "unreadable image": [at["noise.jpg"]],
        "folder without images": [at["nothing"]],
        "corrupt checkpoint": ["demo", "--model", at["noise.pth"]],
        "missing model": ["demo", "--model", str(folder / "missing.onnx")],
        "model of no known format": ["demo", "--model", at["cam.json"]],
        "unknown device": ["demo", "--device", "abacus"],
        "unknown backend": ["demo", "--backend", "abacus"],
        "precision not offered": ["demo", "--backend", "onnxruntime", "--precision", "bf16"],
        "bad camera file": ["demo", "--extrinsics", at["cam.json"]],
        "focal length in millimetres": ["demo", "--fx", "4.2"],
        "camera of another picture": ["demo", "--extrinsics", str(folder / "square.json")],
        "bad settings": ["demo", "--config", str(folder / "settings.json")],
        "bad height": ["demo", "--height-size", "100"],
        "bad pixel aspect": ["demo", "--pixel-aspect", "wide"],
        "bad rate": [str(folder), "--rate", "0"],
        "a rate of a film": ["demo", "--rate", "25"],
        "a pattern that matches nothing": [str(folder / "img_%04d.png")],
        "a camera that is not there": ["/dev/v4l/by-id/usb-none-video-index0"],
        "a password that ends early": ["rtsp://me:s#cret@127.0.0.1/"],
        "no source": [],
        "two sources": ["demo", "--source", "0"],
        "unknown option": ["demo", "--frobnicate"],
        "no frames wanted": ["demo", "--max-frames", "0"],
        "video format": ["demo", "--video", str(folder / "overlay.gif")],
        "output folder": ["demo", "-o", str(folder / "missing" / "people.jsonl")],
    }


def _write_bad_files(folder: Path) -> None:
    for name, content in {
        "noise.mp4": b"\x00\x01" * 500, "empty.mp4": b"", "noise.jpg": b"no picture",
        "noise.pth": b"PK\x03\x04 nothing", "cam.json": b'{"R": [[1, 2], [3, 4]], "t": [0, 0, 0]}',
        "square.json": b'{"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 1.2, 3], "unit": "m", "fx": 500, "fy": 500,'
        b' "cx": 250, "cy": 250, "width": 500, "height": 500}',
        "settings.json": b'{"fx": -5}',
    }.items():  # fmt: skip
        (folder / name).write_bytes(content)
    (folder / "nothing").mkdir()


def test_what_was_assumed_of_the_camera_is_said(
    tmp_path: Path, stage_picture: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "camera.yml"
    file.write_text("rvec: [0, 0, 0]\ntvec: [0, 1200, 3000]\n", encoding="utf-8")
    options = ["--extrinsics", str(file), "--fx", "85", "-o", str(tmp_path / "people.jsonl")]
    assert main(["infer", str(stage_picture), *options]) == 0
    said = capfd.readouterr().err
    assert "camera: the file does not say its unit" in said
    assert "taken for millimetres" in said
    assert "of a 36 mm wide sensor" in said


@pytest.mark.parametrize("what", sorted(_bad_arguments(Path())))
def test_what_the_user_got_wrong_is_one_line_and_exit_2(
    what: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    _write_bad_files(tmp_path)
    arguments = _bad_arguments(tmp_path)[what]
    output = tmp_path / "people.jsonl"
    output.write_text("the user's own\n")
    before = sorted(path.name for path in tmp_path.iterdir())
    if "-o" not in arguments:
        arguments = [*arguments, "-o", str(output)]
    assert main(["infer", *arguments]) == 2
    error = capfd.readouterr().err.strip()
    assert error.startswith("posecast: ")
    assert "\n" not in error
    assert "Traceback" not in error
    assert ";" in error, "it says what to do"
    assert output.read_text() == "the user's own\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == before, "nothing half-written"


@pytest.mark.parametrize("link", [None, Path.symlink_to, Path.hardlink_to])
def test_the_input_is_never_overwritten(
    tmp_path: Path, stage_picture: Path, link: Any, capfd: pytest.CaptureFixture[str]
) -> None:
    before, output = stage_picture.read_bytes(), stage_picture
    if link is not None:
        link(output := tmp_path / "overlay.png", stage_picture)
    for source in (stage_picture, tmp_path, tmp_path / "*.png"):
        arguments = ["infer", str(source), "-o", str(tmp_path / "people.jsonl"), "--video", str(output)]
        assert main(arguments) == 2
        error = capfd.readouterr().err
        assert error.startswith(f"posecast: the output {output} is ")
        assert error.count("\n") == 1
    assert stage_picture.read_bytes() == before
    assert not (tmp_path / "people.jsonl").exists()


def test_neither_are_settings_and_camera_files(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    config, camera = tmp_path / "settings.json", tmp_path / "camera.json"
    config.write_text("{}")
    camera.write_text('{"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 0, 0], "unit": "m"}')
    for option, path in (("--config", config), ("--extrinsics", camera)):
        before = path.read_text()
        assert main(["infer", "demo", option, str(path), "-o", str(path)]) == 2
        assert "is an input; give the output another name" in capfd.readouterr().err
        assert path.read_text() == before
