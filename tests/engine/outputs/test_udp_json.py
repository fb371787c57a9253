from __future__ import annotations

import json

import numpy as np
import pytest

from engine.capture.stage import truth_at
from engine.errors import PosecastError
from engine.outputs.udp_json import datagrams
from engine.wire import parse_scene
from tests.engine.outputs.peers import moment, output, stage_moment, udp_receiver


def test_a_scene_is_a_datagram() -> None:
    receiver, port = udp_receiver()
    target = output(f"udp://127.0.0.1:{port}")
    assert target.send(stage_moment(3.0)) == 1
    scene = parse_scene(json.loads(receiver.recv(70000)))
    target.close()
    receiver.close()
    for person, joints in zip(scene.people, truth_at(3.0).joints_world, strict=True):
        np.testing.assert_allclose(person.joints_3d, joints, atol=1e-3)
    assert scene.up == "+y"


def test_a_large_scene_comes_in_parts() -> None:
    joints = truth_at(0.0).joints_world[0]
    crowd = moment(dict.fromkeys(range(1, 81), joints))
    parts = list(datagrams(crowd.text(), 9000))
    assert all(len(part) <= 9000 for part in parts)
    scenes = [json.loads(part) for part in parts]
    assert [scene["part"] for scene in scenes] == [[number, len(parts)] for number in range(1, len(parts) + 1)]
    assert [person["id"] for scene in scenes for person in scene["people"]] == list(range(1, 81))
    assert all(parse_scene(scene).frame == 7 for scene in scenes)
    receiver, port = udp_receiver()
    target = output(f"udp://127.0.0.1:{port}")
    count = target.send(crowd)
    assert count > 1
    got = [json.loads(receiver.recv(70000)) for _ in range(count)]
    assert sum(len(scene["people"]) for scene in got) == 80
    target.close()
    receiver.close()


def test_nobody_listens() -> None:
    receiver, port = udp_receiver()
    receiver.close()
    target = output(f"udp://127.0.0.1:{port}")
    target.send(stage_moment())
    with pytest.raises(PosecastError, match=r"nothing listens at 127\.0\.0\.1"):
        target.confirm()
    target.close()
    with pytest.raises(PosecastError, match=r"there is no host 'nowhere\.invalid'"):
        output("udp://nowhere.invalid:9")
