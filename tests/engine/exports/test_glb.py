"""GLB against Khronos' validator and three.js' loader."""

from __future__ import annotations

import json
import struct
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.exports import FORMATS, silent
from engine.motion import Clip
from tests.engine.exports.clips import GAP, farthest_mm, places, stage_clip
from tests.engine.exports.node import run_node
from tests.engine.motion.stage import PEOPLE, RATE


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return stage_clip(tmp_path_factory.mktemp("clip"))


@pytest.fixture(scope="module")
def file(clip: Clip, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("glb") / "stage.glb"
    FORMATS["glb"].write(clip, path, silent)
    return path


@pytest.fixture(scope="module")
def played(file: Path) -> dict[str, Any]:
    """Every fifth frame."""
    played: dict[str, Any] = run_node(
        "play.js", str(file), ",".join(f"{frame / RATE:.6f}" for frame in range(0, 60, 5))
    )
    return played


def test_the_validator_finds_nothing(file: Path) -> None:
    issues = run_node("validate.js", str(file))["issues"]
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]


def test_joints_are_where_they_were(clip: Clip, played: dict[str, Any]) -> None:
    for index, motion in enumerate(clip.motions()):
        for moment, frame in zip(played["moments"], range(0, 60, 5), strict=True):
            shown = moment[index]
            assert shown["person"] == motion.id
            if motion.placed[frame]:
                for name, expected in places(motion).items():
                    assert farthest_mm(np.array(shown["heads"][name]), expected[frame]) < 1, (motion.id, frame, name)


def test_people_vanish_while_they_are_not_seen(played: dict[str, Any]) -> None:
    sizes = {
        frame: np.subtract(moment[3]["high"], moment[3]["low"]).max()
        for moment, frame in zip(played["moments"], range(0, 60, 5), strict=True)
    }
    assert all((size < 1e-6) == (frame in GAP or frame < 5) for frame, size in sizes.items())


def test_bodies_are_people(played: dict[str, Any]) -> None:
    """Standing people's bodies are as high as people, and on the floor."""
    for moment in played["moments"]:
        waver = moment[0]
        assert abs(waver["low"][1]) < 0.12
        assert 1.6 < waver["high"][1] - waver["low"][1] < 2.6, "an arm is up"


def test_what_was_done_is_inside(clip: Clip, file: Path) -> None:
    data = file.read_bytes()
    document = json.loads(data[20 : 20 + struct.unpack_from("<I", data, 12)[0]])
    assert struct.unpack_from("<I", data, 8)[0] == len(data)
    extras = document["asset"]["extras"]
    assert (extras["source"], extras["rate_hz"], extras["unit"]) == ("stage.jsonl", 30.0, "m")
    people = [node["extras"] for node in document["nodes"] if "person" in node.get("extras", {})]
    assert [one["person"] for one in people] == list(range(1, PEOPLE + 1))
    assert [step["step"] for step in people[0]["done"]] == [
        "fill_gaps", "resample", "low_pass", "constant_bones", "turn_y_up",
    ]  # fmt: skip
    assert document["animations"][0]["samplers"]


def test_a_raw_clip_of_one_person_is_valid_too(tmp_path: Path) -> None:
    from engine.motion import ClipOptions, clip_of, read
    from tests.engine.motion.stage import write_recording

    path = write_recording(tmp_path / "a.jsonl", seconds=0.2, identity=lambda person, frame: person or None)
    FORMATS["glb"].write(clip_of(read(path), ClipOptions(people=(2,), raw=True)), tmp_path / "a.glb", silent)
    issues = run_node("validate.js", str(tmp_path / "a.glb"))["issues"]
    assert (issues["numErrors"], issues["numWarnings"]) == (0, 0), issues["messages"]
