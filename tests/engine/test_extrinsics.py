from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import PosecastError
from engine.extrinsics import (
    MAX_UPLOAD_BYTES,
    NAMED,
    Calibration,
    CalibrationTooLargeError,
    calibration_json,
    describe,
    load_calibration,
    parse_calibration,
)
from engine.geometry import REFERENCE_CAMERA, UP_AXES, Array, CameraSpec, rotation_from_vector
from tests.engine.bodies import rotations

R = REFERENCE_CAMERA.R
T = REFERENCE_CAMERA.t
T_CM = T * 100
K = np.array([[1000.0, 0, 960], [0, 1010.0, 540], [0, 0, 1]])
STORAGE = (".yml", ".xml", ".json")


def parse(values: Any, camera: str | None = None) -> Calibration:
    """What is made of values written as JSON."""
    return parse_calibration(json.dumps(values).encode(), "camera.json", camera)


def reference(**changes: Any) -> dict[str, Any]:
    values = {"R": R.tolist(), "t": [[x] for x in T_CM]} | changes
    return {key: value for key, value in values.items() if value is not None}


def storage(suffix: str, **values: Any) -> bytes:
    """What OpenCV's own FileStorage writes."""
    file = cv2.FileStorage(f"camera{suffix}", cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    for name, value in values.items():
        file.write(name, value)
    return bytes(file.releaseAndGetString().encode())


def panoptic(*names: str) -> dict[str, Any]:
    """A Panoptic file: cameras in a ring, as in the dome."""
    cameras = []
    for index, name in enumerate(names):
        turned = R @ rotation_from_vector(np.array([0.0, index, 0.0]))
        entry = {"name": name, "type": "hd", "resolution": [1920, 1080], "panel": 0, "node": index}
        entry |= {"K": K.tolist(), "distCoef": [-0.2, 0.1, 0, 0, 0], "R": turned.tolist(), "t": [[x] for x in T_CM]}
        cameras.append(entry)
    return {"calibDataSource": "somewhere", "cameras": cameras}


def refused(values: Any, *words: str) -> PosecastError:
    """The error for values written as JSON; `words` must be in it."""
    with pytest.raises(PosecastError) as caught:
        parse(values)
    for word in words:
        assert word in str(caught.value)
    assert caught.value.error.startswith("camera.json: ")
    assert caught.value.hint
    return caught.value


# ---- the reference's format


@pytest.mark.parametrize("t", [T_CM.tolist(), [[x] for x in T_CM], [T_CM.tolist()]])
def test_the_references_file_is_in_centimetres(t: Any) -> None:
    calibration = parse(reference(t=t))
    np.testing.assert_array_equal(calibration.spec.R, R)
    np.testing.assert_allclose(calibration.spec.t, T, rtol=1e-12)
    assert (calibration.format, calibration.unit, calibration.spec.up) == ("reference", "cm", "-y")
    assert calibration.warnings == ()
    assert calibration.spec.K is None


@pytest.mark.parametrize(("unit", "metres"), [("m", 1.0), ("cm", 0.01), ("mm", 0.001), ("Millimetres", 0.001)])
def test_a_unit_in_the_file_is_believed(unit: str, metres: float) -> None:
    t = T / metres
    np.testing.assert_allclose(parse(reference(t=t.tolist(), unit=unit)).spec.t, T, rtol=1e-12)


def test_an_unknown_unit_or_up_axis_is_refused() -> None:
    refused(reference(unit="inch"), "unit is 'inch'", "m, cm, mm")
    refused(reference(up="up"), "up is 'up'", "-y")
    refused(reference(up=["-y"]), "up is")


@pytest.mark.parametrize("up", UP_AXES)
def test_the_up_axis_of_the_file_is_kept(up: str) -> None:
    assert parse(reference(up=up)).spec.up == up


# ---- CMU Panoptic


def test_one_of_panoptics_cameras_is_picked_by_name() -> None:
    calibration = parse(panoptic("00_00", "00_01"), "00_01")
    assert (calibration.format, calibration.unit, calibration.name) == ("panoptic", "cm", "00_01")
    assert calibration.spec.resolution == (1920, 1080)
    np.testing.assert_array_equal(calibration.spec.K, K)
    np.testing.assert_allclose(calibration.spec.t, T, rtol=1e-12)
    assert calibration.distorted
    assert calibration.spec.distortion == (-0.2, 0.1, 0, 0)
    assert not any("distortion" in warning for warning in calibration.warnings)


def test_several_cameras_and_none_named_lists_the_names() -> None:
    refused(panoptic("00_00", "00_01"), "2 cameras: 00_00, 00_01", "FILE#NAME")
    with pytest.raises(PosecastError, match="there is no camera '01_00' in the file; choose one of 00_00, 00_01"):
        parse(panoptic("00_00", "00_01"), "01_00")
    refused(panoptic(*(str(number) for number in range(100))), "100 cameras", "and 88 more")


def test_a_single_camera_needs_no_name() -> None:
    assert parse(panoptic("50_01")).name == "50_01"
    assert parse(panoptic("50_01")["cameras"][0]).format == "panoptic"


def test_cameras_may_also_be_named_by_keys() -> None:
    values = {"left": reference(), "right": reference(unit="m"), "made": "today"}
    assert parse(values, "right").unit == "m"
    refused(values, "2 cameras: left, right")


def test_intrinsics_are_used_at_the_frames_size() -> None:
    camera = parse(panoptic("a")).spec.for_image(1280, 720)
    assert (camera.fx, camera.fy, camera.cx, camera.cy) == pytest.approx((1000 / 1.5, 1010 / 1.5, 640, 360))


# ---- OpenCV


@pytest.mark.parametrize("suffix", STORAGE)
def test_opencvs_files_are_read_to_the_last_digit(suffix: str) -> None:
    data = storage(suffix, camera_matrix=K, R=R, T=T.reshape(3, 1), image_width=1920, image_height=1080)
    calibration = parse_calibration(data, "camera" + suffix)
    np.testing.assert_array_equal(calibration.spec.R, R)
    np.testing.assert_array_equal(calibration.spec.t, T)
    np.testing.assert_array_equal(calibration.spec.K, K)
    assert calibration.spec.resolution == (1920, 1080)
    assert (calibration.format, calibration.unit) == ("opencv", "m")
    assert len(calibration.warnings) == 1
    assert "unit" in calibration.warnings[0]


@pytest.mark.parametrize("suffix", STORAGE)
@pytest.mark.parametrize(("rotation", "translation"), [("rvec", "tvec"), ("rotation_vector", "translation_vector")])
def test_rotation_vectors_and_units_of_opencv(suffix: str, rotation: str, translation: str) -> None:
    rvec = cv2.Rodrigues(R)[0]
    data = storage(suffix, **{rotation: rvec, translation: T * 1000, "unit": "mm", "name": "a lens: b"})
    calibration = parse_calibration(data, "camera" + suffix)
    np.testing.assert_allclose(calibration.spec.R, R, atol=1e-9)
    np.testing.assert_allclose(calibration.spec.t, T, rtol=1e-12)
    assert (calibration.unit, calibration.name, calibration.warnings) == ("mm", "a lens: b", ())


@given(rotations())
def test_rotation_vectors_are_opencvs(rotation: Array) -> None:
    rvec = cv2.Rodrigues(rotation)[0]
    found = parse({"rvec": rvec.tolist(), "tvec": [0, 0, 3]}).spec.R
    np.testing.assert_allclose(found, rotation, atol=1e-4)  # OpenCV takes small angles for none


@pytest.mark.parametrize("suffix", STORAGE)
def test_structures_sequences_and_comments_of_opencv(suffix: str) -> None:
    file = cv2.FileStorage(f"camera{suffix}", cv2.FILE_STORAGE_WRITE | cv2.FILE_STORAGE_MEMORY)
    for name in ("left", "right"):
        file.startWriteStruct(name, cv2.FILE_NODE_MAP)
        file.write("R", R)
        file.write("t", T)
        file.startWriteStruct("resolution", cv2.FILE_NODE_SEQ | (cv2.FILE_NODE_FLOW if name == "left" else 0))
        for side in (640, 480):
            file.write("", side)
        file.endWriteStruct()
        file.endWriteStruct()
    if suffix != ".json":
        file.writeComment("that was all")
    data = file.releaseAndGetString().encode()
    for name in ("left", "right"):
        assert parse_calibration(data, "camera" + suffix, name).spec.resolution == (640, 480)


def test_yaml_written_by_hand() -> None:
    text = """
    # our hall
    camera_name: hall
    R:                 # camera from world
      - [1, 0, 0]
      - [0, 1.0, 0]
      - - 0
        - 0
        - +1e0
    t: [ 0,
         1.5, 3 ]
    unit: "m"   # not cm
    up: '-y'
    camera_matrix: {rows: 3, cols: 3, data: [500, 0, 320, 0, 500, 240, 0, 0, 1]}
    image_width: 640
    image_height: 480
    distortion_model: plumb_bob
    """
    calibration = parse_calibration("\n".join(line[4:] for line in text.split("\n")).encode(), "hall.yaml")
    np.testing.assert_array_equal(calibration.spec.R, np.eye(3))
    np.testing.assert_array_equal(calibration.spec.t, [0, 1.5, 3])
    assert (calibration.name, calibration.unit, calibration.spec.resolution) == ("hall", "m", (640, 480))
    assert calibration.warnings == ()


def test_a_list_of_cameras_in_yaml() -> None:
    text = "cameras:\n- name: a\n  rvec: [0, 0, 0]\n  t: [0, 1, 2]\n-\n  name: b\n  rvec: [0, 0, 0]\n  t: [0, 1, 3]\n"
    assert parse_calibration(text.encode(), "cameras.yml", "b").spec.t[2] == 3


# ---- rotations that are none


def test_a_careless_rotation_is_made_exact_and_told() -> None:
    noise = np.random.default_rng(5).uniform(-1e-3, 1e-3, (3, 3))
    calibration = parse(reference(R=(R + noise).tolist()))
    found = calibration.spec.R
    np.testing.assert_allclose(found @ found.T, np.eye(3), atol=1e-12)
    np.testing.assert_allclose(found, R, atol=3e-3)
    assert "only roughly" in calibration.warnings[0]


def test_a_rotation_rounded_to_four_digits_is_made_exact_without_a_word() -> None:
    calibration = parse(reference(R=np.round(R, 5).tolist()))
    np.testing.assert_allclose(calibration.spec.R @ calibration.spec.R.T, np.eye(3), atol=1e-12)
    assert calibration.warnings == ()


@pytest.mark.parametrize(
    ("matrix", "words"),
    [
        (2.5 * R, "a rotation times 2.5"),
        (np.diag([1.0, 2.0, 3.0]) @ R, "rows have lengths 1, 2, 3"),
        (R @ np.diag([1.0, 2.0, 3.0]), "columns have lengths 1, 2, 3"),
        (np.vstack([R[:2], R[1:2]]), "rows 2 and 3 are not at right angles"),
        (np.vstack([R[:2], np.zeros((1, 3))]), "row 3 is zero"),
        (np.diag([1.0, -1.0, 1.0]) @ R, "second row"),
        (np.diag([-1.0, 1.0, 1.0]) @ R, "first row"),
        (R @ np.diag([1.0, 1.0, -1.0]), "left-handed"),
    ],
)
def test_what_is_wrong_with_a_rotation_is_named(matrix: Array, words: str) -> None:
    error = refused(reference(R=matrix.tolist()), words)
    assert ("mirrored" in error.error) == (np.linalg.det(matrix) == pytest.approx(-1))


def camera_at(height: float, *, yaw: float, tilt_down: float, away: float = 3.0, up: str = "-y") -> CameraSpec:
    """A camera without roll, `height` above the world's floor and `away` from its origin; up is -y."""
    turn = rotation_from_vector(np.radians([0, yaw, 0]))
    rotation = rotation_from_vector(np.radians([tilt_down, 0, 0])) @ turn
    position = turn.T @ [0.5, 0, -away] - [0, height, 0]
    return CameraSpec(rotation, -rotation @ position, up)


def as_reference(spec: CameraSpec) -> dict[str, Any]:
    return {"R": spec.R.tolist(), "t": (spec.t * 100).tolist()}


@given(st.floats(0.3, 4), st.floats(-180, 180), st.floats(-10, 75), st.floats(0.5, 20))
def test_cameras_that_stand_upright_raise_no_doubt(height: float, yaw: float, tilt: float, away: float) -> None:
    assert parse(as_reference(camera_at(height, yaw=yaw, tilt_down=tilt, away=away))).warnings == ()


def test_a_transposed_rotation_that_puts_the_camera_under_the_floor_is_refused() -> None:
    spec = camera_at(1.6, yaw=90, tilt_down=35, away=3)
    transposed = CameraSpec(spec.R.T, spec.t, "-y")
    assert transposed.for_image(1, 1).height < -0.3
    refused(as_reference(transposed), "R is transposed", "transpose or invert", '"up": "-y"')
    insisted = parse(as_reference(transposed) | {"up": "-y"})
    assert "R is transposed" in insisted.warnings[0]


def test_a_pose_in_place_of_extrinsics_raises_a_doubt() -> None:
    spec = camera_at(1.6, yaw=20, tilt_down=10, away=3)
    pose = CameraSpec(spec.R.T, -spec.R.T @ spec.t, "-y")
    (warning,) = parse(as_reference(pose)).warnings
    assert "pose in the world" in warning


def test_another_up_axis_raises_a_doubt_that_names_it() -> None:
    z_up_world = np.array([[1.0, 0, 0], [0, 0, -1], [0, 1, 0]])
    data = {"rvec": cv2.Rodrigues(z_up_world)[0].tolist(), "tvec": [0.0, 1.5, 3.0]}
    assert "+z is up" in parse(data).warnings[-1]
    assert "up" not in " ".join(parse(data | {"up": "+z", "unit": "m"}).warnings)


def test_nine_numbers_are_rows_and_said_to_be() -> None:
    calibration = parse(reference(R=R.ravel().tolist()))
    np.testing.assert_array_equal(calibration.spec.R, R)
    assert "row by row" in calibration.warnings[0]


@pytest.mark.parametrize(("t", "unit"), [([0, 1.2, 2.8], None), ([0, 120, 280], "m")])
def test_a_unit_that_cannot_be_right_raises_a_doubt(t: list[float], unit: str | None) -> None:
    assert "check the unit" in parse(reference(t=t, unit=unit)).warnings[0]


# ---- what is no camera at all


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"R": None}, "no R found"),
        ({"t": None}, "no t found"),
        ({"R": None, "t": None, "foo": 1}, "no camera found; the file contains foo"),
        ({"R": [[1, 0, 0], [0, 1, 0]]}, "R is 2 x 3"),
        ({"R": [[1, 0, 0], [0, 1], [0, 0, 1]]}, "R is not made of numbers in rows"),
        ({"R": "identity"}, "R is not made of numbers"),
        ({"R": {"a": 1}}, "R is not made of numbers"),
        ({"R": [[float("nan")] * 3] * 3}, "R contains NaN"),
        ({"R": [100, 0, 0]}, "not degrees"),
        ({"t": [1, 2]}, "t is 2"),
        ({"t": 5}, "t is a single number"),
        ({"t": [1, 2, float("inf")]}, "t contains NaN or infinity"),
        ({"t": [1, 2, 1e200]}, "t contains a number that is too large"),
        ({"R": [[1e200] * 3] * 3}, "R contains a number that is too large"),
        ({"t": [1, 2, 10**400]}, "t is not made of numbers"),
        ({"K": [[1, 2], [3, 4]]}, "K is 2 x 2"),
        ({"K": K.T.tolist()}, "K is transposed"),
        ({"K": (K / 1920).tolist()}, "K is not a matrix of intrinsics"),
        ({"K": [[0.8, 0, 0.5], [0, 0.8, 0.5], [0, 0, 1]]}, "in pixels"),
        ({"K": (-K).tolist()}, "K is not a matrix"),
        ({"K": K.tolist(), "resolution": [1920]}, "resolution is [1920]"),
        ({"K": K.tolist(), "resolution": [0, 1080]}, "resolution is"),
        ({"K": K.tolist(), "image_width": "wide", "image_height": 3}, "image_width"),
        ({"R": {"rows": 3, "cols": 3, "data": [1, 2]}}, "is declared 3 x 3, but holds 2"),
        ({"R": {"rows": "x", "cols": 3, "data": [1, 2]}}, "not made of numbers"),
    ],
)
def test_wrong_parts_are_named(changes: dict[str, Any], words: str) -> None:
    refused(reference(**changes), words)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"\xff\xfe\x00\x01", "not text"),
        (b'{"R": \0}', "not text"),
        (b'{"R": [1, 2', "not JSON"),
        (b"[" * 60000, "not JSON"),
        (b'{"R":' * 10000, "not JSON"),
        (b'{"a":' + b"[" * 30 + b"]" * 30 + b"}", "nested too deeply"),
        (b'{"t": ' + b"9" * 5000 + b"}", "not JSON"),
        (b"[1, 2]", "expected keys such as R and t"),
        (b"<opencv_storage><R>", "not XML"),
        (b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "DOCTYPE"),
        (b"<a>" * 9000 + b"</a>" * 9000, "nested too deeply"),
        (b"<opencv_storage>hello</opencv_storage>", "expected keys such as R and t"),
        (b"hello world", "expected keys such as R and t"),
        (b"a: &x [1]\nb: *x\n", "line 1 uses '&'"),
        (b"R: [1, 2", "not YAML: line 2"),
        (b"R: [1, 2]]", "not YAML: line 1"),
        (b"R: [1 [2]]", "not YAML: line 1"),
        (b"R: {a 1}", "no t found"),
        (b"R: 1\n   b: 2\n", "not YAML: line 2"),
        (b"R: 1\n---\nb: 2\n", "line 2 starts another"),
        (b"\n".join(b" " * depth + b"a:" for depth in range(300)), "nested too deeply"),
        (b"R: " + b"[" * 20000, "nested too deeply"),
        (b"- " * 20000 + b"1", "nested too deeply"),
        (b"a" + b" " * 60000 + b"b", "expected keys such as R and t"),
    ],
)
def test_what_cannot_be_read_is_refused(data: bytes, words: str) -> None:
    with pytest.raises(PosecastError) as caught:
        parse_calibration(data, "some/folder/camera.txt")
    assert words in str(caught.value)
    assert caught.value.error.startswith("camera.txt: ")
    assert "\n" not in str(caught.value)


