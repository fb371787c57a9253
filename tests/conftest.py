"""What every test shares: a cache folder of this run, and LSL that stays on this machine."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

# As the `posecast` command has it; NumPy, which reads this when it is imported, is not yet.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

# No test depends on how fast the machine is. `make test` tries the same cases everywhere: what it refuses, it refuses
# again. `make test-long` looks for others.
hypothesis.settings.register_profile("same", deadline=None, derandomize=True)
hypothesis.settings.register_profile("other", deadline=None)
hypothesis.settings.load_profile("same")


@pytest.fixture(scope="session", autouse=True)
def posecast_cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The cache folder of all tests: a model is converted once a run."""
    folder = tmp_path_factory.mktemp("posecast-cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("POSECAST_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def lsl_stays_here() -> Iterator[None]:
    """LSL announces streams by multicast; those of tests stay on this machine. The library reads this once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LSLAPICFG", str(Path(__file__).with_name("lsl_api.cfg")))
        yield
