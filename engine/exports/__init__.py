"""Exports: one file a format, and one line a format in `formats`.

A writer takes a `Clip` (a steady rate, metres, y up), a path, and where progress is reported; it asks the clip for one
person at a time. `export` does what all formats share: reading, cleaning, whole files, and a file for each person where
one does not hold them all.
"""

from engine.exports.format import Format, Progress, silent
from engine.exports.formats import FORMATS, LAYOUTS, SCENES
from engine.exports.request import Request, described, export

__all__ = ["FORMATS", "LAYOUTS", "SCENES", "Format", "Progress", "Request", "described", "export", "silent"]
