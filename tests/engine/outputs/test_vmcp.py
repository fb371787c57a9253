"""VMC as an independent receiver understands it: vmcp, in an environment of its own."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest

from engine.capture.stage import truth_at
from engine.outputs.vmc import BONES
from engine.skeleton import JOINT
from tests.engine.exports.environments import python_with
from tests.engine.outputs.peers import moment, output, udp_receiver
from tests.engine.outputs.test_vmc import AT_JOINT, CAMERA, FIGURE, SIN45, in_unity, with_arm


def heard(joints: list[np.ndarray], options: str = "") -> dict[str, tuple[float, ...]]:
    """The bones, by Unity's names, that vmcp has received; x, y, z and the quaternion x, y, z, w."""
    python = python_with("vmcp[osc4py3]==1.0.6", "python3")
    free, port = udp_receiver()
    free.close()
    script = Path(__file__).with_name("in_vmcp.py")
    command = [str(python), str(script), str(port), str(len(BONES))]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as receiver:
        assert receiver.stdout is not None
        assert receiver.stdout.readline() == "ready\n"
        target = output(f"vmc://127.0.0.1:{port}{options}")
        for number, one in enumerate(joints):
            target.send(moment({1: one}, number / 30, camera=CAMERA))
        target.close()
        told = json.loads(receiver.stdout.readline())
    assert told["roots"][0] == [0, 0, 0, 0, 0, 0, 1]
    assert told["states"]
    assert told["times"]
    return {bone: tuple(values) for bone, values in told["bones"].items()}


@pytest.mark.long
def test_vmcp_understands_bones() -> None:
    bones = heard([with_arm("left", (0, 1, 0))])
    assert set(bones) == set(BONES.values())
    np.testing.assert_allclose(bones["LeftUpperArm"][3:], (0, 0, -SIN45, SIN45), atol=2e-3)
    np.testing.assert_allclose(bones["RightUpperArm"][3:], (0, 0, 0, 1), atol=2e-3)
    np.testing.assert_allclose(bones["Hips"][:3], (0, FIGURE[JOINT["pelvis"], 1], 0), atol=1e-3)


@pytest.mark.long
def test_vmcp_has_the_joints_of_the_stage() -> None:
    joints = truth_at(5.0).joints_world[3].astype(np.float64)
    places = in_unity(heard([joints], "?origin=room"))
    for bone, joint in AT_JOINT.items():
        np.testing.assert_allclose(places[bone] * (-1, 1, 1), joints[JOINT[joint]], atol=0.01, err_msg=bone)
