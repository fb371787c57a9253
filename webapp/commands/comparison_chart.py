"""The chart of `posecast compare`: one HTML file that needs nothing else, light or dark as the reader's system is.

In: what `--json` writes. Out: for each person bars of each joint's millimetres and each angle's degrees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from typing import Any

from webapp.commands.chart import STYLE, bar, label

_WIDTH, _ROW, _TOP = 1000, 24, 34
_JOINT_BAR, _ANGLE, _ANGLE_BAR = 150, 520, 720
"""Left edges of the columns."""
_LONGEST = 220


def chart(results: Mapping[str, Any]) -> str:
    """The page for what `posecast compare --json` wrote."""
    title = f"{results['b']} against {results['a']}"
    below = (
        f"Aligned in time (clocks differ by {results['offset_s']:g} s) and place, not in size: "
        f"people are {results['scale']:.1%} of the size"
    )
    people = "\n".join(_person(person) for person in results["people"])
    return (
        '<!doctype html>\n<html lang="en">\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{STYLE}</style>\n<h1>{escape(title)}</h1>\n<p>{escape(below)}</p>\n"
        f"{people}\n</html>\n"
    )


def _person(person: Mapping[str, Any]) -> str:
    joints = list(person["joints_mm"].items())
    angles = [(name, value["mean_absolute"]) for name, value in person["angles_deg"].items()]
    height = _TOP + max(len(joints), len(angles)) * _ROW
    parts = [
        label(0, 18, "joint, mean distance in mm", "head"),
        label(_ANGLE, 18, "angle, mean difference in degrees", "head"),
        *_bars(joints, 0, _JOINT_BAR, "network"),
        *_bars(angles, _ANGLE, _ANGLE_BAR, "fps"),
    ]
    about = f"MPJPE {person['mpjpe_mm']:.1f} mm, about the hips {person['root_mpjpe_mm']:.1f} mm"
    return (
        f"<h2>{escape(person['a'])} and {escape(person['b'])}</h2>\n<p>{about}, {person['scenes']} scenes</p>\n"
        f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="{escape(about)}">\n'
        + "\n".join(parts)
        + "\n</svg>"
    )


def _bars(values: Sequence[tuple[str, float]], left: float, start: float, kind: str) -> Iterator[str]:
    per_unit = _LONGEST / max(*(value for _, value in values), 1e-9, 1e-9)
    for row, (name, value) in enumerate(values):
        top = _TOP + row * _ROW
        yield label(left, top + 14, name.replace("_", " "), "soft")
        yield from bar(start, top, value * per_unit, f"{value:.1f}", kind, height=16)
