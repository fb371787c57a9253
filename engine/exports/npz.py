"""NPZ: arrays for NumPy."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from engine.exports.format import Format, Progress
from engine.motion import Clip
from engine.skeleton import JOINT_COUNT, JOINTS


def write(clip: Clip, path: Path, progress: Progress) -> None:
    """Write `times` (T,) s, `ids` (P,), `names` (P,), `joints` (P, T, 19, 3) m, y up, `keypoints` (P, T, 19, 3) x, y px
    and confidence, `joint_names` (19,), `rate_hz`, and `metadata`, JSON.
    """
    shape = (len(clip.ids), len(clip.times), JOINT_COUNT, 3)
    joints, keypoints = np.empty(shape, np.float32), np.empty(shape, np.float32)
    done, names = {}, []
    for number, motion in enumerate(clip.motions()):
        joints[number], keypoints[number] = motion.joints, motion.keypoints
        names.append(motion.label)
        done[str(motion.id)] = motion.done
        progress((number + 1) / (len(clip.ids) + 1))
    with path.open("wb") as file:
        np.savez_compressed(
            file,
            times=clip.times,
            ids=np.array(clip.ids),
            names=np.array(names),
            joints=joints,
            keypoints=keypoints,
            joint_names=np.array(JOINTS),
            rate_hz=np.array(clip.rate),
            metadata=np.array(json.dumps({**clip.metadata(), "done": done})),
        )
    progress(1.0)


FORMAT = Format("NumPy arrays", "application/octet-stream", write)
