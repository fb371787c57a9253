from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from engine.calibration.board import parse_board
from engine.calibration.lens import calibrate_lens
from engine.errors import PosecastError
from engine.extrinsics import load_calibration
from engine.geometry import CameraSpec, intrinsics
from tests.engine.calibration.boards import poses, render
from tests.engine.calibration.test_lens import exact
from webapp.commands import calibrate
from webapp.commands.parser import create_parser
from webapp.state.camera_memory import CameraMemory
from webapp.state.lens_memory import record_with_lens, with_lens
from webapp.state.source_key import SourceKeys

BOARD = parse_board("charuco:5x7:30mm")
CAMERA = CameraSpec(np.eye(3), np.zeros(3), "-y", intrinsics(480, 480, 320, 240), (640, 480)).for_image(640, 480)


def run(*arguments: str) -> int:
    options = create_parser().parse_args(["calibrate", *arguments])
    return int(options.command(options)())


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("views")
    for number, pose in enumerate(poses(CAMERA, BOARD, 18, seed=5)):
        picture = render(CAMERA, BOARD, (pose[0], 0.7 * pose[1]), seed=number)
        cv2.imwrite(str(folder / f"{number:02d}.png"), picture)
    return folder


def test_the_board_is_written_as_a_pdf(tmp_path: Path) -> None:
    assert run("board", "-o", str(tmp_path / "board.pdf"), "--paper", "letter") == 0
    assert (tmp_path / "board.pdf").read_bytes().startswith(b"%PDF-")


def test_pictures_become_a_camera_file_that_its_sources_use(
    pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calibrate, "default_path", lambda: tmp_path / "settings.json")
    output = tmp_path / "camera.toml"
    assert run("camera", str(pictures), "-o", str(output), "--for", "rtsp://door:secret@10.0.0.7/live") == 0
    spec = load_calibration(str(output)).spec
    assert spec.K is not None
    assert spec.K[0, 0] == pytest.approx(480, rel=0.005)
    assert spec.resolution == (640, 480)
    assert spec.provenance.pose == "default"
    assert "secret" not in output.read_text()

    memory = CameraMemory(tmp_path / "cameras.json", SourceKeys())
    recalled = memory.recall("rtsp://door:secret@10.0.0.7/live").calibration
    assert recalled is not None
    np.testing.assert_allclose(recalled.spec.K, spec.K)
    assert recalled.spec.provenance.pose == "default"


def test_a_source_without_a_board_writes_nothing(tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "grey.png"), np.full((120, 160, 3), 90, np.uint8))
    with pytest.raises(PosecastError, match="the board was not seen"):
        run("camera", str(tmp_path / "grey.png"), "-o", str(tmp_path / "camera.toml"))
    assert not (tmp_path / "camera.toml").exists()


def test_an_output_that_is_the_input_is_refused(pictures: Path) -> None:
    with pytest.raises(PosecastError, match="is an input"):
        run("camera", str(pictures), "-o", str(pictures / "00.png"))


def test_a_new_lens_keeps_the_pose_of_its_source_and_removes_a_focal_length_by_hand() -> None:
    lens = calibrate.lens_spec(calibrate_lens(exact(20), BOARD))
    posed = {"R": np.eye(3).tolist(), "t": [0, 1, 3], "unit": "m", "up": "-y", "source": "file", "format": "adjusted"}
    record = record_with_lens({"fx": 500.0, "fx_size": [640, 480], "up": "-y", "camera": posed}, lens)
    assert "fx" not in record
    assert record["camera"]["t"] == [0, 1, 3]
    assert record["camera"]["source"] == "file"
    json.dumps(record)
    assert with_lens(None, lens).spec.provenance.pose == "default"
