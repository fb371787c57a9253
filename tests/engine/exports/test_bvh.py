"""BVH, read by a reader of its own: every joint where it was."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from engine.exports import FORMATS, silent
from engine.exports.bvh import _zxy
from engine.motion.motion import Array
from tests.engine.exports.clips import GAP, farthest_mm, places, stage_clip


def turn(axis: str, degrees: float) -> Array:
    c, s = np.cos(np.radians(degrees)), np.sin(np.radians(degrees))
    return np.array(
        {
            "X": [[1, 0, 0], [0, c, -s], [0, s, c]],
            "Y": [[c, 0, s], [0, 1, 0], [-s, 0, c]],
            "Z": [[c, -s, 0], [s, c, 0], [0, 0, 1]],
        }[axis]
    )


def heads_in(path: Path) -> tuple[dict[str, list[Array]], float]:
    """Where each joint's head is in each frame, centimetres, and the seconds of a frame."""
    hierarchy, motion = path.read_text().split("MOTION\n")
    lines = motion.splitlines()
    count, seconds = int(lines[0].split()[1]), float(lines[1].split()[2])
    rows = [np.array(line.split(), float) for line in lines[2:]]
    assert len(rows) == count
    heads: dict[str, list[Array]] = {}
    for row in rows:
        stack: list[tuple[str, Array, Array]] = []
        names: list[str] = []
        values = iter(row)
        offset = np.zeros(3)
        for line in hierarchy.splitlines()[1:]:
            word, *rest = line.split()
            if word in ("ROOT", "JOINT", "End"):
                names.append(rest[0])
            elif word == "OFFSET":
                offset = np.array(rest, float)
            elif word == "CHANNELS":
                position, rotation = (stack[-1][1], stack[-1][2]) if stack else (np.zeros(3), np.eye(3))
                place = position + rotation @ offset
                own = np.eye(3)
                for channel in rest[1:]:
                    if channel.endswith("position"):
                        place["XYZ".index(channel[0])] += next(values)
                    else:
                        own = own @ turn(channel[0], next(values))
                stack.append((names[-1], place, rotation @ own))
                heads.setdefault(names[-1], []).append(place)
            elif word == "}" and names.pop() != "Site" and stack:
                stack.pop()
        assert next(values, None) is None
    return heads, seconds


@pytest.mark.parametrize("person", [3, 4])
def test_joints_are_where_they_were(tmp_path: Path, person: int) -> None:
    clip = stage_clip(tmp_path, people=(person,))
    path = tmp_path / "person.bvh"
    FORMATS["bvh"].write(clip, path, silent)
    heads, seconds = heads_in(path)
    motion = clip.motion(person)
    assert seconds == pytest.approx(1 / 30, abs=1e-6)
    for name, expected in places(motion).items():
        found = np.array(heads[name]) / 100
        assert len(found) == len(clip.times)
        assert farthest_mm(found, expected) < 1, name
        if person == 4:
            np.testing.assert_array_equal(found[GAP.start : GAP.stop], found[[GAP.start - 1] * len(GAP)])


def test_one_file_is_one_person() -> None:
    assert FORMATS["bvh"].most_people == 1


def test_angles_come_back_also_where_two_axes_coincide() -> None:
    for z, x, y in ((10, 20, 30), (-170, 80, 5), (40, 90, 0), (40, -90, 0), (0, 0, 179)):
        R = turn("Z", z) @ turn("X", x) @ turn("Y", y)
        found = np.degrees(_zxy(R[None])[0])
        np.testing.assert_allclose(turn("Z", found[0]) @ turn("X", found[1]) @ turn("Y", found[2]), R, atol=1e-9)