def test_a_file_of_more_than_64_kib_is_refused_by_its_size() -> None:
    data = json.dumps(reference()).encode()
    parse_calibration(data + b" " * (MAX_UPLOAD_BYTES - len(data)), "camera.json")
    with pytest.raises(CalibrationTooLargeError, match="larger than 64 KiB"):
        parse_calibration(data + b" " * (MAX_UPLOAD_BYTES - len(data) + 1), "camera.json")


_SEEDS = (
    json.dumps(panoptic("a")).encode(),
    *(storage(suffix, R=R, t=T_CM, K=K, name="a", width=9, height=8, unit="cm") for suffix in STORAGE),
    b"R:\n  - [1, 0, 0]\n  - [0, 1, 0]\n  - [0, 0, 1]\nt: {rows: 3, cols: 1, data: [1, 2, 3]}\n",
)
_PIECES = (
    *(bytes([byte]) for byte in b"[]{}<>\"'\0:-,#&*!|%\n "), b"rows", b"99999999", b"-1", b"1e999", b"9e9", b".nan",
    b"type_id", b"!!binary |", b"&lt;", b"<data>", b"null", b"\xc3\xa9", b"\xff",
)  # fmt: skip


@settings(max_examples=400)
@given(st.sampled_from(_SEEDS), st.data())
def test_damaged_files_are_read_or_refused(seed: bytes, data: st.DataObject) -> None:
    damaged = bytearray(seed)
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(damaged)))
        damaged[at : at + data.draw(st.integers(0, 12))] = data.draw(st.sampled_from(_PIECES))
    try:
        calibration = parse_calibration(bytes(damaged), "camera.yml", data.draw(st.sampled_from([None, "a"])))
    except PosecastError:
        return
    assert np.isfinite(calibration.spec.R).all()
    assert calibration.spec.t.shape == (3,)


