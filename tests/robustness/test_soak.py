"""bench.soak: what counts as a rise; and a short soak of the server, which is a long one with `make test-long`."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from bench.slopes import Limit, slope
from bench.soak import LIMITS, serve_command, soak

ROOT = Path(__file__).parents[2]
DEVSERVER = [sys.executable, "-m", "tests.webapp.devserver", "--port", "0", "--size", "320", "180", "--rate", "15"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes of POSIX")


class TestSlopes:
    TIMES = np.arange(600.0)
    LIMIT = Limit(per_hour=10, noise=5)

    def test_a_leak_is_found_in_the_noise(self) -> None:
        noise = np.random.default_rng(1).normal(0, 10, 600)
        found = slope(self.TIMES, 500 + self.TIMES * (180 / 3600) + noise, self.LIMIT)
        assert found.per_hour == pytest.approx(180, abs=30)
        assert not found.flat

    def test_noise_is_no_leak(self) -> None:
        assert slope(self.TIMES, 500 + np.random.default_rng(2).normal(0, 10, 600), self.LIMIT).flat

    def test_warming_up_is_no_leak(self) -> None:
        assert slope(self.TIMES, np.minimum(500, 400 + self.TIMES), self.LIMIT).flat

    def test_what_was_not_measured_does_not_count(self) -> None:
        values = np.where(self.TIMES % 2, 500.0, np.nan)
        assert slope(self.TIMES, values, self.LIMIT).per_hour == pytest.approx(0, abs=1e-6)
        with pytest.raises(ValueError, match="too few"):
            slope(self.TIMES, np.full(600, np.nan), self.LIMIT)


def check(report: dict) -> None:
    assert report["refused"] == []
    assert report["worker_survived"]
    assert report["exit_status"] == 0
    assert report["slopes"].keys() == LIMITS.keys()
    rising = {name: one for name, one in report["slopes"].items() if not one["flat"]}
    assert not rising, {name: report["measurements"][name] for name in rising}
    assert report["passed"]


@pytest.mark.long
def test_twenty_seconds_without_a_network() -> None:
    # Of a latency that rises, twenty seconds of a busy machine tell nothing.
    report = soak(DEVSERVER, 20, viewers=4, every_s=0.7, limits={**LIMITS, "latency_ms": Limit(10, 500)})
    check(report)
    acts = {"backend", "source", "upload", "upload taken back", "recording", "recording deleted", "setting"}
    assert report["done"].keys() == acts
    assert report["visits"][0]["scenes"] > 3
    assert report["visits"][0]["pictures"] > 3


@pytest.mark.long
@pytest.mark.timeout(2400)
def test_thirty_minutes_with_everything(tmp_path: Path) -> None:
    check(soak(serve_command(tmp_path, "openvino"), 1800, viewers=6, every_s=10))


def test_the_command_says_what_it_takes() -> None:
    said = subprocess.run([sys.executable, "-m", "bench.soak", "--help"], cwd=ROOT, capture_output=True, text=True)
    assert said.returncode == 0
    assert "--minutes" in said.stdout
