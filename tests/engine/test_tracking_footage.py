"""Identities on real people: five exercise, a trainer hides one of them, and a sixth comes into view."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from engine import decoding, preprocess
from engine.capture import open_source
from engine.tracking import Identities
from tests.models import expected

CLIP = Path(__file__).parents[2].parent / "shared" / "media" / "pexels_fitness_group.mp4"
ALWAYS_THERE = 4
"""People in full view from the first frame to the last."""
MIN_KEYPOINTS = 5


@pytest.mark.timeout(900)
@pytest.mark.skipif(not CLIP.exists(), reason=f"{CLIP} is not here")
@pytest.mark.parametrize("step", [24, pytest.param(1, marks=pytest.mark.long)])
def test_who_is_always_there_keeps_one_id_over_the_clip(step: int) -> None:
    source, identities = open_source(str(CLIP)), Identities()
    seen: Counter[int] = Counter()
    frames = 0
    while (frame := source.read()) is not None:
        if frame.index % step:
            continue
        prepared = preprocess.prepare(frame.image, 256)
        poses = decoding.decode(expected(prepared.image), prepared.scale)
        poses = [pose for pose in poses if (pose.scores > 0).sum() >= MIN_KEYPOINTS]
        seen.update(id for id, _ in identities.assign(poses, frame.time))
        frames += 1
    source.close()
    assert frames == -(-381 // step)
    assert sum(count == frames for count in seen.values()) == ALWAYS_THERE
    assert sum(count > frames / 8 for count in seen.values()) <= 7
