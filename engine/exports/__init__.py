"""Exports: one file a format, and one line a format in FORMATS.

A writer takes a `Clip` (a steady rate, metres, y up), a path, and where progress is reported, and writes the whole
file; the caller gives it a temporary path (`engine.files.whole_file`). It asks the clip for one person at a time.
"""

from __future__ import annotations

from collections.abc import Mapping

from engine.exports import bvh, glb
from engine.exports.format import Format, Progress, Writer, silent

FORMATS: Mapping[str, Format] = {
    "bvh": Format("Biovision hierarchy", "text/plain", bvh.write, most_people=1),
    "glb": Format("glTF, binary", "model/gltf-binary", glb.write),
}
"""By the suffix of their files."""

__all__ = ["FORMATS", "Format", "Progress", "Writer", "silent"]
