"""A rig from above, as SVG: cameras with their fields of view, a grid of metres, and where people have been."""

from __future__ import annotations

from collections.abc import Iterator
from html import escape

import numpy as np

from engine.calibration.rig_result import CameraResult, RigResult
from engine.geometry import Array, axis_vector

_SIDE_PX = 720
_MARGIN_M = 1.0
_VIEW_M = 1.2
"""How long fields of view are drawn."""
_COLOURS = ("#2f6fde", "#d9542b", "#2a9d5c", "#8a4fc7", "#c9930a", "#148fa3", "#c2397f", "#5b6b7a")


def rig_svg(result: RigResult) -> str:
    """The picture, as a file of its own."""
    flat = [_flat(camera) for camera in result.cameras]
    paths = [path[np.isfinite(path).all(axis=1)] for path in result.paths]
    everything = np.concatenate([np.array([place for place, _ in flat]), *(path for path in paths if len(path))])
    low, high = everything.min(axis=0) - _MARGIN_M, everything.max(axis=0) + _MARGIN_M
    scale = _SIDE_PX / float((high - low).max())
    width, height = ((high - low) * scale).round().astype(int).tolist()
    inside = [*_grid(low, high, scale, width, height)]
    inside += [_path((path - low) * scale, index) for index, path in enumerate(paths)]
    for index, (camera, (place, forward)) in enumerate(zip(result.cameras, flat, strict=True)):
        inside += _camera(camera, (place - low) * scale, forward, scale, _COLOURS[index % len(_COLOURS)], width)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        'font-family="sans-serif" font-size="13">\n'
        f'<rect width="{width}" height="{height}" fill="#fff"/>\n' + "\n".join(inside) + "\n</svg>\n"
    )


def _flat(camera: CameraResult) -> tuple[Array, Array]:
    """(2,) and (2,): the place and the direction of a camera on the floor."""
    spec = camera.spec
    kept = np.flatnonzero(axis_vector(spec.up) == 0)
    return (-spec.R.T @ spec.t)[kept], spec.R[2][kept]


def _grid(low: Array, high: Array, scale: float, width: int, height: int) -> Iterator[str]:
    for x in range(int(np.ceil(low[0])), int(high[0]) + 1):
        yield f'<path d="M{(x - low[0]) * scale:.1f} 0V{height}" stroke="#dde3e8"/>'
    for y in range(int(np.ceil(low[1])), int(high[1]) + 1):
        yield f'<path d="M0 {(y - low[1]) * scale:.1f}H{width}" stroke="#dde3e8"/>'
    yield f'<path d="M12 {height - 14}h{scale:.1f}" stroke="#333" stroke-width="2"/>'
    yield f'<text x="12" y="{height - 20}" fill="#333">1 m</text>'


def _path(points: Array, index: int) -> str:
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2"/>' for x, y in points.tolist())
    return f'<g fill="#555" fill-opacity="{0.6 - 0.1 * (index % 5):.1f}">{dots}</g>'


def _camera(camera: CameraResult, at: Array, forward: Array, scale: float, colour: str, width: int) -> Iterator[str]:
    K, size = camera.spec.K, camera.spec.resolution
    assert K is not None
    assert size is not None
    half = np.arctan(size[0] / 2 / K[0, 0])
    heading = float(np.arctan2(forward[1], forward[0]))
    ends = [at + _VIEW_M * scale * np.array([np.cos(heading + side), np.sin(heading + side)]) for side in (-half, half)]
    wedge = " ".join(f"{x:.1f},{y:.1f}" for x, y in (at.tolist(), ends[0].tolist(), ends[1].tolist()))
    yield f'<polygon points="{wedge}" fill="{colour}" fill-opacity="0.18" stroke="{colour}"/>'
    yield f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="5" fill="{colour}"/>'
    told = f"{escape(camera.name)}, {camera.rms_px:.1f} px"
    x, anchor = (at[0] - 8, "end") if at[0] > width / 2 else (at[0] + 8, "start")
    yield f'<text x="{x:.1f}" y="{at[1] - 8:.1f}" text-anchor="{anchor}" fill="{colour}">{told}</text>'
