"""OSC as python-osc's own server receives it."""

from __future__ import annotations

import numpy as np
import pytest

from engine.capture.stage import truth_at
from engine.outputs.slots import KEPT_S, Slots
from engine.skeleton import JOINTS
from tests.engine.outputs.peers import WALL_TIME, OscPeer, eventually, moment, output, stage_moment


def test_every_joint_of_everybody_arrives_in_metres() -> None:
    with OscPeer() as peer:
        target = output(f"osc://127.0.0.1:{peer.port}")
        assert target.send(stage_moment(2.0)) == 6
        eventually(lambda: len(peer.messages) == 2 + 5 * 20)
        target.close()
        got = peer.newest()
        truth = truth_at(2.0).joints_world
        for number, joints in enumerate(truth, 1):
            for name, place in zip(JOINTS, joints, strict=True):
                np.testing.assert_allclose(got[f"/posecast/person/{number}/{name}"], place, atol=1e-5)
            assert got[f"/posecast/person/{number}/id"] == (number, pytest.approx(0.9))
        assert got["/posecast/scene"] == (7, 2.0, 5, "+y")
        assert got["/posecast/people"] == (1, 2, 3, 4, 5)
        np.testing.assert_allclose(peer.stamps, WALL_TIME, atol=1e-3)


def test_people_may_have_slots() -> None:
    joints = truth_at(0.0).joints_world[0]
    with OscPeer() as peer:
        target = output(f"osc://127.0.0.1:{peer.port}?number=slot")
        target.send(moment({41: joints, 7: joints}))
        eventually(lambda: len(peer.messages) == 42)
        target.close()
        assert peer.newest()["/posecast/person/1/id"][0] == 41
        assert peer.newest()["/posecast/person/2/id"][0] == 7
        assert peer.newest()["/posecast/people"] == (1, 2)


def test_every_packet_fits_into_one_of_the_network() -> None:
    with OscPeer() as peer:
        target = output(f"osc://127.0.0.1:{peer.port}")
        packets = list(target.packets(stage_moment()))  # type: ignore[attr-defined]
        target.close()
    assert max(map(len, packets)) <= 1472


def test_slots_are_kept_and_reused() -> None:
    slots = Slots(2)
    assert slots.assign([10, 20, 30], 0.0) == {10: 1, 20: 2}
    assert slots.assign([20], 1.0) == {20: 2}
    assert slots.assign([30, 20], KEPT_S - 0.1) == {20: 2}, "10 may come back"
    assert slots.assign([30, 20], KEPT_S + 0.1) == {30: 1, 20: 2}
