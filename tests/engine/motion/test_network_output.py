"""Cleaning what the network finds on the stage, not what a test made up."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.cleaning import compare
from engine.motion import read
from webapp.cli import main

pytestmark = [pytest.mark.long, pytest.mark.timeout(600)]


def test_cleaning_takes_jitter_away_and_makes_nobody_less_exact(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    assert main(["infer", "demo", "-o", str(path), "--max-frames", "150"]) == 0
    steps = compare(read(path))
    jitter, mpjpe = steps["recorded"]
    assert mpjpe < 200
    for step in ("low_pass", "low_pass, bones", "whole clean-up"):
        cleaned_jitter, cleaned_mpjpe = steps[step]
        assert cleaned_mpjpe < mpjpe + 1
        assert cleaned_jitter < 0.75 * jitter
    assert np.isfinite(jitter)