# ---- files on disk, and what is told and written


def test_a_file_or_one_camera_of_it_is_loaded(tmp_path: Path) -> None:
    path = tmp_path / "dome.json"
    path.write_text(json.dumps(panoptic(*(f"{index:02}_{node:02}" for index in range(20) for node in range(25)))))
    assert path.stat().st_size > MAX_UPLOAD_BYTES
    assert load_calibration(f"{path}#07_03").name == "07_03"
    odd = tmp_path / "cam#1.json"
    odd.write_text(json.dumps(reference()))
    assert load_calibration(str(odd)).format == "reference"


@pytest.mark.parametrize("name", ["left#2", "#", "a#b#c", "x" * 300])
@pytest.mark.parametrize("file", ["dome.json", "dome#1.json"])
def test_names_and_paths_may_hold_the_mark_between_them(tmp_path: Path, file: str, name: str) -> None:
    path = tmp_path / file
    path.write_text(json.dumps(panoptic("other", name)))
    assert load_calibration(f"{path}#{name}").name == name


@pytest.mark.parametrize("name", ["nothing.json", ".", "nothing.json#a"])
def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(PosecastError, match="cannot read the camera file"):
        load_calibration(str(tmp_path / name))


@given(rotations(), st.tuples(*[st.floats(-50, 50)] * 3), st.sampled_from(UP_AXES), st.booleans())
def test_what_is_written_reads_back_equal(rotation: Array, t: tuple[float, float, float], up: str, full: bool) -> None:
    spec = CameraSpec(rotation, np.array(t), up, K if full else None, (1920, 1080) if full else None)
    written = calibration_json(Calibration(spec, "opencv", "mm", "left" if full else None))
    read = parse_calibration(json.dumps(written).encode(), "download.json")
    np.testing.assert_array_equal(read.spec.R, rotation)
    np.testing.assert_array_equal(read.spec.t, t)
    assert (read.spec.up, read.spec.resolution, read.name) == (up, spec.resolution, "left" if full else None)
    if full:
        np.testing.assert_array_equal(read.spec.K, K)
    else:
        assert read.spec.K is None


def test_the_default_reads_back_too() -> None:
    read = parse(calibration_json(NAMED["reference"]))
    np.testing.assert_array_equal(read.spec.R, REFERENCE_CAMERA.R)
    np.testing.assert_array_equal(read.spec.t, T)


def test_what_was_understood_is_told_as_json() -> None:
    calibration = parse(panoptic("00_00"))
    told = json.loads(json.dumps(describe(calibration, calibration.spec.for_image(1280, 720))))
    assert (told["format"], told["unit"], told["name"], told["up"]) == ("panoptic", "cm", "00_00", "-y")
    np.testing.assert_allclose(told["R"], R)
    np.testing.assert_allclose(told["t"], T)
    assert told["fx"] == pytest.approx(1000 / 1.5)
    assert told["height_m"] == pytest.approx(1.52, abs=0.01)
    assert told["tilt_down_deg"] == pytest.approx(5.0, abs=0.1)
    assert told["position"][1] == pytest.approx(-1.52, abs=0.01)
    assert told["image_size"] == [1280, 720]
    assert told["distorted"]
    assert told["distortion"] == [-0.2, 0.1, 0, 0]
