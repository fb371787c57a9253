"""TRC and MOT as OpenSim itself reads them, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from engine.exports import Request, export, silent
from engine.motion.angles import angles
from engine.skeleton import JOINT, JOINTS
from tests.engine.exports.environments import python_with
from tests.engine.motion.stage import PEOPLE, RATE, truth, write_recording

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]


@pytest.fixture(scope="module")
def opensim() -> Path:
    return python_with("opensim==4.6", "python3.11")


def test_five_people_with_a_gap(opensim: Path, tmp_path: Path) -> None:
    def seen(person: int, frame: int) -> int | None:
        return None if person == 1 and 60 <= frame < 90 else person + 1

    recording = write_recording(tmp_path / "stage.jsonl", identity=seen)
    markers = export(Request(recording, "trc", raw=True), tmp_path / "a.trc", silent)
    motions = export(Request(recording, "mot", raw=True), tmp_path / "a.mot", silent)
    assert len(markers) == len(motions) == PEOPLE
    script = Path(__file__).with_name("in_opensim.py")
    for person, files in enumerate(zip(markers, motions, strict=True)):
        done = subprocess.run([str(opensim), str(script), *map(str, files)], capture_output=True, text=True, check=True)
        read = json.loads(done.stdout.splitlines()[-1])
        true = truth()[person].copy()
        if person == 1:
            true[60:90] = np.nan
        assert (read["units"], read["rate"], read["in_degrees"]) == ("m", RATE, True)
        assert tuple(read["labels"]) == JOINTS
        np.testing.assert_allclose(read["times"], np.arange(len(true)) / RATE, atol=1e-5)
        np.testing.assert_allclose(np.array(read["markers"], dtype=float), true, atol=1e-4)
        expected, motion = angles(true, up="+y"), read["motion"]
        np.testing.assert_allclose(motion["knee_angle_l"], expected["left_knee_flexion"], atol=0.1)
        np.testing.assert_allclose(motion["elbow_flex_r"], expected["right_elbow_flexion"], atol=0.1)
        np.testing.assert_allclose(motion["pelvis_tz"], true[:, JOINT["pelvis"], 2], atol=1e-4)
