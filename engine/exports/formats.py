"""The formats of exports: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from engine.exports import bvh, c3d, curves, glb, mot, npz, table, trc
from engine.exports.format import Format

FORMATS: Mapping[str, Format] = {
    "bvh": Format("BVH, a skeleton's motion", "text/plain", bvh.write, most_people=1),
    "glb": Format("glTF binary, people with bodies", "model/gltf-binary", glb.write),
    "c3d": c3d.FORMAT,
    "trc": trc.FORMAT,
    "mot": mot.FORMAT,
    "csv": table.WIDE,
    "npz": npz.FORMAT,
}
"""By the suffix of their files."""
LAYOUTS: Mapping[str, Format] = {"wide": table.WIDE, "long": table.LONG}
"""Layouts of a CSV."""
SCENES = "jsonl"
"""The recorded scenes: made from the recording itself, not from a clip."""
CURVES = "curves"
"""What the server keeps to answer for curves: no format for people, and not among FORMATS."""
WRITTEN: Mapping[str, Format] = {**FORMATS, CURVES: curves.FORMAT}
"""Everything that a clip is written as, by suffix."""
