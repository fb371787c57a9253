"""The formats of exports: one line for each."""

from __future__ import annotations

from collections.abc import Mapping

from engine.exports import c3d, mot, npz, table, trc
from engine.exports.format import Format

FORMATS: Mapping[str, Format] = {
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
