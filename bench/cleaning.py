"""Jitter and accuracy of motion before and after the clean-up: what the network found on the stage, against the truth.

posecast infer demo --max-frames 540 -o people.jsonl
python -m bench.cleaning people.jsonl
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np

from engine.capture.stage import CAMERA, FRAME_RATE, truth_at
from engine.motion import Clip, ClipOptions, Recording, clip_of, read
from engine.motion.bones import constant_bones
from engine.motion.gaps import fill_gaps
from engine.motion.lowpass import low_pass
from engine.motion.motion import Array, Motion
from engine.skeleton import NECK, PELVIS

NEAR_PX = 60.0
"""Pixels between the necks of the same person."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("recording", type=Path, help="what `posecast infer demo` wrote")
    steps = compare(read(parser.parse_args().recording))
    print(f"{'':>24} {'jitter mm':>10} {'MPJPE mm':>10}")
    for step, (jitter, error) in steps.items():
        print(f"{step:>24} {jitter:10.1f} {error:10.1f}")


def compare(recording: Recording) -> dict[str, tuple[float, float]]:
    """Step -> jitter and MPJPE in millimetres, means over the people, by how long they are seen."""
    clip = clip_of(recording, ClipOptions(raw=True))
    truths = np.stack([truth_at(frame / FRAME_RATE).joints_world for frame in range(len(clip.times))], axis=1)
    rows = [_of_person(clip, person, truths.astype(float)) for person in clip.ids]
    weights = [clip.motion(person).placed.sum() for person in clip.ids]
    means = {step: np.average([row[step] for row in rows], axis=0, weights=weights) for step in rows[0]}
    return {step: (float(jitter), float(error)) for step, (jitter, error) in means.items()}


def _of_person(clip: Clip, person: int, truths: Array) -> dict[str, tuple[float, float]]:
    """Jitter and MPJPE after each step."""
    found = clip.motion(person)
    true = truths[_who(found, truths)]
    smooth = low_pass(found, clip.rate)
    whole = replace(clip, options=ClipOptions()).motion(person)
    steps = {
        "recorded": found.joints,
        "low_pass": smooth.joints,
        "low_pass, bones": constant_bones(smooth).joints,
        "gaps filled": fill_gaps(found).joints,
        "whole clean-up": whole.joints,
        "the truth itself": np.where(np.isnan(found.joints), np.nan, true),
    }
    return {name: (_jitter_mm(one), _mpjpe_mm(one, true)) for name, one in steps.items()}


def _who(motion: Motion, truths: Array) -> int:
    """The true person whose neck is nearest to the found one in the picture, most of the time."""
    necks = CAMERA.project(CAMERA.camera_from_world(truths[:, :, NECK]))
    distances = np.linalg.norm(necks - motion.keypoints[None, :, NECK, :2], axis=-1)
    near = distances[:, np.isfinite(distances).all(axis=0)]
    return int(np.bincount(near.argmin(axis=0)[near.min(axis=0) < NEAR_PX], minlength=len(truths)).argmax())


def _jitter_mm(joints: Array) -> float:
    """Mean length of the second difference from frame to frame."""
    return float(1000 * np.nanmean(np.linalg.norm(np.diff(joints, 2, axis=0), axis=-1)))


def _mpjpe_mm(found: Array, true: Array) -> float:
    """Mean distance of the joints, pelvis on pelvis."""
    aligned = found - found[:, [PELVIS]] - true + true[:, [PELVIS]]
    return float(1000 * np.nanmean(np.linalg.norm(aligned, axis=-1)))


if __name__ == "__main__":
    main()
