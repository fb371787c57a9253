"""What a stream of the lab holds: the stage's joints in metres."""

from __future__ import annotations

import numpy as np

from engine.capture.stage import CAMERA
from engine.outputs.lsl_layout import CHANNELS, NOBODY, sample
from engine.skeleton import JOINT
from tests.engine.outputs.staged import joints_world, staged, unplaced

LABELS = [channel.label for channel in CHANNELS]


def test_a_sample_is_the_stage_in_metres() -> None:
    person = staged(0.7, (8,)).scene.people[0]
    values = dict(zip(LABELS, sample(person, CAMERA).tolist(), strict=True))
    truth = joints_world(0.7)[0]
    assert values["id"] == 8
    for joint, index in JOINT.items():
        found = [values[f"{joint}_{axis}"] for axis in "xyz"]
        np.testing.assert_allclose(found, truth[index], atol=1e-4)
    assert values["left_knee_confidence"] == np.float32(0.9)
    assert values["pelvis_confidence"] == 0


def test_channels_say_what_they_are() -> None:
    assert len(CHANNELS) == len(set(LABELS)) == 1 + 19 * 4
    by_label = {channel.label: channel for channel in CHANNELS}
    assert (by_label["left_knee_y"].type, by_label["left_knee_y"].unit) == ("PositionY", "meters")
    assert by_label["left_knee_y"].marker == "left_knee"


def test_nobody_is_no_number() -> None:
    assert np.isnan(sample(None, CAMERA)).all()
    assert len(NOBODY) == len(CHANNELS)
    values = sample(unplaced(staged(0.0, (8,))).scene.people[0], CAMERA)
    assert values[0] == 8
    assert np.isnan(values[1 : 1 + 57]).all()
    assert values[LABELS.index("nose_confidence")] > 0
