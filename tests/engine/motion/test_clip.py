from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.errors import PosecastError
from engine.motion import ClipOptions, clip_of, read
from engine.motion.edits import Edits
from tests.engine.motion.stage import mpjpe_mm, truth, write_recording


def test_a_clip_of_truth_is_the_truth(tmp_path: Path) -> None:
    clip = clip_of(read(write_recording(tmp_path / "a.jsonl")))
    assert (clip.rate, clip.ids) == (30.0, (1, 2, 3, 4, 5))
    assert clip.times[0] == 0
    for motion in clip.motions():
        assert motion.joints.shape == (len(clip.times), 19, 3)
        assert mpjpe_mm(motion.joints, truth()[motion.id - 1]) < 3
        assert motion.done[0]["step"] == "fill_gaps"


def test_a_raw_clip_has_the_recorded_values(tmp_path: Path) -> None:
    clip = clip_of(read(write_recording(tmp_path / "a.jsonl", noise_m=0.01)), ClipOptions(raw=True))
    recorded = clip.recording.person(3)
    np.testing.assert_array_equal(clip.motion(3).joints, recorded.joints)
    assert [step["step"] for step in clip.motion(3).done] == ["resample", "turn_y_up"]


def test_the_rate_of_a_live_recording_is_steady(tmp_path: Path) -> None:
    jitter = np.random.default_rng(0).uniform(-0.01, 0.01, 1000)
    path = write_recording(tmp_path / "a.jsonl", time=lambda frame: frame / 30 + float(jitter[frame]))
    clip = clip_of(read(path), ClipOptions(rate=60.0))
    assert clip.rate == 60.0
    np.testing.assert_allclose(np.diff(clip.times), 1 / 60)
    at = clip.times + float(jitter[0])
    true = np.stack([np.interp(at, np.arange(180) / 30, axis) for axis in truth()[0].reshape(180, -1).T], axis=1)
    found = clip.motion(1).joints.reshape(len(at), -1)
    assert np.nanmean(np.abs(found - true)) < 0.01


def test_short_tracks_are_left_out_unless_asked_for(tmp_path: Path) -> None:
    path = write_recording(
        tmp_path / "a.jsonl", identity=lambda person, frame: None if person == 1 and frame > 20 else person + 1
    )
    recording = read(path)
    assert clip_of(recording).ids == (1, 3, 4, 5)
    assert clip_of(recording, ClipOptions(people=(2,))).ids == (2,)
    assert clip_of(recording, ClipOptions(shortest_s=0)).ids == (1, 2, 3, 4, 5)


def test_the_world_can_be_moved_and_turned(tmp_path: Path) -> None:
    recording = read(write_recording(tmp_path / "a.jsonl", seconds=2.0))
    moved = clip_of(recording, ClipOptions(raw=True, offset_m=(1.0, 0.0, -2.0), turn_deg=90.0)).motion(1).joints
    x, y, z = recording.person(1).joints.transpose(2, 0, 1)
    np.testing.assert_allclose(moved, np.stack([z + 1, y, -x - 2], axis=-1), atol=1e-6)


def test_what_cannot_be_a_clip_is_refused(tmp_path: Path) -> None:
    path = write_recording(tmp_path / "a.jsonl", seconds=1.0)
    one = tmp_path / "one.jsonl"
    one.write_text(path.read_text().splitlines()[0] + "\n")
    with pytest.raises(PosecastError, match="a single scene"):
        clip_of(read(one))
    with pytest.raises(PosecastError, match="no person with the id 9"):
        clip_of(read(path), ClipOptions(people=(9,)))
    with pytest.raises(PosecastError, match=r"nobody in a.jsonl is seen for 3 s"):
        clip_of(read(path), ClipOptions(shortest_s=3.0))
    nobody = write_recording(tmp_path / "b.jsonl", seconds=1.0, identity=lambda person, frame: None)
    with pytest.raises(PosecastError, match=r"nobody in b.jsonl has joints in 3D"):
        clip_of(read(nobody))
    with pytest.raises(PosecastError, match="between 5 and 6 s"):
        clip_of(read(path), ClipOptions(edits=Edits(trim_s=(5.0, 6.0))))
    with pytest.raises(PosecastError, match="a cutoff of 20 Hz is not possible at 30 values a second"):
        clip_of(read(path), ClipOptions(people=(1,), cutoff_hz=20.0)).motion(1)
