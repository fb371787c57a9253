"""Figures of one curve: the least and the greatest value, the range, and the repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from engine.motion.decimation import kept_rows
from engine.motion.motion import Array
from engine.motion.quantities import Quantity
from engine.motion.speeds import repetitions

_MOST_ROWS = 8000
"""Rows in which repetitions are looked for; longer curves are decimated, which keeps their highs and lows."""
_MOST_LISTED = 200
"""Repetitions that are listed one by one."""


def statistics(quantity: Quantity, values: Array, times: Array) -> Mapping[str, Any]:
    """(T,) values at (T,) seconds -> figures, ready for JSON; None for what there is not."""
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return dict.fromkeys(("min", "max", "mean", "range", "min_at", "max_at")) | {
            "repetitions": {"count": 0, "range": None, "per_minute": None, "each": []}
        }
    low, high = known[values[known].argmin()], known[values[known].argmax()]
    return {
        "min": _short(values[low]),
        "max": _short(values[high]),
        "mean": _short(values[known].mean()),
        "range": _short(values[high] - values[low]),
        "min_at": _short(times[low]),
        "max_at": _short(times[high]),
        "repetitions": _repetitions(quantity, values, times),
    }


def _repetitions(quantity: Quantity, values: Array, times: Array) -> Mapping[str, Any]:
    rows = kept_rows(values[None], _MOST_ROWS)
    found = repetitions(values[rows], times[rows], quantity.turn)
    each = [{name: _short(value) for name, value in asdict(one).items()} for one in found.each[:_MOST_LISTED]]
    return {
        "count": found.count,
        "range": _short(found.range),
        "per_minute": _short(found.per_minute),
        "each": each,
    }


def _short(value: float) -> float | None:
    return round(float(value), 4) if np.isfinite(value) else None
