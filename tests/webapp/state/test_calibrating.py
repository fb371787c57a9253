from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from engine.calibration.board import parse_board
from engine.geometry import CameraSpec, intrinsics
from engine.slot import Slot
from tests.engine.calibration.boards import poses, render
from tests.engine.calibration.test_lens import exact
from webapp.access.errors import ConflictError
from webapp.state.calibrating import IDLE_S, Calibrating

BOARD = parse_board("charuco:5x7:30mm")
CAMERA = CameraSpec(np.eye(3), np.zeros(3), "-y", intrinsics(480, 480, 320, 240), (640, 480)).for_image(640, 480)


class Bench:
    """A pipeline's frames, a desk that notes the lens, and a clock."""

    def __init__(self) -> None:
        self.now, self.source, self.used = 0.0, "0", None
        self.frames: Slot[Any] = Slot()
        self.calibrating = Calibrating(self, self, clock=lambda: self.now)  # type: ignore[arg-type]

    def state(self) -> Any:
        return SimpleNamespace(settings=SimpleNamespace(source=self.source))

    def use_lens(self, lens: CameraSpec) -> dict[str, Any]:
        self.used = lens
        return {"format": "calibrated"}

    def show(self, image: Any, time: float) -> None:
        self.frames.put(SimpleNamespace(image=image, time=time))
        self.calibrating.look()


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_board_that_is_held_up_covers_the_picture(bench: Bench) -> None:
    assert bench.calibrating.begin()["views"] == 0
    pose = next(poses(CAMERA, BOARD, 1))
    bench.show(render(CAMERA, BOARD, pose), 1.0)
    told = bench.calibrating.describe()
    assert told["views"] == 1
    assert np.any(told["cells"])
    assert all(0 <= value <= 1 for corner in told["corners"] for value in corner)
    assert told["missing"]
    with pytest.raises(Exception, match="only 1 usable views"):
        bench.calibrating.solve()


def test_a_good_lens_is_saved_for_the_source_it_was_seen_by(bench: Bench) -> None:
    bench.calibrating.begin()
    run = bench.calibrating._run
    assert run is not None
    for view in exact(40):
        run.session._selection.add(view)
    result = bench.calibrating.solve()["result"]
    assert result["fx"] == pytest.approx(700, rel=0.005)
    assert result["doubts"] == []
    bench.show(np.zeros((540, 960, 3), np.uint8), 100.0)  # the camera goes on while its user reads the result
    assert bench.calibrating.describe()["result"] == result
    bench.source = "1"
    with pytest.raises(ConflictError, match="another source"):
        bench.calibrating.save()
    bench.source = "0"
    assert bench.calibrating.save() == {"format": "calibrated"}
    assert bench.used is not None
    assert bench.calibrating.describe() == {"active": False}


def test_nothing_is_saved_before_it_was_calculated(bench: Bench) -> None:
    with pytest.raises(ConflictError, match="no calibration is under way"):
        bench.calibrating.save()
    bench.calibrating.begin()
    with pytest.raises(ConflictError, match="was not calculated"):
        bench.calibrating.save()


def test_it_ends_by_itself_when_nobody_asks(bench: Bench) -> None:
    bench.calibrating.begin()
    bench.now = IDLE_S + 1
    bench.calibrating.look()
    assert bench.calibrating.describe() == {"active": False}
