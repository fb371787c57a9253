"""BVH and GLB in real Blender: the bones' heads are where the joints are, in every frame.

Blender comes as a Python package for one version of Python, into an environment of its own in the user's cache.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from engine.exports import FORMATS, silent
from engine.motion import Clip
from tests.engine.exports.clips import farthest_mm, places, stage_clip
from tests.engine.exports.environments import python_with
from tests.engine.motion.stage import RATE

pytestmark = [pytest.mark.long, pytest.mark.timeout(900)]

BLENDER = "bpy==5.0.1"  # the last one for CPython 3.11
PYTHON = "python3.11"
LIBRARIES = "libx11-6 libxxf86vm1 libxfixes3 libxi6 libxkbcommon0 libsm6 libice6 libgl1 libegl1"
"""Debian's packages that Blender loads."""
MOST_MM = 10.0
Y_FROM_BLENDER = np.array([[1.0, 0, 0], [0, 0, 1], [0, -1, 0]])
"""Blender's z points up; its importers turn what is y up about x."""


@pytest.fixture(scope="session")
def blender() -> Path:
    """A Python that can `import bpy`."""
    python = python_with(BLENDER, PYTHON)
    done = subprocess.run([str(python), "-c", "import bpy"], capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"apt-get install {LIBRARIES}: {done.stderr.strip().splitlines()[-1]}")
    return python


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    return stage_clip(tmp_path_factory.mktemp("clip"), seconds=6.0)


def heads_in(blender: Path, file: Path, count: int) -> Any:
    """Armature -> bone -> (T, 3) metres, Blender's axes."""
    out = file.with_suffix(".json")
    script = Path(__file__).with_name("in_blender.py")
    done = subprocess.run(
        [str(blender), str(script), str(file), f"{RATE:.0f}", str(count), str(out)], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return json.loads(out.read_text())


def test_bvh(clip: Clip, blender: Path, tmp_path: Path) -> None:
    from dataclasses import replace

    for person in clip.ids:
        file = tmp_path / f"{person}.bvh"
        FORMATS["bvh"].write(replace(clip, ids=(person,)), file, silent)
        (bones,) = heads_in(blender, file, len(clip.times)).values()
        for name, expected in places(clip.motion(person)).items():
            assert farthest_mm(np.array(bones[name]) @ Y_FROM_BLENDER.T, expected) < MOST_MM, (person, name)


def test_glb(clip: Clip, blender: Path, tmp_path: Path) -> None:
    file = tmp_path / "stage.glb"
    FORMATS["glb"].write(clip, file, silent)
    armatures = heads_in(blender, file, len(clip.times))
    assert len(armatures) == len(clip.ids)
    for motion in clip.motions():
        bones = armatures[motion.label]
        for name, expected in places(motion).items():
            own = next(bone for bone in bones if bone.split(".")[0] == name)
            assert farthest_mm(np.array(bones[own]) @ Y_FROM_BLENDER.T, expected) < MOST_MM, (motion.id, name)
