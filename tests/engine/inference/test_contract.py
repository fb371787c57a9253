"""The one contract of all backends: the maps of PyTorch fp32, on every device and precision that is here."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from engine.decoding import extract_people
from engine.inference import adapter, available
from engine.loading import load_backend
from engine.types import Backend, Image, ModelSpec
from tests.models import expected, largest_difference, picture, silent

TOLERANCES = {"fp32": 1e-4, "fp16": 0.02, "bf16": 0.12}
"""Largest difference of a value of the maps, whose values reach 1.2: about four times what was seen. INT8 is
judged by the people that it finds: see tests/converters/test_quantize.py."""


def _cases() -> Iterator[tuple[str, str, str]]:
    for report in available():
        for device in report.devices:
            offered = adapter(report.name).precisions(device)
            # OpenVINO's AUTO is one of the other devices: once is enough.
            yield from ((report.name, device, precision) for precision in offered[: 1 if device == "AUTO" else None])


CASES = [case for case in _cases() if case[2] in TOLERANCES]
_WAKES, _POLLS = 3, 20
"""Of at least so many times that another thread could wake during one run. One that is kept out for the whole run wakes
before, between copies, or after: less often."""
_LONGEST_PAUSE_S = 0.001


@pytest.fixture(scope="module", params=CASES, ids="-".join)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    name, device, precision = request.param
    loaded = load_backend(ModelSpec("bundled", name, device, precision, body="maps"), (256, 456), silent)
    yield loaded
    loaded.close()
    loaded.close()  # twice is as good as once


def test_there_are_backends_to_hold_to_the_contract() -> None:
    assert {name for name, _, _ in CASES} >= {"pytorch", "openvino", "onnxruntime"}


@pytest.mark.parametrize("height", [256, 136])
def test_gives_the_maps_of_pytorch(backend: Backend, height: int) -> None:
    image = picture(height)
    maps = backend.infer(image)
    truth = expected(image)
    rows, columns = image.shape[0] // 8, image.shape[1] // 8
    assert maps.features is not None
    assert maps.features.shape == (57, rows, columns)
    assert maps.heatmaps.shape == (19, rows, columns)
    assert maps.pafs.shape == (38, rows, columns)
    assert {maps.features.dtype, maps.heatmaps.dtype, maps.pafs.dtype} == {np.dtype(np.float32)}
    assert max(largest_difference(maps, truth).values()) < TOLERANCES[backend.info.precision]
    people, _ = extract_people(maps.heatmaps, maps.pafs)
    true_people, _ = extract_people(truth.heatmaps, truth.pafs)
    assert len(people) == len(true_people) >= 3


@pytest.mark.parametrize("case", [case for case in CASES if case[2] == "fp32" and case[1] != "AUTO"], ids="-".join)
def test_gives_the_same_without_the_3d_head(case: tuple[str, str, str]) -> None:
    name, device, precision = case
    backend = load_backend(ModelSpec("bundled", name, device, precision, body="keypoints"), (136, 248), silent)
    maps = backend.infer(picture(136))
    backend.close()
    assert maps.features is None
    assert max(largest_difference(maps, expected(picture(136))).values()) < TOLERANCES[precision]


def test_says_what_it_runs(backend: Backend, request: pytest.FixtureRequest) -> None:
    assert (backend.info.name, backend.info.device, backend.info.precision) in CASES
    assert backend.fixed_size is None or backend.info.name == "tensorrt"


def test_maps_are_the_callers_own(backend: Backend) -> None:
    image = picture(256)
    first = backend.infer(image)
    kept = first.heatmaps.copy()
    backend.infer(np.zeros_like(image))
    assert np.array_equal(first.heatmaps, kept)


def test_takes_arrays_as_they_come(backend: Backend) -> None:
    image = picture(136)
    assert not image.flags.writeable
    mirrored = image[:, ::-1]
    assert not mirrored.flags.c_contiguous
    seen, straight = backend.infer(mirrored), backend.infer(np.ascontiguousarray(mirrored))
    assert max(largest_difference(seen, straight).values()) == 0


def test_lets_other_threads_run(backend: Backend) -> None:
    """Python's lock is let go of during the network: else pre- and post-processing could not hide behind it."""
    image = picture(256)
    backend.infer(image)
    # A GPU may need a millisecond in all; on a busy machine the quickest run is the one to go by.
    pause = min(_LONGEST_PAUSE_S, *(_seconds(backend, image) / _POLLS for _ in range(3)))
    interval = sys.getswitchinterval()
    sys.setswitchinterval(600)  # nobody is made to let go; who does not, keeps it to the end
    try:
        assert any(_runs_beside(backend, image, pause) for _ in range(20))
    finally:
        sys.setswitchinterval(interval)


def _seconds(backend: Backend, image: Image) -> float:
    start = time.perf_counter()
    backend.infer(image)
    return time.perf_counter() - start


def _runs_beside(backend: Backend, image: Image, pause: float) -> bool:
    ended = threading.Event()

    def work() -> None:
        backend.infer(image)
        ended.set()

    thread = threading.Thread(target=work)
    thread.start()
    wakes = 0
    while not ended.wait(pause):
        wakes += 1
    thread.join()
    return wakes >= _WAKES
