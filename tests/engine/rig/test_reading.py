"""Reading `rig.toml`: what it may say, and that anything else is refused in one line that says what to do."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.capture import stage
from engine.errors import PosecastError
from engine.rig import check_options, is_rig, read_rig
from engine.settings import Settings

QUALISYS = Path(__file__).parents[3].parent / "shared" / "media" / "pose2sim_multi.qca.txt"


def inline(name: str, number: int = 0, **more: str) -> str:
    """A camera of the stage in the layout of anipose."""
    spec = stage.CAMERA_SPECS[number]
    values = {
        "source": f'"{name}.mp4"',
        "size": str(list(stage.IMAGE_SIZE)),
        "matrix": str(np.asarray(spec.K).tolist()),
        "distortions": "[0.0, 0.0, 0.0, 0.0]",
        "rotation": str(_rotation_vector(spec.R).tolist()),
        "translation": str(np.asarray(spec.t).tolist()),
        **more,
    }
    return f"[cameras.{name}]\n" + "".join(f"{key} = {value}\n" for key, value in values.items() if value)


def _rotation_vector(R: np.ndarray) -> np.ndarray:
    import cv2

    return cv2.Rodrigues(np.asarray(R, float))[0].ravel()


def written(folder: Path, text: str) -> Path:
    path = folder / "rig.toml"
    path.write_text(text)
    return path


def refusal(folder: Path, text: str) -> PosecastError:
    with pytest.raises(PosecastError) as raised:
        read_rig(written(folder, text))
    assert "\n" not in str(raised.value)
    assert raised.value.hint
    return raised.value


def test_cameras_are_read_in_order_with_their_places(tmp_path: Path) -> None:
    rig = read_rig(written(tmp_path, 'up = "+y"\n' + inline("left", 0) + inline("right", 1, offset_s="-0.04")))
    assert [camera.name for camera in rig.cameras] == ["left", "right"]
    assert [camera.offset_s for camera in rig.cameras] == [0.0, -0.04]
    assert rig.cameras[0].source == str(tmp_path / "left.mp4")
    for camera, spec in zip(rig.cameras, stage.CAMERA_SPECS, strict=False):
        assert camera.spec is not None
        seen = camera.spec.for_image(*stage.IMAGE_SIZE)
        np.testing.assert_allclose(seen.position, -spec.R.T @ spec.t, atol=1e-6)
        np.testing.assert_allclose(seen.K, spec.K, atol=1e-6)
        assert (seen.up, seen.provenance.pose) == ("+y", "file")


def test_a_camera_may_be_uncalibrated(tmp_path: Path) -> None:
    rig = read_rig(written(tmp_path, '[cameras.a]\nsource = "demo:0"\n[cameras.b]\nsource = "rtsp://camera/stream"\n'))
    assert [camera.source for camera in rig.cameras] == ["demo:0", "rtsp://camera/stream"]
    assert [camera.spec for camera in rig.cameras] == [None, None]
    assert rig.camera("b").name == "b"
    with pytest.raises(PosecastError, match="no camera 'c'"):
        rig.camera("c")


@pytest.mark.skipif(not QUALISYS.exists(), reason=f"{QUALISYS} is not here")
def test_calibrations_are_found_in_the_files_of_other_programs(tmp_path: Path) -> None:
    (tmp_path / "lab.qca.txt").write_bytes(QUALISYS.read_bytes())
    tables = (
        f'[cameras.{name}]\nsource = "{name}.mp4"\ncalibration = "lab.qca.txt#{name}"\n' for name in ("cam01", "cam04")
    )
    rig = read_rig(written(tmp_path, "".join(tables)))
    assert rig.cameras[1].spec is not None
    camera = rig.cameras[1].spec.for_image(1088, 1920)
    assert camera.up == "+z"
    np.testing.assert_allclose(camera.position, [-3.7587, -1.4157, 1.8818], atol=1e-3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "two cameras"),
        (inline("left"), "two cameras"),
        ('[cameras.a]\nsource = "0"\ncalibraton = "x"\n[cameras.b]\nsource = "1"\n', "calibraton"),
        ('speed = 3\n[cameras.a]\nsource = "0"\n[cameras.b]\nsource = "1"\n', "speed"),
        ('[cameras.a]\n[cameras.b]\nsource = "1"\n', "cameras.a has no source"),
        ('[cameras.a]\nsource = 0\n[cameras.b]\nsource = "1"\n', "the source of cameras.a is 0"),
        ('[cameras.a]\nsource = "0"\ncalibration = "rig.toml"\n[cameras.b]\nsource = "1"\n', "rig's own file"),
        ("[cam_0]\nmatrix = [[900, 0, 640], [0, 900, 360], [0, 0, 1]]\n", "this is a camera file"),
        ('[cameras.a]\nsource = "0"\n[cameras.a]\nsource = "1"\n', "not valid TOML"),
        ('[cameras.a]\nsource = "0"\n[cameras.b]\nsource = "0"\n', "the same source"),
        ('[cameras.a]\nsource = "rig.toml"\n[cameras.b]\nsource = "0"\n', "camera of itself"),
        ('[cameras.a]\nsource = "other.toml"\n[cameras.b]\nsource = "0"\n', "is a rig, too"),
        ('[cameras.a]\nsource = "0"\ncalibration = "none.toml#a"\n[cameras.b]\nsource = "1"\n', "none.toml"),
        ('[cameras.a]\nsource = "0"\noffset_s = "late"\n[cameras.b]\nsource = "1"\n', "offset_s"),
        ('[cameras.a]\nsource = "0"\noffset_s = nan\n[cameras.b]\nsource = "1"\n', "offset_s"),
        ('up = "z"\n[cameras.a]\nsource = "0"\n[cameras.b]\nsource = "1"\n', "up is 'z'"),
        ("cameras = 3\n", "two cameras"),
        (inline("left", 1) + inline("right", 1), "stand at the same place"),
        (inline("left", 0) + inline("right", 1, rotation="[[1,0,0],[0,1,0],[0,0,-1]]"), "cameras.right"),
        (inline("left", 0) + inline("right", 1, calibration='"x.toml"'), "both calibration and matrix"),
        ("[cameras.a\n", "not valid TOML"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_refused(tmp_path: Path, text: str, told: str) -> None:
    assert told in refusal(tmp_path, text).error


def test_a_mirrored_camera_is_named_as_such(tmp_path: Path) -> None:
    error = refusal(tmp_path, inline("left", 0) + inline("right", 1, rotation="[[1,0,0],[0,1,0],[0,0,-1]]"))
    assert "mirror" in str(error)


def test_cameras_close_together_cause_a_warning(tmp_path: Path) -> None:
    spec = stage.CAMERA_SPECS[0]
    aside = str(np.add(spec.t, (0.1, 0, 0)).tolist())
    rig = read_rig(written(tmp_path, inline("left", 0) + inline("right", 0, translation=aside)))
    assert any("only 0.10 m apart" in warning for warning in rig.warnings)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(PosecastError, match="cannot read the rig"):
        read_rig(tmp_path / "rig.toml")


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    (tmp_path / "rig.toml").write_bytes(b"\x00\xff\xfe")
    with pytest.raises(PosecastError, match="is not text"):
        read_rig(tmp_path / "rig.toml")


def test_a_rig_is_told_by_its_suffix() -> None:
    assert is_rig("studio/rig.toml")
    assert not is_rig("demo")
    assert not is_rig("http://camera/rig.toml")


def test_files_of_lenses_alone_do_not_put_cameras_at_the_same_place(tmp_path: Path) -> None:
    (tmp_path / "lens.toml").write_text(
        'name = "a"\nsize = [1280, 720]\nmatrix = [[900.0, 0.0, 640.0], [0.0, 900.0, 360.0], [0.0, 0.0, 1.0]]\n'
    )
    cameras = "".join(
        f'[cameras.{name}]\nsource = "demo:{at}"\ncalibration = "lens.toml"\n' for at, name in enumerate("ab")
    )
    (tmp_path / "rig.toml").write_text(cameras)
    specs = [camera.spec for camera in read_rig(tmp_path / "rig.toml").cameras]
    assert all(spec is not None and spec.provenance.pose == "default" for spec in specs)


@pytest.mark.parametrize(
    ("camera", "said"),
    [('calibration = "none.toml#b"', "none.toml"), ("rotation = [0.0, 0.0]", "rotation"), ("colour = 1", "colour")],
)
def test_messages_name_files_without_the_folders_of_the_server(camera: str, said: str, tmp_path: Path) -> None:
    rig = tmp_path / "rig.toml"
    rig.write_text(f'[cameras.a]\nsource = "demo:0"\n[cameras.b]\nsource = "demo:1"\n{camera}\n')
    with pytest.raises(PosecastError) as raised:
        read_rig(rig)
    assert raised.value.error.startswith("rig.toml: cameras.b")
    assert said in raised.value.error
    assert str(tmp_path) not in str(raised.value)


@pytest.mark.parametrize("given", [{"extrinsics": "reference"}, {"fx": 900.0}, {"up": "+y"}])
def test_options_of_one_camera_are_refused_for_a_rig(given: dict[str, object]) -> None:
    check_options(Settings(source="rig.toml"))
    check_options(Settings(source="demo").changed(given))
    with pytest.raises(PosecastError, match=r"is for one camera, and rig\.toml has several"):
        check_options(Settings(source="rig.toml").changed(given))
