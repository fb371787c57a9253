"""The cameras of sources, from one run to the next."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engine.extrinsics import NAMED, SourceCamera
from engine.extrinsics.source_camera import DEFAULTS
from engine.geometry import DEFAULT_CAMERA, FloorTrust, rotation_from_vector
from engine.settings import Settings
from webapp.state.adjusting import Adjustment, adjusted
from webapp.state.camera_fields import chosen_field, pose_field, setting_fields
from webapp.state.camera_memory import CameraMemory
from webapp.state.camera_records import MAX_SOURCES, CameraRecords
from webapp.state.source_key import SourceKeys

FILE = {"R": [[1, 0, 0], [0, 1, 0], [0, 0, 1]], "t": [0, 1.2, 0], "unit": "m", "up": "-y"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "cameras.json"


def memory(path: Path) -> CameraMemory:
    """As after another start."""
    return CameraMemory(path, str)


def with_settings(**settings: object) -> SourceCamera:
    return SourceCamera(settings={**DEFAULTS, **settings})


def begin(
    path: Path, start: str = "a", given: SourceCamera | None = None, names: Collection[str] = (), **saved: object
) -> tuple[CameraMemory, SourceCamera]:
    one = memory(path)
    return one, one.begin(start, given or SourceCamera(), names, Settings().changed(saved))


def test_what_is_noted_comes_back_for_that_source_alone(path: Path) -> None:
    one = memory(path)
    file = one.records.keep_file(json.dumps(FILE).encode(), ".json")
    camera = with_settings(fx=900.0, assumed_height_m=1.6)
    camera = replace(camera, fx_size=(1280, 720))
    one.note("a", camera, {**setting_fields(camera), "camera": {"extrinsics": str(file)}})
    again = memory(path).recall("a")
    assert again.calibration is not None
    np.testing.assert_array_equal(again.calibration.spec.t, (0, 1.2, 0))
    assert (again.settings, again.fx_size) == ({**DEFAULTS, "fx": 900.0, "assumed_height_m": 1.6}, (1280, 720))
    other = memory(path).recall("b")
    assert (other.calibration, other.estimated, other.settings) == (None, None, DEFAULTS)


def test_a_floor_and_a_camera_set_by_hand_come_back(path: Path) -> None:
    R = rotation_from_vector(np.array([0.2, 0.1, 0.05])) @ DEFAULT_CAMERA.R
    found = replace(DEFAULT_CAMERA, R=R, floor=FloorTrust(0.7, 0.02))
    by_hand = adjusted(found.for_image(1280, 720), Adjustment(tilt_deg=9, fov_deg=70))
    one = memory(path)
    one.note("a", SourceCamera(by_hand, found), {"camera": chosen_field(by_hand), "estimated": pose_field(found)})
    again = memory(path).recall("a")
    assert again.estimated is not None
    np.testing.assert_allclose(again.estimated.R, R, atol=1e-12)
    assert again.estimated.floor == found.floor
    assert again.calibration is not None
    camera, before = again.calibration.spec.for_image(640, 360), by_hand.spec.for_image(640, 360)
    assert again.calibration.format == "adjusted"
    assert camera.provenance == before.provenance
    np.testing.assert_allclose((camera.fx, camera.tilt_down, camera.roll), (before.fx, before.tilt_down, before.roll))


def test_options_are_for_the_source_of_the_start_and_for_this_run(path: Path) -> None:
    saved = with_settings(fx=500.0, assumed_height_m=1.6)
    memory(path).note("a", saved, setting_fields(saved))
    given = replace(with_settings(fx=700.0), calibration=NAMED["reference"])
    one, camera = begin(path, given=given, names=("fx", "extrinsics"))
    assert camera.calibration is NAMED["reference"]
    assert (camera.settings["fx"], camera.settings["assumed_height_m"]) == (700, 1.6)
    assert one.recall("b").calibration is None
    assert one.recall("b").settings == DEFAULTS
    assert one.recall("a").calibration is NAMED["reference"], "it is the same run"
    _, later = begin(path)
    assert (later.calibration, later.settings["fx"]) == (None, 500)


def test_the_camera_of_older_settings_goes_to_one_source_once(path: Path) -> None:
    file = path.with_name("camera.json")
    file.write_text(json.dumps(FILE), encoding="utf-8")
    old = {"extrinsics": str(file), "fx": 700.0}
    _, first = begin(path, "a", **old)
    assert first.calibration is not None
    assert first.settings["fx"] == 700
    _, other = begin(path, "b", **old)
    assert (other.calibration, other.settings) == (None, DEFAULTS)
    one, again = begin(path, "a", **old)
    assert again.calibration is not None
    one.note("a", SourceCamera(), {"camera": None, "fx": None})
    _, removed = begin(path, "a", **old)
    assert (removed.calibration, removed.settings) == (None, DEFAULTS)
    _, edited = begin(path, "a", **{**old, "fx": 800.0})
    assert edited.settings["fx"] == 800


def test_older_settings_that_name_a_source_are_for_it(path: Path) -> None:
    _, started = begin(path, "a", source="b", fx=700.0)
    assert started.settings == DEFAULTS
    assert memory(path).recall("b").settings["fx"] == 700


def test_a_camera_that_cannot_be_read_is_told_and_the_rest_stays(path: Path) -> None:
    one = memory(path)
    one.note("a", SourceCamera(), {"camera": {"extrinsics": "missing.json"}, "fx": 700.0})
    again = memory(path)
    camera = again.recall("a")
    assert (camera.calibration, camera.settings["fx"]) == (None, 700)
    ((error, hint),) = again.problems
    assert "missing.json" in error
    assert hint


@pytest.mark.parametrize(
    "content", ["", "{", "[]", '{"version": 1}', '{"version": 9, "sources": {}}', '{"sources": 3}']
)
def test_a_broken_file_is_set_aside(content: str, path: Path) -> None:
    path.write_text(content, encoding="utf-8")
    one = memory(path)
    assert one.recall("a").settings == DEFAULTS
    ((error, _),) = one.problems
    assert "kept as" in error
    (aside,) = path.parent.glob("cameras.json.broken-*")
    assert aside.read_text(encoding="utf-8") == content


@pytest.mark.parametrize(
    "record",
    [
        {"fx": "long"},
        {"fx": -3, "assumed_height_m": 1.5},
        {"estimated": {"R": [[1]], "t": [0, 0, 0]}},
        {"estimated": 3, "camera": 3, "fx_size": "big"},
        {"fx_size": [0, 720]},
    ],
)
def test_edited_records_do_no_harm(record: dict[str, object], path: Path) -> None:
    path.write_text(json.dumps({"version": 1, "sources": {"a": record}}), encoding="utf-8")
    camera = memory(path).recall("a")
    assert (camera.calibration, camera.estimated, camera.fx_size, camera.settings) == (None, None, None, DEFAULTS)


def test_the_oldest_sources_are_forgotten(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert MAX_SOURCES >= 100
    monkeypatch.setattr("webapp.state.camera_records.MAX_SOURCES", 3)
    one = memory(path)
    for source in "abcad":
        one.note(source, SourceCamera(), {"fx": 700.0})
    assert list(json.loads(path.read_text())["sources"]) == ["c", "a", "d"]


def test_camera_files_that_no_source_uses_are_removed_at_a_start(path: Path) -> None:
    records = CameraRecords(path)
    used, unused = (records.keep_file(json.dumps({**FILE, "t": [0, 0, z]}).encode(), ".json") for z in (1, 2))
    records.change("a", lambda _: {"camera": {"extrinsics": f"{used}#one"}})
    begin(path)
    assert used.exists()
    assert not unused.exists()


def test_a_camera_has_the_name_of_its_device(tmp_path: Path) -> None:
    keys = SourceKeys(by_id=tmp_path)
    assert keys("0") == keys("/dev/video0") == "camera:0"
    (tmp_path / "usb-Maker_Model_1234-video-index0").symlink_to("/dev/video0")
    assert keys("0") == keys("/dev/video0") == "camera:usb-Maker_Model_1234-video-index0"
    assert keys("1") == "camera:1"


def test_a_file_has_its_whole_path_and_an_address_no_password(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = SourceKeys()
    clip = tmp_path / "clip.mp4"
    clip.write_bytes(b"1")
    monkeypatch.chdir(tmp_path)
    assert keys("clip.mp4") == keys(str(clip)) == str(clip)
    assert keys("demo") == "demo"
    assert keys("rtsp://me:secret@host/one") == "rtsp://***@host/one"
    assert keys("rtsp://host/one") != keys("rtsp://host/two")


def test_an_upload_has_the_name_of_its_content(tmp_path: Path) -> None:
    for name, content in (("one", b"x" * 3_000_000), ("two", b"x" * 3_000_000), ("three", b"y" * 3_000_000)):
        (tmp_path / name).write_bytes(content)
    keys = SourceKeys(lambda source: tmp_path / source.removeprefix("upload:"))
    assert keys("upload:one") == keys("upload:two") != keys("upload:three")
    assert keys("upload:gone") == "upload:gone"
