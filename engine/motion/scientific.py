"""The optional scientific library: clean-up uses SciPy's splines and filters."""

from __future__ import annotations

from importlib.util import find_spec

from engine.errors import PosecastError


def require_scipy() -> None:
    """PosecastError that says what to install if SciPy is not there."""
    if find_spec("scipy") is None:
        raise PosecastError("cleaning a recording needs SciPy", "pip install 'posecast[motion]'")
